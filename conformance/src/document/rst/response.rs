//! Response tables.

use serde_json::{Map, Value, json};

use super::block::{Block, BlockKind, blocks};
use super::grid::GridRow;
use super::line::{Line, joined};
use super::parameter::{add_line, details, unmarked};
use super::reader::RstReader;
use super::section::Section;
use crate::document::model::{Code, Content, Example, Location, Response, Schema};
use crate::document::prose::collapse;
use crate::document::tree::Tree;
use crate::document::{json, pointer};

impl RstReader {
    /// The responses in the tables of these sections, without duplicate statuses.
    pub(super) fn responses(&mut self, at: &str, sections: &[&Section<'_>]) -> Vec<Response> {
        let mut responses: Vec<Response> = Vec::new();
        for table in sections.iter().flat_map(|section| section.tables()) {
            for row in &self.grid(at, table) {
                let Some(response) = self.response(at, row) else {
                    continue;
                };
                if responses.iter().any(|other| other.code == response.code) {
                    let text = format!(
                        "the status {} is described twice; only the first description is used",
                        response.code
                    );
                    self.note(&response.location.pointer, row.line, text);
                } else {
                    responses.push(response);
                }
            }
        }
        responses
    }

    fn response(&mut self, at: &str, row: &GridRow<'_>) -> Option<Response> {
        let written = unmarked(&joined(&row.name));
        let (status, words) = written.split_once(' ').unwrap_or((&written, ""));
        let Some(code) = Code::parse(status) else {
            self.note(at, row.line, format!("`{written}` is not a status code; the row is ignored"));
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

    /// A code block is an example of the body; prose is a description.
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
                    self.note(&at, line, "the content is neither text nor a code block; it is ignored");
                }
            }
        }
    }

    /// Adds an example of the body. The page states no schema, so the first JSON example defines it; later
    /// examples that do not match are noted.
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
        match json::read(&joined(lines), first.number - 1, "") {
            Ok(tree) => {
                self.infer_schema(content, &format!("{at}/schema"), &tree, first.number);
                content.examples.push(Example { value: tree.value, location });
            }
            Err(error) => self.note(&at, error.line, format!("{}; the example is ignored", error.message)),
        }
    }

    fn infer_schema(&mut self, content: &mut Content, pointer: &str, tree: &Tree, line: usize) {
        match &content.schema {
            None => {
                let value = self.inferred(tree, &tree.value, "", pointer);
                content.schema = Some(Schema { value, pointer: pointer.to_owned() });
            }
            Some(schema) if !jsonschema::draft4::is_valid(&schema.value, &tree.value) => {
                let text = "the example does not match the schema, which is inferred from the first example";
                self.note(pointer, line, text);
            }
            Some(_) => {}
        }
    }

    /// The schema for the value at `from` in an example: every property is required and has the type it has
    /// there. The pointer of the schema is `to`, and its line is that of the value.
    fn inferred(&mut self, example: &Tree, value: &Value, from: &str, to: &str) -> Value {
        self.location(to, example.line(from));
        match value {
            Value::Null => json!({}),
            Value::Bool(_) => json!({ "type": "boolean" }),
            Value::Number(number) if number.is_f64() => json!({ "type": "number" }),
            Value::Number(_) => json!({ "type": "integer" }),
            Value::String(_) => json!({ "type": "string" }),
            Value::Array(items) => match items.first() {
                Some(first) => {
                    let items = self.inferred(example, first, &format!("{from}/0"), &format!("{to}/items"));
                    json!({ "type": "array", "items": items })
                }
                None => json!({ "type": "array" }),
            },
            Value::Object(map) if map.is_empty() => json!({ "type": "object" }),
            Value::Object(map) => {
                let mut properties = Map::new();
                for (name, value) in map {
                    let step = pointer::escape(name);
                    let (from, to) = (format!("{from}/{step}"), format!("{to}/properties/{step}"));
                    properties.insert(name.clone(), self.inferred(example, value, &from, &to));
                }
                let required: Vec<_> = map.keys().collect();
                json!({ "type": "object", "properties": properties, "required": required })
            }
        }
    }
}

/// The body of a response in a media type, added if it is new.
fn content_in<'r>(response: &'r mut Response, media_type: &str, location: &Location) -> &'r mut Content {
    let known = response.contents.iter().position(|content| content.media_type == media_type);
    let index = known.unwrap_or(response.contents.len());
    if known.is_none() {
        response.contents.push(Content {
            media_type: media_type.to_owned(),
            schema: None,
            examples: Vec::new(),
            encodings: std::collections::BTreeMap::new(),
            location: location.clone(),
        });
    }
    &mut response.contents[index]
}

/// The media type for the language of a code block. Pages mark JSON as JavaScript.
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
