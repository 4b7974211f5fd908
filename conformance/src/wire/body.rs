//! Bodies by their media type.

use serde_json::{Map, Number, Value};
use url::form_urlencoded;

use super::parameter::text;
use crate::document::Content;

/// The media type of JSON bodies.
pub(crate) const JSON: &str = "application/json";

/// The media type of form bodies.
const FORM: &str = "application/x-www-form-urlencoded";

/// A media type without its parameters, in lower case.
pub(crate) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_lowercase()
}

/// The content that is sent or served where a document has several: JSON, otherwise the first.
pub(crate) fn preferred(contents: &[Content]) -> Option<&Content> {
    let is_json = |content: &&Content| content.media_type.starts_with(JSON);
    contents.iter().find(is_json).or(contents.first())
}

/// A body as it is sent: an object as a form where that is the media type, any other value as JSON.
pub(crate) fn encode(media_type: &str, body: &Value) -> String {
    match body {
        Value::Object(fields) if media_type == FORM => {
            let pairs = fields.iter().map(|(name, value)| (name, text(value)));
            form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
        }
        _ => body.to_string(),
    }
}

/// A body as a value; none when it is not what its media type says. The values of a form are strings: each is read as the
/// expected value where that is written the same.
pub(crate) fn decode(media_type: &str, body: &str, expected: &Value) -> Option<Value> {
    if essence(media_type) != FORM {
        return serde_json::from_str(body).ok();
    }
    let read = |name: &str, sent: &str| {
        let same = expected.get(name).filter(|value| text(value) == sent);
        same.cloned().unwrap_or_else(|| sent.into())
    };
    let pairs = form_urlencoded::parse(body.as_bytes());
    let fields: Map<String, Value> =
        pairs.map(|(name, value)| (name.to_string(), read(&name, &value))).collect();
    Some(Value::Object(fields))
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
    let mut body = body.clone();
    body.sort_all_objects();
    body.to_string()
}
