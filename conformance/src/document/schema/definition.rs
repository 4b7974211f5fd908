//! Schemas and what they refer to: where definitions are laid out, and how a schema is compiled.

use std::sync::Arc;

use jsonschema::{Draft, PatternOptions, Validator};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value};

use super::pattern::LARGEST_PATTERN;
use crate::document::model::{Document, Schema};
use crate::document::pointer::{escape, of_fragment, unescape};

/// What a URI's fragment does not take as it is.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The formats that are not checked. OpenAPI 3.0 leaves their meaning open, and JSON Schema 2020-12 makes no format a requirement:
/// documents use `time`, for example, for `10:30`.
const OTHER_FORMATS: [&str; 11] = [
    "time",
    "duration",
    "regex",
    "uri-reference",
    "uri-template",
    "iri",
    "iri-reference",
    "idn-email",
    "idn-hostname",
    "json-pointer",
    "relative-json-pointer",
];

/// The places of shared schemas: in OpenAPI 3, and in Swagger 2.0.
const SECTIONS: [&str; 2] = ["/components/schemas", "/definitions"];

/// The pointer of the definitions of requests, where these differ from those of responses.
const OF_REQUESTS: &str = "/request";

/// Which messages have a value. A request has no `readOnly` properties, a response no `writeOnly` properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MessageDirection {
    /// Requests.
    Request,
    /// Responses.
    Response,
}

impl Document {
    /// The schema, made whole with what its `$ref`s name, as a validator that checks formats too.
    ///
    /// # Errors
    ///
    /// One line with the part of the schema that cannot be compiled, for example an invalid pattern.
    pub fn validator(&self, schema: &Schema) -> Result<Validator, String> {
        let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
        let checked =
            OTHER_FORMATS.into_iter().fold(options, |options, format| options.with_format(format, |_| true));
        checked
            .with_format("uuid", is_uuid)
            .with_pattern_options(PatternOptions::fancy_regex().size_limit(LARGEST_PATTERN))
            .build(&self.with_definitions(&schema.value))
            .map_err(|error| format!("{}: {error}", self.locate(&schema.pointer)))
    }

    /// The validator of the schema, compiled once; none when the schema cannot be compiled.
    pub(crate) fn compiled(&self, schema: &Schema) -> Option<Arc<Validator>> {
        self.validators.get(&schema.value, || self.validator(schema).ok().map(Arc::new))
    }

    /// Whether the schema allows a value; false when the schema cannot be compiled.
    pub(crate) fn allows(&self, schema: &Schema, value: &Value) -> bool {
        self.compiled(schema).is_some_and(|validator| validator.is_valid(value))
    }

    /// The schema that a `$ref` names, and the pointer of the place that states it.
    pub fn definition(&self, reference: &str) -> Option<(&Value, String)> {
        let pointer = pointer_of(reference);
        let definition = self.definitions.pointer(&pointer)?;
        let stated = pointer.strip_prefix(OF_REQUESTS).unwrap_or(&pointer);
        Some((definition, stated.strip_prefix("/elsewhere/").map_or_else(|| stated.to_owned(), unescape)))
    }

    /// The shared schemas: the name, the pointer, and the schema.
    pub(crate) fn shared_schemas(&self) -> impl Iterator<Item = (&String, String, &Value)> {
        SECTIONS.iter().flat_map(|section| {
            let schemas = self.definitions.pointer(section).and_then(Value::as_object);
            let at = move |name: &String| format!("{section}/{}", escape(name));
            schemas.into_iter().flatten().map(move |(name, schema)| (name, at(name), schema))
        })
    }

    /// Whether requests have other definitions than responses.
    pub(crate) fn has_directions(&self) -> bool {
        self.definitions.pointer(OF_REQUESTS).is_some()
    }

    /// A schema with those definitions laid beside it that its `$ref`s reach, and no others: a
    /// document may have thousands.
    fn with_definitions(&self, schema: &Value) -> Value {
        let mut whole = schema.clone();
        let mut references = Vec::new();
        collect_references(schema, &mut references);
        while let Some(reference) = references.pop() {
            let pointer = pointer_of(reference);
            if whole.pointer(&pointer).is_some() {
                continue;
            }
            if let Some(definition) = self.definitions.pointer(&pointer) {
                put(&mut whole, &pointer, definition.clone());
                collect_references(definition, &mut references);
            }
        }
        let_discriminators_choose(&mut whole);
        whole
    }
}

/// Makes each `oneOf` with a `discriminator` an `anyOf`: the discriminator names the alternative that a value is, and another one can
/// allow the value as well.
fn let_discriminators_choose(schema: &mut Value) {
    match schema {
        Value::Object(keywords) => {
            if keywords.contains_key("discriminator")
                && !keywords.contains_key("anyOf")
                && let Some(alternatives) = keywords.remove("oneOf")
            {
                keywords.insert("anyOf".to_owned(), alternatives);
            }
            keywords.values_mut().for_each(let_discriminators_choose);
        }
        Value::Array(items) => items.iter_mut().for_each(let_discriminators_choose),
        _ => {}
    }
}

pub(crate) fn collect_references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str));
            map.values().for_each(|value| collect_references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| collect_references(value, found)),
        _ => {}
    }
}

/// The name of a shared schema, as a step of its pointer; none for a schema at another place.
pub(crate) fn shared_name(pointer: &str) -> Option<&str> {
    let name = SECTIONS.iter().find_map(|section| pointer.strip_prefix(section))?.strip_prefix('/')?;
    (!name.contains('/')).then_some(name)
}

/// Where a schema that some `$ref` names stands among the definitions: a shared schema where the
/// document has it, anything else under `elsewhere` by its pointer.
pub(crate) fn definition_of(pointer: &str, direction: MessageDirection) -> String {
    let place = match shared_name(pointer) {
        Some(_) => pointer.to_owned(),
        None => format!("/elsewhere/{}", escape(pointer)),
    };
    match direction {
        MessageDirection::Request => format!("{OF_REQUESTS}{place}"),
        MessageDirection::Response => place,
    }
}

/// Puts a value where a pointer says, making the mappings on the way.
pub(crate) fn put(root: &mut Value, pointer: &str, value: Value) {
    let mut place = root;
    for token in pointer.split('/').skip(1) {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        place = &mut place[unescape(token)];
    }
    *place = value;
}

/// A pointer as the fragment of a URI.
pub(crate) fn uri_fragment(pointer: &str) -> String {
    utf8_percent_encode(pointer, ESCAPED).to_string()
}

/// The pointer in a reference within the definitions (`#/...`).
fn pointer_of(reference: &str) -> String {
    of_fragment(reference.strip_prefix('#').unwrap_or(reference))
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<_> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}
