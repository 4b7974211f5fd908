//! The generator names a schema that stands in place by its title or by where it stands, and makes it one with whatever has that
//! name already, however different. Here such a schema gets a title of its own.

use std::collections::BTreeSet;

use heck::ToSnakeCase;
use serde_json::Value;

use super::operation::Operation;
use super::parameter;
use super::reference::target;
use super::rust_name::{distinct, pascal};

/// Gives every schema whose name in Rust another has, a title that none has.
pub(super) fn distinguish(root: &mut Value, operations: &[Operation]) {
    let schemas = root.pointer("/components/schemas").and_then(Value::as_object);
    let names: Vec<String> = schemas.into_iter().flatten().map(|(name, _)| name.clone()).collect();
    let mut taken = names.iter().map(|name| pascal(name)).collect();
    for name in names {
        visit_parts(&mut root["components"]["schemas"][&name], &name, &mut taken);
    }
    for operation in operations {
        visit_operation(root, operation, &mut taken);
    }
}

fn visit_operation(root: &mut Value, operation: &Operation, taken: &mut BTreeSet<String>) {
    let (id, node) = (operation.name.clone(), operation.node_mut(root));
    for given in node.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        let name = pascal(&format!("{id}-{}", parameter::name(given)));
        given.get_mut("schema").into_iter().for_each(|schema| visit(schema, &name, taken));
    }
    let name = pascal(&format!("{id}-body"));
    node.get_mut("requestBody").into_iter().for_each(|body| visit_content(body, &name, taken));
    let name = pascal(&format!("{id}-response"));
    // Several responses of one type have one schema, and have to keep one name.
    let mut titles: Vec<(Value, Value)> = Vec::new();
    let responses = node.get_mut("responses").and_then(Value::as_object_mut);
    for (_, response) in responses.into_iter().flatten() {
        match titles.iter().find(|(before, _)| before == response) {
            Some((_, after)) => *response = after.clone(),
            None => {
                let before = response.clone();
                visit_content(response, &name, taken);
                titles.push((before, response.clone()));
            }
        }
    }
}

fn visit_content(carrier: &mut Value, name: &str, taken: &mut BTreeSet<String>) {
    let content = carrier.get_mut("content").and_then(Value::as_object_mut);
    for schema in content.into_iter().flatten().filter_map(|(_, form)| form.get_mut("schema")) {
        visit(schema, name, taken);
    }
}

fn visit(schema: &mut Value, suggested: &str, taken: &mut BTreeSet<String>) {
    if !schema.is_object() || target(schema).is_some() {
        return;
    }
    let title = schema.get("title").and_then(Value::as_str).map(str::to_owned);
    let wanted = title.unwrap_or_else(|| suggested.to_owned());
    let name = if is_type(schema) { distinct(taken, &wanted) } else { wanted.clone() };
    if name != wanted {
        schema["title"] = name.clone().into();
    }
    visit_parts(schema, &name, taken);
}

/// Does the generator make a type with a name of it?
fn is_type(schema: &Value) -> bool {
    let has = |keys: &[&str]| keys.iter().any(|key| schema.get(*key).is_some());
    has(&["properties", "enum", "oneOf", "anyOf", "allOf", "pattern", "minLength", "maxLength"])
}

/// Goes on to what stands in place within a schema, named as the generator names it.
fn visit_parts(schema: &mut Value, name: &str, taken: &mut BTreeSet<String>) {
    for (property, part) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten()
    {
        visit(part, &format!("{name}_{}", property.to_snake_case()), taken);
    }
    for (key, suffix) in [("items", "Item"), ("additionalProperties", "Value")] {
        schema.get_mut(key).into_iter().for_each(|part| visit(part, &format!("{name}{suffix}"), taken));
    }
    for key in ["oneOf", "anyOf"] {
        let parts = schema.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten();
        parts.enumerate().for_each(|(index, part)| visit(part, &format!("{name}_variant{index}"), taken));
    }
    for part in schema.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten() {
        // The parts become one type, under the name of the whole.
        visit_parts(part, name, taken);
    }
}
