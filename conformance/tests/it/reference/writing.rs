//! Parameters as the table "Style Examples" of the OpenAPI specification writes them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::defect::Defect;

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A parameter, or a field of a form, with its style.
pub(super) struct Written<'a> {
    pub(super) name: &'a str,
    style: String,
    explode: bool,
    is_json: bool,
    defect: Option<Defect>,
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

impl<'a> Written<'a> {
    /// A parameter, a field or an entry of `encoding`, which have the same keys.
    pub(super) fn new(name: &'a str, described: &Value, default: &str, defect: Option<Defect>) -> Self {
        let style = described.get("style").and_then(Value::as_str).unwrap_or(default).to_owned();
        let explode = described.get("explode").and_then(Value::as_bool).unwrap_or(style == "form");
        let is_json = described.get("content").is_some() || described["contentType"] == "application/json";
        let explode = if defect == Some(Defect::ExplodeIgnored) { !explode } else { explode };
        Self { name, style, explode, is_json, defect }
    }

    /// The value of a header, or the part of a path segment.
    pub(super) fn value(&self, value: &Value, encode: fn(&str) -> String) -> String {
        let parts = |separator: &str, delimiter: &str| self.parts(value, encode, separator, delimiter);
        let name = encode(self.name);
        if self.is_json {
            return encode(&value.to_string());
        }
        match (self.style.as_str(), self.explode, value) {
            ("label", true, _) => format!(".{}", parts("=", ".")),
            ("label", false, _) => format!(".{}", parts(",", ",")),
            ("matrix", true, Value::Array(elements)) => {
                elements.iter().map(|element| format!(";{name}={}", encode(&text(element)))).collect()
            }
            ("matrix", true, Value::Object(_)) => format!(";{}", parts("=", ";")),
            ("matrix", _, Value::String(empty)) if empty.is_empty() => format!(";{name}"),
            ("matrix", ..) => format!(";{name}={}", parts(",", ",")),
            (_, true, _) => parts("=", ","),
            _ => parts(",", ","),
        }
    }

    /// The pairs of a query, of cookies or of a form.
    pub(super) fn pairs(&self, value: &Value) -> Vec<String> {
        let name = encoded(self.name);
        let encode: fn(&str) -> String = encoded;
        if self.is_json {
            return vec![format!("{name}={}", encoded(&value.to_string()))];
        }
        let deep = |(field, value): (&String, &Value)| {
            format!("{}={}", encoded(&format!("{}[{field}]", self.name)), encoded(&text(value)))
        };
        match (self.style.as_str(), self.explode, value) {
            _ if self.is_list_as_json(value) => vec![format!("{name}={}", encoded(&value.to_string()))],
            ("deepObject", _, Value::Object(fields)) => fields.iter().map(deep).collect(),
            ("form", true, Value::Array(elements)) => {
                elements.iter().map(|element| format!("{name}={}", encoded(&text(element)))).collect()
            }
            ("form", true, Value::Object(fields)) => fields
                .iter()
                .map(|(field, value)| format!("{}={}", encoded(field), encoded(&text(value))))
                .collect(),
            (style, _, _) => {
                let delimiter = match (style, self.defect) {
                    (_, Some(Defect::WrongDelimiter)) => "!",
                    ("spaceDelimited", _) => "%20",
                    ("pipeDelimited", _) => "%7C",
                    _ => ",",
                };
                vec![format!("{name}={}", self.parts(value, encode, delimiter, delimiter))]
            }
        }
    }

    fn is_list_as_json(&self, value: &Value) -> bool {
        self.defect == Some(Defect::ListAsJson) && value.is_array()
    }

    fn parts(&self, value: &Value, encode: fn(&str) -> String, separator: &str, delimiter: &str) -> String {
        let is_wrong = self.defect == Some(Defect::WrongDelimiter);
        let delimiter = if is_wrong && delimiter != "!" { "|" } else { delimiter };
        match value {
            _ if self.is_list_as_json(value) => encode(&value.to_string()),
            Value::Array(elements) => {
                elements.iter().map(|element| encode(&text(element))).collect::<Vec<_>>().join(delimiter)
            }
            Value::Object(fields) => {
                let field = |(name, value): (&String, &Value)| {
                    format!("{}{separator}{}", encode(name), encode(&text(value)))
                };
                fields.iter().map(field).collect::<Vec<_>>().join(delimiter)
            }
            single => encode(&text(single)),
        }
    }
}
