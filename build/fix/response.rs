//! Takes out of the document the responses that progenitor does not support.
//!
//! progenitor panics if an operation has two error schemas, and its code for one does not keep the status.
//! `emit::error_enum` generates code for all errors instead. progenitor supports one type of success for each operation.
//! If there are several, it gets a placeholder, and `emit::success_enum` generates an enum of them.

use serde_json::{Map, Value, json};

use crate::build::defect::Defect;
use crate::build::document::Document;
use crate::build::fix::content::{JSON, OCTETS, json_form};
use crate::build::json::{entries, string, token};
use crate::build::operation::{Body, Operation, Response};
use crate::build::rust_name::pascal;
use crate::build::schema;
use crate::build::status::Status;

/// Moves the error responses of the operation from the document to `operation`.
pub(crate) fn take_errors(document: &mut Document, operation: &mut Operation) -> Result<(), Defect> {
    let pointer = operation.pointer();
    let Some(responses) = operation.node(&document.root).get("responses").and_then(Value::as_object) else {
        let problem = "the operation has no `responses`";
        return Err(document.defect(&pointer, problem, "add at least one response"));
    };
    let mut successes = Map::new();
    let mut errors = Vec::new();
    for (key, response) in responses.iter().filter(|(key, _)| !key.starts_with("x-")) {
        match Status::parse(key) {
            None => {
                let pointer = format!("{pointer}/responses{}", token(key));
                let fix = "write three digits, a range such as 4XX, or default";
                return Err(document.defect(&pointer, format!("`{key}` is not a status"), fix));
            }
            Some(status) if status.is_success() => drop(successes.insert(key.clone(), response.clone())),
            Some(status) => errors.push((status, response.clone())),
        }
    }
    errors.sort_by_key(|(status, _)| *status);
    // Without a documented success, the default describes the successes as well.
    if let (true, Some((Status::Default, response))) = (successes.is_empty(), errors.last()) {
        successes.insert("2XX".to_owned(), response.clone());
    }
    operation.node_mut(&mut document.root)["responses"] = Value::Object(successes);
    operation.errors = name_schemas(&mut document.root, operation, &errors);
    Ok(())
}

/// Moves the successes of the operation from the document to `operation`, if they have several types.
pub(crate) fn take_successes(root: &mut Value, operation: &mut Operation) {
    let responses = entries(operation.node(root), "responses");
    let mut responses: Vec<_> =
        responses.filter_map(|(key, response)| Some((Status::parse(key)?, response.clone()))).collect();
    responses.sort_by_key(|(status, _)| *status);
    let bodies: Vec<_> = responses.iter().map(|(_, response)| body(response)).collect();
    let have_one_type = bodies.iter().all(|body| *body == bodies[0]);
    // progenitor has its own type for an upgraded connection (101).
    if have_one_type || responses.iter().any(|(status, _)| *status == Status::Code(101)) {
        return;
    }
    let has_json = bodies.iter().any(|body| matches!(body, Body::Json(_)));
    let accepted = if has_json { JSON } else { OCTETS };
    operation.node_mut(root)["responses"] =
        json!({ "2XX": { "description": "", "content": { accepted: { "schema": {} } } } });
    operation.successes = name_schemas(root, operation, &responses);
}

/// The body of a response, which decides its type in Rust.
fn body(response: &Value) -> Body<&Value> {
    match json_form(response) {
        Some(form) => Body::Json(&form["schema"]),
        None if entries(response, "content").next().is_some() => Body::Bytes,
        None => Body::Empty,
    }
}

/// The responses, with a name for every schema. An inline schema is added to the document.
fn name_schemas(root: &mut Value, operation: &Operation, responses: &[(Status, Value)]) -> Vec<Response> {
    let named = responses.iter().map(|(status, response)| {
        let description = string(response, "description").unwrap_or_default().to_owned();
        let body = match body(response) {
            Body::Empty => Body::Empty,
            Body::Json(schema) => {
                let wanted = format!("{}{}Body", pascal(&operation.name), status.variant());
                let name = schema::name(schema).map(str::to_owned);
                Body::Json(name.unwrap_or_else(|| schema::add(root, schema, &wanted)))
            }
            Body::Bytes => Body::Bytes,
        };
        Response { status: *status, description, body }
    });
    named.collect()
}
