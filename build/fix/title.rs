//! progenitor names the type of an inline schema by its title or its place. If another schema has the same name, it
//! uses one type for both, even if they differ. This step gives such a schema a unique title.

use std::collections::BTreeSet;

use heck::ToSnakeCase;
use serde_json::Value;

use crate::build::fix::parameter;
use crate::build::json::{entries, entries_mut, items_mut, string};
use crate::build::operation::Operation;
use crate::build::reference::target;
use crate::build::rust_name::{pascal, unique};

/// Gives every inline schema whose type name is taken a unique title.
pub(crate) fn make_unique(root: &mut Value, operations: &[Operation]) {
    let names: Vec<_> = entries(&root["components"], "schemas").map(|(name, _)| name.clone()).collect();
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
    for parameter in items_mut(node, "parameters") {
        let name = pascal(&format!("{id}-{}", parameter::name(parameter)));
        parameter.get_mut("schema").into_iter().for_each(|schema| visit(schema, &name, taken));
    }
    let name = pascal(&format!("{id}-body"));
    node.get_mut("requestBody").into_iter().for_each(|body| visit_content(body, &name, taken));
    let name = pascal(&format!("{id}-response"));
    // Equal responses must stay equal: progenitor generates one type for them.
    let mut titled: Vec<(Value, Value)> = Vec::new();
    for (_, response) in entries_mut(node, "responses") {
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
    for schema in entries_mut(carrier, "content").filter_map(|(_, form)| form.get_mut("schema")) {
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
    let keys = ["properties", "enum", "oneOf", "anyOf", "allOf", "pattern", "minLength", "maxLength"];
    keys.iter().any(|key| schema.get(key).is_some())
}

/// Visits the inline schemas of a schema, with the names that progenitor gives them.
fn visit_parts(schema: &mut Value, name: &str, taken: &mut BTreeSet<String>) {
    for (property, part) in entries_mut(schema, "properties") {
        visit(part, &format!("{name}_{}", property.to_snake_case()), taken);
    }
    for (key, suffix) in [("items", "Item"), ("additionalProperties", "Value")] {
        schema.get_mut(key).into_iter().for_each(|part| visit(part, &format!("{name}{suffix}"), taken));
    }
    for key in ["oneOf", "anyOf"] {
        for (index, part) in items_mut(schema, key).enumerate() {
            visit(part, &format!("{name}_variant{index}"), taken);
        }
    }
    for part in items_mut(schema, "allOf") {
        // progenitor merges the parts into one type with the name of the whole.
        visit_parts(part, name, taken);
    }
}
