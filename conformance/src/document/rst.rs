//! The reStructuredText reader: pages of the sphinx http domain whose tables hold the facts.
//!
//! A page is cut into blocks, the blocks are gathered under their bold headings, and each kind of
//! heading has its own reading: parameters, body, responses, examples. The reading never stops at a
//! block it does not understand: it notes the block's line and goes on.

mod block;
mod derived;
mod example;
mod grid;
mod line;
mod message;
mod parameter;
mod response;
mod section;
mod stranger;
mod values;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::json;

use self::block::{Block, BlockKind, blocks};
use self::line::{expanded, numbered};
use self::section::{Group, Method, Topic, groups};
use super::path::{self, Ids};
use super::tree::push_token;
use super::{Document, Fault, Kind, Location, Note, Operation, Parameter, Place, Prose, Server};

/// What pages write where a section has nothing to say.
const NOTHING: [&str; 3] = ["not applicable", "none", "n/a"];

/// How many blocks a page may have. Real pages have about forty.
const MAX_BLOCKS: usize = 10_000;
/// How many methods may share one description, which is read once for each.
const MAX_METHODS: usize = 16;

pub(super) fn read(name: &Arc<str>, text: &Arc<str>) -> Result<Document, Fault> {
    let expanded = expanded(text);
    let blocks = blocks(&numbered(&expanded));
    if let Some(block) = blocks.get(MAX_BLOCKS) {
        let message = format!(
            "more than {MAX_BLOCKS} paragraphs, headings and tables, the most that is read; is this one page?"
        );
        return Err(Fault::new(block.line, message));
    }
    let mut reader = Reader::new(name);
    reader.note_defects(&blocks);
    let groups = groups(blocks);
    let operations = reader.operations(&groups)?;
    let prose = reader.unclaimed_prose(&groups);
    reader.notes.sort_by_key(|note| note.location.line);
    Ok(Document {
        name: name.clone(),
        text: text.clone(),
        kind: Kind::Rst,
        servers: reader.servers,
        operations,
        definitions: json!({}),
        prose,
        notes: reader.notes,
        lines: reader.lines,
    })
}

/// What is known while a page is read.
struct Reader {
    name: Arc<str>,
    lines: HashMap<String, usize>,
    notes: Vec<Note>,
    /// Line and text of each note.
    noted: HashSet<(usize, String)>,
    servers: Vec<Server>,
}

impl Reader {
    fn new(name: &Arc<str>) -> Self {
        Self {
            name: name.clone(),
            lines: HashMap::new(),
            notes: Vec::new(),
            noted: HashSet::new(),
            servers: Vec::new(),
        }
    }

    /// A place, remembered under its pointer.
    fn location(&mut self, pointer: &str, line: usize) -> Location {
        self.lines.entry(pointer.to_owned()).or_insert(line);
        Location { document: self.name.clone(), line, pointer: pointer.to_owned() }
    }

    /// Notes something odd. A block that several operations share is noted once.
    fn note(&mut self, pointer: &str, line: usize, text: impl Into<String>) {
        let text = text.into();
        if self.noted.insert((line, text.clone())) {
            let location = Location { document: self.name.clone(), line, pointer: pointer.to_owned() };
            self.notes.push(Note { text, location });
        }
    }

    fn operations(&mut self, groups: &[Group<'_>]) -> Result<Vec<Operation>, Fault> {
        let mut ids = Ids::default();
        let mut operations = Vec::new();
        for group in groups {
            if let Some(method) = group.methods.get(MAX_METHODS) {
                return Err(Fault::new(
                    method.line,
                    format!("more than {MAX_METHODS} methods share what is said here; split the page"),
                ));
            }
            for method in &group.methods {
                operations.push(self.operation(method, group, &mut ids)?);
            }
        }
        if operations.is_empty() {
            let message = "no `.. http:get:: /path` (or other method) here; is this a page about a call?";
            return Err(Fault::new(1, message));
        }
        Ok(operations)
    }

    fn operation(
        &mut self,
        method: &Method<'_>,
        group: &Group<'_>,
        ids: &mut Ids,
    ) -> Result<Operation, Fault> {
        let path = method.path_template()?;
        let id = ids.distinct(&path::id(&path, &method.method), &method.method);
        let mut at = String::new();
        push_token(&mut at, &id);
        let location = self.location(&at, method.line);
        self.note_strangers(&at, method, group);
        let mut responses = self.responses(&at, &group.about(Topic::Responses));
        self.example_responses(&at, group, &mut responses);
        if responses.is_empty() {
            self.note(&at, method.line, "no response is documented");
        }
        Ok(Operation {
            id,
            method: method.method.clone(),
            location,
            servers: Vec::new(),
            prose: self.prose(&at, group),
            parameters: self.all_parameters(&at, &path, method.line, group),
            body: self.form_body(&at, &group.about(Topic::Body)),
            responses,
            security: Vec::new(),
            examples: self.example_requests(&at, method, &path, group),
            path,
        })
    }

    fn all_parameters(&mut self, at: &str, path: &str, line: usize, group: &Group<'_>) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        for place in [Place::Path, Place::Query, Place::Header] {
            parameters.extend(self.parameters(at, &group.about(Topic::Parameters(place)), place));
        }
        let locate = |name: &str| self.location(&format!("{at}/path/{name}"), line);
        for note in path::match_template(path, &mut parameters, locate) {
            self.note(at, line, note);
        }
        parameters
    }

    /// Title and paragraphs, under whatever heading they stand.
    fn prose(&mut self, at: &str, group: &Group<'_>) -> Vec<Prose> {
        let mut prose = Vec::new();
        for Block { line, kind } in group.blocks() {
            let (BlockKind::Title { text, .. } | BlockKind::Paragraph(text)) = kind else {
                continue;
            };
            if !says_nothing(text) {
                let location = self.location(&format!("{at}/prose/{}", prose.len()), *line);
                prose.push(Prose { text: text.clone(), location });
            }
        }
        prose
    }

    /// Prose that stands apart from every method; nothing else that does is read.
    fn unclaimed_prose(&mut self, groups: &[Group<'_>]) -> Vec<Prose> {
        let mut prose = Vec::new();
        for group in groups.iter().filter(|group| group.methods.is_empty()) {
            self.note_unclaimed(group);
            prose.extend(self.prose("", group));
        }
        prose
    }
}

/// Whether a paragraph only says that there is nothing to say.
fn says_nothing(text: &str) -> bool {
    NOTHING.contains(&text.to_ascii_lowercase().trim_end_matches('.'))
}
