//! An argument with its compiled schema, and the values that the cases give it.

use std::collections::BTreeSet;
use std::sync::Arc;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::fact::FactId;
use super::operation_plan::Argument;
use crate::document::{Document, ParameterLocation};
use crate::wire::parameter::carries;

/// One value of an argument.
pub(super) struct Variation {
    /// The name, as the last part of the case id.
    pub(super) name: String,
    pub(super) purpose: String,
    pub(super) value: Value,
    /// The keyword of the schema that it exercises.
    pub(super) keyword: Option<&'static str>,
    /// Other facts that it exercises.
    pub(super) facts: BTreeSet<FactId>,
    /// The JSON pointer of the constraint that it is about, if that is within the schema.
    pub(super) pointer: Option<String>,
}

/// An argument and its compiled schema.
pub(super) struct ArgumentSchema<'a> {
    pub(super) document: &'a Document,
    pub(super) argument: &'a Argument,
    pub(super) validator: Arc<Validator>,
}

impl ArgumentSchema<'_> {
    pub(super) fn allows(&self, value: &Value) -> bool {
        // With an empty segment, the path is another one.
        let is_empty_segment = self.argument.place == Some(ParameterLocation::Path) && value == "";
        !is_empty_segment && self.validator.is_valid(value)
    }

    /// Whether a string reaches the server unchanged.
    pub(super) fn carries(&self, text: &str) -> bool {
        carries(self.argument.place, &json!(text))
    }

    /// Whether the document allows the value, and a request cannot carry it unchanged at the place of the argument.
    pub(super) fn is_lost(&self, value: &Value) -> bool {
        self.allows(value) && value.as_str().is_some_and(|text| !self.carries(text))
    }
}

/// A value that exercises a keyword of the schema.
pub(super) fn vary(
    name: &str,
    purpose: &str,
    value: impl Into<Value>,
    keyword: Option<&'static str>,
) -> Variation {
    Variation {
        name: name.to_owned(),
        purpose: purpose.to_owned(),
        value: value.into(),
        keyword,
        facts: BTreeSet::new(),
        pointer: None,
    }
}

/// The length that a keyword of the schema states.
pub(super) fn bound(schema: &Value, keyword: &str) -> Option<usize> {
    schema.get(keyword).and_then(Value::as_u64).map(|bound| bound as usize)
}
