//! The parameters: each operation gets those of its path, and no parameter that OpenAPI ignores.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::build::json::{entries_mut, remove, string};
use crate::build::operation::Operation;
use crate::build::reference::resolved;

/// OpenAPI ignores header parameters with these names: bodies, responses and security schemes describe them.
const IGNORED_HEADERS: [&str; 3] = ["accept", "authorization", "content-type"];

/// Gives the operation all of its parameters.
pub(crate) fn gather(root: &mut Value, operation: &Operation) {
    let own = operation.node(root).get("parameters");
    let shared = root["paths"][&operation.path].get("parameters");
    let mut parameters: Vec<Value> = Vec::new();
    // The operation's own parameters come first, because they override those of the path.
    for parameter in [own, shared].into_iter().flatten().filter_map(Value::as_array).flatten() {
        let parameter = resolved(root, parameter);
        let is_same =
            |other: &Value| (name(other), location(other)) == (name(parameter), location(parameter));
        if !is_ignored(parameter) && !parameters.iter().any(is_same) {
            parameters.push(parameter.clone());
        }
    }
    match_template(&operation.path, &mut parameters);
    operation.node_mut(root)["parameters"] = Value::Array(parameters);
}

/// Removes the parameters of paths, which [`gather`] has given to the operations.
pub(crate) fn remove_shared(root: &mut Value) {
    entries_mut(root, "paths").for_each(|(_, item)| remove(item, "parameters"));
}

pub(crate) fn name(parameter: &Value) -> &str {
    string(parameter, "name").unwrap_or_default()
}

/// `path`, `query`, `header` or `cookie`.
pub(crate) fn location(parameter: &Value) -> &str {
    string(parameter, "in").unwrap_or_default()
}

fn is_ignored(parameter: &Value) -> bool {
    let is_named = |header: &&str| header.eq_ignore_ascii_case(name(parameter));
    location(parameter) == "header" && IGNORED_HEADERS.iter().any(is_named)
}

/// Makes the path parameters match the path template, as the conformance suite does: a parameter that is not in the
/// template is removed, one that is only in the template is a string, and all are required.
fn match_template(path: &str, parameters: &mut Vec<Value>) {
    let mut undescribed: BTreeSet<_> =
        path.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect();
    parameters.retain(|parameter| location(parameter) != "path" || undescribed.remove(name(parameter)));
    parameters.extend(
        undescribed
            .into_iter()
            .map(|name| json!({ "name": name, "in": "path", "schema": { "type": "string" } })),
    );
    for parameter in parameters.iter_mut().filter(|parameter| location(parameter) == "path") {
        parameter["required"] = true.into();
    }
}
