//! The request body and the responses of each operation: inline, with a schema, and a request body of one media type.

use serde_json::{Map, Value, json};

use crate::build::json::{remove, string};
use crate::build::media_type::{JSON, REQUEST_BODIES, essence, json_form};
use crate::build::operation::Operation;
use crate::build::reference::resolved;

/// Replaces the references to bodies and responses of the operation by their targets, and fixes these.
pub(crate) fn inline(root: &mut Value, operation: &Operation) {
    let node = operation.node(root);
    let mut body = node.get("requestBody").map(|body| resolved(root, body).clone());
    let mut responses = node.get("responses").cloned();
    let each = responses.iter_mut().filter_map(Value::as_object_mut).flatten();
    for (_, response) in each {
        *response = resolved(root, response).clone();
        for unused in ["headers", "links"] {
            remove(response, unused);
        }
        rename_json(root, response);
        add_schemas(response);
    }
    let node = operation.node_mut(root);
    remove(node, "callbacks");
    if let Some(body) = &mut body {
        add_schemas(body);
        choose_media_type(body);
        node["requestBody"] = body.clone();
    }
    if let Some(responses) = responses {
        node["responses"] = responses;
    }
}

/// Renames a JSON media type with another name to `application/json`: one that ends with `+json`, or one with a
/// wildcard whose schema is not a string.
fn rename_json(root: &Value, response: &mut Value) {
    if json_form(response).is_some() {
        return;
    }
    let Some(content) = response.get_mut("content").and_then(Value::as_object_mut) else { return };
    let is_wildcard = |name: &str| ["*/*", "application/*"].contains(&name);
    let is_string = |form: &Value| {
        let schema = form.get("schema").map(|schema| resolved(root, schema));
        schema.is_none_or(|schema| string(schema, "type") == Some("string"))
    };
    let is_json = |(name, form): &(&String, &Value)| {
        essence(name).ends_with("+json") || is_wildcard(essence(name)) && !is_string(form)
    };
    let found = content.iter().find(is_json).map(|(name, _)| name.clone());
    if let Some(form) = found.and_then(|name| content.remove(&name)) {
        content.insert(JSON.to_owned(), form);
    }
}

/// progenitor requires a schema: JSON without one is any JSON, and an octet stream without one is binary.
fn add_schemas(carrier: &mut Value) {
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

/// Keeps the preferred media type of a request body.
fn choose_media_type(body: &mut Value) {
    let Some(content) = body.get_mut("content").and_then(Value::as_object_mut) else { return };
    let preferred =
        REQUEST_BODIES.iter().find_map(|known| content.iter().find(|(name, _)| essence(name) == *known));
    if let Some((name, form)) = preferred {
        *content = Map::from_iter([(name.clone(), form.clone())]);
    }
}
