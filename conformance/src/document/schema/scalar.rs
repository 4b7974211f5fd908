//! Numbers and strings that a schema allows: another one for each index.

use serde_json::Value;

use super::pattern::MAX_LENGTH;
use super::walk::{bound, bounds, count};
use crate::document::model::Document;

/// The distance between the bounds of a number, in steps.
pub(super) fn range(schema: &Value) -> Option<f64> {
    let (least, most) = bounds(schema);
    Some((most? - least?) / bound(schema, "multipleOf").unwrap_or(1.0))
}

/// A number that the schema allows: `steps` after or before the first one, as far as the bounds allow.
pub(super) fn number(schema: &Value, steps: f64) -> f64 {
    let step = bound(schema, "multipleOf").filter(|step| *step > 0.0).unwrap_or(1.0);
    let (least, most) = bounds(schema);
    let first = match (least, most) {
        (Some(least), _) => {
            let first = (least / step).ceil();
            first
                + f64::from(u8::from(
                    first * step == least && bound(schema, "exclusiveMinimum") == Some(least),
                ))
        }
        (None, Some(most)) if most <= step => {
            let last = (most / step).floor();
            last - f64::from(u8::from(last * step == most && bound(schema, "exclusiveMaximum") == Some(most)))
        }
        _ => 1.0,
    };
    let allows = |keyword, is_allowed: fn(f64, f64) -> bool, value| {
        bound(schema, keyword).is_none_or(|bound| is_allowed(value, bound))
    };
    let is_within = |value: &f64| {
        allows("minimum", |value, bound| value >= bound, *value)
            && allows("exclusiveMinimum", |value, bound| value > bound, *value)
            && allows("maximum", |value, bound| value <= bound, *value)
            && allows("exclusiveMaximum", |value, bound| value < bound, *value)
    };
    let stepped = |count: f64| if schema.get("multipleOf").is_some() { multiple(count, step) } else { count };
    let candidates = [stepped(first + steps), stepped(first - steps)];
    let between = || match (least, most) {
        // No multiple of the step is between the bounds.
        (Some(least), Some(most)) if schema.get("multipleOf").is_none() => f64::midpoint(least, most),
        _ => stepped(first),
    };
    let found = candidates.into_iter().find(is_within);
    found.or_else(|| Some(stepped(first)).filter(is_within)).unwrap_or_else(between)
}

/// A multiple, without the rounding error of the multiplication: 3 times 0.1 is 0.3.
fn multiple(count: f64, step: f64) -> f64 {
    let decimals = step.to_string().split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let rounded = format!("{:.decimals$}", count * step).parse();
    rounded.unwrap_or(count * step)
}

/// A string that the schema allows: another one for each number and turn. Free text has characters outside ASCII if the number is
/// not 0.
pub(super) fn string(document: &Document, schema: &Value, number: usize, turn: usize) -> Option<String> {
    let (least, most) = (count(schema, "minLength").unwrap_or(0), count(schema, "maxLength"));
    let patterns: Vec<&str> = match schema.get("pattern") {
        Some(Value::Array(listed)) => listed.iter().filter_map(Value::as_str).collect(),
        one => one.and_then(Value::as_str).into_iter().collect(),
    };
    if !patterns.is_empty() {
        return of_patterns(document, &patterns, least, most, turn);
    }
    if least > MAX_LENGTH {
        return None;
    }
    let index = number + turn;
    let sample = match schema.get("format").and_then(Value::as_str) {
        Some(format) => formatted(format, index),
        None if schema.get("contentEncoding").is_some() => formatted("byte", index),
        None if number > 0 => free_text(index),
        None => format!("{}sample", prefix(turn)),
    };
    let length = least.max(sample.chars().count()).min(most.unwrap_or(usize::MAX));
    Some(sample.chars().cycle().take(length).collect())
}

/// A string that matches all patterns: the usual one of the first pattern, then others.
fn of_patterns(
    document: &Document,
    patterns: &[&str],
    least: usize,
    most: Option<usize>,
    turn: usize,
) -> Option<String> {
    if let ([pattern], 0) = (patterns, turn)
        && let Some(usual) = document.strings.matching(pattern, least.max(1), most)
    {
        return Some(usual);
    }
    let found = document.strings.matching_all(patterns, least, most);
    found.get(turn % found.len().max(1)).cloned()
}

/// The string as free text that differs for each number.
pub(crate) fn free_text(number: usize) -> String {
    format!(" {number}: Grüße  aus \"東京\", e\u{301} &amp; 🎧. ")
}

/// A string of a format: another one for each `index`.
fn formatted(format: &str, index: usize) -> String {
    match format {
        "uuid" => format!("37a4c3a0-b034-4e8c-9ed9-{:012x}", 0x76da_6645_544a_usize + index),
        "date-time" => format!("2026-01-02T03:{:02}:05Z", (4 + index) % 60),
        "date" => format!("2026-01-{:02}", 2 + index % 27),
        "uri" | "url" => format!("https://conformance.example/sample{}", suffix(index)),
        "email" => format!("someone{}@conformance.example", suffix(index)),
        "ipv4" => format!("192.0.2.{}", 1 + index % 254),
        "ipv6" => format!("2001:db8::{:x}", 1 + index % 0xffff),
        "hostname" => format!("conformance{}.example", suffix(index)),
        "byte" => "c2FtcGxl".repeat(1 + index % 100),
        _ => format!("sample{}", suffix(index)),
    }
}

fn suffix(index: usize) -> String {
    if index == 0 { String::new() } else { index.to_string() }
}

/// The number comes first, so that it stays where the string is shortened.
fn prefix(index: usize) -> String {
    if index == 0 { String::new() } else { format!("{index}-") }
}
