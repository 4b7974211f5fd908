//! The credential of each operation: the client has one, and sends it as `Authorization: Bearer`.

use serde_json::{Map, Value};

use super::operation::Operation;
use super::reference::resolved;

/// Why the client cannot send what the operation wants. What wants nothing is sent the same.
pub(super) fn limit(root: &Value, operation: &Operation) -> Option<String> {
    let wanted = operation.node(root).get("security").unwrap_or(&root["security"]);
    let alternatives: Vec<&Map<String, Value>> =
        wanted.as_array().into_iter().flatten().filter_map(Value::as_object).collect();
    let is_sent =
        |alternative: &&Map<String, Value>| alternative.keys().all(|scheme| is_bearer(root, scheme));
    let unsent =
        alternatives.iter().flat_map(|alternative| alternative.keys()).find(|s| !is_bearer(root, s))?;
    let can_be_sent = alternatives.iter().any(is_sent);
    (!can_be_sent).then(|| format!("its credential `{unsent}` is not a bearer token"))
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
