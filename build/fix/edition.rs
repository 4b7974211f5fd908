//! Changes a document of OpenAPI 3.1 into one of 3.0 that means the same to a client, because progenitor supports only 3.0.

use serde_json::{Map, Value, json};

use crate::build::defect::Defect;
use crate::build::document::Document;
use crate::build::json::{items_mut, last_token, remove, string, token};
use crate::build::reference::{MAPS, target};

/// Keywords that 3.0 does not have, and that change what a reference or a schema means.
const WITHOUT_EQUIVALENT: [&str; 5] = ["$anchor", "$dynamicAnchor", "$dynamicRef", "$id", "$schema"];

/// Keywords that 3.0 does not have, and that only restrict values. A client may ignore them.
const RESTRICTIONS: [&str; 16] = [
    "$comment",
    "contains",
    "contentSchema",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "examples",
    "if",
    "maxContains",
    "minContains",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Changes the document, if it is one of OpenAPI 3.1.
pub(crate) fn to_3_0(document: &mut Document) -> Result<(), Defect> {
    if !string(&document.root, "openapi").is_some_and(|version| version.starts_with("3.1.")) {
        return Ok(());
    }
    let pointers = schema_pointers(&document.root, "");
    for pointer in &pointers {
        let schema = document.root.pointer(pointer).unwrap_or(&Value::Null);
        if let Some(keyword) = WITHOUT_EQUIVALENT.iter().find(|keyword| schema.get(**keyword).is_some()) {
            let problem = format!("`{keyword}` has no equivalent in OpenAPI 3.0, which the generator needs");
            let fix = "leave it out, or refer to schemas by their place, such as `#/components/schemas/Job`";
            return Err(document.defect(&format!("{pointer}{}", token(keyword)), problem, fix));
        }
    }
    // The inner schemas come first, because the outer ones move them.
    for pointer in pointers.iter().rev() {
        document.root.pointer_mut(pointer).into_iter().for_each(convert);
    }
    document.root["openapi"] = "3.0.3".into();
    Ok(())
}

/// The pointers of all schemas, the outer ones before the inner ones.
fn schema_pointers(node: &Value, pointer: &str) -> Vec<String> {
    let mut found = Vec::new();
    let parts = node.as_object().into_iter().flatten().map(|(name, part)| (name.clone(), part));
    let items =
        node.as_array().into_iter().flatten().enumerate().map(|(index, item)| (index.to_string(), item));
    let has_names = MAPS.contains(&last_token(pointer));
    for (name, part) in parts.chain(items) {
        let is_data =
            !has_names && ["const", "default", "enum", "example", "examples"].contains(&name.as_str());
        if is_data {
            continue;
        }
        let inner = format!("{pointer}{}", token(&name));
        if is_schema(pointer, &name, part) {
            found.push(inner.clone());
        }
        found.extend(schema_pointers(part, &inner));
    }
    found
}

/// Whether the value under `name` is a schema.
fn is_schema(pointer: &str, name: &str, part: &Value) -> bool {
    let (around, within) = pointer.rsplit_once('/').unwrap_or_default();
    let is_index = name.bytes().all(|byte| byte.is_ascii_digit());
    match within {
        "properties" | "$defs" | "patternProperties" => !MAPS.contains(&last_token(around)),
        "schemas" => around == "/components",
        "allOf" | "anyOf" | "oneOf" | "prefixItems" if is_index => true,
        _ if MAPS.contains(&within) => false,
        _ => ["schema", "items", "additionalProperties", "not"].contains(&name) && !part.is_array(),
    }
}

fn convert(schema: &mut Value) {
    match schema {
        // `additionalProperties` may be a boolean in 3.0 too.
        Value::Bool(true) => {}
        Value::Object(_) => {
            wrap_reference(schema);
            content_to_format(schema);
            constant_to_enum(schema);
            types_to_alternatives(schema);
            null_to_nullable(schema);
            limits_to_flags(schema);
            open_schemas(schema);
            if let Some(Value::Array(examples)) = schema.get("examples") {
                schema["example"] = examples.first().cloned().unwrap_or_default();
            }
            RESTRICTIONS.iter().for_each(|keyword| remove(schema, keyword));
        }
        _ => {}
    }
}

/// In 3.0 the keywords beside a `$ref` are ignored.
fn wrap_reference(schema: &mut Value) {
    if let (Some(reference), Some(2..)) = (target(schema), schema.as_object().map(Map::len)) {
        let part = json!({ "$ref": reference });
        let mut parts = schema.get("allOf").and_then(Value::as_array).cloned().unwrap_or_default();
        parts.insert(0, part);
        remove(schema, "$ref");
        schema["allOf"] = parts.into();
    }
}

/// Bytes: in base64, or as they are.
fn content_to_format(schema: &mut Value) {
    let encoding = string(schema, "contentEncoding").map(str::to_owned);
    let has_media_type = schema.get("contentMediaType").is_some();
    ["contentEncoding", "contentMediaType"].iter().for_each(|key| remove(schema, key));
    match encoding.as_deref() {
        Some("base64" | "base64url") => schema["format"] = "byte".into(),
        None if has_media_type && string(schema, "type").is_none_or(|name| name == "string") => {
            schema["type"] = "string".into();
            schema["format"] = "binary".into();
        }
        _ => {}
    }
}

fn constant_to_enum(schema: &mut Value) {
    let Some(value) = schema.get("const").cloned() else { return };
    remove(schema, "const");
    let name = match &value {
        Value::String(_) => Some("string"),
        Value::Bool(_) => Some("boolean"),
        Value::Number(number) if number.is_f64() => Some("number"),
        Value::Number(_) => Some("integer"),
        _ => None,
    };
    if let (Some(name), None) = (name, schema.get("type")) {
        schema["type"] = name.into();
    }
    schema["enum"] = json!([value]);
}

/// A list of types: `null` becomes `nullable`, and several others become alternatives.
fn types_to_alternatives(schema: &mut Value) {
    let Some(types) = schema.get("type").and_then(Value::as_array).cloned() else { return };
    let (null, others): (Vec<_>, Vec<_>) = types.into_iter().partition(|name| name == "null");
    match &others[..] {
        [] => schema["type"] = "null".into(),
        [only] => schema["type"] = only.clone(),
        several => {
            let with_type = |name: &Value| {
                let mut part = schema.clone();
                ["description", "title"].iter().for_each(|key| remove(&mut part, key));
                part["type"] = name.clone();
                part
            };
            let alternatives: Vec<_> = several.iter().map(with_type).collect();
            let description = schema.get("description").cloned();
            *schema = json!({ "anyOf": alternatives });
            if let Some(description) = description {
                schema["description"] = description;
            }
        }
    }
    if !null.is_empty() && !others.is_empty() {
        schema["nullable"] = true.into();
    }
}

/// The type `null`, alone and among alternatives.
fn null_to_nullable(schema: &mut Value) {
    if string(schema, "type") == Some("null") {
        remove(schema, "type");
        schema["nullable"] = true.into();
        schema["enum"] = json!([null]);
        return;
    }
    for key in ["oneOf", "anyOf"] {
        let before = schema.get(key).and_then(Value::as_array).map_or(0, Vec::len);
        let mut parts: Vec<_> = items_mut(schema, key).map(|part| part.take()).collect();
        parts.retain(|part| part.get("enum") != Some(&json!([null])));
        if parts.len() < before {
            schema["nullable"] = true.into();
        }
        match (&mut parts[..], before) {
            (_, 0) => {}
            ([only], 2..) => {
                let only = only.take();
                remove(schema, key);
                include(schema, only);
            }
            _ => schema[key] = parts.into(),
        }
    }
}

/// Adds the only alternative that remains to the schema.
fn include(schema: &mut Value, only: Value) {
    let is_new = |name: &String| schema.get(name).is_none();
    match only {
        Value::Object(only) if only.keys().all(is_new) && !only.contains_key("$ref") => {
            schema.as_object_mut().into_iter().for_each(|schema| schema.extend(only.clone()));
        }
        only => {
            let mut parts = schema.get("allOf").and_then(Value::as_array).cloned().unwrap_or_default();
            parts.push(only);
            schema["allOf"] = parts.into();
        }
    }
}

/// Exclusive limits are numbers in 3.1, and flags of the other limit in 3.0.
fn limits_to_flags(schema: &mut Value) {
    for (exclusive, limit, is_stricter) in [
        ("exclusiveMinimum", "minimum", (|one, other| one >= other) as fn(f64, f64) -> bool),
        ("exclusiveMaximum", "maximum", |one, other| one <= other),
    ] {
        let Some(value) = schema.get(exclusive).filter(|value| value.is_number()).cloned() else { continue };
        let other = schema.get(limit).and_then(Value::as_f64);
        if other.is_none_or(|other| value.as_f64().is_some_and(|value| is_stricter(value, other))) {
            schema[limit] = value;
            schema[exclusive] = true.into();
        } else {
            remove(schema, exclusive);
        }
    }
}

/// Schemas that are `true`, and lists and maps that 3.1 describes in another way.
fn open_schemas(schema: &mut Value) {
    for key in ["properties", "$defs"] {
        let parts = schema.get_mut(key).and_then(Value::as_object_mut).into_iter().flatten();
        parts.for_each(|(_, part)| open(part));
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        items_mut(schema, key).for_each(open);
    }
    for key in ["items", "not"] {
        schema.get_mut(key).into_iter().for_each(open);
    }
    if schema.get("prefixItems").is_some() {
        schema["items"] = json!({});
    }
    let patterns = schema.get("patternProperties").and_then(Value::as_object);
    if let Some(patterns) = patterns.filter(|_| schema.get("properties").is_none()) {
        let only = patterns.values().next().filter(|_| patterns.len() == 1);
        schema["additionalProperties"] = only.cloned().unwrap_or_else(|| json!({}));
    }
    if string(schema, "type") == Some("array") && schema.get("items").is_none() {
        schema["items"] = json!({});
    }
}

fn open(schema: &mut Value) {
    match schema {
        Value::Bool(true) => *schema = json!({}),
        Value::Bool(false) => *schema = json!({ "not": {} }),
        _ => {}
    }
}
