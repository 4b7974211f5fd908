//! The credential of each operation: the client has one, and sends it as `Authorization: Bearer`.

use serde_json::{Map, Value};

use super::operation::Operation;
use super::reference::resolved;

/// Why the client cannot send what the operation wants. What wants nothing is sent the same.
pub(super) fn limit<'a>(root: &'a Value, operation: &'a Operation) -> Option<String> {
    let wanted = operation.node(root).get("security").unwrap_or(&root["security"]);
    let alternatives = wanted.as_array().into_iter().flatten().filter_map(Value::as_object);
    let unsent = |together: &'a Map<String, Value>| together.keys().find(|scheme| !is_bearer(root, scheme));
    // One alternative of which nothing is unsent is enough.
    let unsent: Vec<&String> = alternatives.map(unsent).collect::<Option<_>>()?;
    Some(format!("its credential `{}` is not a bearer token", unsent.first()?))
}

fn is_bearer(root: &Value, scheme: &str) -> bool {
    let scheme = resolved(root, &root["components"]["securitySchemes"][scheme]);
    let says = |key: &str, word: &str| {
        scheme.get(key).and_then(Value::as_str).is_some_and(|text| text.eq_ignore_ascii_case(word))
    };
    // The tokens of the other two are sent like that too.
    says("type", "http") && says("scheme", "bearer")
        || says("type", "oauth2")
        || says("type", "openIdConnect")
}
