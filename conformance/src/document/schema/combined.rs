//! Values that break one keyword that constrains a value together with other parts of it: `not`, `if`, `contains` and others.

use serde_json::{Value, json};

use super::pattern;
use super::sample::{self, KEY};
use crate::document::model::{Document, Schema};

/// Names of properties, of which a schema for names can forbid one.
const NAMES: [&str; 4] =
    [KEY, "Conformance 1", "c", "conformance-conformance-conformance-conformance-conformance"];

/// A value that breaks this keyword of the schema and no other one; none when the search finds no such value. `value` satisfies the
/// schema.
pub(super) fn breaking(document: &Document, schema: &Value, keyword: &str, value: &Value) -> Option<Value> {
    let mut rest = schema.clone();
    let keywords = rest.as_object_mut()?;
    let stated = keywords.shift_remove(keyword)?;
    if keyword == "if" {
        keywords.retain(|keyword, _| keyword != "then" && keyword != "else");
    }
    let compiled = |schema: &Value| document.compiled(&whole(schema.clone()));
    let (others, all) = (compiled(&rest)?, compiled(schema)?);
    let search = Search { document, schema, rest: &rest, value };
    let found = search.candidates(keyword, &stated).into_iter();
    let plain = [json!(KEY), json!(1), json!(-1.5), json!(true), json!(null), json!([]), json!({})];
    found.chain(plain).find(|candidate| others.is_valid(candidate) && !all.is_valid(candidate))
}

fn whole(value: Value) -> Schema {
    Schema { value, pointer: String::new() }
}

fn not(schema: &Value) -> Value {
    json!({ "not": schema })
}

struct Search<'a> {
    document: &'a Document,
    schema: &'a Value,
    /// The schema without the keyword.
    rest: &'a Value,
    value: &'a Value,
}

impl Search<'_> {
    fn candidates(&self, keyword: &str, stated: &Value) -> Vec<Value> {
        let named = || stated.as_object().into_iter().flatten();
        match keyword {
            "not" => self.sample(&[stated]),
            "if" => {
                let [then, otherwise] = ["then", "else"].map(|keyword| self.schema.get(keyword).map(not));
                let of_then = then.map(|then| self.sample(&[stated, &then]));
                let of_else = otherwise.map(|otherwise| self.sample(&[&not(stated), &otherwise]));
                [of_then, of_else].into_iter().flatten().flatten().collect()
            }
            "contains" => self.sample(&[&json!({ "items": not(stated) })]),
            "dependentSchemas" => named()
                .flat_map(|(name, schema)| self.sample(&[&json!({ "required": [name] }), &not(schema)]))
                .collect(),
            "propertyNames" => NAMES.iter().filter_map(|name| self.with(name, json!(KEY))).collect(),
            "patternProperties" => named().flat_map(|(pattern, _)| self.of_pattern(pattern)).collect(),
            "dependentRequired" => named().flat_map(|(name, needed)| self.without(name, needed)).collect(),
            "unevaluatedProperties" => self.with(KEY, json!(KEY)).into_iter().collect(),
            "unevaluatedItems" => self.longer().into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// A value that satisfies the rest of the schema and these schemas.
    fn sample(&self, schemas: &[&Value]) -> Vec<Value> {
        let parts: Vec<&Value> = std::iter::once(self.rest).chain(schemas.iter().copied()).collect();
        sample::value(self.document, &whole(json!({ "allOf": parts }))).into_iter().collect()
    }

    /// The value with another property.
    fn with(&self, name: &str, value: Value) -> Option<Value> {
        let mut fields = self.value.as_object()?.clone();
        fields.insert(name.to_owned(), value);
        Some(Value::Object(fields))
    }

    /// The value with a property whose name matches a pattern, of each type.
    fn of_pattern(&self, pattern: &str) -> Vec<Value> {
        let Some(name) = pattern::matching(pattern, 1, None) else { return Vec::new() };
        let values = [json!({ KEY: true }), json!(KEY), json!(-1.5), json!([]), json!(null)];
        values.into_iter().filter_map(|value| self.with(&name, value)).collect()
    }

    /// The value with a property, and without each one that it needs.
    fn without(&self, name: &str, needed: &Value) -> Vec<Value> {
        let present = self.value.get(name).cloned().unwrap_or_else(|| json!(KEY));
        let Some(present) = self.with(name, present) else { return Vec::new() };
        let names = needed.as_array().into_iter().flatten().filter_map(Value::as_str);
        let removed = names.map(|name| {
            let mut fields = present.clone();
            fields.as_object_mut().into_iter().for_each(|fields| drop(fields.shift_remove(name)));
            fields
        });
        removed.collect()
    }

    /// The list with one more element.
    fn longer(&self) -> Option<Value> {
        let mut elements = self.value.as_array()?.clone();
        elements.push(json!(KEY));
        Some(Value::Array(elements))
    }
}
