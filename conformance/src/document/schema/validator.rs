//! Where a value breaks its schema.

use serde_json::Value;

use crate::document::model::{Document, Schema};

/// Where a value breaks a schema: the first violation, with its place in the value. None when the value satisfies the schema
/// or the schema cannot be compiled.
pub(crate) fn violation(document: &Document, schema: &Schema, value: &Value) -> Option<String> {
    let (message, place) = first_violation(document, schema, value)?;
    Some(format!("{message} (at {})", if place.is_empty() { "the body itself" } else { &place }))
}

/// The message of the first violation, and its JSON pointer in the value.
pub(crate) fn first_violation(
    document: &Document,
    schema: &Schema,
    value: &Value,
) -> Option<(String, String)> {
    let validator = document.compiled(schema)?;
    let error = validator.iter_errors(value).next()?;
    Some((error.to_string(), error.instance_path().as_str().to_owned()))
}
