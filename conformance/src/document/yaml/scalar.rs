//! Scalars by YAML's core schema.

use saphyr_parser::{ScalarStyle, Tag};
use serde_json::{Number, Value};

use super::unknown_tag;

/// A scalar's value: only plain ones, or ones tagged so, are anything but text.
pub(super) fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    match tag {
        None if style == ScalarStyle::Plain => plain(text),
        None => Ok(Value::String(text.to_owned())),
        Some(tag) if tag.handle.is_empty() && tag.suffix == "!" => Ok(Value::String(text.to_owned())),
        Some(tag) if !tag.is_yaml_core_schema() => Err(unknown_tag(tag)),
        Some(tag) => match tag.suffix.as_str() {
            "str" => Ok(Value::String(text.to_owned())),
            "null" | "bool" | "int" | "float" => plain(text),
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

/// A number if the core schema takes the text for one, else the text.
fn number(text: &str) -> Result<Value, String> {
    let unsigned = text.trim_start_matches(['+', '-']);
    if text.len() - unsigned.len() > 1 {
        return Ok(Value::String(text.to_owned()));
    }
    if matches!(unsigned, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN") {
        return Err(format!("`{text}` is a number that JSON does not have; write a text or a finite number"));
    }
    if let Some(integer) = integer(text, unsigned) {
        return Ok(Value::Number(integer));
    }
    if !is_float(unsigned) {
        return Ok(Value::String(text.to_owned()));
    }
    text.parse::<f64>()
        .ok()
        .and_then(Number::from_f64)
        .map(Value::Number)
        .ok_or_else(|| format!("the number `{text}` is too large to be read"))
}

fn integer(text: &str, unsigned: &str) -> Option<Number> {
    let radix = |prefix, radix| {
        let digits = text.strip_prefix(prefix)?;
        u64::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with('+')).map(Number::from)
    };
    if !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return radix("0x", 16).or_else(|| radix("0o", 8));
    }
    let parsed = text.parse::<i64>().map(Number::from);
    parsed.or_else(|_| text.parse::<u64>().map(Number::from)).ok()
}

/// `[0-9]*(\.[0-9]*)?([eE][-+]?[0-9]+)?` with a digit before the exponent.
fn is_float(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.is_none_or(|text| {
        let text = text.strip_prefix(['+', '-']).unwrap_or(text);
        !text.is_empty() && digits(text)
    });
    exponent && digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::plain;

    #[test]
    fn numbers_are_those_of_the_core_schema() {
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
    fn what_only_looks_like_a_number_or_a_flag_is_text() {
        for text in [
            "1.2.3",
            "2025-01-31",
            "1_000",
            "0x",
            "0xZZ",
            "0o9",
            "--1",
            "+-1",
            "-",
            ".",
            "e5",
            "1e",
            "12:30",
            "yes",
            "on",
            "0b1",
            "+0x1",
        ] {
            assert_eq!(plain(text).unwrap(), json!(text));
        }
    }

    #[test]
    fn numbers_that_json_does_not_have_are_refused() {
        for text in [".inf", "-.Inf", ".NaN", "1e400"] {
            assert!(plain(text).is_err(), "{text}");
        }
    }
}
