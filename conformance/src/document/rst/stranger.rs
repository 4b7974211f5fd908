//! What a page has that this reader does not understand, or that is not written as it should be.

use super::block::{Block, BlockKind};
use super::section::{Group, Method, Section, Topic};
use super::{Reader, says_nothing};

impl Reader {
    /// Defects in how the page is written, whatever it is about.
    pub(super) fn note_defects(&mut self, blocks: &[Block<'_>]) {
        for Block { line, kind } in blocks {
            match kind {
                BlockKind::Title { text, is_underlined: false } => {
                    self.note("", *line, format!("the title `{text}` is longer than its underline"));
                }
                BlockKind::Heading { name, is_apart: false, .. } => {
                    self.note(
                        "",
                        *line,
                        format!(
                            "no blank line before the heading `{name}`, which makes it part of the text above"
                        ),
                    );
                }
                BlockKind::Unknown(what) => {
                    self.note("", *line, format!("{what}, which this reader does not know; it is not read"));
                }
                _ => {}
            }
        }
    }

    /// Notes what stands apart from every method.
    pub(super) fn note_unclaimed(&mut self, group: &Group<'_>) {
        for Section { line, name, .. } in &group.sections {
            self.note(
                "",
                *line,
                format!("the heading `{name}` belongs to no method; only text is read under it"),
            );
        }
        for block in group.blocks() {
            self.note_stranger("", block, Topic::Unknown);
        }
    }

    /// Notes the blocks that stand where this reader does not look for them.
    pub(super) fn note_strangers(&mut self, at: &str, method: &Method<'_>, group: &Group<'_>) {
        if let Some(line) = method.content.first() {
            self.note(at, line.number, "text under the http directive; it is not read");
        }
        for block in &group.preamble {
            self.note_stranger(at, block, Topic::Method);
        }
        for Section { line, topic, name, blocks, .. } in &group.sections {
            if *topic == Topic::Unknown {
                self.note(
                    at,
                    *line,
                    format!(
                        "the heading `{name}` is not one that this reader knows; only text is read under it"
                    ),
                );
            }
            for block in blocks {
                self.note_stranger(at, block, *topic);
            }
        }
    }

    fn note_stranger(&mut self, at: &str, block: &Block<'_>, topic: Topic) {
        let text = match &block.kind {
            BlockKind::Table(_) if !topic.has_tables() => {
                "a table where this reader expects none; it is not read".to_owned()
            }
            BlockKind::Directive { name, .. } if !(topic.has_examples() && block.code().is_some()) => {
                format!("the directive `{name}` where this reader does not expect it; it is not read")
            }
            BlockKind::Paragraph(text) if topic == Topic::Body && !says_nothing(text) => {
                "a body described in words; only tables of names are read as bodies".to_owned()
            }
            _ => return,
        };
        self.note(at, block.line, text);
    }
}
