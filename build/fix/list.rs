//! Parameters that are a list in one value: in a path, in a header, and in a query with `explode: false`. progenitor supports only
//! strings there. `emit::list` generates types that are such strings.

use serde_json::{Value, json};

use crate::build::fix::parameter::{location, name};
use crate::build::fix::union::simple;
use crate::build::json::string;
use crate::build::operation::Operation;
use crate::build::reference::resolved;
use crate::build::rust_name::pascal;
use crate::build::schema::{self, SCHEMAS};

/// A list that is sent as one string, with commas.
pub(crate) struct List {
    /// The name of its schema.
    pub(crate) name: String,
    /// The Rust type of its items.
    pub(crate) item: String,
}

/// Replaces the schemas of such parameters by those of strings.
pub(crate) fn take(root: &mut Value, operations: &[Operation]) -> Vec<List> {
    let mut lists = Vec::new();
    for operation in operations {
        let parameters = operation.node(root)["parameters"].as_array().cloned().unwrap_or_default();
        for (index, parameter) in parameters.iter().enumerate() {
            let Some(item) = item_of_list(root, parameter) else { continue };
            let wanted = pascal(&format!("{}-{}", operation.name, name(parameter)));
            // progenitor generates a type only for a string with a limit.
            let placeholder = json!({ "type": "string", "maxLength": u32::MAX });
            let name = schema::add(root, &placeholder, &wanted);
            let reference = json!({ "$ref": format!("{SCHEMAS}{name}") });
            operation.node_mut(root)["parameters"][index]["schema"] = reference;
            lists.push(List { name, item });
        }
    }
    lists
}

/// The Rust type of the items, if the parameter is a list in one value and its items are strings, numbers or booleans.
fn item_of_list(root: &Value, parameter: &Value) -> Option<String> {
    let is_exploded = parameter.get("explode").and_then(Value::as_bool);
    let is_joined = match (location(parameter), string(parameter, "style")) {
        ("path" | "header", None | Some("simple")) => true,
        ("query", None | Some("form")) => is_exploded == Some(false),
        _ => false,
    };
    let list = resolved(root, parameter.get("schema")?);
    if !is_joined || string(list, "type") != Some("array") || list.get("nullable") == Some(&Value::Bool(true))
    {
        return None;
    }
    let item = list.get("items")?;
    let target = resolved(root, item);
    let is_simple = string(target, "type").is_some_and(|name| !["array", "object"].contains(&name));
    if !is_simple || target.get("nullable") == Some(&Value::Bool(true)) {
        return None;
    }
    schema::name(item).map(pascal).or_else(|| simple(item).map(str::to_owned))
}
