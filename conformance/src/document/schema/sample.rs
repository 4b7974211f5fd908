//! Values that satisfy a schema: the documented example where there is one, otherwise a synthesised value.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::pattern::{self, MAX_LENGTH};
use super::walk::{kind, properties, required, resolve};
use crate::document::model::{Content, Document, Schema};

/// The largest sample of one body, in bytes of JSON.
pub(crate) const MAX_BYTES: usize = 256 * 1024;

/// The name of a property that only `additionalProperties` allows.
pub(crate) const KEY: &str = "conformance";

/// The deepest nesting of a synthesised value. Recursive schemas end here.
const MAX_DEPTH: usize = 12;

/// The body to serve for a documented content: its example, otherwise a synthesised value with every documented property.
pub(crate) fn body(document: &Document, content: &Content) -> Option<Value> {
    let example = content.examples.first().map(|example| example.value.clone());
    example.or_else(|| content.schema.as_ref().and_then(|schema| value(document, schema)))
}

/// A value with every documented property; none when no value within our caps satisfies the schema.
pub(crate) fn value(document: &Document, schema: &Schema) -> Option<Value> {
    Synthesis { document, left: MAX_LENGTH, written: BTreeSet::new() }.value(&schema.value, MAX_DEPTH)
}

/// A value in the making, and what bounds its size.
struct Synthesis<'a> {
    document: &'a Document,
    /// How many more parts the value may have.
    left: usize,
    /// The pointers of the shared schemas that were written with all their properties. The second time a schema gets its
    /// required properties only; otherwise schemas that refer to each other would grow without bound.
    written: BTreeSet<String>,
}

impl Synthesis<'_> {
    fn value(&mut self, schema: &Value, depth: usize) -> Option<Value> {
        self.left = self.left.checked_sub(1)?;
        let is_shared = schema.get("$ref").is_some();
        let (schema, pointer) = resolve(self.document, schema, "")?;
        let with_all = !is_shared || self.written.insert(pointer);
        if let Some(given) = given(schema) {
            return Some(given);
        }
        let depth = depth.checked_sub(1)?;
        let listed = |keyword| schema.get(keyword).and_then(Value::as_array);
        if let Some(parts) = listed("allOf") {
            return self.all_of(schema, parts, depth);
        }
        if let Some(choices) = listed("oneOf").or_else(|| listed("anyOf")) {
            return choices.iter().find_map(|choice| self.value(choice, depth));
        }
        match kind(schema) {
            "object" => self.object(schema, with_all, depth).map(Value::Object),
            "array" => self.array(schema, depth),
            "string" => string(schema).map(Value::String),
            "integer" => Some(json!(number(schema).ceil() as i64)),
            "number" => Some(json!(number(schema))),
            "boolean" => Some(json!(true)),
            _ => Some(Value::Null),
        }
    }

    fn all_of(&mut self, schema: &Value, parts: &[Value], depth: usize) -> Option<Value> {
        let mut whole = self.object(schema, true, depth)?;
        for part in parts {
            match self.value(part, depth)? {
                Value::Object(part) => whole.extend(part),
                scalar => return Some(scalar),
            }
        }
        Some(Value::Object(whole))
    }

    /// An object with all of its properties, or with the required ones only.
    fn object(&mut self, schema: &Value, with_all: bool, depth: usize) -> Option<Map<String, Value>> {
        let is_required = |name: &String| required(schema).any(|required| required == name);
        let mut whole = Map::new();
        for (name, property) in properties(schema).filter(|(name, _)| with_all || is_required(name)) {
            match self.value(property, depth) {
                Some(value) => drop(whole.insert(name.clone(), value)),
                // Recursion ends here: an optional property that would nest too deep is left out.
                None if !is_required(name) => {}
                None => return None,
            }
        }
        if let Some(others) = schema.get("additionalProperties").filter(|others| others.is_object()) {
            let value = self.value(others, depth);
            whole.extend(value.map(|value| (KEY.to_owned(), value)));
        }
        Some(whole)
    }

    fn array(&mut self, schema: &Value, depth: usize) -> Option<Value> {
        let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
        let Some(items) = schema.get("items") else { return Some(json!([])) };
        let before = self.left;
        match self.value(items, depth) {
            Some(element) => {
                let copies = usize::try_from(least.max(1)).ok()?;
                let parts = before - self.left;
                self.left = self.left.checked_sub(parts.checked_mul(copies - 1)?)?;
                // A few long elements can be larger than many short ones.
                if copies > 1 && element.to_string().len().checked_mul(copies)? > MAX_BYTES {
                    return None;
                }
                Some(Value::Array(vec![element; copies]))
            }
            None if least == 0 => Some(json!([])),
            None => None,
        }
    }
}

/// The value that the schema itself names: its example, its default, or the first of its `enum`.
fn given(schema: &Value) -> Option<Value> {
    let listed = schema.get("enum").and_then(|values| values.get(0));
    schema.get("example").or(schema.get("default")).or(listed).cloned()
}

fn number(schema: &Value) -> f64 {
    let bound = |keyword| schema.get(keyword).and_then(Value::as_f64);
    let above = schema.get("exclusiveMinimum") == Some(&Value::Bool(true));
    let below = schema.get("exclusiveMaximum") == Some(&Value::Bool(true));
    let step = bound("multipleOf").unwrap_or(1.0);
    match (bound("minimum"), bound("maximum")) {
        (Some(least), _) => ((least / step).ceil() + f64::from(u8::from(above))) * step,
        (None, Some(most)) if most < step => ((most / step).floor() - f64::from(u8::from(below))) * step,
        _ => step,
    }
}

fn string(schema: &Value) -> Option<String> {
    let bound = |keyword| schema.get(keyword).and_then(Value::as_u64).map(|bound| bound as usize);
    let (least, most) = (bound("minLength").unwrap_or(0), bound("maxLength"));
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
    if least > MAX_LENGTH {
        return None;
    }
    let stretched: String = sample.chars().cycle().take(least.max(sample.len())).collect();
    Some(stretched.chars().take(most.unwrap_or(usize::MAX)).collect())
}
