//! Limits that no value can keep.

use serde_json::Value;

use super::defect::Defect;
use crate::document::Document;
use crate::document::schema::walk::{bound, bounds, required};

/// Pairs of keywords of which the first must not be larger than the second.
const PAIRS: [(&str, &str); 5] = [
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
    ("minContains", "maxContains"),
    ("minimum", "maximum"),
];

/// Pairs of keywords of which the first must be smaller than the second.
const STRICT_PAIRS: [(&str, &str); 3] = [
    ("exclusiveMinimum", "maximum"),
    ("minimum", "exclusiveMaximum"),
    ("exclusiveMinimum", "exclusiveMaximum"),
];

/// The limits of a schema that no value can keep.
pub(super) fn impossible(document: &Document, schema: &Value, pointer: &str) -> Vec<Defect> {
    let number = |keyword: &str| bound(schema, keyword);
    let both = |(low, high): &(&'static str, &'static str)| Some((*low, number(low)?, *high, number(high)?));
    let pairs = PAIRS.iter().filter_map(both).filter(|(_, low, _, high)| low > high);
    let strict = STRICT_PAIRS.iter().filter_map(both).filter(|(_, low, _, high)| low >= high);
    let found = pairs.chain(strict).map(|(low_word, low, high_word, high)| {
        (low_word, format!("no value can keep both {low_word} {low} and {high_word} {high}"))
    });
    let most = number("maxProperties").filter(|most| required(schema).count() as f64 > *most);
    let too_many = most.map(|most| {
        let count = required(schema).count();
        ("required", format!("{count} properties are required, but maxProperties is {most}"))
    });
    found
        .chain(too_many)
        .chain(no_multiple(schema))
        .map(|(keyword, says)| Defect {
            check: "limits-without-value",
            location: document.locate(&format!("{pointer}/{keyword}")),
            says,
            matters: "a client that checks values refuses every value",
        })
        .collect()
}

/// A range that has no multiple of the step. A range whose ends contradict each other is already reported.
fn no_multiple(schema: &Value) -> Option<(&'static str, String)> {
    let is_integer = schema.get("type").is_some_and(|name| name == "integer");
    let stated = bound(schema, "multipleOf");
    let step = stated.or(is_integer.then_some(1.0)).filter(|step| *step > 0.0)?;
    let exclusive_least = bound(schema, "exclusiveMinimum");
    let exclusive_most = bound(schema, "exclusiveMaximum");
    let (Some(least), Some(most)) = bounds(schema) else { return None };
    // Beyond this size, the quotient of two doubles is not exact.
    let is_exact =
        [least, most, step].iter().all(|number| number.fract() == 0.0 && number.abs() < 1e15) || step == 1.0;
    let first = (least / step).ceil() * step;
    let first = if exclusive_least == Some(first) { first + step } else { first };
    let is_beyond = first > most || exclusive_most == Some(first);
    let what = stated.map_or("integer".to_owned(), |step| format!("multiple of {step}"));
    let is_none = is_exact && least < most && is_beyond;
    let keyword = if stated.is_some() { "multipleOf" } else { "type" };
    is_none.then(|| (keyword, format!("no {what} is between {least} and {most}")))
}
