//! The rows of parameter tables, and form bodies, which are documented in the same way.

use serde_json::{Map, Value, json};

use super::Reader;
use super::block::BlockKind;
use super::grid::{Details, Row, grid};
use super::line::{Line, joined};
use super::section::Section;
use super::values::meaning;
use crate::document::prose::collapse;
use crate::document::{Body, Content, Example, Parameter, Place, Schema, push_token};

/// The media type of a body that is a table of names.
const FORM: &str = "application/x-www-form-urlencoded";

/// One row of a table of names.
struct Named {
    name: String,
    required: bool,
    description: String,
    schema: Value,
    examples: Vec<Example>,
    line: usize,
    pointer: String,
}

impl Reader {
    /// The parameters of all sections of one place.
    pub(super) fn parameters(
        &mut self,
        operation: &str,
        sections: &[&Section<'_>],
        place: Place,
    ) -> Vec<Parameter> {
        let named = self.named(
            &format!("{operation}/{}", place_name(place)),
            sections,
            place == Place::Path,
        );
        let parameters = named.into_iter().map(|named| Parameter {
            location: self.location(&named.pointer, named.line),
            schema: Schema {
                value: named.schema,
                pointer: format!("{}/schema", named.pointer),
            },
            name: named.name,
            place,
            required: named.required || place == Place::Path,
            style: if place == Place::Query {
                "form"
            } else {
                "simple"
            }
            .to_owned(),
            explode: place == Place::Query,
            allow_reserved: false,
            description: named.description,
            examples: named.examples,
        });
        parameters.collect()
    }

    /// A form body: an object with a property for each row.
    pub(super) fn form_body(&mut self, operation: &str, sections: &[&Section<'_>]) -> Option<Body> {
        let pointer = format!("{operation}/body");
        let named = self.named(&format!("{pointer}/schema/properties"), sections, false);
        let line = named.first()?.line;
        let required: Vec<_> = named
            .iter()
            .filter(|named| named.required)
            .map(|named| named.name.clone())
            .collect();
        let mut properties = Map::new();
        for named in named {
            let mut schema = named.schema;
            schema["description"] = Value::String(named.description);
            if let Some(example) = named.examples.into_iter().next() {
                schema["example"] = example.value;
            }
            properties.insert(named.name, schema);
        }
        let mut schema = json!({ "type": "object", "properties": properties });
        let is_required = !required.is_empty();
        if is_required {
            schema["required"] = json!(required);
        }
        let location = self.location(
            &pointer,
            sections.first().map_or(line, |section| section.line),
        );
        let content = Content {
            media_type: FORM.to_owned(),
            schema: Some(Schema {
                value: schema,
                pointer: format!("{pointer}/schema"),
            }),
            examples: Vec::new(),
            location: location.clone(),
        };
        Some(Body {
            required: is_required,
            contents: vec![content],
            location,
        })
    }

    /// The rows of the tables in these sections; each name once.
    fn named(
        &mut self,
        pointer: &str,
        sections: &[&Section<'_>],
        always_required: bool,
    ) -> Vec<Named> {
        let mut all: Vec<Named> = Vec::new();
        for section in sections {
            let tables = section.blocks.iter().filter_map(|block| match &block.kind {
                BlockKind::Table(lines) => Some(lines),
                _ => None,
            });
            for lines in tables {
                let required = always_required || self.is_required(pointer, section);
                let grid = grid(lines);
                self.note_oddities(pointer, &grid);
                for row in &grid.rows {
                    let Some(named) = self.named_row(pointer, row, required) else {
                        continue;
                    };
                    if all.iter().any(|other| other.name == named.name) {
                        self.note(
                            &named.pointer,
                            named.line,
                            format!(
                                "`{}` is described a second time; only the first is read",
                                named.name
                            ),
                        );
                    } else {
                        all.push(named);
                    }
                }
            }
        }
        all
    }

    fn named_row(&mut self, pointer: &str, row: &Row<'_>, required: bool) -> Option<Named> {
        let name = unmarked(&joined(&row.name));
        if name.is_empty() || name.contains(char::is_whitespace) {
            self.note(
                pointer,
                row.line,
                format!("`{name}` is not a parameter's name; the row is not read"),
            );
            return None;
        }
        let mut pointer = pointer.to_owned();
        push_token(&mut pointer, &name);
        let line = row.line;
        self.location(&pointer, line);
        let mut named = Named {
            name,
            required,
            description: String::new(),
            schema: json!({ "type": "string" }),
            examples: Vec::new(),
            line,
            pointer,
        };
        let mut is_constrained = false;
        for (key, line, value) in details(row) {
            match key.to_ascii_lowercase().trim_end_matches('s') {
                "" | "description" => named.description = collapse(&joined(value)),
                "allowed value" => {
                    is_constrained = true;
                    self.constrain(&mut named, line, value);
                }
                "example" => self.add_examples(&mut named, value),
                "default" | "default value" => {
                    named.schema["default"] = Value::String(unmarked(&joined(value)))
                }
                _ => self.note(
                    &named.pointer,
                    line,
                    format!("`{key}` is not a row that this reader knows; it is not read"),
                ),
            }
        }
        if !is_constrained {
            self.note(
                &named.pointer,
                named.line,
                "no allowed values are stated; any text is taken",
            );
        }
        Some(named)
    }

    fn constrain(&mut self, named: &mut Named, line: usize, value: &[Line<'_>]) {
        let texts: Vec<_> = value.iter().map(|line| line.text).collect();
        let meaning = meaning(&texts);
        let pointer = format!("{}/schema", named.pointer);
        self.location(&pointer, line);
        if let Some(unread) = meaning.unread {
            self.note(&pointer, line, unread);
        }
        if let (Value::Object(schema), Value::Object(stated)) = (&mut named.schema, meaning.schema)
        {
            schema.extend(stated);
        }
    }

    /// One example a line: the value after `name=`, or what stands there.
    fn add_examples(&mut self, named: &mut Named, value: &[Line<'_>]) {
        for line in value.iter().filter(|line| !line.is_blank()) {
            let text = unmarked(line.text);
            let after_name = text
                .strip_prefix(named.name.as_str())
                .and_then(|rest| rest.trim_start().strip_prefix(['=', ':']));
            let value = match after_name {
                Some(rest) => percent_encoding::percent_decode_str(rest.trim())
                    .decode_utf8_lossy()
                    .into_owned(),
                None => text,
            };
            let pointer = format!("{}/examples/{}", named.pointer, named.examples.len());
            let location = self.location(&pointer, line.number);
            named.examples.push(Example {
                value: Value::String(value),
                location,
            });
        }
    }

    /// What the heading says: "Required (always)" or "Optional". What is required only sometimes
    /// is optional to whoever does not know when.
    fn is_required(&mut self, pointer: &str, section: &Section<'_>) -> bool {
        let remark = section.remark.to_ascii_lowercase();
        let condition = remark
            .split_once('(')
            .map(|(_, rest)| rest.trim_end_matches(')').trim());
        match (remark.contains("required"), condition) {
            _ if remark.contains("optional") => false,
            (true, None | Some("always")) => true,
            (true, Some(condition)) => {
                self.note(pointer, section.line, format!("required only `{condition}`, which this reader does not understand; read as optional"));
                false
            }
            (false, _) => {
                let text = format!(
                    "the heading `{}` says neither Required nor Optional; read as optional",
                    section.name
                );
                self.note(pointer, section.line, text);
                false
            }
        }
    }
}

/// A row's details by key, with the line of each; a text without keys is a description.
pub(super) fn details<'r, 'a>(row: &'r Row<'a>) -> Vec<(String, usize, &'r [Line<'a>])> {
    match &row.details {
        Details::Text(lines) => vec![(
            "".to_owned(),
            lines.first().map_or(row.line, |line| line.number),
            lines.as_slice(),
        )],
        Details::Rows(rows) => rows
            .iter()
            .map(|row| match &row.details {
                Details::Text(lines) => (unmarked(&joined(&row.name)), row.line, lines.as_slice()),
                Details::Rows(_) => (unmarked(&joined(&row.name)), row.line, [].as_slice()),
            })
            .collect(),
    }
}

/// Text without the marks of emphasis or literals around it, white space collapsed.
pub(super) fn unmarked(text: &str) -> String {
    let text = collapse(text);
    text.trim_matches(['`', '*']).trim().to_owned()
}

fn place_name(place: Place) -> &'static str {
    match place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
        Place::Cookie => "cookie",
    }
}
