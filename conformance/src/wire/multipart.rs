//! Multipart bodies: `multipart/form-data`.

use std::collections::BTreeMap;
use std::convert::Infallible;

use bytes::Bytes;
use futures_util::{FutureExt, stream};
use serde_json::Value;

use super::media_type::{JSON, includes, is_json};
use super::serialisation::text;
use super::value::{FILE_CONTENT, is_file, is_same};
use crate::document::Encoding;

/// The boundary of the bodies that the suite writes.
pub(super) const BOUNDARY: &str = "conformance-boundary";

/// A received part.
struct BodyPart {
    name: String,
    media_type: Option<String>,
    content: Bytes,
}

/// A value with a part for each property, and for each element of a list.
pub(super) fn written(encodings: &BTreeMap<String, Encoding>, value: &Value) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in value.as_object().into_iter().flatten() {
        let encoding = encodings.get(name);
        let stated = encoding.and_then(|encoding| encoding.media_types.first());
        for element in &elements(encoding, value) {
            let file = if is_file(element) { "; filename=\"conformance.bin\"" } else { "" };
            let media_type = stated.map(String::as_str).or(default_type(element));
            let media_type =
                media_type.map(|media_type| format!("content-type: {media_type}\r\n")).unwrap_or_default();
            let name = name.replace('"', "%22");
            let head = format!(
                "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n{media_type}\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend(content(element));
            body.extend_from_slice(b"\r\n");
        }
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

/// The values of the parts: the elements of a list, or all of them in one string, as `explode: false` says.
fn elements(encoding: Option<&Encoding>, value: &Value) -> Vec<Value> {
    let joined = encoding.and_then(|encoding| encoding.format.as_ref()).filter(|format| !format.explode);
    match (value, joined) {
        (Value::Array(_), Some(format)) if format.defines(value) => vec![format.plain(value).into()],
        (Value::Array(elements), _) => elements.clone(),
        (single, _) => vec![single.clone()],
    }
}

fn default_type(value: &Value) -> Option<&'static str> {
    match value {
        file if is_file(file) => Some("application/octet-stream"),
        Value::Object(_) | Value::Array(_) => Some(JSON),
        _ => None,
    }
}

fn content(value: &Value) -> Vec<u8> {
    if is_file(value) { FILE_CONTENT.to_vec() } else { text(value).into_bytes() }
}

/// Whether a body has exactly the parts of a value. The order of parts with different names has no meaning, and neither have the
/// names of files.
pub(super) fn is(
    encodings: &BTreeMap<String, Encoding>,
    media_type: &str,
    body: &[u8],
    expected: &Value,
) -> bool {
    let (Some(mut left), Some(fields)) = (parts(media_type, body), expected.as_object()) else {
        return false;
    };
    let all_sent = fields.iter().all(|(name, value)| {
        let sent: Vec<BodyPart> = left.extract_if(.., |part| part.name == *name).collect();
        let encoding = encodings.get(name);
        let elements = elements(encoding, value);
        elements.len() == sent.len()
            && elements.iter().zip(&sent).all(|(value, part)| is_part(encoding, value, part))
    });
    all_sent && left.is_empty()
}

/// Whether a part is right. RFC 7578, 4.4: a part without a media type is `text/plain`.
fn is_part(encoding: Option<&Encoding>, value: &Value, part: &BodyPart) -> bool {
    let media_type = part.media_type.as_deref().unwrap_or("text/plain");
    let stated = encoding.map(|encoding| encoding.media_types.as_slice()).unwrap_or_default();
    let has_type = stated.is_empty() || stated.iter().any(|stated| includes(stated, media_type));
    let sent = || serde_json::from_slice::<Value>(&part.content);
    let is_json = is_json(media_type) || value.is_object() || value.is_array() || value.is_number();
    // No standard says how null is sent.
    let has_content = value.is_null()
        || match is_file(value) {
            true => part.content == FILE_CONTENT,
            false if is_json => sent().is_ok_and(|sent| is_same(value, &sent)),
            false => part.content == content(value),
        };
    has_type && has_content
}

/// The parts of a body; none where it is no multipart body.
fn parts(media_type: &str, body: &[u8]) -> Option<Vec<BodyPart>> {
    let boundary = multer::parse_boundary(media_type).ok()?;
    let whole = stream::iter([Ok::<_, Infallible>(Bytes::copy_from_slice(body))]);
    let mut multipart = multer::Multipart::new(whole, boundary);
    let reading = async {
        let mut parts = Vec::new();
        while let Some(field) = multipart.next_field().await? {
            let name = field.name().unwrap_or_default().to_owned();
            let media_type = field.content_type().map(ToString::to_string);
            parts.push(BodyPart { name, media_type, content: field.bytes().await? });
        }
        Ok::<_, multer::Error>(parts)
    };
    // The whole body is in memory, so reading it never waits.
    reading.now_or_never()?.ok()
}
