//! Bodies by their media type.

use serde_json::{Map, Value};
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

/// A body as it is served: keys in alphabetical order, so that the order of keys in a document changes no case.
pub(crate) fn canonical_json(body: &Value) -> String {
    let mut body = body.clone();
    body.sort_all_objects();
    body.to_string()
}
