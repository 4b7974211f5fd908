//! The generator ignores `discriminator`, and would take the first alternative that fits. An alternative whose property has to
//! have the value that stands for it fits no other.

use serde_json::{Value, json};

use super::reference::{resolved, target};
use super::schema;

/// Lets every alternative of a `oneOf` or `anyOf` with a discriminator ask for its own value of it.
pub(super) fn pin(root: &mut Value) {
    let mut pins = Vec::new();
    collect(root, &mut pins);
    for (name, property, values) in pins {
        let schema = &root["components"]["schemas"][&name];
        let Some(stated) = schema.get("properties").and_then(|properties| properties.get(&property)) else {
            // One of its parts has the property, and one more says which values it has here. A schema without parts
            // gets it from elsewhere, and nothing is said.
            let parts = root["components"]["schemas"][&name].get_mut("allOf").and_then(Value::as_array_mut);
            if let Some(parts) = parts {
                let value = json!({ "type": "string", "enum": values });
                parts.push(
                    json!({ "type": "object", "required": [&property], "properties": { &property: value } }),
                );
            }
            continue;
        };
        // Nothing is said either of one that does not allow the values.
        let text = resolved(root, stated);
        let allowed = text.get("enum").and_then(Value::as_array);
        let allows =
            |value: &String| allowed.is_none_or(|allowed| allowed.iter().any(|other| other == value));
        if text.get("type").is_some_and(|kind| kind == "string") && values.iter().all(allows) {
            let mut pinned = text.clone();
            pinned["enum"] = json!(values);
            root["components"]["schemas"][&name]["properties"][&property] = pinned;
        }
    }
}

/// Name of a schema, the property that tells it from others, and the values it has.
type Pin = (String, String, Vec<String>);

fn collect(node: &Value, pins: &mut Vec<Pin>) {
    match node {
        Value::Object(entries) => {
            pins.extend(pins_of(node).into_iter().flatten());
            entries.values().for_each(|value| collect(value, pins));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, pins)),
        _ => {}
    }
}

fn pins_of(node: &Value) -> Option<Vec<Pin>> {
    let discriminator = node.get("discriminator")?;
    let property = discriminator.get("propertyName")?.as_str()?;
    let alternatives = node.get("oneOf").or_else(|| node.get("anyOf"))?.as_array()?;
    let mapping = discriminator.get("mapping").and_then(Value::as_object);
    let pins = alternatives.iter().filter_map(|alternative| {
        let name = schema::name(alternative)?;
        let stands_for =
            |to: &Value| to.as_str().is_some_and(|to| to == name || Some(to) == target(alternative));
        let mapped = mapping.into_iter().flatten().filter(|(_, to)| stands_for(to));
        let mut values: Vec<_> = mapped.map(|(value, _)| value.clone()).collect();
        if values.is_empty() {
            values.push(name.to_owned());
        }
        Some((name.to_owned(), property.to_owned(), values))
    });
    Some(pins.collect())
}
