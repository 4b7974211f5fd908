//! The request body and the responses of each operation: inline, with a schema, and a request body of one media type.

use serde_json::{Map, Value, json};

use crate::build::json::{entries, entries_mut, remove, string};
use crate::build::operation::Operation;
use crate::build::reference::resolved;

/// The only name that progenitor knows for JSON.
pub(crate) const JSON: &str = "application/json";

/// The media type of bytes that progenitor sends.
pub(crate) const OCTETS: &str = "application/octet-stream";

/// The media types of a request body that progenitor can send, the preferred first.
pub(crate) const REQUEST_BODIES: [&str; 5] =
    [JSON, "application/x-www-form-urlencoded", OCTETS, "text/plain", "text/x-markdown"];

/// A media type without its parameters.
pub(crate) fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

/// The entry for JSON in the `content` of a response.
pub(crate) fn json_form(response: &Value) -> Option<&Value> {
    entries(response, "content").find(|(name, _)| essence(name) == JSON).map(|(_, form)| form)
}

/// Replaces the references to bodies and responses of the operation by their targets, and fixes these.
pub(crate) fn inline(root: &mut Value, operation: &mut Operation) {
    let mut node = operation.node(root).clone();
    remove(&mut node, "callbacks");
    if let Some(body) = node.get_mut("requestBody") {
        *body = resolved(root, body).clone();
        add_schemas(body);
        choose_media_type(body);
        operation.bytes = bytes(root, body);
    }
    for (_, response) in entries_mut(&mut node, "responses") {
        *response = resolved(root, response).clone();
        for unused in ["headers", "links"] {
            remove(response, unused);
        }
        rename_json(root, response);
        add_schemas(response);
    }
    *operation.node_mut(root) = node;
}

/// Renames a JSON media type with another name to `application/json`: one that ends with `+json`, or one with a
/// wildcard whose schema is not a string.
fn rename_json(root: &Value, response: &mut Value) {
    if json_form(response).is_some() {
        return;
    }
    let Some(content) = response.get_mut("content").and_then(Value::as_object_mut) else { return };
    let is_string = |form: &Value| {
        let schema = form.get("schema").map(|schema| resolved(root, schema));
        schema.is_none_or(|schema| string(schema, "type") == Some("string"))
    };
    let is_json = |(name, form): &(&String, &Value)| match essence(name) {
        "*/*" | "application/*" => !is_string(form),
        essence => essence.ends_with("+json"),
    };
    let found = content.iter().find(is_json).map(|(name, _)| name.clone());
    if let Some(form) = found.and_then(|name| content.remove(&name)) {
        content.insert(JSON.to_owned(), form);
    }
}

/// progenitor requires a schema: JSON without one is any JSON, and an octet stream without one is binary.
fn add_schemas(carrier: &mut Value) {
    for (name, form) in entries_mut(carrier, "content").filter(|(_, form)| form.get("schema").is_none()) {
        match essence(name) {
            JSON => *form = json!({ "schema": {} }),
            OCTETS => *form = json!({ "schema": { "type": "string", "format": "binary" } }),
            _ => {}
        }
    }
}

/// Keeps the preferred media type of a request body.
fn choose_media_type(body: &mut Value) {
    let find = |known: &&str| entries(body, "content").find(|(name, _)| essence(name) == *known);
    if let Some((name, form)) = REQUEST_BODIES.iter().find_map(find) {
        body["content"] = Value::Object(Map::from_iter([(name.clone(), form.clone())]));
    }
}

/// Renames the only media type of a request body to one of bytes, if progenitor does not know it and its schema is a string.
/// Returns its name.
fn bytes(root: &Value, body: &mut Value) -> Option<String> {
    let content = body.get("content")?.as_object()?;
    let (name, form) = content.iter().next().filter(|_| content.len() == 1)?;
    let is_string =
        form.get("schema").is_none_or(|schema| string(resolved(root, schema), "type") == Some("string"));
    let is_range = name.contains('*') || name.starts_with("multipart/");
    if !is_string || is_range || REQUEST_BODIES.contains(&essence(name)) {
        return None;
    }
    let name = name.clone();
    body["content"] = json!({ OCTETS: { "schema": { "type": "string", "format": "binary" } } });
    Some(name)
}
