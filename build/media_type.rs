//! Media types, and which of them progenitor supports.

use serde_json::Value;

/// The only name that progenitor knows for JSON.
pub(crate) const JSON: &str = "application/json";

/// The media types of a request body that progenitor can send, the preferred first.
pub(crate) const REQUEST_BODIES: [&str; 5] =
    [JSON, "application/x-www-form-urlencoded", "application/octet-stream", "text/plain", "text/x-markdown"];

/// A media type without its parameters.
pub(crate) fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

/// The entry for JSON in the `content` of a response.
pub(crate) fn json_form(response: &Value) -> Option<&Value> {
    let content = response.get("content")?.as_object()?;
    content.iter().find(|(name, _)| essence(name) == JSON).map(|(_, form)| form)
}
