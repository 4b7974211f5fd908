//! Form bodies: `application/x-www-form-urlencoded`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::media_type::is_json;
use super::parameter::ExpectedParameter;
use super::reading::{self, RawPair, Shape};
use super::serialisation::Parts;
use crate::document::schema::walk;
use crate::document::{Document, Encoding, ParameterLocation, Schema, Serialisation};

/// A value as a form.
pub(super) fn written(encodings: &BTreeMap<String, Encoding>, value: &Value) -> String {
    let fields = value.as_object().into_iter().flatten();
    let pairs = fields.map(|(name, value)| {
        let mut formats = formats(encodings.get(name), value);
        field(name, value, formats.swap_remove(0)).written()
    });
    pairs.filter(|pair| !pair.is_empty()).collect::<Vec<_>>().join("&")
}

/// Whether a form has exactly these fields.
pub(super) fn is(encodings: &BTreeMap<String, Encoding>, content: &[u8], expected: &Value) -> bool {
    let Ok(content) = std::str::from_utf8(content) else { return false };
    let mut left = RawPair::all(content);
    let fields = expected.as_object().into_iter().flatten();
    let all_sent = fields.into_iter().all(|(name, value)| {
        let mut formats = formats(encodings.get(name), value).into_iter();
        formats.any(|format| {
            let field = field(name, value, format);
            let mut rest = left.clone();
            let is_sent = field.is_pairs(&field.take(&mut rest));
            if is_sent {
                left = rest;
            }
            is_sent
        })
    });
    all_sent && left.is_empty()
}

/// A form as a value of its schema.
pub(super) fn value(
    document: &Document,
    encodings: &BTreeMap<String, Encoding>,
    schema: Option<&Schema>,
    content: &[u8],
) -> Option<Value> {
    let mut left = RawPair::all(std::str::from_utf8(content).ok()?);
    let objects =
        schema.map(|schema| walk::objects(document, &schema.value, &schema.pointer)).unwrap_or_default();
    let mut fields = Map::new();
    for (name, property) in objects.iter().flat_map(|(object, _)| walk::properties(object)) {
        let Some((property, _)) = walk::resolve(document, property, "") else { continue };
        let is_list = walk::kind(property) == "array";
        let format = encodings
            .get(name)
            .and_then(|encoding| encoding.format.clone())
            .unwrap_or_else(Serialisation::form);
        let shape = if is_list { Shape::List } else { Shape::Single };
        let own = reading::take(&format, name, &shape, &mut left);
        let mut read = reading::of_pairs(&format, ParameterLocation::Query, name, &shape, &own).into_iter();
        if let Some(value) = read.next().filter(|_| !own.is_empty()) {
            fields.insert(name.clone(), typed(document, property, value));
        }
    }
    fields.extend(left.into_iter().map(|pair| (pair.name.clone(), pair.text().into())));
    Some(Value::Object(fields))
}

/// A value that was read as strings, with the types of its schema.
fn typed(document: &Document, schema: &Value, value: Value) -> Value {
    match (walk::kind(schema), value) {
        ("integer" | "number" | "boolean" | "object", Value::String(text)) => {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        }
        (_, Value::Array(elements)) => {
            let items = schema.get("items").and_then(|items| walk::resolve(document, items, ""));
            let element = |element| match &items {
                Some((items, _)) => typed(document, items, element),
                None => element,
            };
            elements.into_iter().map(element).collect()
        }
        (_, value) => value,
    }
}

fn field(name: &str, value: &Value, format: Serialisation) -> ExpectedParameter {
    let (name, value) = (name.to_owned(), value.clone());
    ExpectedParameter { name, sent_in: ParameterLocation::Query, value, format }
}

/// The serialisations that are right for a field; the first is the one that is sent. For an object without `encoding`, OpenAPI
/// 3.0.3 says that it has the style `form`, and in its example that it is JSON, as 3.0.4 does.
fn formats(encoding: Option<&Encoding>, value: &Value) -> Vec<Serialisation> {
    let media_types = encoding.map(|encoding| encoding.media_types.as_slice()).unwrap_or_default();
    match (encoding.and_then(|encoding| encoding.format.clone()), Parts::of(value)) {
        (Some(format), _) => vec![format],
        (None, _) if media_types.iter().any(|media_type| is_json(media_type)) => vec![Serialisation::json()],
        (None, Parts::Object(_)) => vec![Serialisation::json(), Serialisation::form()],
        (None, _) => vec![Serialisation::form()],
    }
}
