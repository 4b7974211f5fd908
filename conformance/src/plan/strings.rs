//! The strings that the schema of an argument suggests.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::argument_schema::{ArgumentSchema, Variation, vary};
use crate::document::schema::pattern;
use crate::document::schema::sample::REVEALING;
use crate::document::schema::walk::count;
use crate::document::{Document, ParameterLocation};

/// The length of the long string where the schema states no `maxLength`, in characters: longer than 255 and 256, which are common
/// limits.
const LONG: usize = 300;

/// The most strings of one argument.
const MAX_STRINGS: usize = 60;

/// The strings of an argument. Names can repeat.
pub(super) fn strings(given: &ArgumentSchema<'_>) -> Vec<Variation> {
    let schema = &given.argument.schema.value;
    let mut found = vec![vary("empty", "an empty string", "", None)];
    if schema.get("enum").is_some() {
        return found;
    }
    let keyword = |name| schema.get(name).and_then(Value::as_str);
    found.extend(lengths(given.document, schema));
    match (keyword("pattern"), keyword("format")) {
        (Some(pattern), _) => of_pattern(given, pattern, &mut found),
        (None, None) => found.extend(free(given)),
        (None, Some(_)) => {}
    }
    if let Some(format) = keyword("format") {
        let purpose = format!("not a {format}");
        found.push(vary("not-the-format", &purpose, "not that format", Some("format")));
    }
    found
}

/// Strings at the edges of the documented lengths, and beyond them.
fn lengths(document: &Document, schema: &Value) -> Vec<Variation> {
    let (least, most) = (count(schema, "minLength"), count(schema, "maxLength"));
    let sized = |name: &str, purpose: &str, keyword: &'static str, length: Option<usize>| {
        let value = of_length(document, schema, length?)?;
        Some(vary(name, &format!("{purpose}, {} characters", length?), value, Some(keyword)))
    };
    let (shorter, longer) =
        (least.and_then(|least| least.checked_sub(1)), most.and_then(|most| most.checked_add(1)));
    let long = of_length(document, schema, LONG).filter(|_| most.is_none() && schema.get("format").is_none());
    let sizes = [
        shortest(document, schema),
        sized("shortest", "the shortest", "minLength", least),
        sized("too-short", "one character too short", "minLength", shorter),
        sized("longest", "the longest", "maxLength", most),
        sized("too-long", "one character too long", "maxLength", longer),
        long.map(|long| vary("long", &format!("a string of {LONG} characters"), long, None)),
    ];
    sizes.into_iter().flatten().collect()
}

/// The shortest string that matches the pattern.
fn shortest(document: &Document, schema: &Value) -> Option<Variation> {
    let found = document.strings.matching(schema.get("pattern")?.as_str()?, 1, None)?;
    let length = found.chars().count();
    let purpose = format!("the shortest string that matches the pattern, {length} characters");
    Some(vary("shortest", &purpose, found, Some("pattern")))
}

fn of_length(document: &Document, schema: &Value, length: usize) -> Option<String> {
    if length > pattern::MAX_LENGTH {
        return None;
    }
    match schema.get("pattern").and_then(Value::as_str) {
        Some(pattern) => document.strings.of_length(pattern, length),
        None => Some("a".repeat(length)),
    }
}

/// Adds strings that together use every part of the pattern, and strings that break each part.
fn of_pattern(given: &ArgumentSchema<'_>, pattern: &str, found: &mut Vec<Variation>) {
    let most = count(&given.argument.schema.value, "maxLength");
    let sample = given.argument.sample.as_str().unwrap_or_default();
    let longest = most.map_or(LONG, |most| most.min(LONG));
    let made = given.document.strings.around(pattern, sample, most, longest);
    found.extend(made.mismatching.iter().map(|broken| {
        vary("pattern-broken", "a string that does not match the pattern", broken.as_str(), Some("pattern"))
    }));
    let mut known: HashSet<Value> = found.iter().map(|variation| variation.value.clone()).collect();
    let covering =
        made.covering.iter().filter(|text| given.allows(&json!(text)) && known.insert(json!(text)));
    found.extend(covering.enumerate().map(|(index, text)| {
        let name = if index == 0 { "edges".to_owned() } else { format!("edges-{}", index + 1) };
        vary(&name, "a string that uses other parts of the pattern", text.as_str(), Some("pattern"))
    }));
    let breaking = made.breaking.iter().filter(|broken| known.insert(json!(broken.text)));
    found.extend(
        breaking.map(|broken| vary(&broken.name, &broken.what, broken.text.as_str(), Some("pattern"))),
    );
    found.truncate(MAX_STRINGS);
}

/// Strings that clients often change, where the schema allows every string.
fn free(given: &ArgumentSchema<'_>) -> Vec<Variation> {
    let argument = given.argument;
    let most = count(&argument.schema.value, "maxLength");
    let sent = REVEALING.chars().filter(|character| given.carries(&format!("a{character}a")));
    let encoding: String = sent.take(most.unwrap_or(LONG)).collect();
    let encoding = vary("encoding", "characters that must be encoded", encoding.trim(), None);
    let blanks = [None, Some(ParameterLocation::Query)].contains(&argument.place);
    let blanks = blanks.then(|| vary("surrounding-blanks", "blanks at both ends", " a ", None));
    let longest = most.filter(|most| *most <= pattern::MAX_LENGTH).map(|most| {
        let purpose = format!("the longest, {most} characters outside ASCII");
        vary("longest-non-ascii", &purpose, "é".repeat(most), Some("maxLength"))
    });
    let all = [Some(encoding), blanks, longest].into_iter().flatten();
    all.filter(|variation| given.allows(&variation.value)).collect()
}
