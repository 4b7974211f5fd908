//! JSON Schemas that the suite publishes, and with which it checks what users write: configurations, and messages of drivers.

use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value};

use crate::document::pointer::unescape;

/// A published schema, or one definition of it.
#[derive(Debug)]
pub(crate) struct PublishedSchema {
    schema: Value,
    /// None when the schema cannot be compiled. A test of each schema excludes this.
    validator: Option<Validator>,
}

impl PublishedSchema {
    /// The whole schema.
    pub(crate) fn new(text: &str) -> Self {
        let schema = serde_json::from_str(text).unwrap_or_default();
        Self { validator: jsonschema::validator_for(&schema).ok(), schema }
    }

    /// The definition with this name, which can refer to the others.
    pub(crate) fn definition(text: &str, name: &str) -> Self {
        let schema: Value = serde_json::from_str(text).unwrap_or_default();
        let mut root = Map::from_iter([("$ref".to_owned(), format!("#/$defs/{name}").into())]);
        let shared = ["$schema", "$defs"].into_iter();
        root.extend(shared.filter_map(|key| Some((key.to_owned(), schema.get(key)?.clone()))));
        Self { validator: jsonschema::validator_for(&Value::Object(root)).ok(), schema }
    }

    /// The validator; none when the schema cannot be compiled.
    pub(crate) fn validator(&self) -> Option<&Validator> {
        self.validator.as_ref()
    }

    /// The part of the schema at this JSON pointer. If it is a `$ref`, the part that it names.
    pub(crate) fn part(&self, pointer: &str) -> Option<&Value> {
        let part = self.schema.pointer(pointer)?;
        let target = part.get("$ref").and_then(Value::as_str);
        target.map_or(Some(part), |target| self.schema.pointer(target.trim_start_matches('#')))
    }

    /// The first sentence of the description of the schema at this JSON pointer, as the end of a sentence.
    pub(crate) fn description(&self, pointer: &str) -> String {
        let described = self.part(pointer).and_then(|part| part.get("description")).and_then(Value::as_str);
        let first = described.unwrap_or_default().split(". ").next().unwrap_or_default();
        let mut letters = first.trim_end_matches('.').chars();
        letters.next().map_or_else(String::new, |c| c.to_lowercase().chain(letters).collect())
    }

    /// The description of the property that an object lacks.
    pub(crate) fn missing(&self, error: &ValidationError<'_>, property: &str) -> String {
        self.description(&format!("{}/properties/{property}", parent(error.schema_path().as_str())))
    }

    /// The description of the schema that a value breaks.
    pub(crate) fn broken(&self, error: &ValidationError<'_>) -> String {
        self.description(parent(error.schema_path().as_str()))
    }
}

/// A JSON pointer as people write it: `providers.pyannote.documents`. None for the whole value.
pub(crate) fn place(pointer: &str) -> Option<String> {
    let steps = pointer.strip_prefix('/')?;
    Some(steps.split('/').map(unescape).collect::<Vec<_>>().join("."))
}

/// The JSON pointer of the schema that has this keyword.
pub(crate) fn parent(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
}
