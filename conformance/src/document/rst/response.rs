//! Response tables, and the example responses that go with them.

use serde_json::{Map, Value, json};

use super::Reader;
use super::block::{Block, BlockKind, blocks};
use super::grid::{Row, grid};
use super::line::{Line, joined};
use super::message::{Message, message};
use super::parameter::{details, unmarked};
use super::section::Section;
use crate::document::prose::collapse;
use crate::document::{Code, Content, Example, Response, Schema, json as json_text, push_token};

impl Reader {
    /// The responses in the tables of these sections.
    pub(super) fn responses(
        &mut self,
        operation: &str,
        sections: &[&Section<'_>],
    ) -> Vec<Response> {
        let mut responses: Vec<Response> = Vec::new();
        let tables = sections
            .iter()
            .flat_map(|section| &section.blocks)
            .filter_map(|block| match &block.kind {
                BlockKind::Table(lines) => Some(lines),
                _ => None,
            });
        for lines in tables {
            let grid = grid(lines);
            self.note_oddities(operation, &grid);
            for row in &grid.rows {
                let Some(response) = self.response(operation, row) else {
                    continue;
                };
                if responses.iter().any(|other| other.code == response.code) {
                    let text = format!(
                        "{} is described a second time; only the first is read",
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

    fn response(&mut self, operation: &str, row: &Row<'_>) -> Option<Response> {
        let written = unmarked(&joined(&row.name));
        let Some(code) = written.split_whitespace().next().and_then(Code::parse) else {
            self.note(
                operation,
                row.line,
                format!("`{written}` is not a status; the row is not read"),
            );
            return None;
        };
        let pointer = format!("{operation}/responses/{code}");
        let location = self.location(&pointer, row.line);
        let mut response = Response {
            code,
            description: String::new(),
            contents: Vec::new(),
            headers: Vec::new(),
            location,
        };
        for (key, line, value) in details(row) {
            match key.to_ascii_lowercase().as_str() {
                "" | "description" => describe(&mut response, &collapse(&joined(value))),
                "contents" | "content" => self.contents(&mut response, value),
                _ => self.note(
                    &pointer,
                    line,
                    format!("`{key}` is not a row that this reader knows; it is not read"),
                ),
            }
        }
        Some(response)
    }

    /// A code block is an example of the body, prose describes it.
    fn contents(&mut self, response: &mut Response, lines: &[Line<'_>]) {
        for Block { line, kind } in blocks(lines) {
            match kind {
                BlockKind::Paragraph(text) => describe(response, &text),
                BlockKind::Directive {
                    name: "code-block" | "sourcecode" | "code",
                    argument,
                    content,
                } => {
                    self.add_example(response, media_type(argument), &content);
                }
                _ => {
                    let pointer = response.location.pointer.clone();
                    self.note(
                        &pointer,
                        line,
                        "something that is neither text nor a code block; it is not read",
                    );
                }
            }
        }
    }

    /// An example response belongs to the documented response of its status.
    pub(super) fn example_response(
        &mut self,
        operation: &str,
        line: usize,
        lines: &[Line<'_>],
        responses: &mut [Response],
    ) {
        let example = message(lines);
        let Some(status) = example.status() else {
            self.note(
                operation,
                line,
                format!(
                    "`{}` is not the first line of a response; the example is not read",
                    example.start
                ),
            );
            return;
        };
        if let Some(line) = example.runs_on {
            self.note(
                operation,
                line,
                "no blank line between the headers and the body",
            );
        }
        let Some(response) = responses
            .iter_mut()
            .find(|response| response.code == Code::Exact(status))
        else {
            self.note(
                operation,
                line,
                format!("an example of a {status}, which the page does not document"),
            );
            return;
        };
        if !example.body.is_empty() {
            self.add_example(response, &content_type(&example), &example.body);
        }
    }

    fn add_example(&mut self, response: &mut Response, media_type: &str, lines: &[Line<'_>]) {
        let Some(first) = lines.first() else { return };
        let pointer = response.location.pointer.clone();
        let index: usize = response
            .contents
            .iter()
            .map(|content| content.examples.len())
            .sum();
        let location = self.location(&format!("{pointer}/examples/{index}"), first.number);
        let text = joined(lines);
        let schema_pointer = format!("{pointer}/schema");
        let mut schema = None;
        let value = if !is_json(media_type) {
            Some(Value::String(text))
        } else {
            match json_text::read(&text, first.number - 1) {
                Ok(tree) => {
                    schema = Some(Schema {
                        value: derived(&tree.value),
                        pointer: schema_pointer.clone(),
                    });
                    self.locate_parts(
                        &tree.value,
                        &mut String::new(),
                        &mut schema_pointer.clone(),
                        &tree.lines,
                    );
                    Some(tree.value)
                }
                Err(fault) => {
                    self.note(
                        &pointer,
                        fault.line,
                        format!("{}; the example is not read", fault.message),
                    );
                    None
                }
            }
        };
        let examples: Vec<_> = value
            .into_iter()
            .map(|value| Example {
                value,
                location: location.clone(),
            })
            .collect();
        match response
            .contents
            .iter_mut()
            .find(|content| content.media_type == media_type)
        {
            Some(content) => {
                content.examples.extend(examples);
                content.schema = content.schema.take().or(schema);
            }
            None => response.contents.push(Content {
                media_type: media_type.to_owned(),
                schema,
                examples,
                location,
            }),
        }
    }

    /// Gives the parts of a derived schema the lines of what they are derived from.
    fn locate_parts(
        &mut self,
        value: &Value,
        at: &mut String,
        schema: &mut String,
        lines: &std::collections::BTreeMap<String, usize>,
    ) {
        let line = crate::document::nearest_line(lines, at);
        if !self.lines.contains_key(schema.as_str()) {
            self.location(schema, line);
        }
        let mut step = |reader: &mut Self, token: &str, part: &Value, below: &str| {
            let (at_length, schema_length) = (at.len(), schema.len());
            push_token(at, token);
            schema.push_str(below);
            if below == "/properties" {
                push_token(schema, token);
            }
            reader.locate_parts(part, at, schema, lines);
            at.truncate(at_length);
            schema.truncate(schema_length);
        };
        match value {
            Value::Object(map) => map
                .iter()
                .for_each(|(name, part)| step(self, name, part, "/properties")),
            Value::Array(items) => items
                .first()
                .into_iter()
                .for_each(|part| step(self, "0", part, "/items")),
            _ => {}
        }
    }
}

/// The schema an example allows to be derived: what is there must be there, of the type it has.
fn derived(example: &Value) -> Value {
    match example {
        Value::Null => json!({}),
        Value::Bool(_) => json!({ "type": "boolean" }),
        Value::Number(number) if number.is_f64() => json!({ "type": "number" }),
        Value::Number(_) => json!({ "type": "integer" }),
        Value::String(_) => json!({ "type": "string" }),
        Value::Array(items) => match items.first() {
            Some(first) => json!({ "type": "array", "items": derived(first) }),
            None => json!({ "type": "array" }),
        },
        Value::Object(map) => {
            let properties: Map<_, _> = map
                .iter()
                .map(|(name, value)| (name.clone(), derived(value)))
                .collect();
            let mut schema = json!({ "type": "object", "properties": properties });
            if !map.is_empty() {
                schema["required"] = map.keys().map(String::as_str).collect();
            }
            schema
        }
    }
}

fn describe(response: &mut Response, text: &str) {
    if !response.description.is_empty() && !text.is_empty() {
        response.description.push('\n');
    }
    response.description.push_str(text);
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

fn content_type(message: &Message<'_>) -> String {
    let stated = message.header("content-type").unwrap_or("application/json");
    stated
        .split(';')
        .next()
        .unwrap_or(stated)
        .trim()
        .to_ascii_lowercase()
}

fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}
