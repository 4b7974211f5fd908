//! What no reader of the suite looks at, and yet is stated: nothing that differs may go untold.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use serde_json::{Map, Value};

use super::change::{Changes, from_to};
use super::{Sides, rule};
use crate::document::{Document, Kind};
use crate::plan::fact::escape;

/// Lists whose order says nothing.
const SETS: [&str; 8] = ["required", "enum", "parameters", "tags", "security", "allOf", "oneOf", "anyOf"];

/// Adds what differs and has not been told of.
pub(super) fn compare(sides: Sides<'_>, changes: &mut Changes) {
    match (sides.old.block(), sides.new.block()) {
        (Some(old), Some(new)) => values(sides, &old.value, &new.value, changes),
        _ => words(sides, changes),
    }
}

/// Two documents as values, all of them.
fn values(sides: Sides<'_>, old: &Value, new: &Value, changes: &mut Changes) {
    let mut different = Vec::new();
    walk(String::new(), Some(old), Some(new), &mut different);
    let told: BTreeSet<String> = changes.pointers().into_iter().map(str::to_owned).collect();
    for Different { pointer, old, new } in
        different.into_iter().filter(|found| !is_told(&told, &found.pointer))
    {
        let rule = match (is_component(&pointer), old, new) {
            (true, None, Some(_)) => &rule::COMPONENT_ADDED,
            (true, Some(_), None) => &rule::COMPONENT_REMOVED,
            _ if pointer.contains("/callbacks") => &rule::CALLBACK_CHANGED,
            _ => &rule::UNREAD_CHANGED,
        };
        let says = match (old, new) {
            (None, Some(_)) => format!("{pointer} is new"),
            (Some(_), None) => format!("{pointer} is gone"),
            _ => format!("{pointer}: {}", from_to(old, new)),
        };
        let old = old.map(|_| sides.old.locate(&pointer));
        let new = new.map(|_| sides.new.locate(&pointer));
        changes.add(rule, &BTreeSet::new(), says, old, new);
    }
}

/// A place whose value differs.
struct Different<'a> {
    pointer: String,
    old: Option<&'a Value>,
    new: Option<&'a Value>,
}

/// Goes as deep as the documents are nested, which has been limited when they were read.
fn walk<'a>(pointer: String, old: Option<&'a Value>, new: Option<&'a Value>, found: &mut Vec<Different<'a>>) {
    match (old, new) {
        _ if old == new => {}
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            for name in names(old, new) {
                walk(format!("{pointer}/{}", escape(name)), old.get(name), new.get(name), found);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) if old.len() == new.len() => {
            if !is_same_set(&pointer, old, new) {
                for (index, (old, new)) in old.iter().zip(new).enumerate() {
                    walk(format!("{pointer}/{index}"), Some(old), Some(new), found);
                }
            }
        }
        _ => found.push(Different { pointer, old, new }),
    }
}

fn names<'a>(old: &'a Map<String, Value>, new: &'a Map<String, Value>) -> BTreeSet<&'a String> {
    old.keys().chain(new.keys()).collect()
}

/// Whether two lists differ in nothing but their order, and it says nothing.
fn is_same_set(pointer: &str, old: &[Value], new: &[Value]) -> bool {
    let sorted = |items: &[Value]| {
        let mut texts: BTreeMap<String, usize> = BTreeMap::new();
        items.iter().for_each(|item| *texts.entry(item.to_string()).or_default() += 1);
        texts
    };
    let is_set = pointer.rsplit('/').next().is_some_and(|key| SETS.contains(&key));
    is_set && sorted(old) == sorted(new)
}

/// Whether some change names this place, one around it, or one in it. Which properties are required is
/// told of with the properties, and what a credential is where it is asked for.
fn is_told(told: &BTreeSet<String>, pointer: &str) -> bool {
    if let Some(schema) = pointer.strip_suffix("/required")
        && is_told(told, &format!("{schema}/properties"))
    {
        return true;
    }
    if let Some(scheme) = pointer.strip_prefix("/components/securitySchemes/") {
        let name = scheme.split('/').next().unwrap_or_default();
        return told.iter().any(|told| told.contains("/security/") && told.ends_with(&format!("/{name}")));
    }
    let inside = format!("{pointer}/");
    let next = told.range::<str, _>((Bound::Included(inside.as_str()), Bound::Unbounded)).next();
    let mut around = pointer;
    loop {
        if told.contains(around) {
            return true;
        }
        match around.rfind('/') {
            Some(end) if end > 0 => around = &around[..end],
            _ => return next.is_some_and(|next| next.starts_with(&inside)),
        }
    }
}

/// `/components/<section>/<name>`
fn is_component(pointer: &str) -> bool {
    pointer.starts_with("/components/") && pointer.matches('/').count() == 3
}

/// RST pages have no value; what stands beside what was read shows in their words.
fn words(sides: Sides<'_>, changes: &mut Changes) {
    if changes.is_empty() && stated(sides.old) != stated(sides.new) {
        let says = "the pages' words differ in nothing that is read";
        changes.add(&rule::UNREAD_CHANGED, &BTreeSet::new(), says, None, None);
    }
}

/// The words of a page, without white space and what tables are drawn with.
fn stated(document: &Document) -> Vec<&str> {
    debug_assert_eq!(document.kind, Kind::Rst);
    let drawn = |c: char| c.is_whitespace() || "+|-=~^".contains(c);
    document.text.split(drawn).filter(|word| !word.is_empty()).collect()
}
