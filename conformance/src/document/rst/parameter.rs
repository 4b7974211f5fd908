//! Parameter tables, and tables that describe a form body in the same way.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value, json};

use super::allowed_values::AllowedValues;
use super::grid::{Details, GridRow, grid};
use super::line::{Line, joined, without_roles};
use super::reader::RstReader;
use super::section::Section;
use crate::document::model::{Body, Content, Example, Parameter, ParameterLocation, Schema};
use crate::document::path::bare_parameter;
use crate::document::pointer;
use crate::document::prose::collapse;

/// The media type of a body described by a table.
const FORM: &str = "application/x-www-form-urlencoded";

impl RstReader {
    /// The parameters in the tables of these sections.
    pub(super) fn parameters(
        &mut self,
        at: &str,
        sections: &[&Section<'_>],
        sent_in: ParameterLocation,
    ) -> Vec<Parameter> {
        self.rows(&format!("{at}/{}", sent_in.word()), "/schema", sections, sent_in)
    }

    /// A form body: an object with one property per row. Form fields are encoded as in a query.
    pub(super) fn form_body(&mut self, at: &str, sections: &[&Section<'_>]) -> Option<Body> {
        let at = format!("{at}/body");
        let rows = self.rows(&format!("{at}/schema/properties"), "", sections, ParameterLocation::Query);
        let line = sections.first().filter(|_| !rows.is_empty())?.line;
        let required: Vec<_> = rows.iter().filter(|row| row.required).map(|row| row.name.clone()).collect();
        let is_required = !required.is_empty();
        let mut schema = json!({ "type": "object", "properties": {} });
        for row in rows {
            let mut property = row.schema.value;
            property["description"] = Value::String(row.description);
            if let Some(example) = row.examples.into_iter().next() {
                property["example"] = example.value;
            }
            schema["properties"][row.name] = property;
        }
        if is_required {
            schema["required"] = json!(required);
        }
        let location = self.location(&at, line);
        let content = Content {
            media_type: FORM.to_owned(),
            schema: Some(Schema { value: schema, pointer: format!("{at}/schema") }),
            examples: Vec::new(),
            encodings: BTreeMap::new(),
            location: location.clone(),
        };
        Some(Body { required: is_required, contents: vec![content], location })
    }

    /// The rows of the tables in these sections, without duplicate names. `below` is the pointer of the
    /// schema, relative to the row. The heading of a section says whether its rows are required; those of
    /// a path always are.
    fn rows(
        &mut self,
        at: &str,
        below: &str,
        sections: &[&Section<'_>],
        sent_in: ParameterLocation,
    ) -> Vec<Parameter> {
        let mut all = Vec::new();
        let mut taken = HashSet::new();
        for section in sections {
            for table in section.tables() {
                let required = sent_in == ParameterLocation::Path || self.is_required(at, section);
                for row in &self.grid(at, table) {
                    let name = unmarked(&joined(&row.name));
                    if name.is_empty() || name.contains(char::is_whitespace) {
                        let text = format!("`{name}` is not a parameter name; the row is ignored");
                        self.note(at, row.line, text);
                    } else if taken.insert(name.clone()) {
                        let mut pointer = at.to_owned();
                        pointer::push(&mut pointer, &name);
                        let location = self.location(&pointer, row.line);
                        let schema = Schema { value: Value::Null, pointer: pointer + below };
                        let bare = bare_parameter(&name, sent_in, location);
                        all.push(self.described(row, Parameter { required, schema, ..bare }));
                    } else {
                        let text = format!("`{name}` is described twice; only the first description is used");
                        self.note(at, row.line, text);
                    }
                }
            }
        }
        all
    }

    /// The rows of a table. Defects of the drawing are noted.
    pub(super) fn grid<'a>(&mut self, at: &str, table: &[Line<'a>]) -> Vec<GridRow<'a>> {
        let grid = grid(table);
        for (line, text) in grid.defects {
            self.note(at, line, text);
        }
        grid.rows
    }

    /// Adds the details of a row to its parameter.
    fn described(&mut self, row: &GridRow<'_>, mut parameter: Parameter) -> Parameter {
        let at = parameter.location.pointer.clone();
        for (key, line, value) in details(row) {
            match key.as_str() {
                "description" => {
                    add_line(&mut parameter.description, &collapse(&joined(value)));
                    self.location(&format!("{at}/description"), line);
                }
                "allowed values" | "allowed value" if parameter.schema.value.is_null() => {
                    self.set_schema(&mut parameter.schema, line, value);
                }
                "allowed values" | "allowed value" => {
                    self.note(&at, line, "there is a second row of allowed values; only the first is used");
                }
                "example" | "examples" => self.add_examples(&mut parameter, value),
                _ => self.note_unknown_row(&at, line, &key),
            }
        }
        if parameter.schema.value.is_null() {
            self.set_schema(&mut parameter.schema, row.line, &[]);
        }
        for example in &mut parameter.examples {
            example.value = typed(&parameter.schema.value, example.value.take());
        }
        parameter
    }

    pub(super) fn note_unknown_row(&mut self, at: &str, line: usize, key: &str) {
        self.note(at, line, format!("the row `{key}` is not recognised; it is ignored"));
    }

    /// Sets the schema for the allowed values. Each keyword has the location of the cell.
    fn set_schema(&mut self, schema: &mut Schema, line: usize, cell: &[Line<'_>]) {
        let values = AllowedValues::parse(&cell.iter().map(|line| line.text).collect::<Vec<_>>());
        self.location(&schema.pointer, line);
        for keyword in values.schema.as_object().into_iter().flat_map(Map::keys) {
            self.location(&format!("{}/{keyword}", schema.pointer), line);
        }
        if let Some(unread) = values.unread {
            self.note(&schema.pointer, line, unread);
        }
        schema.value = values.schema;
    }

    /// The example values: what follows `name=` or `Name:`. Blank lines separate them; a value may be wrapped.
    fn add_examples(&mut self, parameter: &mut Parameter, lines: &[Line<'_>]) {
        for lines in lines.split(Line::is_blank).filter(|lines| !lines.is_empty()) {
            let written: String = lines.iter().map(|line| line.text.trim()).collect();
            let written = written.trim_matches('`');
            let after_name = written.strip_prefix(parameter.name.as_str()).unwrap_or_default();
            let value = match after_name.strip_prefix('=') {
                Some(encoded) => {
                    let encoded = encoded.trim().replace('+', " ");
                    percent_encoding::percent_decode_str(&encoded).decode_utf8_lossy().into_owned()
                }
                None => after_name.strip_prefix(':').map_or(written, str::trim).to_owned(),
            };
            let pointer = format!("{}/examples/{}", parameter.location.pointer, parameter.examples.len());
            let location = self.location(&pointer, lines[0].number);
            parameter.examples.push(Example { value: Value::String(value), location });
        }
    }

    /// Whether the heading says "Required" or "Required (always)". A condition cannot be evaluated, so rows
    /// with a condition count as optional.
    fn is_required(&mut self, at: &str, section: &Section<'_>) -> bool {
        let remark = section.remark.to_ascii_lowercase();
        let condition = remark.split_once('(').map(|(_, condition)| condition.trim_end_matches(')').trim());
        let text = match condition {
            _ if remark.contains("optional") || remark.contains("not required") => return false,
            _ if !remark.contains("required") => format!(
                "the heading `{}` says neither Required nor Optional; its rows are treated as optional",
                section.name
            ),
            None | Some("always") => return true,
            Some(condition) => {
                format!("required only under the condition `{condition}`; treated as optional")
            }
        };
        self.note(at, section.line, text);
        false
    }
}

/// The example as the type of its parameter. A page writes every value as text; a text that is no value of the type is kept.
fn typed(schema: &Value, example: Value) -> Value {
    let read = |text: &str| serde_json::from_str::<Value>(&text.to_ascii_lowercase()).ok();
    let value = example.as_str().filter(|_| schema["type"] != "string").and_then(read);
    value.filter(|value| value.is_number() || value.is_boolean()).unwrap_or(example)
}

/// The details of a row: key in lower case, line, and lines. Details without a key are a description.
pub(super) fn details<'r, 'a>(row: &'r GridRow<'a>) -> Vec<(String, usize, &'r [Line<'a>])> {
    match &row.details {
        Details::Text(lines) => vec![("description".to_owned(), row.line, lines.as_slice())],
        Details::Rows(rows) => rows
            .iter()
            .map(|row| {
                let value = match &row.details {
                    // Tables are not nested more deeply.
                    Details::Rows(_) => &[],
                    Details::Text(lines) => lines.as_slice(),
                };
                (unmarked(&joined(&row.name)).to_ascii_lowercase(), row.line, value)
            })
            .collect(),
    }
}

/// Appends a line to a description.
pub(super) fn add_line(text: &mut String, line: &str) {
    if !text.is_empty() && !line.is_empty() {
        text.push('\n');
    }
    text.push_str(line);
}

/// Removes roles, emphasis and literal markup, and collapses white space.
pub(super) fn unmarked(text: &str) -> String {
    let text = collapse(text);
    without_roles(&text).trim_matches(['`', '*', ':']).trim().to_owned()
}
