//! Tables of names: parameters, and the form bodies that are documented in the same way.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::Reader;
use super::grid::{Details, Row, grid};
use super::line::{Line, joined};
use super::section::Section;
use super::values::meaning;
use crate::document::prose::collapse;
use crate::document::tree::push_token;
use crate::document::{Body, Content, Example, Parameter, Place, Schema};

/// The media type of a body that is a table of names.
const FORM: &str = "application/x-www-form-urlencoded";

/// One row of a table of names.
struct Named {
    name: String,
    is_required: bool,
    description: String,
    schema: Value,
    examples: Vec<Example>,
    line: usize,
    pointer: String,
}

impl Reader {
    /// The parameters in the tables of these sections.
    pub(super) fn parameters(&mut self, at: &str, sections: &[&Section<'_>], place: Place) -> Vec<Parameter> {
        let at = format!("{at}/{}", place_name(place));
        let mut parameters = Vec::new();
        for named in self.named(&at, "/schema", sections, place == Place::Path) {
            parameters.push(Parameter {
                location: self.location(&named.pointer, named.line),
                schema: Schema { value: named.schema, pointer: format!("{}/schema", named.pointer) },
                name: named.name,
                place,
                required: named.is_required,
                style: if place == Place::Query { "form" } else { "simple" }.to_owned(),
                explode: place == Place::Query,
                allow_reserved: false,
                description: named.description,
                examples: named.examples,
            });
        }
        parameters
    }

    /// A form body: an object with a property for each row.
    pub(super) fn form_body(&mut self, at: &str, sections: &[&Section<'_>]) -> Option<Body> {
        let at = format!("{at}/body");
        let named = self.named(&format!("{at}/schema/properties"), "", sections, false);
        let line = sections.first().filter(|_| !named.is_empty())?.line;
        let required: Vec<_> =
            named.iter().filter(|named| named.is_required).map(|named| named.name.clone()).collect();
        let is_required = !required.is_empty();
        let properties: Map<_, _> =
            named.into_iter().map(|named| (named.name.clone(), property(named))).collect();
        let mut schema = json!({ "type": "object", "properties": properties });
        if is_required {
            schema["required"] = json!(required);
        }
        let location = self.location(&at, line);
        let content = Content {
            media_type: FORM.to_owned(),
            schema: Some(Schema { value: schema, pointer: format!("{at}/schema") }),
            examples: Vec::new(),
            location: location.clone(),
        };
        Some(Body { required: is_required, contents: vec![content], location })
    }

    /// The rows of the tables in these sections, each name once. `below` is where, from a row's own
    /// pointer, its schema stands. The headings say what is required, unless all are.
    fn named(&mut self, at: &str, below: &str, sections: &[&Section<'_>], are_required: bool) -> Vec<Named> {
        let mut all = Vec::new();
        let mut taken = HashSet::new();
        for section in sections {
            for table in section.tables() {
                let is_required = are_required || self.is_required(at, section);
                for row in &self.grid(at, table) {
                    let Some(name) = self.name(at, row) else {
                        continue;
                    };
                    if taken.insert(name.clone()) {
                        all.push(self.named_row(at, below, row, name, is_required));
                    } else {
                        self.note(
                            at,
                            row.line,
                            format!("`{name}` is described a second time; only the first is read"),
                        );
                    }
                }
            }
        }
        all
    }

    /// A table's rows; what is odd about its drawing is noted.
    pub(super) fn grid<'a>(&mut self, at: &str, table: &[Line<'a>]) -> Vec<Row<'a>> {
        let grid = grid(table);
        for (line, text) in grid.oddities {
            self.note(at, line, text);
        }
        grid.rows
    }

    fn name(&mut self, at: &str, row: &Row<'_>) -> Option<String> {
        let name = unmarked(&joined(&row.name));
        if name.is_empty() || name.contains(char::is_whitespace) {
            self.note(at, row.line, format!("`{name}` is not a parameter's name; the row is not read"));
            return None;
        }
        Some(name)
    }

    fn named_row(&mut self, at: &str, below: &str, row: &Row<'_>, name: String, is_required: bool) -> Named {
        let mut pointer = at.to_owned();
        push_token(&mut pointer, &name);
        self.location(&pointer, row.line);
        let mut named = Named {
            name,
            is_required,
            description: String::new(),
            schema: Value::Null,
            examples: Vec::new(),
            line: row.line,
            pointer,
        };
        for (key, line, value) in details(row) {
            match key.as_str() {
                "description" => {
                    add_line(&mut named.description, &collapse(&joined(value)));
                    self.location(&format!("{}/description", named.pointer), line);
                }
                "allowed values" | "allowed value" if named.schema.is_null() => {
                    named.schema = self.schema(&named, below, line, value);
                }
                "allowed values" | "allowed value" => {
                    self.note(&named.pointer, line, "a second row of allowed values; only the first is read");
                }
                "example" | "examples" => self.add_examples(&mut named, value),
                _ => self.note_unknown_row(&named.pointer, line, &key),
            }
        }
        if named.schema.is_null() {
            named.schema = self.schema(&named, below, row.line, &[]);
        }
        named
    }

    pub(super) fn note_unknown_row(&mut self, at: &str, line: usize, key: &str) {
        self.note(at, line, format!("`{key}` is not a row that this reader knows; it is not read"));
    }

    /// What the allowed values mean, each of its keywords located where they are stated.
    fn schema(&mut self, named: &Named, below: &str, line: usize, value: &[Line<'_>]) -> Value {
        let texts: Vec<_> = value.iter().map(|line| line.text).collect();
        let meaning = meaning(&texts);
        let pointer = format!("{}{below}", named.pointer);
        self.location(&pointer, line);
        for keyword in meaning.schema.as_object().into_iter().flat_map(Map::keys) {
            self.location(&format!("{pointer}/{keyword}"), line);
        }
        if let Some(unread) = meaning.unread {
            self.note(&pointer, line, unread);
        }
        meaning.schema
    }

    /// The values after `name=` (or `Name:`), one a paragraph: a long one may be wrapped.
    fn add_examples(&mut self, named: &mut Named, lines: &[Line<'_>]) {
        for lines in lines.split(Line::is_blank).filter(|lines| !lines.is_empty()) {
            let Some(first) = lines.first() else { continue };
            let written: String = lines.iter().map(|line| line.text.trim()).collect();
            let written = written.trim_matches('`');
            let after_name =
                written.strip_prefix(named.name.as_str()).and_then(|rest| match rest.as_bytes() {
                    [mark @ (b'=' | b':'), ..] => Some((*mark, &rest[1..])),
                    _ => None,
                });
            let value = match after_name {
                Some((b'=', value)) => form_decoded(value.trim()),
                Some((_, value)) => value.trim().to_owned(),
                None => written.to_owned(),
            };
            let pointer = format!("{}/examples/{}", named.pointer, named.examples.len());
            let location = self.location(&pointer, first.number);
            named.examples.push(Example { value: Value::String(value), location });
        }
    }

    /// What the heading says: "Required (always)" or "Optional". What is required only sometimes
    /// is optional to whoever does not know when.
    fn is_required(&mut self, at: &str, section: &Section<'_>) -> bool {
        let remark = section.remark.to_ascii_lowercase();
        if remark.contains("optional") || remark.contains("not required") {
            return false;
        }
        if !remark.contains("required") {
            let text = format!(
                "the heading `{}` says neither Required nor Optional; read as optional",
                section.name
            );
            self.note(at, section.line, text);
            return false;
        }
        match remark.split_once('(').map(|(_, condition)| condition.trim_end_matches(')').trim()) {
            None | Some("always") => true,
            Some(condition) => {
                self.note(
                    at,
                    section.line,
                    format!("required only `{condition}`, which this reader cannot decide; read as optional"),
                );
                false
            }
        }
    }
}

/// A row's details by key in small letters, with the line of each; a text without keys describes.
pub(super) fn details<'r, 'a>(row: &'r Row<'a>) -> Vec<(String, usize, &'r [Line<'a>])> {
    match &row.details {
        Details::Text(lines) => vec![("description".to_owned(), row.line, lines.as_slice())],
        Details::Rows(rows) => rows
            .iter()
            .map(|row| {
                let value = match &row.details {
                    // No table goes deeper than this.
                    Details::Rows(_) => &[],
                    Details::Text(lines) => lines.as_slice(),
                };
                (unmarked(&joined(&row.name)).to_ascii_lowercase(), row.line, value)
            })
            .collect(),
    }
}

/// A value as it is written in a query or a form.
fn form_decoded(text: &str) -> String {
    let blanks = text.replace('+', " ");
    percent_encoding::percent_decode_str(&blanks).decode_utf8_lossy().into_owned()
}

/// Adds to a text what a further row or paragraph says.
pub(super) fn add_line(text: &mut String, line: &str) {
    if !text.is_empty() && !line.is_empty() {
        text.push('\n');
    }
    text.push_str(line);
}

fn property(named: Named) -> Value {
    let mut schema = named.schema;
    schema["description"] = Value::String(named.description);
    if let Some(example) = named.examples.into_iter().next() {
        schema["example"] = example.value;
    }
    schema
}

/// Text without the marks of emphasis or literals around it, white space collapsed.
pub(super) fn unmarked(text: &str) -> String {
    let text = collapse(text);
    text.trim_matches(['`', '*', ':']).trim().to_owned()
}

fn place_name(place: Place) -> &'static str {
    match place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
        Place::Cookie => "cookie",
    }
}
