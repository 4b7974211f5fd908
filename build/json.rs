//! Small operations on JSON values and JSON pointers.

use serde_json::Value;

/// `name` as a reference token of a JSON pointer (RFC 6901), with the slash before it.
pub(crate) fn token(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The last reference token of a JSON pointer.
pub(crate) fn last_token(pointer: &str) -> &str {
    pointer.rsplit('/').next().unwrap_or_default()
}

/// The string under a key.
pub(crate) fn string<'a>(node: &'a Value, key: &str) -> Option<&'a str> {
    node.get(key)?.as_str()
}

/// Removes a key, if the value is an object and has it.
pub(crate) fn remove(object: &mut Value, key: &str) {
    object.as_object_mut().and_then(|object| object.remove(key));
}
