//! Keywords for which progenitor would generate code that sends what the caller did not give, or that fails on a response
//! which the next version of the document may allow. They stay in the description.

use serde_json::{Map, Value};

use crate::build::json::{entries, entries_mut, last_token, remove, string};
use crate::build::reference::MAPS;

/// The limits of a value, each with the words that say so, and the unit.
const LIMITS: [(&str, &str, &str); 7] = [
    ("minimum", "at least", ""),
    ("maximum", "at most", ""),
    ("multipleOf", "a multiple of", ""),
    ("minLength", "at least", " characters"),
    ("maxLength", "at most", " characters"),
    ("minItems", "at least", " items"),
    ("maxItems", "at most", " items"),
];

/// Describes the limits of every property, and removes the keywords.
pub(crate) fn describe_and_remove(root: &mut Value) {
    for place in ["paths", "components"] {
        visit(root.get_mut(place).unwrap_or(&mut Value::Null), place);
    }
}

/// Visits the schemas in `node`, but not the data.
fn visit(node: &mut Value, pointer: &str) {
    let has_names = MAPS.contains(&last_token(pointer));
    if !has_names {
        edit(node);
    }
    let is_data = |name: &str| !has_names && ["default", "enum", "example", "examples"].contains(&name);
    for (name, part) in node.as_object_mut().into_iter().flatten().filter(|(name, _)| !is_data(name)) {
        visit(part, name);
    }
    node.as_array_mut().into_iter().flatten().for_each(|item| visit(item, ""));
}

fn edit(schema: &mut Value) {
    for (_, property) in entries_mut(schema, "properties") {
        describe_limits(property);
        remove(property, "default");
    }
    if is_schema(schema) {
        remove(schema, "default");
        if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            remove(schema, "additionalProperties");
        }
        remove_values(schema);
        count_whole_numbers(schema);
    }
}

fn is_schema(node: &Value) -> bool {
    node.get("type").is_some_and(Value::is_string) && node.get("in").is_none()
        || ["allOf", "anyOf", "oneOf", "properties", "enum"].iter().any(|key| node.get(key).is_some())
}

fn describe_limits(property: &mut Value) {
    let limit = |(key, words, unit): &(&str, &str, &str)| {
        let value = property.get(key).filter(|value| value.is_number())?;
        let is_exclusive = |flag: &str| property.get(flag) == Some(&Value::Bool(true));
        let words = match *key {
            "minimum" if is_exclusive("exclusiveMinimum") => "more than",
            "maximum" if is_exclusive("exclusiveMaximum") => "less than",
            _ => words,
        };
        Some(format!("{words} {value}{unit}"))
    };
    let limits: Vec<_> = LIMITS.iter().filter_map(limit).collect();
    let mut texts: Vec<_> =
        string(property, "description").map(|text| text.trim_end().to_owned()).into_iter().collect();
    if !limits.is_empty() {
        texts.push(format!("Limits: {}.", limits.join(", ")));
    }
    texts.extend(property.get("default").map(|value| format!("The server's default is `{value}`.")));
    if !texts.is_empty() {
        property["description"] = texts.join("\n\n").into();
    }
}

/// A value that is not among those of an `enum` is kept. Only strings have an enum in Rust, which has a variant for it.
fn remove_values(schema: &mut Value) {
    let Some(values) = schema.get("enum").and_then(Value::as_array) else { return };
    let are_strings = values.iter().all(|value| value.is_string() || value.is_null());
    let is_string = string(schema, "type").is_none_or(|name| name == "string");
    if !(are_strings && is_string && values.iter().any(Value::is_string)) {
        remove(schema, "enum");
    }
}

/// A number that is a multiple of a whole number is an integer.
fn count_whole_numbers(schema: &mut Value) {
    let is_whole = |step: &Value| step.as_f64().is_some_and(|step| step >= 1.0 && step.fract() == 0.0);
    if string(schema, "type") == Some("number") && schema.get("multipleOf").is_some_and(is_whole) {
        schema["type"] = "integer".into();
        remove(schema, "format");
    }
}

/// Whether the schema only restricts the one around it, such as `{ required: [url] }`.
pub(crate) fn only_restricts(schema: &Value) -> bool {
    let restrictions = ["required", "description", "title", "not", "maxProperties", "minProperties"];
    let keys = schema.as_object().map_or(0, Map::len);
    keys > 0
        && schema.as_object().into_iter().flat_map(Map::keys).all(|key| restrictions.contains(&key.as_str()))
        && entries(schema, "properties").next().is_none()
}
