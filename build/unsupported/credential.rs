//! Operations that need a credential other than a bearer token. The client sends `Authorization: Bearer` with every
//! request, also to operations that need no credential.

use serde_json::{Map, Value};

use crate::build::json::string;
use crate::build::operation::Operation;
use crate::build::reference::resolved;

/// Why the credential of the operation is not supported.
pub(crate) fn reason<'a>(root: &'a Value, operation: &'a Operation) -> Option<String> {
    let security = operation.node(root).get("security").unwrap_or(&root["security"]);
    let alternatives = security.as_array().into_iter().flatten().filter_map(Value::as_object);
    let unsupported = |schemes: &'a Map<String, Value>| schemes.keys().find(|name| !is_bearer(root, name));
    // One supported alternative is enough: then this is `None`.
    let unsupported: Vec<&String> = alternatives.map(unsupported).collect::<Option<_>>()?;
    Some(format!("its security scheme `{}` is not a bearer token", unsupported.first()?))
}

fn is_bearer(root: &Value, scheme: &str) -> bool {
    let scheme = resolved(root, &root["components"]["securitySchemes"][scheme]);
    let is =
        |key: &str, value: &str| string(scheme, key).is_some_and(|text| text.eq_ignore_ascii_case(value));
    // Tokens of OAuth 2 and OpenID Connect are bearer tokens (RFC 6750).
    is("type", "http") && is("scheme", "bearer") || is("type", "oauth2") || is("type", "openIdConnect")
}
