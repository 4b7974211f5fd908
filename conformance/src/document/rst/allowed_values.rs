//! "Allowed Values" cells, translated to JSON Schema.

use serde_json::{Value, json};

use super::line::without_roles;
use crate::document::prose::collapse;

/// The schema of a cell, and a note about the part that it does not express.
pub(super) struct AllowedValues {
    pub(super) schema: Value,
    pub(super) unread: Option<String>,
}

impl AllowedValues {
    /// Translates the lines of a cell.
    pub(super) fn parse(lines: &[&str]) -> Self {
        let text = collapse(&lines.join(" "));
        // A role may name a type. It is no value: its target is a label of another page.
        let text = without_roles(&text);
        let known = vocabulary(&text).or_else(|| range(&text)).or_else(|| literals(&items(lines)));
        if let Some(schema) = known {
            return Self { schema, unread: None };
        }
        if let Some((words, remark)) = text.split_once('(')
            && let Some(schema) = vocabulary(words).or_else(|| range(words.trim()))
        {
            let unread = format!("the remark `({remark}` of the allowed values `{text}` is ignored");
            return Self { schema, unread: Some(unread) };
        }
        let unread = match &*text {
            "" => "no allowed values are stated; every string is accepted".to_owned(),
            text => format!("the allowed values `{text}` are not recognised; every string is accepted"),
        };
        Self { schema: json!({ "type": "string" }), unread: Some(unread) }
    }
}

/// The schema for the name of a type.
fn vocabulary(text: &str) -> Option<Value> {
    let text = text.trim().trim_end_matches('.').to_ascii_lowercase();
    let words = ["any ", "a ", "an ", "valid "]
        .iter()
        .fold(text.as_str(), |text, word| text.strip_prefix(word).unwrap_or(text));
    let string = |keyword: &str, value: &str| json!({ "type": "string", keyword: value });
    Some(match words {
        "hex string" | "hexadecimal string" | "hex" => string("pattern", "^[0-9A-Fa-f]+$"),
        "string" | "strings" | "text" | "free text" | "free form text" => json!({ "type": "string" }),
        "integer" | "int" | "whole number" => json!({ "type": "integer" }),
        "positive integer" => json!({ "type": "integer", "minimum": 1 }),
        "non-negative integer" | "unsigned integer" => json!({ "type": "integer", "minimum": 0 }),
        "number" | "float" | "decimal" | "double" => json!({ "type": "number" }),
        "boolean" | "bool" => json!({ "type": "boolean" }),
        "url" | "uri" | "url string" | "url encoded string" => string("format", "uri"),
        "email" | "email address" | "e-mail address" => string("format", "email"),
        "uuid" => string("format", "uuid"),
        "date" | "iso 8601 date" | "yyyy-mm-dd" => string("format", "date"),
        "datetime" | "date-time" | "date time" | "date/time" | "timestamp" | "iso 8601 date/time"
        | "iso 8601 datetime" | "iso 8601 timestamp" => string("format", "date-time"),
        _ => return None,
    })
}

/// Ranges: `1 - 100`, `1 to 100`, `between 1 and 100`, with or without a type before them.
fn range(text: &str) -> Option<Value> {
    let lower = text.to_ascii_lowercase().replace(['\u{2013}', '\u{2014}'], "-").replace("..", " .. ");
    let words: Vec<_> =
        lower.split_whitespace().filter(|word| !matches!(*word, "between" | "from")).collect();
    let (kind, numbers) = match words.as_slice() {
        [kind, numbers @ ..] if vocabulary(kind).is_some() => (vocabulary(kind)?, numbers),
        numbers => (json!({ "type": "integer" }), numbers),
    };
    let [low, "-" | "to" | "and" | ".." | "through", high] = numbers else {
        return None;
    };
    let (low, high): (i64, i64) = (low.parse().ok()?, high.parse().ok()?);
    let is_numeric = kind["type"] == "integer" || kind["type"] == "number";
    (low <= high && is_numeric).then(|| json!({ "type": kind["type"], "minimum": low, "maximum": high }))
}

/// The items of a list. Line ends, commas, bars and "or" separate them.
fn items<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    lines
        .iter()
        .flat_map(|line| line.split([',', '|']))
        .flat_map(|part| part.split(" or "))
        .map(|item| item.trim().trim_start_matches(['-', '*', '+']).trim())
        .map(|item| item.strip_prefix("or ").unwrap_or(item))
        .map(|item| item.strip_suffix(" or").unwrap_or(item).trim_end_matches('.'))
        .filter(|item| !item.is_empty())
        .collect()
}

/// An enumeration, if all items are values.
fn literals(items: &[&str]) -> Option<Value> {
    let is_alone = items.len() == 1;
    let values: Vec<_> = items.iter().map(|item| literal(item, is_alone)).collect::<Option<_>>()?;
    let is = |value: &&str, word: &str| value.eq_ignore_ascii_case(word);
    if values.len() == 2
        && values.iter().any(|value| is(value, "true"))
        && values.iter().any(|value| is(value, "false"))
    {
        return Some(json!({ "type": "boolean" }));
    }
    (!values.is_empty()).then(|| json!({ "type": "string", "enum": values }))
}

/// A value: quoted, in backticks, or one word that is not the name of a type. A single item that is
/// capitalised does not count, because it may be the start of a sentence.
fn literal(item: &str, is_alone: bool) -> Option<&str> {
    for mark in ["``", "`", "\"", "'"] {
        if let Some(quoted) = item.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark)) {
            return (!quoted.is_empty() && !quoted.contains(mark)).then_some(quoted);
        }
    }
    let is_word =
        !item.contains(char::is_whitespace) && vocabulary(item).is_none() && !item.contains(['`', '(', ')']);
    let mut chars = item.chars();
    let is_capitalised = chars.next().is_some_and(char::is_uppercase) && chars.any(char::is_lowercase);
    (is_word && !(is_alone && is_capitalised)).then_some(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_wordings_become_schemas() {
        let cases = [
            ("1", json!({ "type": "string", "enum": ["1"] })),
            ("Hex String", json!({ "type": "string", "pattern": "^[0-9A-Fa-f]+$" })),
            ("String", json!({ "type": "string" })),
            ("Any string.", json!({ "type": "string" })),
            ("An Integer", json!({ "type": "integer" })),
            ("Boolean", json!({ "type": "boolean" })),
            ("true, false", json!({ "type": "boolean" })),
            ("True or False", json!({ "type": "boolean" })),
            ("Valid URL", json!({ "type": "string", "format": "uri" })),
            ("ISO 8601 date", json!({ "type": "string", "format": "date" })),
            ("STANDARD, PREMIUM", json!({ "type": "string", "enum": ["STANDARD", "PREMIUM"] })),
            ("en | de | fr-CH", json!({ "type": "string", "enum": ["en", "de", "fr-CH"] })),
            ("``two words``", json!({ "type": "string", "enum": ["two words"] })),
            ("\"a\", 'b'", json!({ "type": "string", "enum": ["a", "b"] })),
            ("0 - 30", json!({ "type": "integer", "minimum": 0, "maximum": 30 })),
            ("Number from 1 to 2", json!({ "type": "number", "minimum": 1, "maximum": 2 })),
            ("1..9", json!({ "type": "integer", "minimum": 1, "maximum": 9 })),
        ];
        for (words, expected) in cases {
            let values = AllowedValues::parse(&[words]);
            assert_eq!((values.schema, values.unread), (expected, None), "{words}");
        }
        assert_eq!(
            AllowedValues::parse(&["* a", "* b or", "* c"]).schema,
            json!({ "type": "string", "enum": ["a", "b", "c"] })
        );
        assert_eq!(AllowedValues::parse(&["Hex", "String"]).unread, None);
    }

    #[test]
    fn unknown_wordings_are_noted_and_accept_every_string() {
        for words in [
            "Language",
            "A valid language code",
            "String, Integer",
            "a list of ids",
            "9 - 1",
            "URL - 5",
            "``",
        ] {
            let values = AllowedValues::parse(&[words]);
            assert_eq!(values.schema, json!({ "type": "string" }));
            assert_eq!(
                values.unread,
                Some(format!("the allowed values `{words}` are not recognised; every string is accepted"))
            );
        }
        assert!(AllowedValues::parse(&[]).unread.is_some());
    }

    #[test]
    fn a_role_names_a_type_and_is_no_value() {
        let values = AllowedValues::parse(&[":ref:`Hex String <hex-label>`"]);
        assert_eq!(values.schema, json!({ "type": "string", "pattern": "^[0-9A-Fa-f]+$" }));
        let values = AllowedValues::parse(&[":ref:`caption-formats`"]);
        assert_eq!(values.schema, json!({ "type": "string" }));
        assert_eq!(
            values.unread.unwrap(),
            "the allowed values `caption-formats` are not recognised; every string is accepted"
        );
    }

    #[test]
    fn a_remark_after_a_known_wording_is_noted() {
        let values = AllowedValues::parse(&["Integer (seconds)"]);
        assert_eq!(values.schema, json!({ "type": "integer" }));
        assert_eq!(
            values.unread.unwrap(),
            "the remark `(seconds)` of the allowed values `Integer (seconds)` is ignored"
        );
    }
}
