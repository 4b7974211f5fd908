//! What is wrong with a line of a driver, in plain English: the field, what it is, and what is expected. Strings are not quoted:
//! redaction would not find a part of a secret.

use std::sync::LazyLock;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use regex::Regex;
use serde_json::Value;
use serde_json::error::Category;

use crate::document::schema::published::{PublishedSchema, place};

/// The fields that hold an outcome. An answer has exactly one of them.
pub(super) const OUTCOMES: [&str; 4] = ["result", "error", "refused", "unsupported"];

/// An escape of a JSON string. It captures the digits of `\uXXXX`.
static ESCAPE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\\(?:u([0-9A-Fa-f]{4})|[^u])").ok());

/// The length of `\uXXXX`.
const ESCAPE_LENGTH: usize = 6;

/// Why a line is not JSON.
pub(super) fn of_json(line: &str, error: &serde_json::Error) -> String {
    if line.trim().is_empty() {
        return "the line is empty".to_owned();
    }
    if error.to_string().starts_with("recursion limit") {
        return "its values are nested more than 127 levels deep".to_owned();
    }
    // The number of bytes that the parser has read.
    let read = error.column();
    if let Some(half) = half_of_a_pair(line).filter(|half| is_read_by(*half, read)) {
        let (escape, at) = (&line[half..half + ESCAPE_LENGTH], line[..half].chars().count() + 1);
        return format!(
            "`{escape}` at character {at} is half of a surrogate pair; write both halves, or the character itself"
        );
    }
    let last_read = line.char_indices().enumerate().take_while(|(_, (start, _))| *start < read).last();
    match (error.classify(), last_read) {
        (Category::Eof, _) | (_, None) => "it ends in the middle of the JSON".to_owned(),
        (_, Some((index, (_, found)))) => {
            format!("it is not JSON: unexpected {} at character {}", shown(found), index + 1)
        }
    }
}

/// A character in a sentence. Control characters are invisible.
fn shown(character: char) -> String {
    match character.is_control() {
        true => format!("U+{:04X}", u32::from(character)),
        false => format!("`{character}`"),
    }
}

/// Whether the parser stopped after it had read this escape, or the one after it.
fn is_read_by(escape: usize, read: usize) -> bool {
    (escape + ESCAPE_LENGTH..=escape + 2 * ESCAPE_LENGTH).contains(&read)
}

/// Where the first half of a surrogate pair without its other half begins. JSON can write it, but it is no character.
fn half_of_a_pair(line: &str) -> Option<usize> {
    let mut open = None;
    for escape in ESCAPE.as_ref()?.captures_iter(line) {
        let start = escape.get(0)?.start();
        let code = escape.get(1).and_then(|digits| u16::from_str_radix(digits.as_str(), 16).ok());
        let is_pair = open.is_some_and(|first| first + ESCAPE_LENGTH == start);
        open = match code {
            Some(0xDC00..=0xDFFF) if is_pair => None,
            _ if open.is_some() => return open,
            Some(0xDC00..=0xDFFF) => return Some(start),
            Some(0xD800..=0xDBFF) => Some(start),
            _ => None,
        };
    }
    open
}

/// The first violation of the schema; none when the message is valid.
pub(super) fn of_message(schema: &PublishedSchema, message: &Value) -> Option<String> {
    let Some(validator) = schema.validator() else {
        return Some("conformance/drivers/protocol.schema.json is not a JSON Schema".to_owned());
    };
    // A wrong outcome is named before the number of outcomes.
    let counts_outcomes = |error: &ValidationError<'_>| outcomes_expected(error).is_some();
    validator.iter_errors(message).min_by_key(counts_outcomes).map(|error| violation(schema, &error))
}

fn violation(schema: &PublishedSchema, error: &ValidationError<'_>) -> String {
    let at = place(error.instance_path().as_str());
    let at = at.map_or_else(|| "it".to_owned(), |at| format!("`{at}`"));
    if let Some(expected) = outcomes_expected(error) {
        return format!("{at} has {expected}");
    }
    if let ValidationErrorKind::Required { property } = error.kind() {
        let property = property.as_str().unwrap_or_default();
        return format!("{at} has no `{property}`; expected: {}", schema.missing(error, property));
    }
    format!("{at} is {}; expected: {}", kind(error.instance()), schema.broken(error))
}

/// How many outcomes an answer has, and how many it should have; none if the error is about something else.
fn outcomes_expected(error: &ValidationError<'_>) -> Option<String> {
    let all = OUTCOMES.map(|name| format!("`{name}`"));
    match error.kind() {
        ValidationErrorKind::OneOfNotValid { .. } => {
            Some(format!("none of {}; expected: exactly one of them", listed(&all)))
        }
        ValidationErrorKind::OneOfMultipleValid { .. } => {
            let given = OUTCOMES.iter().filter(|name| error.instance().get(**name).is_some());
            let given: Vec<_> = given.map(|name| format!("`{name}`")).collect();
            Some(format!("{}; expected: exactly one of {}", listed(&given), listed(&all)))
        }
        _ => None,
    }
}

/// Names in a sentence: `a`, `b` and `c`.
fn listed(names: &[String]) -> String {
    match names {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        names => names.concat(),
    }
}

/// What a value is. A number is quoted, because its size can be the problem.
fn kind(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(_) => value.to_string(),
        Value::Number(number) => format!("the number {number}"),
        Value::String(_) => "a string".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
