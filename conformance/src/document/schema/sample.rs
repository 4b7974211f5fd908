//! Values that satisfy a schema: the documented example where there is one, otherwise a synthesised value. A value that is returned
//! as a sample satisfies its schema: a validator checked it, or the schema has only keywords that every synthesised value satisfies.

use serde_json::Value;

use super::flat::tag_of;
use super::pattern::MAX_LENGTH;
use super::synthesis::{Distinct, MAX_DEPTH, Synthesis, put_tag};
use super::turns::{Turns, search};
use super::walk::{branches, count, is_plain, kind, resolve};
use crate::document::model::{Content, Document, Example, Schema};

pub(crate) use super::scalar::free_text;
pub(crate) use super::synthesis::{KEY, MAX_BYTES};

/// What clients often change: zeros at the start, case, double blanks, characters with a meaning in a URL, escapes, double
/// slashes, dot segments, hyphens, characters outside ASCII, a last dot or slash.
pub(crate) const REVEALING: &str = "007 A  b&c=d+e%20f%2Fg#h?i//j/../B_-é./";

/// The most values of one schema that are tried. Most schemas need one or two.
const MAX_TRIES: usize = 64;

/// The same for a value whose parts all differ: without it, one of several cases is left out.
const MAX_DISTINCT_TRIES: usize = 8;

/// The most parts of a value whose parts all differ. Each list in a list doubles their number.
const MAX_DISTINCT: usize = 2_000;

/// The body to serve for a documented content: its first example that satisfies the schema, otherwise a synthesised value with every
/// documented property.
pub(crate) fn body(document: &Document, content: &Content) -> Option<Value> {
    let mut examples = content.examples.iter();
    match &content.schema {
        Some(schema) => {
            let example = examples.find(|example| is_right(document, schema, example));
            example.map(|example| example.value.clone()).or_else(|| value(document, schema))
        }
        None => examples.next().map(|example| example.value.clone()),
    }
}

/// Whether an example satisfies the schema.
pub(crate) fn is_right(document: &Document, schema: &Schema, example: &Example) -> bool {
    document.allows(schema, &example.value)
}

/// A value with every documented property, as far as the schema allows; none when no value that the suite makes satisfies it.
pub(crate) fn value(document: &Document, schema: &Schema) -> Option<Value> {
    checked(document, schema, MAX_TRIES, |turns| {
        Synthesis::new(document, MAX_LENGTH, None, turns).value(&schema.value, MAX_DEPTH, 0)
    })
}

/// A value like [`value`] that is not checked: another one for each turn. The caller checks the whole that it is a part of.
pub(crate) fn unchecked(document: &Document, schema: &Value, turn: usize) -> Option<Value> {
    Synthesis::new(document, MAX_LENGTH, None, &Turns::of_whole(turn)).value(schema, MAX_DEPTH, 0)
}

/// A value of one alternative of a schema, as [`unchecked`].
pub(crate) fn alternative(
    document: &Document,
    schema: &Value,
    alternative: &Value,
    turn: usize,
) -> Option<Value> {
    let mut value = unchecked(document, alternative, turn)?;
    if let (Some(tag), Some(whole)) = (tag_of(document, schema, alternative), value.as_object_mut()) {
        put_tag(resolve(document, alternative, "")?.0, &tag, whole);
    }
    Some(value)
}

/// This many different elements for a list of this schema, not checked; none when the schema has fewer.
pub(crate) fn elements(document: &Document, list: &Value, count: usize) -> Option<Vec<Value>> {
    let items = list.get("items")?;
    let mut elements: Vec<Value> = Vec::new();
    for turn in 0..count.saturating_mul(2) {
        let element = unchecked(document, items, turn)?;
        if elements.len() < count && !elements.contains(&element) {
            elements.push(element);
        }
    }
    (elements.len() == count).then_some(elements)
}

/// A value like [`value`] whose parts all differ, as far as the schema allows: lists have two elements, free text is not ASCII, and
/// 64-bit integers do not fit into a double. With `large`, other integers do not either. Examples and defaults are not used.
pub(crate) fn distinct(document: &Document, schema: &Schema, large: bool) -> Option<Value> {
    checked(document, schema, MAX_DISTINCT_TRIES, |turns| {
        let distinct = Distinct::new(large);
        Synthesis::new(document, MAX_DISTINCT, Some(distinct), turns).value(&schema.value, MAX_DEPTH, 0)
    })
}

/// The value that `make` makes first, if its schema is plain, else the first one that satisfies the schema.
fn checked(
    document: &Document,
    schema: &Schema,
    tries: usize,
    make: impl Fn(&Turns) -> Option<Value>,
) -> Option<Value> {
    if is_plain(document, &schema.value) {
        return make(&Turns::default());
    }
    search(&*document.compiled(schema)?, tries, make)
}

/// A value for an argument: one that clients often change, where the schema allows every string of its length. It has no characters
/// that must be encoded, and in a path no slashes, because many servers refuse them there.
pub(crate) fn argument(document: &Document, schema: &Schema, is_in_path: bool) -> Option<Value> {
    let (resolved, _) = resolve(document, &schema.value, &schema.pointer)?;
    let states = |keyword: &&str| resolved.get(*keyword).is_some();
    let is_free = kind(resolved) == "string"
        && !["pattern", "format", "example", "default", "enum", "not", "if", "contentEncoding"]
            .iter()
            .any(states);
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || "-._".contains(*c) || (*c == '/' && !is_in_path);
    let text: String = REVEALING.chars().filter(is_plain).collect();
    let fits = count(resolved, "minLength").is_none_or(|least| text.len() >= least)
        && count(resolved, "maxLength").is_none_or(|most| text.len() <= most);
    match is_free && fits && branches(resolved).is_empty() {
        true => Some(text.into()),
        false => value(document, schema),
    }
}
