//! Reading a JSON Schema: its references, alternatives, properties and constraints.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document::model::Document;

/// The keywords that constrain a value.
pub(crate) const CONSTRAINTS: &[&str] = &[
    "type",
    "enum",
    "pattern",
    "format",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// Keywords that every synthesised value satisfies, also with additional properties.
const PLAIN: &[&str] = &[
    "type",
    "enum",
    "format",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "required",
    "properties",
    "items",
    "title",
    "description",
    "example",
    "default",
    "deprecated",
];

/// A sub-schema that is not a property.
pub(crate) struct Branch<'a> {
    /// The keyword it stands under: `allOf`, `oneOf`, `anyOf`, `items` or `additionalProperties`.
    pub(crate) keyword: &'static str,
    /// The part of its JSON pointer that follows the pointer of the schema: `oneOf/1`, `items`.
    pub(crate) step: String,
    pub(crate) schema: &'a Value,
}

impl Branch<'_> {
    /// Whether a value needs to satisfy only one of these branches.
    pub(crate) fn is_alternative(&self) -> bool {
        ["oneOf", "anyOf"].contains(&self.keyword)
    }
}

/// The sub-schemas that are not properties.
pub(crate) fn branches(schema: &Value) -> Vec<Branch<'_>> {
    let mut found = Vec::new();
    for keyword in ["allOf", "oneOf", "anyOf"] {
        let listed = schema.get(keyword).and_then(Value::as_array).into_iter().flatten().enumerate();
        found.extend(listed.map(|(index, schema)| Branch {
            keyword,
            step: format!("{keyword}/{index}"),
            schema,
        }));
    }
    for keyword in ["items", "additionalProperties"] {
        if let Some(schema) = schema.get(keyword).filter(|branch| branch.is_object()) {
            found.push(Branch { keyword, step: keyword.to_owned(), schema });
        }
    }
    found
}

/// Follows the `$ref` of a schema. Returns the schema and the JSON pointer of the place that states it; none when the
/// reference leads nowhere or in a circle.
pub(crate) fn resolve<'a>(
    document: &'a Document,
    mut schema: &'a Value,
    pointer: &str,
) -> Option<(&'a Value, String)> {
    let mut pointer = pointer.to_owned();
    for _ in 0..32 {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else {
            return Some((schema, pointer));
        };
        (schema, pointer) = document.definition(reference)?;
    }
    None
}

/// The names under the keyword `required`.
pub(crate) fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The names and schemas under the keyword `properties`.
pub(crate) fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}

/// Whether a schema and all that it refers to have plain keywords only. Then a synthesised value satisfies it, and it need not be
/// compiled, which is slow.
pub(crate) fn is_plain(document: &Document, schema: &Value) -> bool {
    let mut seen = BTreeSet::new();
    let mut left = vec![schema];
    while let Some(schema) = left.pop() {
        let Some((schema, pointer)) = resolve(document, schema, "") else { return false };
        if !pointer.is_empty() && !seen.insert(pointer) {
            continue;
        }
        if !schema.as_object().is_some_and(|keywords| keywords.keys().all(|name| PLAIN.contains(&&**name))) {
            return false;
        }
        left.extend(properties(schema).map(|(_, property)| property));
        left.extend(schema.get("items"));
    }
    true
}

/// The type of a schema; guessed from its keywords where it has no `type`.
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

/// Whether a value looks like one of a branch: it has the type, has every required property, and is listed wherever the
/// branch has an `enum`. This is a cheap test to choose among alternatives, not a validation.
pub(crate) fn fits(document: &Document, branch: &Value, value: &Value) -> bool {
    let Some((branch, _)) = resolve(document, branch, "") else { return false };
    let is_listed = |schema: &Value, value: &Value| {
        schema.get("enum").and_then(Value::as_array).is_none_or(|listed| listed.contains(value))
    };
    let mut known = properties(branch).filter_map(|(name, part)| Some((part, value.get(name)?)));
    has_type(branch, value)
        && is_listed(branch, value)
        && required(branch).all(|name| value.get(name).is_some())
        && known.all(|(part, value)| is_listed(part, value))
}

pub(crate) fn has_type(schema: &Value, value: &Value) -> bool {
    let Some(named) = schema.get("type").and_then(Value::as_str) else { return true };
    match value {
        Value::Null => named == "null",
        Value::Bool(_) => named == "boolean",
        Value::Number(_) => ["number", "integer"].contains(&named),
        Value::String(_) => named == "string",
        Value::Array(_) => named == "array",
        Value::Object(_) => named == "object",
    }
}

/// Whether a schema states that its value is an object, and nothing else.
pub(crate) fn is_object(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "object")
}

/// The schema of an object and the schemas that its `allOf` combines, each with its JSON pointer.
pub(crate) fn objects<'a>(
    document: &'a Document,
    schema: &'a Value,
    pointer: &str,
) -> Vec<(&'a Value, String)> {
    let mut found = Vec::new();
    let mut left = vec![(schema, pointer.to_owned())];
    while let Some((schema, pointer)) = left.pop() {
        let Some((schema, pointer)) = resolve(document, schema, &pointer) else { continue };
        if found.iter().any(|(_, known)| *known == pointer) {
            continue;
        }
        let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten().enumerate();
        let parts = parts.map(|(index, part)| (part, format!("{pointer}/allOf/{index}")));
        left.extend(parts.collect::<Vec<_>>().into_iter().rev());
        found.push((schema, pointer));
    }
    found
}
