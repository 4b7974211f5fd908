//! Reading a JSON Schema: its references, alternatives, properties and constraints.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document::model::Document;
use crate::document::pointer::escape;

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
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// The keywords that constrain a value together with other parts of it.
pub(crate) const COMBINED: &[&str] = &[
    "not",
    "if",
    "contains",
    "propertyNames",
    "patternProperties",
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedProperties",
    "unevaluatedItems",
];

/// Keywords that every synthesised value satisfies, also with additional properties.
const PLAIN: &[&str] = &[
    "type",
    "enum",
    "format",
    "required",
    "properties",
    "items",
    "title",
    "description",
    "example",
    "deprecated",
    "xml",
    "readOnly",
    "writeOnly",
];

/// A sub-schema that is not a property.
pub(crate) struct Branch<'a> {
    /// The keyword it stands under: `allOf`, `oneOf`, `anyOf`, `prefixItems`, `items` or `additionalProperties`.
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
    for keyword in ["allOf", "oneOf", "anyOf", "prefixItems"] {
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

/// A sub-schema of any keyword.
pub(crate) struct Subschema<'a> {
    /// The part of its JSON pointer that follows the pointer of the schema.
    pub(crate) step: String,
    pub(crate) schema: &'a Value,
    /// Whether it constrains the same value as the schema itself.
    pub(crate) is_composed: bool,
}

/// Every sub-schema.
pub(crate) fn subschemas(schema: &Value) -> Vec<Subschema<'_>> {
    let mut found: Vec<_> = branches(schema)
        .into_iter()
        .map(|Branch { keyword, step, schema }| {
            let is_composed = ["allOf", "oneOf", "anyOf"].contains(&keyword);
            Subschema { step, schema, is_composed }
        })
        .collect();
    for (keyword, is_composed) in
        [("properties", false), ("patternProperties", false), ("dependentSchemas", true)]
    {
        let named = schema.get(keyword).and_then(Value::as_object).into_iter().flatten();
        found.extend(named.map(|(name, schema)| Subschema {
            step: format!("{keyword}/{}", escape(name)),
            schema,
            is_composed,
        }));
    }
    for (keyword, is_composed) in [
        ("not", true),
        ("if", true),
        ("then", true),
        ("else", true),
        ("contains", false),
        ("propertyNames", false),
        ("unevaluatedItems", false),
        ("unevaluatedProperties", false),
    ] {
        let one = schema.get(keyword).filter(|schema| schema.is_object());
        found.extend(one.map(|schema| Subschema { step: keyword.to_owned(), schema, is_composed }));
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
        if !has_plain_keywords(schema) {
            return false;
        }
        left.extend(properties(schema).map(|(_, property)| property));
        left.extend(schema.get("items"));
    }
    true
}

/// Whether the schema itself has plain keywords only, and no contradiction among them.
fn has_plain_keywords(schema: &Value) -> bool {
    let Some(keywords) = schema.as_object() else { return false };
    let is_right = |value: &Value| {
        has_type(schema, value)
            && is_listed(schema, value)
            && !(value.is_object() || value.is_array())
            && schema.get("format").is_none()
    };
    let has_right_values = schema.get("example").is_none_or(is_right)
        && schema.get("enum").and_then(Value::as_array).is_none_or(|listed| {
            schema.get("format").is_none() && listed.iter().all(|value| has_type(schema, value))
        });
    keywords.keys().all(|name| PLAIN.contains(&&**name))
        && has_right_values
        && required(schema).all(|name| declared(schema, name).is_some())
}

/// The schema of a property under the keyword `properties`.
pub(crate) fn declared<'a>(schema: &'a Value, name: &str) -> Option<&'a Value> {
    schema.get("properties")?.get(name)
}

/// The list under a keyword; empty if there is none.
pub(crate) fn list<'a>(schema: &'a Value, keyword: &str) -> &'a [Value] {
    schema.get(keyword).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The count that a keyword states: a length, or a number of elements or properties.
pub(crate) fn count(schema: &Value, keyword: &str) -> Option<usize> {
    schema.get(keyword).and_then(Value::as_u64).map(|count| count as usize)
}

/// The number that a keyword states.
pub(crate) fn bound(schema: &Value, keyword: &str) -> Option<f64> {
    schema.get(keyword).and_then(Value::as_f64)
}

/// The least and the greatest number, whether they are allowed or not.
pub(crate) fn bounds(schema: &Value) -> (Option<f64>, Option<f64>) {
    let stricter = |inclusive: &str, exclusive: &str, pick: fn(f64, f64) -> f64| {
        let found = [inclusive, exclusive].into_iter().filter_map(|keyword| bound(schema, keyword));
        found.reduce(pick)
    };
    (stricter("minimum", "exclusiveMinimum", f64::max), stricter("maximum", "exclusiveMaximum", f64::min))
}

/// Whether the `enum` of a schema lists the value, if the schema has one.
fn is_listed(schema: &Value, value: &Value) -> bool {
    schema.get("enum").and_then(Value::as_array).is_none_or(|listed| listed.contains(value))
}

/// The names under the keyword `type`.
pub(super) fn types_of(stated: &Value) -> Vec<&str> {
    match stated {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        name => name.as_str().into_iter().collect(),
    }
}

/// The type of the value with this turn, and what is left of the turn: where several types are allowed, each takes its turn, `null`
/// last. None when no type is allowed.
pub(super) fn kind_at(schema: &Value, turn: usize) -> Option<(&str, usize)> {
    let Some(stated) = schema.get("type") else { return Some((kind(schema), turn)) };
    let mut names = types_of(stated);
    names.sort_by_key(|name| *name == "null");
    let count = names.len();
    (count > 0).then(|| (names[turn % count], turn / count))
}

/// The type of a schema; guessed from its keywords where it has no `type`.
pub(crate) fn kind(schema: &Value) -> &str {
    let named =
        schema.get("type").and_then(|stated| types_of(stated).into_iter().find(|name| *name != "null"));
    named.unwrap_or_else(|| {
        let has = |keywords: &[&str]| keywords.iter().any(|keyword| schema.get(*keyword).is_some());
        match () {
            () if schema.get("type").is_some_and(|stated| stated == "null") => "null",
            () if has(&[
                "properties",
                "additionalProperties",
                "required",
                "minProperties",
                "patternProperties",
            ]) =>
            {
                "object"
            }
            () if has(&["items", "prefixItems", "contains", "minItems"]) => "array",
            () if has(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]) => {
                "number"
            }
            () => "string",
        }
    })
}

/// Whether a value looks like one of a branch: it has the type, has every required property, and is listed wherever the
/// branch has an `enum`. This is a cheap test to choose among alternatives, not a validation.
pub(crate) fn fits(document: &Document, branch: &Value, value: &Value) -> bool {
    let Some((branch, _)) = resolve(document, branch, "") else { return false };
    let mut known = properties(branch).filter_map(|(name, part)| Some((part, value.get(name)?)));
    has_type(branch, value)
        && is_listed(branch, value)
        && required(branch).all(|name| value.get(name).is_some())
        && known.all(|(part, value)| is_listed(part, value))
}

/// Whether the value has a type that the schema allows.
pub(crate) fn has_type(schema: &Value, value: &Value) -> bool {
    let Some(stated) = schema.get("type") else { return true };
    let is_type = |name: &str| match value {
        Value::Null => name == "null",
        Value::Bool(_) => name == "boolean",
        Value::Number(_) => ["number", "integer"].contains(&name),
        Value::String(_) => name == "string",
        Value::Array(_) => name == "array",
        Value::Object(_) => name == "object",
    };
    types_of(stated).into_iter().any(is_type)
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
