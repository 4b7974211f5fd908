//! progenitor ignores `discriminator`: the generated code takes the first alternative that fits. This step requires
//! each alternative to have its own discriminator value, so that no other alternative fits.

use serde_json::{Value, json};

use crate::build::json::{children, entries, string};
use crate::build::reference::{resolved, target};
use crate::build::schema;

/// Restricts the discriminator property of every alternative of a `oneOf` or `anyOf` to its values.
pub(crate) fn require_values(root: &mut Value) {
    let mut unions = Vec::new();
    find_unions(root, &mut unions);
    for union in unions {
        restrict_alternatives(root, &union);
    }
}

fn find_unions(node: &Value, found: &mut Vec<Value>) {
    if node.get("discriminator").is_some() {
        found.push(node.clone());
    }
    children(node).for_each(|child| find_unions(child, found));
}

fn restrict_alternatives(root: &mut Value, union: &Value) -> Option<()> {
    let discriminator = &union["discriminator"];
    let property = string(discriminator, "propertyName")?;
    for alternative in union.get("oneOf").or_else(|| union.get("anyOf"))?.as_array()? {
        let Some(name) = schema::name(alternative) else { continue };
        let is_meant =
            |to: &Value| to.as_str().is_some_and(|to| to == name || Some(to) == target(alternative));
        let mapped = entries(discriminator, "mapping").filter(|(_, to)| is_meant(to));
        let mut values: Vec<_> = mapped.map(|(value, _)| value.as_str()).collect();
        if values.is_empty() {
            values.push(name);
        }
        restrict(root, name, property, &values);
    }
    Some(())
}

fn restrict(root: &mut Value, schema: &str, property: &str, values: &[&str]) {
    let stated = root["components"]["schemas"][schema]["properties"].get(property);
    let stated = stated.map(|stated| resolved(root, stated).clone());
    let schema = &mut root["components"]["schemas"][schema];
    let Some(mut stated) = stated else {
        // A part of an `allOf` may have the property: one more part restricts it.
        if let Some(parts) = schema.get_mut("allOf").and_then(Value::as_array_mut) {
            let properties = json!({ property: { "type": "string", "enum": values } });
            parts.push(json!({ "type": "object", "required": [property], "properties": properties }));
        }
        return;
    };
    let allowed = stated.get("enum").and_then(Value::as_array);
    let allows = |value: &&str| allowed.is_none_or(|allowed| allowed.iter().any(|other| other == value));
    // A property that does not allow the values stays as it is.
    if string(&stated, "type") == Some("string") && values.iter().all(allows) {
        stated["enum"] = json!(values);
        schema["properties"][property] = stated;
    }
}
