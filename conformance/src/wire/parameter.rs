//! Parameters as they are written in a path, a query, a header or a form.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use serde_json::Value;

use crate::document::ParameterLocation;

/// The characters that are percent-encoded in a path segment: all but the unreserved characters of RFC 3986, 2.3.
pub(crate) const UNRESERVED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A value as a string: a JSON string without its quotes, any other value as JSON.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether a request can carry this value at this place unchanged, and in one way only. Outside a body a value is a string.
/// RFC 9110, 5.5: a header has no line breaks, its characters beyond ASCII have no defined encoding, and white space around its
/// value is removed. RFC 6265, 4.1.1 lists the characters of a cookie. RFC 3986, 5.2.4 removes the segments `.` and `..`.
pub(crate) fn carries(place: Option<ParameterLocation>, value: &Value) -> bool {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return false,
    };
    match place {
        None | Some(ParameterLocation::Query) => true,
        Some(ParameterLocation::Path) => !["", ".", ".."].contains(&text.as_str()),
        Some(ParameterLocation::Header) => {
            text.trim() == text && text.chars().all(|c| c == ' ' || c.is_ascii_graphic())
        }
        Some(ParameterLocation::Cookie) => {
            text.chars().all(|c| c.is_ascii_graphic() && !['"', ',', ';', '\\'].contains(&c))
        }
    }
}
