//! Schemas and what they refer to: where definitions are laid out, and how a schema is compiled.

use jsonschema::{Draft, PatternOptions, Validator};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value};

use crate::document::model::{Document, Schema};
use crate::document::pointer::{escape, unescape};

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

/// The largest compiled pattern, in bytes: what is larger is not used.
pub(crate) const LARGEST_PATTERN: usize = 1024 * 1024;

impl Document {
    /// The schema, made whole with what its `$ref`s name, as a validator that checks formats too.
    ///
    /// # Errors
    ///
    /// One line with the part of the schema that cannot be compiled, for example an invalid pattern.
    pub fn validator(&self, schema: &Schema) -> Result<Validator, String> {
        jsonschema::options()
            .with_draft(Draft::Draft4)
            .should_validate_formats(true)
            .with_format("uuid", is_uuid)
            .with_pattern_options(PatternOptions::fancy_regex().size_limit(LARGEST_PATTERN))
            .build(&self.with_definitions(&schema.value))
            .map_err(|error| format!("{}: {error}", self.locate(&schema.pointer)))
    }

    /// The schema that a `$ref` names, and the pointer of the place that states it.
    pub fn definition(&self, reference: &str) -> Option<(&Value, String)> {
        let pointer = pointer_of(reference);
        let definition = self.definitions.pointer(&pointer)?;
        let stated = pointer.strip_prefix("/elsewhere/").map(unescape);
        Some((definition, stated.unwrap_or(pointer)))
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
        whole
    }
}

fn collect_references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str));
            map.values().for_each(|value| collect_references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| collect_references(value, found)),
        _ => {}
    }
}

/// Where a schema that some `$ref` names stands among the definitions: a component where the
/// document has it, anything else under `elsewhere` by its pointer.
pub(crate) fn definition_of(pointer: &str) -> String {
    match pointer.strip_prefix("/components/schemas/") {
        Some(name) if !name.contains('/') => pointer.to_owned(),
        _ => format!("/elsewhere/{}", escape(pointer)),
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

/// The pointer in a reference within the document (`#/...`).
pub(crate) fn pointer_of(reference: &str) -> String {
    let fragment = reference.strip_prefix('#').unwrap_or(reference);
    percent_decode_str(fragment).decode_utf8_lossy().into_owned()
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<_> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}
