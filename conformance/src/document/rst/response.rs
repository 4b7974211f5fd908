//! Response tables.

use serde_json::Value;

use super::Reader;
use super::block::{Block, BlockKind, blocks};
use super::derived::derived;
use super::grid::Row;
use super::line::{Line, joined};
use super::parameter::{add_line, details, unmarked};
use super::section::Section;
use crate::document::prose::collapse;
use crate::document::tree::Tree;
use crate::document::{Code, Content, Example, Fault, Location, Response, Schema, json};

impl Reader {
    /// The responses in the tables of these sections; each status once.
    pub(super) fn responses(&mut self, at: &str, sections: &[&Section<'_>]) -> Vec<Response> {
        let mut responses: Vec<Response> = Vec::new();
        for table in sections.iter().flat_map(|section| section.tables()) {
            for row in &self.grid(at, table) {
                let Some(response) = self.response(at, row) else {
                    continue;
                };
                if responses.iter().any(|other| other.code == response.code) {
                    let text =
                        format!("{} is described a second time; only the first is read", response.code);
                    self.note(&response.location.pointer, row.line, text);
                } else {
                    responses.push(response);
                }
            }
        }
        responses
    }

    fn response(&mut self, at: &str, row: &Row<'_>) -> Option<Response> {
        let written = unmarked(&joined(&row.name));
        let (status, words) = written.split_once(' ').unwrap_or((&written, ""));
        let Some(code) = Code::parse(status) else {
            self.note(at, row.line, format!("`{written}` is not a status; the row is not read"));
            return None;
        };
        let at = format!("{at}/responses/{code}");
        let location = self.location(&at, row.line);
        let mut response = Response {
            code,
            description: words.to_owned(),
            contents: Vec::new(),
            headers: Vec::new(),
            location,
        };
        for (key, line, value) in details(row) {
            match key.as_str() {
                "description" => add_line(&mut response.description, &collapse(&joined(value))),
                "contents" | "content" => self.contents(&mut response, value),
                _ => self.note_unknown_row(&at, line, &key),
            }
        }
        Some(response)
    }

    /// A code block is an example of the body, prose describes it.
    fn contents(&mut self, response: &mut Response, lines: &[Line<'_>]) {
        for block in blocks(lines) {
            match (&block.kind, block.code()) {
                (BlockKind::Paragraph(text), _) => add_line(&mut response.description, text),
                (BlockKind::Directive { argument, .. }, Some(code)) => {
                    self.add_example(response, media_type(argument), code);
                }
                _ => {
                    let Block { line, .. } = block;
                    let at = response.location.pointer.clone();
                    self.note(&at, line, "neither text nor a code block; it is not read");
                }
            }
        }
    }

    /// Adds an example of the body. The first one in JSON gives the schema, which the page does not
    /// state otherwise; what a later one contradicts is noted.
    pub(super) fn add_example(&mut self, response: &mut Response, media_type: &str, lines: &[Line<'_>]) {
        let Some(first) = lines.first() else { return };
        let at = response.location.pointer.clone();
        let index: usize = response.contents.iter().map(|content| content.examples.len()).sum();
        let location = self.location(&format!("{at}/examples/{index}"), first.number);
        let content = content_in(response, media_type, &location);
        if !is_json(media_type) {
            content.examples.push(Example { value: Value::String(joined(lines)), location });
            return;
        }
        match json_of(lines) {
            Ok(tree) => {
                self.derive_schema(content, &format!("{at}/schema"), &tree, first.number);
                content.examples.push(Example { value: tree.value, location });
            }
            Err(fault) => self.note(&at, fault.line, format!("{}; the example is not read", fault.message)),
        }
    }

    fn derive_schema(&mut self, content: &mut Content, pointer: &str, tree: &Tree, line: usize) {
        match &content.schema {
            None => {
                let (value, places) = derived(tree, pointer);
                for (place, line) in places {
                    self.location(&place, line);
                }
                content.schema = Some(Schema { value, pointer: pointer.to_owned() });
            }
            Some(schema) if !jsonschema::draft4::is_valid(&schema.value, &tree.value) => {
                self.note(
                    pointer,
                    line,
                    "this example has another shape than the one before it, from which the schema is derived",
                );
            }
            Some(_) => {}
        }
    }
}

fn json_of(lines: &[Line<'_>]) -> Result<Tree, Fault> {
    let offset = lines.first().map_or(0, |line| line.number - 1);
    json::read(&joined(lines), offset)
}

/// The response's body in a media type.
fn content_in<'r>(response: &'r mut Response, media_type: &str, location: &Location) -> &'r mut Content {
    let known = response.contents.iter().position(|content| content.media_type == media_type);
    let index = known.unwrap_or(response.contents.len());
    if known.is_none() {
        response.contents.push(Content {
            media_type: media_type.to_owned(),
            schema: None,
            examples: Vec::new(),
            location: location.clone(),
        });
    }
    &mut response.contents[index]
}

/// The media type of a code block by its language. Pages mark JSON as JavaScript.
fn media_type(language: &str) -> &'static str {
    match language.trim().to_ascii_lowercase().as_str() {
        "javascript" | "js" | "json" | "" => "application/json",
        "xml" => "application/xml",
        "html" => "text/html",
        _ => "text/plain",
    }
}

fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}
