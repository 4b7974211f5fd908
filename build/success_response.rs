//! The generator knows one type of success an operation. Where the document has several, it is told of one, and
//! [`success_enum`](super::success_enum) puts all of them in its place.

use serde_json::{Map, Value, json};

use super::content::json_form;
use super::error_response::{Status, body_name};
use super::operation::Operation;
use super::schema::Schemas;

/// A documented success, of an operation that has several.
pub(crate) struct SuccessResponse {
    pub(super) status: Status,
    pub(super) description: String,
    pub(super) body: Body,
}

impl SuccessResponse {
    pub(super) fn schema(&self) -> Option<&str> {
        match &self.body {
            Body::Json(schema) => Some(schema),
            Body::Nothing | Body::Raw => None,
        }
    }
}

/// What a success says.
pub(crate) enum Body {
    Nothing,
    /// JSON of the schema of this name.
    Json(String),
    /// Bytes, as they come.
    Raw,
}

/// Takes the successes of the operation out of the document, if they are not all of one type.
pub(super) fn take(root: &mut Value, operation: &mut Operation) {
    let responses = operation.node(root).get("responses").and_then(Value::as_object);
    let mut responses: Vec<_> = responses
        .into_iter()
        .flatten()
        .filter_map(|(key, response)| Some((Status::parse(key)?, response.clone())))
        .collect();
    responses.sort_by_key(|(status, _)| *status);
    let mut contents = responses.iter().map(|(_, response)| content(response));
    let first = contents.next();
    let are_of_one_type = contents.all(|content| Some(content) == first);
    // A connection handed over is none of several answers.
    if are_of_one_type || responses.iter().any(|(status, _)| *status == Status::Code(101)) {
        return;
    }
    let has_json = responses.iter().any(|(_, response)| matches!(content(response), Content::Json(_)));
    let accepted = if has_json { "application/json" } else { "application/octet-stream" };
    operation.node_mut(root)["responses"] =
        json!({ "2XX": { "description": "", "content": { accepted: { "schema": {} } } } });
    let mut schemas = Schemas::of(root);
    operation.successes = responses
        .iter()
        .map(|(status, response)| success(&mut schemas, operation, *status, response))
        .collect();
}

#[derive(PartialEq)]
enum Content<'a> {
    Nothing,
    Json(&'a Value),
    Raw,
}

/// The part of a response that makes its type, as the generator sees it.
fn content(response: &Value) -> Content<'_> {
    let forms = response.get("content").and_then(Value::as_object);
    match (json_form(response), forms.is_some_and(|forms| !Map::is_empty(forms))) {
        (Some(form), _) => Content::Json(form.get("schema").unwrap_or(&Value::Null)),
        (None, true) => Content::Raw,
        (None, false) => Content::Nothing,
    }
}

fn success(
    schemas: &mut Schemas<'_>,
    operation: &Operation,
    status: Status,
    response: &Value,
) -> SuccessResponse {
    let description = response.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    let body = match content(response) {
        Content::Nothing => Body::Nothing,
        Content::Json(schema) => Body::Json(schemas.name(schema, &body_name(operation, status))),
        Content::Raw => Body::Raw,
    };
    SuccessResponse { status, description, body }
}
