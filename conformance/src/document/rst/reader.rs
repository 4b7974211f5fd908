//! The state of the reStructuredText reader, its locations, and its notes about content that it does not read.

use std::collections::HashSet;
use std::sync::Arc;

use super::block::{Block, BlockKind, says_nothing};
use super::section::{Group, Method, Section, Topic};
use crate::document::model::{Location, Note, NoteKind, Server};
use crate::document::pointer_lines::PointerLines;

/// The state of the reader.
pub(super) struct RstReader {
    name: Arc<str>,
    pub(super) lines: PointerLines,
    pub(super) notes: Vec<Note>,
    /// The line and text of each note.
    noted: HashSet<(usize, String)>,
    pub(super) servers: Vec<Server>,
}

impl RstReader {
    pub(super) fn new(name: &Arc<str>) -> Self {
        Self {
            name: name.clone(),
            lines: PointerLines::default(),
            notes: Vec::new(),
            noted: HashSet::new(),
            servers: Vec::new(),
        }
    }

    /// Makes a location and records the line of its pointer.
    pub(super) fn location(&mut self, pointer: &str, line: usize) -> Location {
        if !self.lines.contains_key(pointer) {
            self.lines.insert(pointer, line);
        }
        Location::new(&self.name, line, pointer)
    }

    /// Adds a note. Content that several operations share is noted once.
    pub(super) fn note(&mut self, pointer: &str, line: usize, text: impl Into<String>) {
        let text = text.into();
        if self.noted.insert((line, text.clone())) {
            let location = Location::new(&self.name, line, pointer);
            self.notes.push(Note { kind: NoteKind::Defect, text, location });
        }
    }

    /// Notes the defects of the markup.
    pub(super) fn note_defects(&mut self, blocks: &[Block<'_>]) {
        for Block { line, kind } in blocks {
            match kind {
                BlockKind::Title { text, is_underlined: false } => {
                    self.note("", *line, format!("the title `{text}` is longer than its underline"));
                }
                BlockKind::Heading { name, is_apart: false, .. } => {
                    let text = format!(
                        "no blank line before the heading `{name}`; reStructuredText takes it as part of the paragraph above"
                    );
                    self.note("", *line, text);
                }
                BlockKind::Unknown(what) => {
                    self.note("", *line, format!("{what} is not supported; it is ignored"));
                }
                _ => {}
            }
        }
    }

    /// Notes what is written after the path of a method, or instead of it.
    pub(super) fn note_remark(&mut self, Method { line, method, path, remark, .. }: &Method<'_>) {
        let text = match (path.is_empty(), remark.is_empty()) {
            (true, false) => format!(
                "the URL of the {method} request is `({remark})`, which is no path of the API; it is not an operation"
            ),
            (false, false) => format!("the remark `({remark})` after the path is ignored"),
            _ => return,
        };
        self.note("", *line, text);
    }

    /// Notes the content outside all operations.
    pub(super) fn note_outside_operations(&mut self, group: &Group<'_>) {
        for Section { line, name, .. } in &group.sections {
            let text = format!("the heading `{name}` belongs to no operation; only its text is read");
            self.note("", *line, text);
        }
        for block in group.blocks() {
            self.note_unexpected_block("", block, Topic::Unknown);
        }
    }

    /// Notes the blocks that are not expected under their heading.
    pub(super) fn note_unrecognised(&mut self, at: &str, method: &Method<'_>, group: &Group<'_>) {
        if let Some(line) = method.content.first() {
            self.note(at, line.number, "text under the `http` directive is not supported; it is ignored");
        }
        for block in &group.preamble {
            self.note_unexpected_block(at, block, Topic::Method);
        }
        for Section { line, topic, name, blocks, .. } in &group.sections {
            if *topic == Topic::Unknown {
                let text = format!("the heading `{name}` is not recognised; only its text is read");
                self.note(at, *line, text);
            }
            for block in blocks {
                self.note_unexpected_block(at, block, *topic);
            }
        }
    }

    fn note_unexpected_block(&mut self, at: &str, block: &Block<'_>, topic: Topic) {
        let text = match &block.kind {
            BlockKind::Table(_) if !topic.has_tables() => {
                "a table is not expected here; it is ignored".to_owned()
            }
            BlockKind::Directive { name, .. } if !(topic.has_examples() && block.code().is_some()) => {
                format!("the directive `{name}` is not expected here; it is ignored")
            }
            BlockKind::Paragraph(text) if topic == Topic::Body && !says_nothing(text) => {
                "the body is described in prose; only a table of names is supported; the description is not used as the body".to_owned()
            }
            _ => return,
        };
        self.note(at, block.line, text);
    }
}
