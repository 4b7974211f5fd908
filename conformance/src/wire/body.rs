//! Bodies by their media type.

use std::collections::BTreeMap;

use serde_json::Value;

use super::media_type::{concrete, essence, is_json, is_xml};
use super::serialisation::text;
use super::value::{FILE_CONTENT, is_file, is_same};
use super::xml::XmlShape;
use super::{form, multipart};
use crate::document::schema::walk;
use crate::document::{Content, Document, Encoding, Schema};

/// The content that is sent or served where a document has several: JSON, otherwise the first.
pub(crate) fn preferred(contents: &[Content]) -> Option<&Content> {
    contents.iter().find(|content| is_json(&content.media_type)).or(contents.first())
}

/// How the body of one documented media type is written and read.
#[derive(Clone, Debug)]
pub(crate) struct BodyFormat {
    /// The media type, or the range, as documented.
    pub(crate) media_type: String,
    kind: BodyKind,
}

#[derive(Clone, Debug)]
enum BodyKind {
    Json,
    /// `name=value` pairs.
    Form(BTreeMap<String, Encoding>),
    /// A part for each property.
    Multipart(BTreeMap<String, Encoding>),
    Xml(XmlShape),
    /// A string.
    Text,
    /// The bytes of a file.
    Bytes,
    /// A media type of which the suite knows nothing: each body is right.
    Unknown,
}

impl BodyFormat {
    pub(crate) fn of(document: &Document, content: &Content) -> Self {
        Self { media_type: content.media_type.clone(), kind: kind(document, content) }
    }

    /// The media type with which the body is sent.
    pub(crate) fn sent_as(&self) -> String {
        match self.kind {
            BodyKind::Multipart(_) => format!("multipart/form-data; boundary={}", multipart::BOUNDARY),
            BodyKind::Bytes if essence(&self.media_type).starts_with("*/") => {
                "application/octet-stream".to_owned()
            }
            _ => concrete(&self.media_type).to_owned(),
        }
    }

    /// Whether the properties of an object are sent, each by its name.
    pub(super) fn has_properties(&self) -> bool {
        matches!(self.kind, BodyKind::Json | BodyKind::Form(_) | BodyKind::Multipart(_) | BodyKind::Xml(_))
    }

    /// Whether the suite knows how a value is sent.
    pub(crate) fn is_judged(&self) -> bool {
        !matches!(self.kind, BodyKind::Unknown)
    }

    /// Whether the body is a file.
    pub(crate) fn is_bytes(&self) -> bool {
        matches!(self.kind, BodyKind::Bytes)
    }

    /// Whether a part of the body can be a file, or the whole body.
    pub(crate) fn has_files(&self) -> bool {
        matches!(self.kind, BodyKind::Bytes | BodyKind::Multipart(_))
    }

    /// Whether a value that the document forbids can be sent in one way only.
    pub(crate) fn carries(&self, value: &Value) -> bool {
        match self.kind {
            BodyKind::Json => true,
            BodyKind::Form(_) | BodyKind::Multipart(_) => {
                value != "" && matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_))
            }
            _ => false,
        }
    }

    /// A value as it is sent.
    pub(crate) fn written(&self, value: &Value) -> Vec<u8> {
        match &self.kind {
            BodyKind::Form(encodings) => form::written(encodings, value).into_bytes(),
            BodyKind::Multipart(encodings) => multipart::written(encodings, value),
            BodyKind::Xml(shape) => shape.written(value).into_bytes(),
            BodyKind::Bytes if is_file(value) => FILE_CONTENT.to_vec(),
            BodyKind::Text | BodyKind::Bytes => text(value).into_bytes(),
            BodyKind::Json | BodyKind::Unknown => value.to_string().into_bytes(),
        }
    }

    /// Whether a received body is the expected value.
    pub(crate) fn is(&self, media_type: &str, content: &[u8], expected: &Value) -> bool {
        match &self.kind {
            BodyKind::Json => {
                serde_json::from_slice(content).is_ok_and(|sent: Value| is_same(expected, &sent))
            }
            BodyKind::Form(encodings) => form::is(encodings, content, expected),
            BodyKind::Multipart(encodings) => multipart::is(encodings, media_type, content, expected),
            BodyKind::Xml(shape) => shape.is(content, expected),
            BodyKind::Text | BodyKind::Bytes => self.written(expected) == content,
            BodyKind::Unknown => true,
        }
    }

    /// A received body as a value, for a comparison with its schema; none when it is not what its media type says, or when the
    /// suite does not compare bodies of this media type with schemas.
    pub(crate) fn value(
        &self,
        document: &Document,
        schema: Option<&Schema>,
        content: &[u8],
    ) -> Option<Value> {
        match &self.kind {
            BodyKind::Json => serde_json::from_slice(content).ok(),
            BodyKind::Form(encodings) => form::value(document, encodings, schema, content),
            BodyKind::Text => Some(std::str::from_utf8(content).ok()?.into()),
            _ => None,
        }
    }
}

/// A range is read as the kind that its schema suggests.
fn kind(document: &Document, content: &Content) -> BodyKind {
    let schema = content.schema.as_ref();
    let resolved = schema.and_then(|schema| walk::resolve(document, &schema.value, &schema.pointer));
    let is_file = resolved.as_ref().is_none_or(|(schema, _)| is_file_schema(schema));
    let is_string = resolved.as_ref().is_none_or(|(schema, _)| walk::kind(schema) == "string");
    let encodings = || content.encodings.clone();
    let media_type = essence(&content.media_type);
    match concrete(&media_type) {
        _ if media_type.starts_with("*/") && is_file => BodyKind::Bytes,
        media_type if is_json(media_type) => BodyKind::Json,
        "application/x-www-form-urlencoded" => BodyKind::Form(encodings()),
        "multipart/form-data" => BodyKind::Multipart(encodings()),
        media_type if is_xml(media_type) => {
            let shape = schema.and_then(|schema| XmlShape::of(document, schema));
            shape.map_or(BodyKind::Unknown, BodyKind::Xml)
        }
        media_type if media_type.starts_with("text/") && is_string => BodyKind::Text,
        _ if is_string => BodyKind::Bytes,
        _ => BodyKind::Unknown,
    }
}

/// Whether a schema describes the bytes of a file: a binary string, or any value at all.
pub(crate) fn is_file_schema(schema: &Value) -> bool {
    let states = |keyword: &str| schema.get(keyword).is_some();
    let is_binary = schema.get("format").is_some_and(|format| format == "binary");
    let is_raw = states("contentMediaType") && !states("contentEncoding");
    let is_any = schema.as_object().is_some_and(|keywords| {
        keywords.keys().all(|keyword| ["title", "description"].contains(&keyword.as_str()))
    });
    is_binary || is_raw || is_any
}
