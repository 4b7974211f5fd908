//! progenitor ignores `discriminator`: the generated code takes the first alternative that fits. This step requires
//! each alternative to have its own discriminator value, so that no other alternative fits.

use serde_json::{Value, json};

use crate::build::json::string;
use crate::build::reference::{resolved, target};
use crate::build::schema;

/// Restricts the discriminator property of every alternative of a `oneOf` or `anyOf` to its values.
pub(crate) fn require_values(root: &mut Value) {
    let mut alternatives = Vec::new();
    collect(root, &mut alternatives);
    for alternative in alternatives {
        restrict(root, &alternative);
    }
}

/// An alternative of a schema with a discriminator.
struct Alternative {
    schema: String,
    /// The discriminator property.
    property: String,
    /// The values of the property that select this alternative.
    values: Vec<String>,
}

fn collect(node: &Value, found: &mut Vec<Alternative>) {
    match node {
        Value::Object(entries) => {
            found.extend(alternatives(node).into_iter().flatten());
            entries.values().for_each(|value| collect(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

fn alternatives(node: &Value) -> Option<Vec<Alternative>> {
    let discriminator = node.get("discriminator")?;
    let property = string(discriminator, "propertyName")?;
    let alternatives = node.get("oneOf").or_else(|| node.get("anyOf"))?.as_array()?;
    let mapping = discriminator.get("mapping").and_then(Value::as_object);
    let alternatives = alternatives.iter().filter_map(|alternative| {
        let name = schema::name(alternative)?;
        let is_meant =
            |to: &Value| to.as_str().is_some_and(|to| to == name || Some(to) == target(alternative));
        let mapped = mapping.into_iter().flatten().filter(|(_, to)| is_meant(to));
        let mut values: Vec<_> = mapped.map(|(value, _)| value.clone()).collect();
        if values.is_empty() {
            values.push(name.to_owned());
        }
        Some(Alternative { schema: name.to_owned(), property: property.to_owned(), values })
    });
    Some(alternatives.collect())
}

fn restrict(root: &mut Value, Alternative { schema, property, values }: &Alternative) {
    let stated = root["components"]["schemas"][schema]["properties"].get(property);
    let stated = stated.map(|stated| resolved(root, stated).clone());
    let schema = &mut root["components"]["schemas"][schema];
    let Some(mut stated) = stated else {
        // A part of an `allOf` may have the property: one more part restricts it.
        if let Some(parts) = schema.get_mut("allOf").and_then(Value::as_array_mut) {
            let value = json!({ "type": "string", "enum": values });
            parts
                .push(json!({ "type": "object", "required": [property], "properties": { property: value } }));
        }
        return;
    };
    let allowed = stated.get("enum").and_then(Value::as_array);
    let allows = |value: &String| allowed.is_none_or(|allowed| allowed.iter().any(|other| other == value));
    // A property that does not allow the values stays as it is.
    if string(&stated, "type") == Some("string") && values.iter().all(allows) {
        stated["enum"] = json!(values);
        schema["properties"][property] = stated;
    }
}
