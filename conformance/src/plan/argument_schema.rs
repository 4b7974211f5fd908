//! An argument with its compiled schema, and the values that the cases give it.

use std::collections::BTreeSet;
use std::sync::Arc;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::fact::FactId;
use super::planned_argument::Argument;
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
        self.argument.place.is_none() || carries(self.argument.sent_at(), &json!(text))
    }

    /// Whether the suite gives the client no such value: the document allows it, and a request cannot carry it unchanged at the place
    /// of the argument; or the schema forbids an empty value, and `allowEmptyValue` allows it.
    pub(super) fn is_lost(&self, value: &Value) -> bool {
        let is_lost =
            self.argument.place.is_some() && self.allows(value) && !carries(self.argument.sent_at(), value);
        let is_contradictory = self.argument.allow_empty && value == "" && !self.allows(value);
        is_lost || is_contradictory
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
