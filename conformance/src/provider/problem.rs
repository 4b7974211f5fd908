//! What is wrong with a `conformance.yaml`, in one line.

use std::sync::LazyLock;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use crate::document::pointer::{escape, unescape};
use crate::style::suggestion;

/// The published schema.
static SCHEMA: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../conformance.schema.json")).unwrap_or_default());

static VALIDATOR: LazyLock<Option<Validator>> = LazyLock::new(|| jsonschema::validator_for(&SCHEMA).ok());

/// The first problem of a configuration: its JSON pointer, and what is wrong there.
pub(super) fn first(config: &Value) -> Option<(String, String)> {
    let Some(validator) = &*VALIDATOR else {
        return Some((String::new(), "conformance.schema.json is not a JSON Schema".to_owned()));
    };
    // An unknown key comes first: it can be a required key, misspelt, and then the message names the right one.
    let is_known = |error: &ValidationError<'_>| {
        !matches!(error.kind(), ValidationErrorKind::AdditionalProperties { .. })
    };
    validator.iter_errors(config).min_by_key(is_known).map(|error| problem(&error))
}

fn problem(error: &ValidationError<'_>) -> (String, String) {
    let at = error.instance_path().as_str();
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let key = unexpected.first().map_or("", String::as_str);
            (format!("{at}/{}", escape(key)), unknown_key(error, at, key))
        }
        ValidationErrorKind::Required { property } => {
            let key = property.as_str().unwrap_or_default();
            let described =
                description(&format!("{}/properties/{key}", parent(error.schema_path().as_str())));
            (at.to_owned(), format!("{} has no `{key}`; add it: {described}", place(at)))
        }
        ValidationErrorKind::PropertyNames { error: of_name } => {
            let name = of_name.instance().as_str().unwrap_or_default();
            let described = description(parent(of_name.schema_path().as_str()));
            let message = format!("`{name}` cannot be a key of {}; use: {described}", place(at));
            (format!("{at}/{}", escape(name)), message)
        }
        _ => {
            let described = description(parent(error.schema_path().as_str()));
            let message = format!("{}: {}; expected: {described}", place(at), error.masked_with("the value"));
            (at.to_owned(), message)
        }
    }
}

fn unknown_key(error: &ValidationError<'_>, at: &str, key: &str) -> String {
    let properties = format!("{}/properties", parent(error.schema_path().as_str()));
    let known = SCHEMA.pointer(&properties).and_then(Value::as_object);
    let hint = suggestion(key, known.into_iter().flatten().map(|(key, _)| key.as_str()));
    format!("unknown key `{key}` in {}; {hint}", place(at))
}

/// A JSON pointer as people write it: `providers.pyannote.documents`.
fn place(pointer: &str) -> String {
    match pointer.strip_prefix('/') {
        Some(steps) => steps.split('/').map(unescape).collect::<Vec<_>>().join("."),
        None => "the file".to_owned(),
    }
}

fn parent(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// The first sentence of the description of a schema.
fn description(pointer: &str) -> String {
    let mut schema = SCHEMA.pointer(pointer);
    if let Some(target) = schema.and_then(|schema| schema.get("$ref")).and_then(Value::as_str) {
        schema = SCHEMA.pointer(target.trim_start_matches('#'));
    }
    let described = schema.and_then(|schema| schema.get("description")).and_then(Value::as_str);
    let first = described.unwrap_or_default().split(". ").next().unwrap_or_default();
    let mut letters = first.trim_end_matches('.').chars();
    letters.next().map_or_else(String::new, |c| c.to_lowercase().chain(letters).collect())
}
