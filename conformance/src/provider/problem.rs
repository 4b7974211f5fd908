//! What is wrong with a `conformance.yaml`, in one line.

use std::sync::LazyLock;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use crate::document::pointer::escape;
use crate::document::schema::published::{PublishedSchema, parent, place};
use crate::style::suggestion;

static SCHEMA: LazyLock<PublishedSchema> =
    LazyLock::new(|| PublishedSchema::new(include_str!("../../conformance.schema.json")));

/// The first problem of a configuration: its JSON pointer, and what is wrong there.
pub(super) fn first(config: &Value) -> Option<(String, String)> {
    let Some(validator) = SCHEMA.validator() else {
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
            let described = SCHEMA.missing(error, key);
            (at.to_owned(), format!("{} has no `{key}`; add it: {described}", named(at)))
        }
        ValidationErrorKind::PropertyNames { error: of_name } => {
            let name = of_name.instance().as_str().unwrap_or_default();
            let described = SCHEMA.broken(of_name);
            let message = format!("`{name}` cannot be a key of {}; use: {described}", named(at));
            (format!("{at}/{}", escape(name)), message)
        }
        _ => {
            let described = SCHEMA.broken(error);
            let message = format!("{}: {}; expected: {described}", named(at), error.masked_with("the value"));
            (at.to_owned(), message)
        }
    }
}

fn unknown_key(error: &ValidationError<'_>, at: &str, key: &str) -> String {
    let properties = format!("{}/properties", parent(error.schema_path().as_str()));
    let known = SCHEMA.part(&properties).and_then(Value::as_object);
    let hint = suggestion(key, known.into_iter().flatten().map(|(key, _)| key.as_str()));
    format!("unknown key `{key}` in {}; {hint}", named(at))
}

fn named(at: &str) -> String {
    place(at).unwrap_or_else(|| "the file".to_owned())
}
