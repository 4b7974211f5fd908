//! The values of a received parameter. Where OpenAPI, RFC 6570 and RFC 3986 leave a choice, each lawful spelling is read.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::serialisation::{Parts, text};
use super::value::is_same;
use crate::document::{ParameterLocation, Serialisation, Style};

/// One `name=value` of a query, a form or a cookie header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RawPair {
    /// The name, decoded.
    pub(crate) name: String,
    /// The value as it was sent.
    pub(crate) value: String,
}

impl RawPair {
    /// The pairs of a query or of a form.
    pub(crate) fn all(query: &str) -> Vec<Self> {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        pairs.map(|pair| Self::new(pair, |name| decoded(&name.replace('+', " ")))).collect()
    }

    /// The pairs of a cookie header.
    pub(crate) fn cookies(header: &str) -> Vec<Self> {
        let pairs = header.split(';').map(str::trim).filter(|pair| !pair.is_empty());
        pairs.map(|pair| Self::new(pair, decoded)).collect()
    }

    /// OpenAPI's style `form` has `&` between the cookies of an exploded value. RFC 6265 has `; `.
    pub(super) fn split(&self) -> Vec<Self> {
        let whole = format!("{}={}", self.name, self.value);
        whole.split('&').map(|pair| Self::new(pair, decoded)).collect()
    }

    fn new(pair: &str, decode: impl Fn(&str) -> String) -> Self {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Self { name: decode(name), value: value.to_owned() }
    }

    /// The value, decoded as servers do it.
    pub(crate) fn text(&self) -> String {
        decoded(&self.value.replace('+', " "))
    }
}

/// What a value consists of. Without it, the same text can be a string or a list.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    Single,
    List,
    /// An object, and the names that its properties can have.
    Object(Vec<String>),
}

impl Shape {
    pub(super) fn of(value: &Value) -> Self {
        match Parts::of(value) {
            Parts::Single(_) => Self::Single,
            Parts::List(_) => Self::List,
            Parts::Object(fields) => {
                Self::Object(fields.into_iter().map(|(name, _)| name.to_owned()).collect())
            }
        }
    }
}

/// A way to read received text: the text to split, and how to decode each part of it.
type Reading = (String, fn(&str) -> String);

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn form_decoded(text: &str) -> String {
    decoded(&text.replace('+', " "))
}

/// The ways to read text. Some clients encode the delimiters too, so a whole value is decoded first as well.
fn readings(format: &Serialisation, place: ParameterLocation, raw: &str) -> Vec<Reading> {
    let raw = raw.to_owned();
    match place {
        ParameterLocation::Query if format.allow_reserved => {
            vec![(raw.clone(), decoded), (raw.clone(), form_decoded), (form_decoded(&raw), str::to_owned)]
        }
        ParameterLocation::Query => vec![(raw.clone(), form_decoded), (form_decoded(&raw), str::to_owned)],
        ParameterLocation::Path => vec![(raw.clone(), decoded), (decoded(&raw), str::to_owned)],
        ParameterLocation::Header | ParameterLocation::Cookie => {
            vec![(raw.clone(), str::to_owned), (raw.clone(), decoded), (decoded(&raw), str::to_owned)]
        }
    }
}

/// The values that the text of a path segment can have.
pub(super) fn of_segment(format: &Serialisation, name: &str, shape: &Shape, raw: &str) -> Vec<Value> {
    let place = ParameterLocation::Path;
    match format.style {
        Style::Label => {
            let Some(raw) = raw.strip_prefix('.') else { return Vec::new() };
            // OpenAPI 3.0.0 to 3.0.3 have `.blue.black` without explode, later ones `.blue,black`.
            let dotted = Serialisation { explode: true, ..format.clone() };
            let fields = |format: &Serialisation, delimiter| of_text(format, place, shape, raw, delimiter);
            match (format.explode, shape) {
                (true, _) => fields(format, Some('.')),
                (false, Shape::Object(_)) => [fields(format, Some(',')), fields(format, Some('.'))].concat(),
                (false, _) => [fields(format, Some(',')), fields(&dotted, Some('.'))].concat(),
            }
        }
        Style::Matrix => {
            let Some(raw) = raw.strip_prefix(';') else { return Vec::new() };
            let pairs: Vec<RawPair> = raw.split(';').map(|pair| RawPair::new(pair, decoded)).collect();
            of_pairs(format, place, name, shape, &pairs)
        }
        _ => of_text(format, place, shape, raw, format.delimiter()),
    }
}

/// The values that the lines of a header can have. RFC 9110, 5.3 and 5.6.1: the lines of a list can be joined by commas, and
/// white space around its elements has no meaning.
pub(super) fn of_header(format: &Serialisation, shape: &Shape, lines: &[&str]) -> Vec<Value> {
    let place = ParameterLocation::Header;
    match (shape, lines) {
        (_, []) => Vec::new(),
        (Shape::Single, [line]) | (Shape::Object(_), [line]) if format.delimiter().is_none() => {
            of_text(format, place, shape, line, None)
        }
        (Shape::Single, [line]) => of_text(format, place, shape, line, None),
        (Shape::Single, _) => Vec::new(),
        (_, lines) if format.is_json_text() => of_text(format, place, shape, &lines.join(","), None),
        // Only a list with commas can have several lines.
        (_, [line]) if format.delimiter() != Some(',') => {
            of_text(format, place, shape, line, format.delimiter())
        }
        (_, lines) => {
            let elements = lines.iter().flat_map(|line| line.split(',')).map(str::trim);
            of_text(format, place, shape, &elements.collect::<Vec<_>>().join(","), format.delimiter())
        }
    }
}

/// Takes the pairs of a parameter out of all pairs.
pub(super) fn take(
    format: &Serialisation,
    name: &str,
    shape: &Shape,
    pairs: &mut Vec<RawPair>,
) -> Vec<RawPair> {
    let is_own = |pair: &RawPair| match (&format.style, shape) {
        (Style::DeepObject, _) => field_of(name, &pair.name).is_some(),
        (Style::Form | Style::SpaceDelimited | Style::PipeDelimited, Shape::Object(names))
            if format.explode =>
        {
            // OpenAPI does not define the other delimiters with explode: see `is_pairs`.
            names.contains(&pair.name) || format.style != Style::Form && pair.name == name
        }
        _ => pair.name == name,
    };
    pairs.extract_if(.., |pair| is_own(pair)).collect()
}

/// The name in the brackets of `color[R]`.
fn field_of<'a>(name: &str, sent: &'a str) -> Option<&'a str> {
    sent.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')
}

/// The values that the pairs of a parameter can have.
pub(super) fn of_pairs(
    format: &Serialisation,
    place: ParameterLocation,
    name: &str,
    shape: &Shape,
    pairs: &[RawPair],
) -> Vec<Value> {
    let each = |pair: &RawPair| of_text(format, place, &Shape::Single, &pair.value, None).into_iter();
    // Each pair has several readings. The n-th readings of all pairs belong together.
    let together = |name_of: &dyn Fn(&RawPair) -> Option<String>| {
        let fields: Vec<(String, Vec<Value>)> =
            pairs.iter().filter_map(|pair| Some((name_of(pair)?, each(pair).collect()))).collect();
        let count = fields.first().map_or(0, |(_, values)| values.len());
        let nth = |index: usize| {
            fields.iter().filter_map(move |(name, values)| Some((name.clone(), values.get(index)?.clone())))
        };
        (0..count)
            .filter(|_| fields.len() == pairs.len())
            .map(|index| nth(index).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    };
    let is_exploded = format.explode && !matches!(format.style, Style::Content(_));
    match shape {
        Shape::List if is_exploded => {
            let lists = together(&|pair| (pair.name == name).then(String::new));
            lists.into_iter().map(|list| list.into_iter().map(|(_, value)| value).collect()).collect()
        }
        Shape::Object(_) if is_exploded || format.style == Style::DeepObject => {
            let is_deep = format.style == Style::DeepObject;
            let objects = together(&|pair| match is_deep {
                true => field_of(name, &pair.name).map(str::to_owned),
                false => Some(pair.name.clone()),
            });
            let objects = objects.into_iter().filter_map(object);
            objects.collect()
        }
        _ => match pairs {
            [pair] if pair.name == name => of_text(format, place, shape, &pair.value, format.delimiter()),
            _ => Vec::new(),
        },
    }
}

/// An object of these fields; none where a name occurs twice.
fn object(fields: Vec<(String, Value)>) -> Option<Value> {
    let count = fields.len();
    let fields: Map<String, Value> = fields.into_iter().collect();
    (fields.len() == count).then_some(Value::Object(fields))
}

/// The values that one string can have.
fn of_text(
    format: &Serialisation,
    place: ParameterLocation,
    shape: &Shape,
    raw: &str,
    delimiter: Option<char>,
) -> Vec<Value> {
    let readings = readings(format, place, raw).into_iter();
    if let Style::Content(_) = format.style {
        let contents = readings.filter_map(|(text, decode)| match format.is_json_text() {
            true => serde_json::from_str(&decode(&text)).ok(),
            false => Some(decode(&text).into()),
        });
        return contents.collect();
    }
    readings.filter_map(|reading| split(format, shape, &reading, delimiter)).collect()
}

fn split(
    format: &Serialisation,
    shape: &Shape,
    (text, decode): &Reading,
    delimiter: Option<char>,
) -> Option<Value> {
    let pieces = || text.split(delimiter.unwrap_or('\0')).filter(|_| !text.is_empty());
    match shape {
        Shape::Single => Some(decode(text).into()),
        Shape::List => delimiter.map(|_| pieces().map(|piece| Value::from(decode(piece))).collect()),
        Shape::Object(_) if format.explode => {
            let fields = pieces().map(|piece| piece.split_once('='));
            let fields: Option<Vec<_>> =
                fields.map(|field| field.map(|(name, value)| (decode(name), decode(value).into()))).collect();
            object(fields?)
        }
        Shape::Object(_) => {
            let pieces: Vec<&str> = pieces().collect();
            let fields = pieces.chunks(2).map(|field| match field {
                [name, value] => Some((decode(name), decode(value).into())),
                _ => None,
            });
            object(fields.collect::<Option<Vec<_>>>()?)
        }
    }
}

/// Whether a read value is the expected one. Outside JSON, what was read consists of strings.
pub(super) fn is_value(format: &Serialisation, expected: &Value, read: &Value) -> bool {
    if format.is_json_text() {
        return is_same(expected, read);
    }
    match (expected, read) {
        (Value::Array(expected), Value::Array(read)) => {
            expected.len() == read.len()
                && expected.iter().zip(read).all(|(expected, read)| is_value(format, expected, read))
        }
        (Value::Object(expected), Value::Object(read)) => {
            let has = |(name, value): (&String, &Value)| {
                read.get(name).is_some_and(|read| is_value(format, value, read))
            };
            expected.len() == read.len() && expected.iter().all(has)
        }
        (Value::Number(_), Value::String(read)) => {
            serde_json::from_str(read).is_ok_and(|read: Value| is_same(expected, &read))
        }
        (expected, Value::String(read)) => text(expected) == *read,
        _ => false,
    }
}
