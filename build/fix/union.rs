//! Takes `oneOf` and `anyOf` out of the document. progenitor decodes a value as the first alternative that fits, and so may
//! lose the fields of another. `emit::union` generates types that lose nothing.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::build::fix::keyword::only_restricts;
use crate::build::json::{entries, remove, string};
use crate::build::overlap;
use crate::build::reference::{resolved, target};
use crate::build::rust_name::{pascal, unique};
use crate::build::schema::{self, SCHEMAS};

/// A schema with several alternatives.
pub(crate) struct Union {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) alternatives: Vec<Alternative>,
    /// The property whose value selects the alternative.
    pub(crate) discriminator: Option<String>,
    /// The variants of the pairs of alternatives that a value can satisfy both.
    pub(crate) overlaps: Vec<(String, String)>,
}

pub(crate) struct Alternative {
    pub(crate) variant: String,
    pub(crate) body: AlternativeType,
    /// The values of the discriminator that select it.
    pub(crate) values: Vec<String>,
    /// The properties with an `enum` of strings, and these strings.
    pub(crate) listed: Vec<(String, Vec<String>)>,
}

/// The type of an alternative.
pub(crate) enum AlternativeType {
    /// The name of a schema, and whether it leads back to the union.
    Schema { name: String, is_recursive: bool },
    /// A type of Rust.
    Rust(&'static str),
}

/// Replaces each schema that has alternatives by a schema for any value.
pub(crate) fn take(root: &mut Value) -> Vec<Union> {
    let names: Vec<_> = entries(&root["components"], "schemas").map(|(name, _)| name.clone()).collect();
    names.iter().for_each(|name| simplify(root, name));
    names.iter().for_each(|name| distribute(root, name));
    let before = root.clone();
    let with_alternatives = names.into_iter().filter(|name| !parts(schema_of(&before, name)).is_empty());
    with_alternatives.map(|name| take_one(root, &before, name)).collect()
}

fn schema_of<'a>(root: &'a Value, name: &str) -> &'a Value {
    &root["components"]["schemas"][name]
}

/// The alternatives of a schema.
fn parts(schema: &Value) -> &[Value] {
    let parts = ["oneOf", "anyOf"].iter().find_map(|key| schema.get(*key)?.as_array());
    parts.map_or(&[], Vec::as_slice)
}

/// Removes alternatives that only restrict the schema around them, and turns a single alternative into `allOf`.
fn simplify(root: &mut Value, name: &str) {
    let schema = &mut root["components"]["schemas"][name];
    let restricts = !parts(schema).is_empty() && parts(schema).iter().all(only_restricts);
    let single = match parts(schema) {
        [only] => Some(only.clone()),
        _ => None,
    };
    if restricts || single.is_some() {
        ["oneOf", "anyOf", "discriminator"].iter().for_each(|key| remove(schema, key));
    }
    if let Some(only) = single {
        let mut parts = schema.get("allOf").and_then(Value::as_array).cloned().unwrap_or_default();
        parts.push(only);
        schema["allOf"] = parts.into();
    }
}

/// A schema with both alternatives and other parts becomes a schema with alternatives only: each gets the other parts.
fn distribute(root: &mut Value, name: &str) {
    let mut schema = schema_of(root, name).clone();
    let mut union = schema.clone();
    if parts(&schema).is_empty() {
        let all = schema.get("allOf").and_then(Value::as_array).cloned().unwrap_or_default();
        let Some(index) = all.iter().position(|part| !parts(resolved(root, part)).is_empty()) else { return };
        union = resolved(root, &all[index]).clone();
        schema["allOf"] =
            all.into_iter().enumerate().filter(|(other, _)| *other != index).map(|(_, part)| part).collect();
    }
    let alternatives = parts(&union).to_vec();
    for key in ["oneOf", "anyOf", "discriminator", "nullable", "title", "example"] {
        remove(&mut schema, key);
    }
    let has = |key: &str| schema.get(key).and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    if !(has("allOf") || has("required") || schema.get("properties").is_some()) {
        return;
    }
    let description = schema.get("description").cloned();
    remove(&mut schema, "description");
    let alternatives = alternatives.iter().enumerate().map(|(index, part)| {
        let wanted =
            format!("{name}{}", schema::name(part).map_or_else(|| format!("Variant{index}"), pascal));
        let whole = json!({ "allOf": [schema.clone(), part] });
        let added = schema::add(root, &whole, &wanted);
        (part.clone(), json!({ "$ref": format!("{SCHEMAS}{added}") }))
    });
    let alternatives: Vec<(Value, Value)> = alternatives.collect();
    let mut whole = json!({ "oneOf": alternatives.iter().map(|(_, new)| new).collect::<Vec<_>>() });
    if let Some(description) = description {
        whole["description"] = description;
    }
    if let Some(discriminator) = union.get("discriminator") {
        whole["discriminator"] = with_new_targets(discriminator, &alternatives);
    }
    root["components"]["schemas"][name] = whole;
}

/// The discriminator, with a mapping to the new alternatives.
fn with_new_targets(discriminator: &Value, alternatives: &[(Value, Value)]) -> Value {
    let mut discriminator = discriminator.clone();
    let mut mapping = Map::new();
    for (old, new) in alternatives {
        mapping.extend(selecting(&discriminator, old).into_iter().map(|value| (value, new["$ref"].clone())));
    }
    discriminator["mapping"] = mapping.into();
    discriminator
}

/// The values of the discriminator that select an alternative.
fn selecting(discriminator: &Value, alternative: &Value) -> Vec<String> {
    let Some(name) = schema::name(alternative) else { return Vec::new() };
    let is_meant = |to: &Value| to.as_str().is_some_and(|to| to == name || Some(to) == target(alternative));
    let mapped = entries(discriminator, "mapping").filter(|(_, to)| is_meant(to));
    let values: Vec<_> = mapped.map(|(value, _)| value.clone()).collect();
    if values.is_empty() { vec![name.to_owned()] } else { values }
}

fn take_one(root: &mut Value, before: &Value, name: String) -> Union {
    let union = schema_of(before, &name);
    let mut flat = Vec::new();
    flatten(before, union, &mut Vec::new(), &mut flat);
    let (discriminator, values) = discriminator(before, union, &flat);
    let mut taken = BTreeSet::from(["Unknown".to_owned()]);
    let mut alternatives = Vec::new();
    for (index, (part, values)) in flat.iter().zip(values).enumerate() {
        let body = body(root, before, &name, index, part);
        let wanted = match &body {
            AlternativeType::Schema { name, .. } => pascal(name),
            AlternativeType::Rust(rust) => pascal(rust.rsplit(':').next().unwrap_or(rust)),
        };
        let variant = pascal(&unique(&mut taken, &wanted));
        alternatives.push(Alternative {
            variant,
            body,
            values,
            listed: overlap::listed_values(before, part),
        });
    }
    let pairs = (0..flat.len()).flat_map(|one| (one + 1..flat.len()).map(move |other| (one, other)));
    let overlaps = pairs.filter(|(one, other)| {
        discriminator.is_none() && overlap::can_overlap(before, &flat[*one], &flat[*other])
    });
    let variant = |index: usize| alternatives[index].variant.clone();
    let overlaps = overlaps.map(|(one, other)| (variant(one), variant(other))).collect();
    let description = string(union, "description").unwrap_or_default().to_owned();
    // progenitor ignores the extension. It shows which schemas the union needs.
    let needed = alternatives.iter().filter_map(|alternative| match &alternative.body {
        AlternativeType::Schema { name, .. } => Some(json!({ "$ref": format!("{SCHEMAS}{name}") })),
        AlternativeType::Rust(_) => None,
    });
    let needed: Vec<_> = needed.collect();
    root["components"]["schemas"][&name] = json!({ "description": description, "x-alternatives": needed });
    Union { name, description, alternatives, discriminator, overlaps }
}

/// The alternatives, with those of an alternative that is itself a union in its place.
fn flatten(root: &Value, union: &Value, seen: &mut Vec<Value>, flat: &mut Vec<Value>) {
    for part in parts(union) {
        let inner = resolved(root, part);
        if seen.contains(part) || only_null(inner) {
            continue;
        }
        seen.push(part.clone());
        if parts(inner).is_empty() || union.get("discriminator").is_some() {
            flat.push(part.clone());
        } else {
            flatten(root, inner, seen, flat);
        }
    }
}

fn only_null(schema: &Value) -> bool {
    schema.get("enum").and_then(Value::as_array).is_some_and(|values| values.iter().all(Value::is_null))
}

/// The property that selects the alternative, as the document states or as the schemas show, and its values.
fn discriminator(root: &Value, union: &Value, flat: &[Value]) -> (Option<String>, Vec<Vec<String>>) {
    let stated = union.get("discriminator");
    if let Some(property) = stated.and_then(|stated| string(stated, "propertyName")) {
        let values = flat.iter().map(|part| selecting(&union["discriminator"], part)).collect();
        return (Some(property.to_owned()), values);
    }
    match overlap::distinct_property(root, flat) {
        Some((property, values)) => (Some(property), values),
        None => (None, vec![Vec::new(); flat.len()]),
    }
}

/// The type of an alternative. An inline schema that is not simple gets a name.
fn body(root: &mut Value, before: &Value, union: &str, index: usize, part: &Value) -> AlternativeType {
    if let Some(rust) = simple(part) {
        return AlternativeType::Rust(rust);
    }
    let name = schema::name(part).map(str::to_owned);
    let name = name.unwrap_or_else(|| schema::add(root, part, &format!("{union}Variant{index}")));
    let mut needed = BTreeSet::new();
    schema::find_in(before, part, &mut needed);
    let is_recursive = needed.contains(union);
    AlternativeType::Schema { name, is_recursive }
}

/// The Rust type of a schema with nothing but a type.
pub(crate) fn simple(schema: &Value) -> Option<&'static str> {
    let states_more =
        ["enum", "pattern", "minLength", "maxLength", "format"].iter().any(|key| schema.get(key).is_some());
    match string(schema, "type").filter(|_| !states_more)? {
        "string" => Some("::std::string::String"),
        "integer" => Some("i64"),
        "number" => Some("f64"),
        "boolean" => Some("bool"),
        _ => None,
    }
}
