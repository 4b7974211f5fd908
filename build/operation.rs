//! An operation of the document, with the responses that progenitor does not generate.

use serde_json::Value;

use crate::build::json::token;
use crate::build::status::Status;

/// An operation.
pub(crate) struct Operation {
    /// The id that the conformance suite uses too.
    pub(crate) id: String,
    /// The name for the method and the types: the id, unless another operation has the same name in Rust.
    pub(crate) name: String,
    /// In lower case, as in the document.
    pub(crate) method: String,
    pub(crate) path: String,
    /// Sorted by status.
    pub(crate) errors: Vec<ErrorResponse>,
    /// Sorted by status. Empty if all successes have one type, because progenitor generates that type.
    pub(crate) successes: Vec<SuccessResponse>,
}

impl Operation {
    /// The JSON pointer of the operation.
    pub(crate) fn pointer(&self) -> String {
        format!("/paths{}/{}", token(&self.path), self.method)
    }

    /// The operation in `root`.
    pub(crate) fn node<'a>(&self, root: &'a Value) -> &'a Value {
        &root["paths"][&self.path][&self.method]
    }

    pub(crate) fn node_mut<'a>(&self, root: &'a mut Value) -> &'a mut Value {
        &mut root["paths"][&self.path][&self.method]
    }

    /// The names of the schemas of `errors` and `successes`.
    pub(crate) fn schemas(&self) -> impl Iterator<Item = &str> {
        let errors = self.errors.iter().filter_map(|error| error.schema.as_deref());
        let successes = self.successes.iter().filter_map(|success| match &success.body {
            SuccessBody::Json(schema) => Some(schema.as_str()),
            SuccessBody::Empty | SuccessBody::Bytes => None,
        });
        errors.chain(successes)
    }
}

/// A documented response that is not a success.
pub(crate) struct ErrorResponse {
    pub(crate) status: Status,
    pub(crate) description: String,
    /// The name of the schema of its JSON body, if it has one.
    pub(crate) schema: Option<String>,
}

/// A documented success of an operation whose successes have several types.
pub(crate) struct SuccessResponse {
    pub(crate) status: Status,
    pub(crate) description: String,
    pub(crate) body: SuccessBody,
}

/// The body of a success.
pub(crate) enum SuccessBody {
    Empty,
    /// JSON; the name of its schema.
    Json(String),
    /// Any other body, as a stream of bytes.
    Bytes,
}
