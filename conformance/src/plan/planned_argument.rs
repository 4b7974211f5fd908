//! An argument of an operation, with what planning its cases needs.

use std::collections::BTreeSet;

use serde_json::Value;

use super::fact::FactId;
use crate::document::{Location, ParameterLocation, Schema, Serialisation};
use crate::wire::parameter::Place;
use crate::wire::value::has_file;

/// An argument that a caller can give.
#[derive(Clone, Debug)]
pub(crate) struct Argument {
    /// The name under which a driver finds it.
    pub(crate) name: String,
    /// Where it is sent; none when it is sent in the body.
    pub(crate) place: Option<ParameterLocation>,
    /// Its serialisation, where it is a parameter.
    pub(crate) format: Option<Serialisation>,
    /// Whether OpenAPI's `allowEmptyValue` allows an empty value.
    pub(crate) allow_empty: bool,
    /// Whether the document requires it.
    pub(crate) required: bool,
    /// Whether only the server can know a valid value: by default, that of a parameter in the path.
    pub(crate) server_value: bool,
    /// Its schema, with `$ref` followed.
    pub(crate) schema: Schema,
    /// A value that the document allows.
    pub(crate) sample: Value,
    /// Where the provider states the sample, if it does.
    pub(crate) sampled_at: Option<Location>,
    /// Where it is stated.
    pub(crate) location: Location,
    /// Where the document states that it is required, if it does.
    pub(crate) required_at: Option<Location>,
    /// The facts that giving it exercises.
    pub(crate) facts: BTreeSet<FactId>,
}

impl Argument {
    /// Where it is sent, and how.
    pub(crate) fn sent_at(&self) -> Place<'_> {
        match (self.place, &self.format) {
            (Some(place), Some(format)) => Place::Parameter(place, format),
            _ => Place::Body,
        }
    }

    /// Whether a value of it is or has a file. Then the suite gives no other value.
    pub(crate) fn has_file(&self) -> bool {
        has_file(&self.sample)
    }
}
