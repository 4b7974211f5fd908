//! Gives every schema that becomes a type a name: an inline schema moves to the named schemas, under the name that
//! progenitor would give its type. So each type has one schema, and two types never share a name by accident.

use std::collections::BTreeSet;

use heck::ToSnakeCase;
use serde_json::{Value, json};

use crate::build::fix::parameter;
use crate::build::json::{entries, entries_mut, items_mut, remove, string};
use crate::build::operation::Operation;
use crate::build::reference::target;
use crate::build::rust_name::{pascal, unique};
use crate::build::schema::SCHEMAS;

/// Moves every inline schema that becomes a type to the named schemas.
pub(crate) fn name_inline_schemas(root: &mut Value, operations: &[Operation]) {
    let names: Vec<_> = entries(&root["components"], "schemas").map(|(name, _)| name.clone()).collect();
    let mut names_and_schemas =
        Named { taken: names.iter().map(|name| pascal(name)).collect(), schemas: Vec::new() };
    for name in names {
        names_and_schemas.visit_parts(&mut root["components"]["schemas"][&name], &name);
    }
    for operation in operations {
        names_and_schemas.visit_operation(root, operation);
    }
    for (name, schema) in names_and_schemas.schemas {
        root["components"]["schemas"][name] = schema;
    }
}

/// The schemas that move, and the Rust names of all named schemas.
struct Named {
    taken: BTreeSet<String>,
    schemas: Vec<(String, Value)>,
}

impl Named {
    fn visit_operation(&mut self, root: &mut Value, operation: &Operation) {
        let (id, node) = (&operation.name, operation.node_mut(root));
        for parameter in items_mut(node, "parameters") {
            let name = pascal(&format!("{id}-{}", parameter::name(parameter)));
            parameter.get_mut("schema").into_iter().for_each(|schema| self.visit(schema, &name));
        }
        let name = pascal(&format!("{id}-body"));
        node.get_mut("requestBody").into_iter().for_each(|body| self.visit_content(body, &name));
        let name = pascal(&format!("{id}-response"));
        // Equal responses must stay equal: they have one type.
        let mut visited: Vec<(Value, Value)> = Vec::new();
        for (_, response) in entries_mut(node, "responses") {
            match visited.iter().find(|(before, _)| before == response) {
                Some((_, after)) => *response = after.clone(),
                None => {
                    let before = response.clone();
                    self.visit_content(response, &name);
                    visited.push((before, response.clone()));
                }
            }
        }
    }

    fn visit_content(&mut self, carrier: &mut Value, name: &str) {
        for schema in entries_mut(carrier, "content").filter_map(|(_, form)| form.get_mut("schema")) {
            self.visit(schema, name);
        }
    }

    fn visit(&mut self, schema: &mut Value, suggested: &str) {
        if !schema.is_object() || target(schema).is_some() {
            return;
        }
        let wanted = string(schema, "title").unwrap_or(suggested).to_owned();
        if !has_type(schema) {
            return self.visit_parts(schema, &wanted);
        }
        let name = unique(&mut self.taken, &wanted);
        self.visit_parts(schema, &name);
        let moved = std::mem::replace(schema, json!({ "$ref": format!("{SCHEMAS}{name}") }));
        keep_beside(schema, &moved);
        self.schemas.push((name, without_null(moved)));
    }

    /// Visits the inline schemas of a schema, with the names that progenitor gives them.
    fn visit_parts(&mut self, schema: &mut Value, name: &str) {
        for (property, part) in entries_mut(schema, "properties") {
            self.visit(part, &format!("{name}_{}", property.to_snake_case()));
        }
        for (key, suffix) in [("items", "Item"), ("additionalProperties", "Value")] {
            schema.get_mut(key).into_iter().for_each(|part| self.visit(part, &format!("{name}{suffix}")));
        }
        for key in ["oneOf", "anyOf"] {
            for (index, part) in items_mut(schema, key).enumerate() {
                self.visit(part, &format!("{name}_variant{index}"));
            }
        }
        for part in items_mut(schema, "allOf") {
            // progenitor merges the parts into one type with the name of the whole.
            self.visit_parts(part, name);
        }
    }
}

/// Whether progenitor generates a named type for the schema.
fn has_type(schema: &Value) -> bool {
    let keys = ["properties", "enum", "oneOf", "anyOf", "pattern", "minLength", "maxLength"];
    keys.iter().any(|key| schema.get(key).is_some())
        || schema.get("allOf").and_then(Value::as_array).is_some_and(|parts| {
            // An `allOf` with one reference only adds a description to it, or `nullable`.
            !matches!(&parts[..], [part] if target(part).is_some())
        })
}

/// The description and `nullable` belong to the place of the schema, not to its type.
fn keep_beside(reference: &mut Value, moved: &Value) {
    for key in ["description", "nullable"] {
        if let Some(value) = moved.get(key) {
            if let Some(target) = reference.get_mut("$ref").map(Value::take) {
                *reference = json!({ "allOf": [{ "$ref": target }] });
            }
            reference[key] = value.clone();
        }
    }
}

/// The schema without `nullable`, and without the `null` that a nullable enum lists.
fn without_null(mut schema: Value) -> Value {
    if schema.get("nullable") == Some(&Value::Bool(true)) {
        let values = schema.get_mut("enum").and_then(Value::as_array_mut);
        values.into_iter().for_each(|values| values.retain(|value| !value.is_null()));
    }
    remove(&mut schema, "nullable");
    remove(&mut schema, "title");
    schema
}
