//! progenitor names the type of an inline schema by its title or its place. If another schema has the same name, it
//! uses one type for both, even if they differ. This step gives such a schema a unique title.

use std::collections::BTreeSet;

use heck::ToSnakeCase;
use serde_json::Value;

use crate::build::fix::parameter;
use crate::build::json::string;
use crate::build::operation::Operation;
use crate::build::reference::target;
use crate::build::rust_name::{pascal, unique};

/// Gives every inline schema whose type name is taken a unique title.
pub(crate) fn make_unique(root: &mut Value, operations: &[Operation]) {
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
    let (id, node) = (&operation.name, operation.node_mut(root));
    for parameter in node.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        let name = pascal(&format!("{id}-{}", parameter::name(parameter)));
        parameter.get_mut("schema").into_iter().for_each(|schema| visit(schema, &name, taken));
    }
    let name = pascal(&format!("{id}-body"));
    node.get_mut("requestBody").into_iter().for_each(|body| visit_content(body, &name, taken));
    let name = pascal(&format!("{id}-response"));
    // Equal responses must stay equal: progenitor generates one type for them.
    let mut titled: Vec<(Value, Value)> = Vec::new();
    let responses = node.get_mut("responses").and_then(Value::as_object_mut);
    for (_, response) in responses.into_iter().flatten() {
        match titled.iter().find(|(before, _)| before == response) {
            Some((_, after)) => *response = after.clone(),
            None => {
                let before = response.clone();
                visit_content(response, &name, taken);
                titled.push((before, response.clone()));
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
    let wanted = string(schema, "title").unwrap_or(suggested).to_owned();
    let name = if has_type(schema) { unique(taken, &wanted) } else { wanted.clone() };
    if name != wanted {
        schema["title"] = name.clone().into();
    }
    visit_parts(schema, &name, taken);
}

/// Whether progenitor generates a named type for the schema.
fn has_type(schema: &Value) -> bool {
    let has = |keys: &[&str]| keys.iter().any(|key| schema.get(*key).is_some());
    has(&["properties", "enum", "oneOf", "anyOf", "allOf", "pattern", "minLength", "maxLength"])
}

/// Visits the inline schemas of a schema, with the names that progenitor gives them.
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
        // progenitor merges the parts into one type with the name of the whole.
        visit_parts(part, name, taken);
    }
}
