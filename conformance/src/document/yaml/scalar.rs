//! Scalars and tags of the YAML core schema.

use saphyr_parser::{ScalarStyle, Tag};
use serde_json::{Number, Value};

use crate::document::error::LineError;

/// The value of a scalar. Quoted scalars and those tagged `!!str` are strings.
pub(super) fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    let string = || Ok(Value::String(text.to_owned()));
    match tag {
        None if style == ScalarStyle::Plain => plain(text),
        None => string(),
        Some(tag) if tag.handle.is_empty() && tag.suffix == "!" => string(),
        Some(tag) => match tag.suffix.as_str() {
            "str" if tag.is_yaml_core_schema() => string(),
            "null" | "bool" | "int" | "float" if tag.is_yaml_core_schema() => plain(text),
            _ => Err(unknown_tag(tag)),
        },
    }
}

fn plain(text: &str) -> Result<Value, String> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Ok(Value::Null),
        "true" | "True" | "TRUE" => Ok(Value::Bool(true)),
        "false" | "False" | "FALSE" => Ok(Value::Bool(false)),
        _ if text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => number(text),
        _ => Ok(Value::String(text.to_owned())),
    }
}

/// A number of the core schema, else a string.
fn number(text: &str) -> Result<Value, String> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN") {
        return Err(format!("JSON has no number `{text}`; use a finite number, or quote the value"));
    }
    if let Some(integer) = integer(text) {
        return Ok(Value::Number(integer));
    }
    // Rust's floats are those of the core schema, and words such as `inf`.
    let is_decimal = text.chars().all(|c| c.is_ascii_digit() || ".eE+-".contains(c));
    match text.parse::<f64>() {
        Ok(float) if is_decimal => Number::from_f64(float).map(Value::Number).ok_or_else(|| {
            format!("the number `{text}` is too large; use a smaller number, or quote the value")
        }),
        _ => Ok(Value::String(text.to_owned())),
    }
}

fn integer(text: &str) -> Option<Number> {
    let radix = |prefix, radix| {
        let digits = text.strip_prefix(prefix).filter(|digits| !digits.starts_with('+'))?;
        u64::from_str_radix(digits, radix).ok().map(Number::from)
    };
    let signed = text.parse::<i64>().ok().map(Number::from);
    signed
        .or_else(|| text.parse::<u64>().ok().map(Number::from))
        .or_else(|| radix("0x", 16))
        .or_else(|| radix("0o", 8))
}

/// Checks that a mapping or list has no tag, or the tag of its own type.
pub(super) fn check_tag(tag: Option<&Tag>, suffix: &str, line: usize) -> Result<(), LineError> {
    match tag.filter(|tag| !(tag.is_yaml_core_schema() && tag.suffix == suffix)) {
        Some(tag) => Err(LineError::new(line, unknown_tag(tag))),
        None => Ok(()),
    }
}

fn unknown_tag(tag: &Tag) -> String {
    format!("the tag `{}{}` is not supported; remove it", tag.handle, tag.suffix)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::plain;

    #[test]
    fn core_schema_numbers_are_numbers() {
        let numbers = [
            ("0", json!(0)),
            ("+12", json!(12)),
            ("-7", json!(-7)),
            ("010", json!(10)),
            ("0o17", json!(15)),
            ("0xFf", json!(255)),
            ("1.", json!(1.0)),
            (".5", json!(0.5)),
            ("-1.5e-3", json!(-0.0015)),
            ("18446744073709551615", json!(18_446_744_073_709_551_615_u64)),
            ("18446744073709551616", json!(18_446_744_073_709_551_616.0)),
        ];
        for (text, expected) in numbers {
            assert_eq!(plain(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn other_plain_scalars_are_strings() {
        let texts = "1.2.3 2025-01-31 1_000 0x 0xZZ 0o9 --1 +-1 - . e5 1e 12:30 yes on 0b1 +0x1";
        for text in texts.split(' ') {
            assert_eq!(plain(text).unwrap(), json!(text));
        }
    }

    #[test]
    fn numbers_outside_json_are_errors() {
        for text in [".inf", "-.Inf", ".NaN", "1e400"] {
            assert!(plain(text).is_err(), "{text}");
        }
    }
}
