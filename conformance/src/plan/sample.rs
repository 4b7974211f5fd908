//! Values that satisfy a schema: the documented example where there is one, else a synthesised one.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::fact::{self, entries, resolve};
use super::{limit, pattern};
use crate::document::{Content, Document, Schema};

/// The name of the property that stands for those that a document leaves to be named.
pub(super) const KEY: &str = "conformance";

/// How deep a synthesised value may nest: recursive schemas end here.
const DEPTH: usize = 12;

/// The body to serve for a documented content: its own example, else a synthesised value with
/// every documented property.
pub fn body(document: &Document, content: &Content) -> Option<Value> {
    let example = content.examples.first().map(|example| example.value.clone());
    example.or_else(|| content.schema.as_ref().and_then(|schema| value(document, schema)))
}

/// A value with every documented property; none when the schema cannot be satisfied here.
pub fn value(document: &Document, schema: &Schema) -> Option<Value> {
    let mut budget = Budget { left: limit::SIZE, written: BTreeSet::new() };
    synthesise(document, &schema.value, DEPTH, &mut budget)
}

/// What a value may still become.
struct Budget {
    /// How many parts more: each costs one, and what is too wide ends as what is too deep does.
    left: usize,
    /// The schemas written out already, by their pointers. Once is enough: from then on they get what
    /// they require, or a web of schemas that refer to each other would become a forest.
    written: BTreeSet<String>,
}

fn synthesise(document: &Document, schema: &Value, depth: usize, budget: &mut Budget) -> Option<Value> {
    budget.left = budget.left.checked_sub(1)?;
    let is_shared = schema.get("$ref").is_some();
    let (schema, pointer) = resolve(document, schema, "")?;
    let with_all = !is_shared || budget.written.insert(pointer);
    if let Some(given) = given(schema) {
        return Some(given);
    }
    let depth = depth.checked_sub(1)?;
    let combined = schema.get("allOf").and_then(Value::as_array);
    if let Some(parts) = combined {
        return all_of(document, schema, parts, depth, budget);
    }
    let choices = ["oneOf", "anyOf"].iter().find_map(|keyword| schema.get(*keyword)?.as_array());
    if let Some(choices) = choices {
        return choices.iter().find_map(|choice| synthesise(document, choice, depth, budget));
    }
    match kind(schema) {
        "object" => Some(Value::Object(object(document, schema, with_all, depth, budget)?)),
        "array" => array(document, schema, depth, budget),
        "string" => string(schema).map(Value::String),
        "integer" => Some(json!(number(schema).ceil() as i64)),
        "number" => Some(json!(number(schema))),
        "boolean" => Some(json!(true)),
        _ => Some(Value::Null),
    }
}

/// A value the schema itself names.
fn given(schema: &Value) -> Option<Value> {
    let listed = schema.get("enum").and_then(|values| values.get(0));
    let found = schema.get("example").or(schema.get("default")).or(listed);
    found.cloned()
}

/// The schema's type, guessed from its keywords where it names none.
pub(crate) fn kind(schema: &Value) -> &str {
    let named = match schema.get("type") {
        Some(Value::String(name)) => Some(name.as_str()),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        _ => None,
    };
    named.unwrap_or_else(|| {
        let has = |keyword| schema.get(keyword).is_some();
        match () {
            () if has("properties") || has("additionalProperties") => "object",
            () if has("items") => "array",
            () if has("minimum") || has("maximum") => "number",
            () => "string",
        }
    })
}

fn all_of(
    document: &Document,
    schema: &Value,
    parts: &[Value],
    depth: usize,
    budget: &mut Budget,
) -> Option<Value> {
    let mut whole = object(document, schema, true, depth, budget)?;
    for part in parts {
        match synthesise(document, part, depth, budget)? {
            Value::Object(part) => whole.extend(part),
            scalar => return Some(scalar),
        }
    }
    Some(Value::Object(whole))
}

/// An object with all of its properties, or with those alone that it requires.
fn object(
    document: &Document,
    schema: &Value,
    with_all: bool,
    depth: usize,
    budget: &mut Budget,
) -> Option<Map<String, Value>> {
    let required = |name: &String| fact::required(schema).any(|required| required == name);
    let mut whole = Map::new();
    for (name, property) in entries(schema.get("properties")).filter(|(name, _)| with_all || required(name)) {
        match synthesise(document, property, depth, budget) {
            Some(value) => drop(whole.insert(name.clone(), value)),
            // An optional property too deep to satisfy is left out: that is how recursion ends.
            None if !required(name) => {}
            None => return None,
        }
    }
    if let Some(others) = schema.get("additionalProperties").filter(|others| others.is_object()) {
        let value = synthesise(document, others, depth, budget);
        whole.extend(value.map(|value| (KEY.to_owned(), value)));
    }
    Some(whole)
}

fn array(document: &Document, schema: &Value, depth: usize, budget: &mut Budget) -> Option<Value> {
    let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
    let Some(items) = schema.get("items") else { return Some(json!([])) };
    let before = budget.left;
    match synthesise(document, items, depth, budget) {
        Some(element) => {
            let copies = usize::try_from(least.max(1)).ok()?;
            let parts = before - budget.left;
            budget.left = budget.left.checked_sub(parts.checked_mul(copies - 1)?)?;
            // Few parts may be long ones.
            if copies > 1 && element.to_string().len().checked_mul(copies)? > limit::BODY {
                return None;
            }
            Some(Value::Array(vec![element; copies]))
        }
        None if least == 0 => Some(json!([])),
        None => None,
    }
}

fn number(schema: &Value) -> f64 {
    let limit = |keyword| schema.get(keyword).and_then(Value::as_f64);
    let above = schema.get("exclusiveMinimum") == Some(&Value::Bool(true));
    let below = schema.get("exclusiveMaximum") == Some(&Value::Bool(true));
    let step = limit("multipleOf").unwrap_or(1.0);
    match (limit("minimum"), limit("maximum")) {
        (Some(least), _) => ((least / step).ceil() + f64::from(u8::from(above))) * step,
        (None, Some(most)) if most < step => ((most / step).floor() - f64::from(u8::from(below))) * step,
        _ => step,
    }
}

fn string(schema: &Value) -> Option<String> {
    let limit = |keyword| schema.get(keyword).and_then(Value::as_u64).map(|limit| limit as usize);
    let (least, most) = (limit("minLength").unwrap_or(0), limit("maxLength"));
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
        return pattern::matching(pattern, least.max(1), most);
    }
    let sample = match schema.get("format").and_then(Value::as_str) {
        Some("uuid") => "37a4c3a0-b034-4e8c-9ed9-76da6645544a",
        Some("date-time") => "2026-01-02T03:04:05Z",
        Some("date") => "2026-01-02",
        Some("uri" | "url") => "https://conformance.example/sample",
        Some("email") => "someone@conformance.example",
        Some("ipv4") => "192.0.2.1",
        Some("ipv6") => "2001:db8::1",
        Some("hostname") => "conformance.example",
        Some("byte") => "c2FtcGxl",
        _ => "sample",
    };
    if least > limit::SIZE {
        return None;
    }
    let stretched: String = sample.chars().cycle().take(least.max(sample.len())).collect();
    Some(stretched.chars().take(most.unwrap_or(usize::MAX)).collect())
}
