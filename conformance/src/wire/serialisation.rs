//! The serialisation of one value outside a JSON body, as OpenAPI's styles and RFC 6570 write it.

use std::iter;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::media_type::{JSON, is_json};
use crate::document::{ParameterLocation, Serialisation, Style};

/// The characters that are percent-encoded in a path segment: all but the unreserved characters of RFC 3986, 2.3.
pub(crate) const UNRESERVED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The characters that are percent-encoded where OpenAPI's `allowReserved` is true. `&`, `#`, `+` and `=` stay encoded: in a query
/// they have a meaning of their own.
const RESERVED_ALLOWED: &AsciiSet = &UNRESERVED
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b';');

/// A value as a string: a JSON string without its quotes, any other value as JSON.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The parts of a value: itself, the elements of a list, or the properties of an object with their names.
pub(super) enum Parts<'a> {
    Single(&'a Value),
    List(&'a [Value]),
    Object(Vec<(&'a str, &'a Value)>),
}

impl<'a> Parts<'a> {
    pub(super) fn of(value: &'a Value) -> Self {
        match value {
            Value::Array(elements) => Self::List(elements),
            Value::Object(fields) => {
                Self::Object(fields.iter().map(|(name, field)| (name.as_str(), field)).collect())
            }
            single => Self::Single(single),
        }
    }

    /// All names and values, as strings.
    pub(super) fn texts(&self) -> Vec<String> {
        match self {
            Self::Object(fields) => {
                fields.iter().flat_map(|(name, value)| [(*name).to_owned(), text(value)]).collect()
            }
            _ => self.values().into_iter().map(text).collect(),
        }
    }

    /// The values of all parts.
    pub(super) fn values(&self) -> Vec<&'a Value> {
        match self {
            Self::Single(value) => vec![value],
            Self::List(elements) => elements.iter().collect(),
            Self::Object(fields) => fields.iter().map(|(_, value)| *value).collect(),
        }
    }
}

impl Serialisation {
    /// A list or an object with each part as a query parameter of its own, as in a form by default.
    pub(crate) fn form() -> Self {
        Self { style: Style::Form, explode: true, allow_reserved: false }
    }

    /// JSON in a string.
    pub(crate) fn json() -> Self {
        Self { style: Style::Content(JSON.to_owned()), explode: false, allow_reserved: false }
    }

    /// The value at a place: a part of a path segment, `name=value` pairs of a query or of cookies, or the value of a header.
    pub(super) fn written(&self, place: ParameterLocation, name: &str, value: &Value) -> String {
        match place {
            ParameterLocation::Path => self.in_segment(name, value),
            ParameterLocation::Header => self.plain(value),
            ParameterLocation::Query => self.pairs(name, value).join("&"),
            ParameterLocation::Cookie => self.pairs(name, value).join("; "),
        }
    }

    fn in_segment(&self, name: &str, value: &Value) -> String {
        let escape = |text: &str| self.escaped(text);
        match (&self.style, Parts::of(value)) {
            (Style::Label, _) => {
                let delimiter = if self.explode { "." } else { "," };
                format!(".{}", self.joined(delimiter, value, &escape))
            }
            (Style::Matrix, Parts::List(_) | Parts::Object(_)) if self.explode => {
                self.pairs(name, value).iter().map(|pair| format!(";{pair}")).collect()
            }
            (Style::Matrix, _) => match self.joined(",", value, &escape) {
                empty if empty.is_empty() => format!(";{}", escape(name)),
                joined => format!(";{}={joined}", escape(name)),
            },
            _ => self.joined(self.escaped_delimiter(), value, &escape),
        }
    }

    /// The value as one string without percent-encoding, as in a header or in a part of a multipart body.
    pub(super) fn plain(&self, value: &Value) -> String {
        let delimiter = self.delimiter().unwrap_or(',').to_string();
        self.joined(&delimiter, value, &str::to_owned)
    }

    /// The `name=value` pairs of a query, a form or a cookie header, percent-encoded.
    pub(super) fn pairs(&self, name: &str, value: &Value) -> Vec<String> {
        let pair = |name: &str, value: &Value| format!("{}={}", escaped(name), self.escaped(&text(value)));
        match (&self.style, Parts::of(value)) {
            (Style::Content(_), _) => {
                vec![format!("{}={}", escaped(name), self.escaped(&self.content(value)))]
            }
            (Style::DeepObject, Parts::Object(fields)) => {
                fields.iter().map(|(field, value)| pair(&format!("{name}[{field}]"), value)).collect()
            }
            (_, Parts::Object(fields)) if self.explode => {
                fields.iter().map(|(field, value)| pair(field, value)).collect()
            }
            (_, Parts::List(elements)) if self.explode => {
                elements.iter().map(|value| pair(name, value)).collect()
            }
            _ => {
                let joined = self.joined(self.escaped_delimiter(), value, &|text| self.escaped(text));
                vec![format!("{}={joined}", escaped(name))]
            }
        }
    }

    /// The parts of a value with a delimiter between them.
    fn joined(&self, delimiter: &str, value: &Value, escape: &dyn Fn(&str) -> String) -> String {
        if let Style::Content(_) = self.style {
            return escape(&self.content(value));
        }
        let parts: Vec<String> = match Parts::of(value) {
            Parts::Single(value) => vec![escape(&text(value))],
            Parts::List(elements) => elements.iter().map(|value| escape(&text(value))).collect(),
            Parts::Object(fields) if self.explode => fields
                .iter()
                .map(|(name, value)| format!("{}={}", escape(name), escape(&text(value))))
                .collect(),
            Parts::Object(fields) => {
                fields.iter().flat_map(|(name, value)| [escape(name), escape(&text(value))]).collect()
            }
        };
        parts.join(delimiter)
    }

    /// The delimiter of a list or an object that is one string, percent-encoded.
    fn escaped_delimiter(&self) -> &'static str {
        match self.style {
            Style::SpaceDelimited => "%20",
            Style::PipeDelimited => "%7C",
            Style::TabDelimited => "%09",
            _ => ",",
        }
    }

    fn content(&self, value: &Value) -> String {
        if self.is_json_text() { value.to_string() } else { text(value) }
    }

    /// Whether the value is JSON in a string.
    pub(super) fn is_json_text(&self) -> bool {
        matches!(&self.style, Style::Content(media_type) if is_json(media_type))
    }

    fn escaped(&self, text: &str) -> String {
        let set = if self.allow_reserved { RESERVED_ALLOWED } else { UNRESERVED };
        utf8_percent_encode(text, set).to_string()
    }

    /// The character between the parts of a list or an object that is one string; none where there is no such form.
    pub(super) fn delimiter(&self) -> Option<char> {
        match self.style {
            Style::Simple | Style::Matrix | Style::Form => Some(','),
            Style::Label if self.explode => Some('.'),
            Style::Label => Some(','),
            Style::SpaceDelimited => Some(' '),
            Style::PipeDelimited => Some('|'),
            Style::TabDelimited => Some('\t'),
            Style::DeepObject | Style::Content(_) => None,
        }
    }

    /// Whether the style has exactly one meaning for the value, and each part can be found again. OpenAPI defines no serialisation
    /// of a list or an object in another one, and none of null.
    pub(super) fn defines(&self, value: &Value) -> bool {
        if let Style::Content(media_type) = &self.style {
            return is_json(media_type) || value.is_string();
        }
        let is_single =
            |value: &&Value| matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_));
        let parts = Parts::of(value);
        let texts = parts.texts();
        // Raw reserved characters: another part of the request may begin at them.
        let is_kept =
            !self.allow_reserved || texts.iter().all(|text| !text.contains(['&', '#', '+', '%', '=']));
        let all_single = parts.values().iter().all(is_single);
        let is_separable = match self.delimiter() {
            Some(',') if !self.allow_reserved => true,
            Some(delimiter) => texts.iter().all(|text| !text.contains(delimiter)),
            None => true,
        };
        let is_defined = match &parts {
            Parts::Single(_) => !matches!(self.style, Style::DeepObject),
            Parts::List(elements) => {
                elements.first() != Some(&Value::from(""))
                    && !matches!(self.style, Style::DeepObject)
                    && is_separable
            }
            Parts::Object(fields) => !fields.is_empty() && is_separable,
        };
        all_single && is_kept && is_defined
    }
}

/// The text with all but unreserved characters percent-encoded.
pub(super) fn escaped(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// Text with all that RFC 3986 forbids in a path percent-encoded. What is encoded already stays as it is.
pub(super) fn escaped_literal(text: &str) -> String {
    const FORBIDDEN: &AsciiSet = &percent_encoding::CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'<')
        .add(b'>')
        .add(b'\\')
        .add(b'^')
        .add(b'`')
        .add(b'{')
        .add(b'|')
        .add(b'}');
    utf8_percent_encode(text, FORBIDDEN).to_string()
}

/// A path template in pieces: literal text and names in braces, in turn.
pub(super) fn template(path: &str) -> impl Iterator<Item = TemplatePart<'_>> {
    let mut rest = path;
    iter::from_fn(move || {
        let (piece, left) = match rest.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some((name, left)) => (TemplatePart::Name(name), left),
            None => {
                let end =
                    rest.char_indices().skip(1).find(|(_, c)| *c == '{').map_or(rest.len(), |(at, _)| at);
                (TemplatePart::Literal(&rest[..end]), &rest[end..])
            }
        };
        let is_over = rest.is_empty();
        rest = left;
        (!is_over).then_some(piece)
    })
}

/// A piece of a path template.
pub(super) enum TemplatePart<'a> {
    Literal(&'a str),
    Name(&'a str),
}
