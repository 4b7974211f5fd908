//! Compiled schemas, each compiled once.

use std::collections::HashMap;
use std::sync::Arc;

use jsonschema::Validator;
use serde_json::Value;

use crate::document::model::{Document, Schema};

/// The compiled schemas of one document. Compiling a schema takes longer than all else that planning does with an argument,
/// and a document repeats its schemas.
#[derive(Debug)]
pub(crate) struct ValidatorCache<'a> {
    document: &'a Document,
    compiled: HashMap<Value, Option<Arc<Validator>>>,
}

impl<'a> ValidatorCache<'a> {
    pub(crate) fn new(document: &'a Document) -> Self {
        Self { document, compiled: HashMap::new() }
    }

    /// The validator of a schema; none when the schema cannot be compiled.
    pub(crate) fn get(&mut self, schema: &Schema) -> Option<Arc<Validator>> {
        if let Some(known) = self.compiled.get(&schema.value) {
            return known.clone();
        }
        let validator = self.document.validator(schema).ok().map(Arc::new);
        self.compiled.insert(schema.value.clone(), validator.clone());
        validator
    }
}

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
    let validator = document.validator(schema).ok()?;
    let error = validator.iter_errors(value).next()?;
    Some((error.to_string(), error.instance_path().as_str().to_owned()))
}
