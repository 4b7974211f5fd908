//! Takes out of the document the responses that progenitor does not support.
//!
//! progenitor panics if an operation has two error schemas, and its code for one does not keep the status.
//! `emit::error_enum` generates code for all errors instead. progenitor supports one type of success for each operation.
//! If there are several, it gets a placeholder, and `emit::success_enum` generates an enum of them.

use serde_json::{Map, Value, json};

use crate::build::defect::Defect;
use crate::build::document::Document;
use crate::build::json::{string, token};
use crate::build::media_type::{JSON, json_form};
use crate::build::operation::{ErrorResponse, Operation, SuccessBody, SuccessResponse};
use crate::build::reference::resolved;
use crate::build::rust_name::pascal;
use crate::build::schema::NamedSchemas;
use crate::build::status::Status;

/// Moves the error responses of the operation from the document to `operation`.
pub(crate) fn take_errors(document: &mut Document, operation: &mut Operation) -> Result<(), Defect> {
    let pointer = operation.pointer();
    let Some(responses) = operation.node(&document.root).get("responses").and_then(Value::as_object) else {
        return Err(document.defect(
            &pointer,
            "the operation has no `responses`",
            "add at least one response",
        ));
    };
    let mut successes = Map::new();
    let mut errors = Vec::new();
    for (key, response) in responses.iter().filter(|(key, _)| !key.starts_with("x-")) {
        let response = resolved(&document.root, response).clone();
        match Status::parse(key) {
            None => {
                return Err(document.defect(
                    &format!("{pointer}/responses{}", token(key)),
                    format!("`{key}` is not a status"),
                    "write three digits, a range such as 4XX, or default",
                ));
            }
            Some(status) if status.is_success() => drop(successes.insert(key.clone(), response)),
            Some(status) => errors.push((status, response)),
        }
    }
    errors.sort_by_key(|(status, _)| *status);
    // Without a documented success, the default describes the successes as well.
    if let (true, Some((Status::Default, response))) = (successes.is_empty(), errors.last()) {
        successes.insert("2XX".to_owned(), response.clone());
    }
    operation.node_mut(&mut document.root)["responses"] = Value::Object(successes);
    let mut schemas = NamedSchemas::of(&mut document.root);
    operation.errors =
        errors.iter().map(|(status, response)| error(&mut schemas, operation, *status, response)).collect();
    Ok(())
}

fn error(
    schemas: &mut NamedSchemas<'_>,
    operation: &Operation,
    status: Status,
    response: &Value,
) -> ErrorResponse {
    let description = string(response, "description").unwrap_or_default();
    let description = description.split_whitespace().collect::<Vec<_>>().join(" ");
    let schema = json_form(response).and_then(|form| form.get("schema"));
    let schema = schema.map(|schema| schemas.name(schema, &body_name(operation, status)));
    ErrorResponse { status, description, schema }
}

/// The name for the inline schema of a body.
fn body_name(operation: &Operation, status: Status) -> String {
    format!("{}{}Body", pascal(&operation.name), status.variant())
}

/// Moves the successes of the operation from the document to `operation`, if they have several types.
pub(crate) fn take_successes(root: &mut Value, operation: &mut Operation) {
    let responses = operation.node(root).get("responses").and_then(Value::as_object);
    let mut responses: Vec<_> = responses
        .into_iter()
        .flatten()
        .filter_map(|(key, response)| Some((Status::parse(key)?, response.clone())))
        .collect();
    responses.sort_by_key(|(status, _)| *status);
    let mut types = responses.iter().map(|(_, response)| body_type(response));
    let first = types.next();
    let have_one_type = types.all(|body| Some(body) == first);
    // progenitor has its own type for an upgraded connection (101).
    if have_one_type || responses.iter().any(|(status, _)| *status == Status::Code(101)) {
        return;
    }
    let has_json = responses.iter().any(|(_, response)| matches!(body_type(response), BodyType::Json(_)));
    let accepted = if has_json { JSON } else { "application/octet-stream" };
    operation.node_mut(root)["responses"] =
        json!({ "2XX": { "description": "", "content": { accepted: { "schema": {} } } } });
    let mut schemas = NamedSchemas::of(root);
    operation.successes = responses
        .iter()
        .map(|(status, response)| success(&mut schemas, operation, *status, response))
        .collect();
}

/// The part of a response that decides its type in Rust.
#[derive(PartialEq)]
enum BodyType<'a> {
    Empty,
    Json(&'a Value),
    Bytes,
}

fn body_type(response: &Value) -> BodyType<'_> {
    let content = response.get("content").and_then(Value::as_object);
    match (json_form(response), content.is_some_and(|content| !Map::is_empty(content))) {
        (Some(form), _) => BodyType::Json(form.get("schema").unwrap_or(&Value::Null)),
        (None, true) => BodyType::Bytes,
        (None, false) => BodyType::Empty,
    }
}

fn success(
    schemas: &mut NamedSchemas<'_>,
    operation: &Operation,
    status: Status,
    response: &Value,
) -> SuccessResponse {
    let description = string(response, "description").unwrap_or_default().to_owned();
    let body = match body_type(response) {
        BodyType::Empty => SuccessBody::Empty,
        BodyType::Json(schema) => SuccessBody::Json(schemas.name(schema, &body_name(operation, status))),
        BodyType::Bytes => SuccessBody::Bytes,
    };
    SuccessResponse { status, description, body }
}
