//! The comparison of JSON values, and values that are files.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::{Number, Value, json};

/// The key of an argument that is a file. Its value is the path of the file.
pub(crate) const FILE: &str = "$file";

/// The content of each file: bytes that are no UTF-8, line ends of both kinds, a null, and a line that looks like a boundary.
pub(crate) const FILE_CONTENT: &[u8] = b"\x89\r\n\xff\0conformance\n--\r\n\xc3";

/// A value that stands for a file with [`FILE_CONTENT`]. A run replaces it by one with the path of the file.
pub(crate) fn file() -> Value {
    json!({ FILE: "conformance.bin" })
}

/// Whether a value stands for a file.
pub(crate) fn is_file(value: &Value) -> bool {
    value.as_object().is_some_and(|fields| fields.len() == 1 && fields.contains_key(FILE))
}

/// Replaces the name in each value that stands for a file.
pub(crate) fn with_files(value: &Value, path: &str) -> Value {
    match value {
        file if is_file(file) => json!({ FILE: path }),
        Value::Array(elements) => elements.iter().map(|element| with_files(element, path)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, field)| (name.clone(), with_files(field, path))).collect()
        }
        other => other.clone(),
    }
}

/// Whether a value is or has a file.
pub(crate) fn has_file(value: &Value) -> bool {
    match value {
        file if is_file(file) => true,
        Value::Array(elements) => elements.iter().any(has_file),
        Value::Object(fields) => fields.values().any(has_file),
        _ => false,
    }
}

/// Whether a value is a list or an object.
pub(crate) fn is_composite(value: &Value) -> bool {
    value.is_array() || value.is_object()
}

/// Whether two values are the same. Numbers are compared by their value: JSON writes one as `1`, `1.0` or `1e0`.
pub(crate) fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => is_same_number(one, other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let has = |(name, value): (&String, &Value)| other.get(name).is_some_and(|o| is_same(value, o));
            one.len() == other.len() && one.iter().all(has)
        }
        _ => one == other,
    }
}

/// Integers are compared exactly: a double cannot hold each of them.
fn is_same_number(one: &Number, other: &Number) -> bool {
    match (integer(one), integer(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one.as_f64() == other.as_f64(),
    }
}

fn integer(number: &Number) -> Option<i128> {
    let whole = number.as_f64().filter(|double| double.fract() == 0.0 && double.abs() < 1e30);
    let exact = number.as_i64().map(i128::from).or(number.as_u64().map(i128::from));
    exact.or(whole.map(|double| double as i128))
}

/// A body as it is served: keys in alphabetical order, so that the order of keys in a document changes no case.
pub(crate) fn canonical_json(body: &Value) -> String {
    serde_json::to_string(&Canonical(body)).unwrap_or_else(|_| body.to_string())
}

/// A value whose keys are written in alphabetical order.
struct Canonical<'a>(&'a Value);

impl Serialize for Canonical<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(fields) => {
                let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
                serializer.collect_map(sorted.into_iter().map(|(name, field)| (name, Self(field))))
            }
            Value::Array(elements) => serializer.collect_seq(elements.iter().map(Canonical)),
            other => other.serialize(serializer),
        }
    }
}
