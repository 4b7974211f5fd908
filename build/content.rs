//! What is sent and answered: bodies in one form each, and with a schema.

use serde_json::{Map, Value, json};

use super::document::remove;
use super::operation::Operation;
use super::reference::resolved;

/// What the generator calls JSON.
const JSON: &str = "application/json";

/// The forms of a request's body that the generator can send, the best first.
const FORMS: [&str; 5] =
    [JSON, "application/x-www-form-urlencoded", "application/octet-stream", "text/plain", "text/x-markdown"];

/// Puts the body and the responses of the operation where they are used, and mends them.
pub(super) fn gather(root: &mut Value, operation: &Operation) {
    let node = operation.node(root);
    let mut body = node.get("requestBody").map(|body| resolved(root, body).clone());
    let mut responses = node.get("responses").cloned();
    for response in
        responses.iter_mut().filter_map(Value::as_object_mut).flatten().map(|(_, response)| response)
    {
        *response = resolved(root, response).clone();
        for unused in ["headers", "links"] {
            remove(response, unused);
        }
        call_json_by_its_name(root, response);
        state_schemas(response);
    }
    let node = operation.node_mut(root);
    remove(node, "callbacks");
    if let Some(body) = &mut body {
        state_schemas(body);
        choose_form(body);
        node["requestBody"] = body.clone();
    }
    if let Some(responses) = responses {
        node["responses"] = responses;
    }
}

/// The generator knows JSON by one name. Others have `+json` at their end, or stand for any form of a value with a structure.
fn call_json_by_its_name(root: &Value, response: &mut Value) {
    if json_form(response).is_some() {
        return;
    }
    let Some(content) = response.get_mut("content").and_then(Value::as_object_mut) else { return };
    let is_any = |name: &str| ["*/*", "application/*"].contains(&name);
    let is_text = |form: &Value| {
        let schema = form.get("schema").map(|schema| resolved(root, schema));
        schema.is_none_or(|schema| schema.get("type").is_some_and(|name| name == "string"))
    };
    let is_json = |(name, form): &(&String, &Value)| {
        essence(name).ends_with("+json") || is_any(essence(name)) && !is_text(form)
    };
    let found = content.iter().find(is_json).map(|(name, _)| name.clone());
    if let Some(form) = found.and_then(|name| content.remove(&name)) {
        content.insert(JSON.to_owned(), form);
    }
}

/// JSON without a schema is any JSON, and bytes are bytes; the generator wants to be told.
fn state_schemas(carrier: &mut Value) {
    let content = carrier.get_mut("content").and_then(Value::as_object_mut);
    for (name, form) in content.into_iter().flatten().filter(|(_, form)| form.get("schema").is_none()) {
        match essence(name) {
            JSON => *form = json!({ "schema": {} }),
            "application/octet-stream" => {
                *form = json!({ "schema": { "type": "string", "format": "binary" } })
            }
            _ => {}
        }
    }
}

/// Of several forms of a body one is sent.
fn choose_form(body: &mut Value) {
    let Some(content) = body.get_mut("content").and_then(Value::as_object_mut) else { return };
    let best = FORMS.iter().find_map(|form| content.iter().find(|(name, _)| essence(name) == *form));
    if let Some((name, form)) = best {
        *content = Map::from_iter([(name.clone(), form.clone())]);
    }
}

/// What of the body of an operation the generator cannot send.
pub(super) fn limit(root: &Value, operation: &Operation) -> Option<String> {
    let content = operation.node(root).get("requestBody")?.get("content")?.as_object()?;
    let (name, form) = content.iter().next()?;
    let schema = form.get("schema").map(|schema| resolved(root, schema));
    let is_text = |format: Option<&str>| {
        let of = |key: &str| schema.and_then(|schema| schema.get(key)).and_then(Value::as_str);
        of("type") == Some("string") && of("format") == format
    };
    match essence(name) {
        "application/octet-stream" if !is_text(Some("binary")) => {
            Some(format!("a body of `{name}` that is not a text of format binary cannot be sent"))
        }
        "text/plain" | "text/x-markdown" if !is_text(None) => {
            Some(format!("a body of `{name}` that is not a text cannot be sent"))
        }
        essence if !FORMS.contains(&essence) => Some(format!("a body of `{name}` cannot be sent")),
        _ => None,
    }
}

/// The form in which a response is JSON.
pub(super) fn json_form(response: &Value) -> Option<&Value> {
    let forms = response.get("content")?.as_object()?;
    forms.iter().find(|(name, _)| essence(name) == JSON).map(|(_, form)| form)
}

fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}
