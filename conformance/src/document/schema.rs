//! What both readers do with JSON Schemas: laying definitions out, and compiling them.

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value};

use super::{Document, Schema};

impl Document {
    /// The schema, made whole with what its `$ref`s name, as a validator that checks formats too.
    ///
    /// # Errors
    ///
    /// One line that says which keyword no validator can be made of (a pattern that is no regular
    /// expression, say).
    pub fn validator(&self, schema: &Schema) -> Result<Validator, String> {
        let whole = self.with_definitions(&schema.value);
        jsonschema::options()
            .with_draft(Draft::Draft4)
            .should_validate_formats(true)
            .with_format("uuid", is_uuid)
            .build(&whole)
            .map_err(|error| format!("{}: {error}", schema.pointer))
    }

    /// A schema with those definitions laid beside it that its `$ref`s reach, and no others: a
    /// document may have thousands.
    fn with_definitions(&self, schema: &Value) -> Value {
        let mut whole = schema.clone();
        let mut references = Vec::new();
        collect_references(schema, &mut references);
        while let Some(reference) = references.pop() {
            let Some(pointer) = reference.strip_prefix('#') else {
                continue;
            };
            if whole.pointer(pointer).is_some() {
                continue;
            }
            if let Some(target) = self.definitions.pointer(pointer) {
                put(&mut whole, pointer, target.clone());
                collect_references(target, &mut references);
            }
        }
        whole
    }
}

fn collect_references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str));
            map.values()
                .for_each(|value| collect_references(value, found));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|value| collect_references(value, found)),
        _ => {}
    }
}

/// Puts a value where a pointer says, making the mappings on the way.
pub(super) fn put(root: &mut Value, pointer: &str, value: Value) {
    let mut place = root;
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        place = &mut place[token];
    }
    *place = value;
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<_> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}
