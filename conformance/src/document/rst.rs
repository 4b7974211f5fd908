//! The reStructuredText reader: pages that use the Sphinx HTTP domain and describe operations in tables.
//!
//! The reader splits a page into blocks, groups the blocks under bold headings, and reads each kind of
//! section: parameters, body, responses, examples. It notes the line of a block that it does not
//! recognise, and continues.

mod allowed_values;
mod block;
mod example;
mod grid;
mod line;
mod parameter;
mod reader;
mod response;
mod section;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use self::block::{Block, BlockKind, blocks, says_nothing};
use self::line::{expanded, numbered};
use self::reader::RstReader;
use self::section::{Group, Method, Topic, groups};
use super::cache::Validators;
use super::error::{LineError, Result};
use super::model::{Document, Kind, Operation, Parameter, ParameterLocation, Prose};
use super::path::{self, Ids};
use super::pointer;
use super::schema::pattern::PatternStrings;

/// The maximum number of blocks of a page. Published pages have about 40.
const MAX_BLOCKS: usize = 10_000;
/// The maximum number of methods that share one description. The description is read once per method.
const MAX_METHODS: usize = 16;

pub(super) fn read(name: &Arc<str>, text: &Arc<str>) -> Result<Document> {
    let expanded = expanded(text);
    let blocks = blocks(&numbered(&expanded));
    if let Some(block) = blocks.get(MAX_BLOCKS) {
        let message = format!(
            "more than {MAX_BLOCKS} paragraphs, headings and tables, which is the maximum; check that the file is one page"
        );
        return Err(LineError::new(block.line, message));
    }
    let mut reader = RstReader::new(name);
    reader.note_defects(&blocks);
    let groups = groups(blocks);
    let operations = reader.operations(&groups)?;
    let prose = reader.prose_outside_operations(&groups);
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
        files: BTreeMap::new(),
        validators: Validators::default(),
        strings: PatternStrings::default(),
    })
}

impl RstReader {
    fn operations(&mut self, groups: &[Group<'_>]) -> Result<Vec<Operation>> {
        let mut ids = Ids::default();
        let mut operations = Vec::new();
        for group in groups {
            if let Some(method) = group.methods.get(MAX_METHODS) {
                return Err(LineError::new(
                    method.line,
                    format!(
                        "more than {MAX_METHODS} methods share one description, which is the maximum; split the page"
                    ),
                ));
            }
            for method in &group.methods {
                self.note_remark(method);
                if !method.path.is_empty() {
                    operations.push(self.operation(method, group, &mut ids)?);
                }
            }
        }
        Ok(operations)
    }

    fn operation(&mut self, method: &Method<'_>, group: &Group<'_>, ids: &mut Ids) -> Result<Operation> {
        let path = method.path_template()?;
        let id = ids.distinct(&path::id(&path, &method.method), &method.method);
        let mut at = String::new();
        pointer::push(&mut at, &id);
        let location = self.location(&at, method.line);
        self.note_unrecognised(&at, method, group);
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
        for place in [ParameterLocation::Path, ParameterLocation::Query, ParameterLocation::Header] {
            parameters.extend(self.parameters(at, &group.about(Topic::Parameters(place)), place));
        }
        let locate = |name: &str| self.location(&format!("{at}/path/{name}"), line);
        for note in path::match_template(path, &mut parameters, locate) {
            self.note(at, line, note);
        }
        parameters
    }

    /// Titles and paragraphs, under all headings.
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

    /// Prose outside all operations. Other content there is not read.
    fn prose_outside_operations(&mut self, groups: &[Group<'_>]) -> Vec<Prose> {
        let mut prose = Vec::new();
        for group in groups.iter().filter(|group| group.methods.is_empty()) {
            self.note_outside_operations(group);
            prose.extend(self.prose("", group));
        }
        prose
    }
}
