//! The schema that an example allows to be derived.

use serde_json::{Map, Value, json};

use crate::document::tree::{Tree, push_token};

/// What is in the example must be there, of the type it has; and the line of each part of the
/// schema, which stands under `pointer`.
pub(super) fn derived(example: &Tree, pointer: &str) -> (Value, Vec<(String, usize)>) {
    let mut derivation = Derivation { example, places: Vec::new() };
    let schema = derivation.schema(&example.value, "", pointer);
    (schema, derivation.places)
}

struct Derivation<'a> {
    example: &'a Tree,
    places: Vec<(String, usize)>,
}

impl Derivation<'_> {
    /// The schema of the value at `from` in the example, to stand at `to`.
    fn schema(&mut self, value: &Value, from: &str, to: &str) -> Value {
        self.places.push((to.to_owned(), self.example.line(from)));
        match value {
            Value::Null => json!({}),
            Value::Bool(_) => json!({ "type": "boolean" }),
            Value::Number(number) if number.is_f64() => json!({ "type": "number" }),
            Value::Number(_) => json!({ "type": "integer" }),
            Value::String(_) => json!({ "type": "string" }),
            Value::Array(items) => match items.first() {
                Some(first) => {
                    let items = self.schema(first, &format!("{from}/0"), &format!("{to}/items"));
                    json!({ "type": "array", "items": items })
                }
                None => json!({ "type": "array" }),
            },
            Value::Object(map) => self.object(map, from, to),
        }
    }

    fn object(&mut self, map: &Map<String, Value>, from: &str, to: &str) -> Value {
        let mut properties = Map::new();
        for (name, value) in map {
            let (mut from, mut to) = (from.to_owned(), format!("{to}/properties"));
            push_token(&mut from, name);
            push_token(&mut to, name);
            properties.insert(name.clone(), self.schema(value, &from, &to));
        }
        if properties.is_empty() {
            return json!({ "type": "object" });
        }
        let required: Vec<_> = properties.keys().cloned().collect();
        json!({ "type": "object", "properties": properties, "required": required })
    }
}
