//! Small operations on JSON values and JSON pointers.

use serde_json::{Map, Value};

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

/// The entries of the object under a key. There are none if the value has another type.
pub(crate) fn entries<'a>(
    node: &'a Value,
    key: &'static str,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    node.get(key).and_then(Value::as_object).into_iter().flatten()
}

pub(crate) fn entries_mut<'a>(
    node: &'a mut Value,
    key: &'static str,
) -> impl Iterator<Item = (&'a String, &'a mut Value)> {
    node.get_mut(key).and_then(Value::as_object_mut).into_iter().flatten()
}

/// The items of the array under a key. There are none if the value has another type.
pub(crate) fn items_mut<'a>(node: &'a mut Value, key: &'static str) -> impl Iterator<Item = &'a mut Value> {
    node.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten()
}

/// The values directly in an object or an array.
pub(crate) fn children(node: &Value) -> impl Iterator<Item = &Value> {
    let values = node.as_object().into_iter().flat_map(Map::values);
    values.chain(node.as_array().into_iter().flatten())
}

/// Removes a key, if the value is an object and has it.
pub(crate) fn remove(object: &mut Value, key: &str) {
    object.as_object_mut().and_then(|object| object.remove(key));
}
