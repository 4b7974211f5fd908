//! Finds differences in what no reader of the suite reads, so that every difference is reported.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use serde_json::{Map, Value};

use super::change::Changes;
use super::compared::ComparedPlaces;
use super::rule;
use super::versions::Versions;
use super::wording::{Wording, from_to};
use crate::document::pointer::escape;
use crate::document::{Document, Kind};

/// What Swagger 2.0 has in place of `components`.
const SECTIONS: [&str; 4] = ["definitions", "parameters", "responses", "securityDefinitions"];

/// Keys of a document, and of an operation, that Swagger 2.0 and OpenAPI 3 have at the same place and in the same form.
const COMMON: [&str; 3] = ["info", "tags", "externalDocs"];
const COMMON_OF_OPERATION: [&str; 3] = ["tags", "externalDocs", "deprecated"];

/// Lists whose order has no meaning.
const SETS: [&str; 8] = ["required", "enum", "parameters", "tags", "security", "allOf", "oneOf", "anyOf"];

/// Adds the differences that no change names yet.
pub(super) fn compare(versions: Versions<'_>, compared: &ComparedPlaces, changes: &mut Changes) {
    match (versions.old.whole_value(), versions.new.whole_value()) {
        (Some(old), Some(new)) => values(versions, [&old, &new], compared, changes),
        _ => words(versions, changes),
    }
}

/// Compares the whole documents as JSON values.
fn values(versions: Versions<'_>, [old, new]: [&Value; 2], compared: &ComparedPlaces, changes: &mut Changes) {
    let mut differences = Vec::new();
    walk(String::new(), Some(old), Some(new), &mut differences);
    let reported = changes.pointers();
    differences.retain(|found| {
        let is_one_sided = found.old.is_none() || found.new.is_none();
        // The same API can be described by any version of OpenAPI.
        !["/openapi", "/swagger"].contains(&found.pointer.as_str())
            && (versions.have_the_same_layout() || has_one_place(&found.pointer))
            && !compared.cover(&found.pointer, is_one_sided)
            && !is_reported(&reported, &found.pointer)
    });
    for Difference { pointer, old, new } in differences {
        let rule = match (is_component(&pointer), old, new) {
            (true, None, Some(_)) => &rule::COMPONENT_ADDED,
            (true, Some(_), None) => &rule::COMPONENT_REMOVED,
            _ if adds_scope(&pointer, old, new) => &rule::CREDENTIAL_SCOPE_ADDED,
            _ if pointer.contains("/callbacks") => &rule::CALLBACK_CHANGED,
            _ => &rule::UNREAD_CHANGED,
        };
        let says: Wording = match (old, new) {
            (None, Some(_)) => format!("{pointer}: added").into(),
            (Some(_), None) => format!("{pointer}: removed").into(),
            _ => from_to(old, new).after(format_args!("{pointer}: ")),
        };
        let old = old.map(|_| versions.old.locate(&pointer));
        let new = new.map(|_| versions.new.locate(&pointer));
        changes.add(rule, &BTreeSet::new(), says, old, new);
    }
}

/// Whether Swagger 2.0 and OpenAPI 3 have a statement at the same place.
fn has_one_place(pointer: &str) -> bool {
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    match steps.as_slice() {
        ["paths", _, _, key, ..] => COMMON_OF_OPERATION.contains(key),
        [key, ..] => COMMON.contains(key),
        [] => false,
    }
}

/// A value that differs.
struct Difference<'a> {
    pointer: String,
    old: Option<&'a Value>,
    new: Option<&'a Value>,
}

/// The recursion ends, because the reader caps the nesting of documents.
fn walk<'a>(
    pointer: String,
    old: Option<&'a Value>,
    new: Option<&'a Value>,
    found: &mut Vec<Difference<'a>>,
) {
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
        _ => found.push(Difference { pointer, old, new }),
    }
}

fn names<'a>(old: &'a Map<String, Value>, new: &'a Map<String, Value>) -> BTreeSet<&'a String> {
    old.keys().chain(new.keys()).collect()
}

/// Whether two lists have the same elements, and their order has no meaning.
fn is_same_set(pointer: &str, old: &[Value], new: &[Value]) -> bool {
    let sorted = |items: &[Value]| {
        let mut texts: BTreeMap<String, usize> = BTreeMap::new();
        items.iter().for_each(|item| *texts.entry(item.to_string()).or_default() += 1);
        texts
    };
    let is_set = pointer.rsplit('/').next().is_some_and(|key| SETS.contains(&key));
    is_set && sorted(old) == sorted(new)
}

/// Whether a change names this place, one that contains it, or one inside it. Changes of `required` are reported at the
/// properties, and changes of a security scheme at the operations that ask for it.
fn is_reported(reported: &BTreeSet<String>, pointer: &str) -> bool {
    if let Some(schema) = pointer.strip_suffix("/required")
        && is_reported(reported, &format!("{schema}/properties"))
    {
        return true;
    }
    let sections = ["/components/securitySchemes/", "/securityDefinitions/"];
    if let Some(scheme) = sections.iter().find_map(|section| pointer.strip_prefix(section)) {
        let name = scheme.split('/').next().unwrap_or_default();
        return reported
            .iter()
            .any(|reported| reported.contains("/security/") && reported.ends_with(&format!("/{name}")));
    }
    let inside = format!("{pointer}/");
    let next = reported.range::<str, _>((Bound::Included(inside.as_str()), Bound::Unbounded)).next();
    let mut around = pointer;
    loop {
        if reported.contains(around) {
            return true;
        }
        match around.rfind('/') {
            Some(end) if end > 0 => around = &around[..end],
            _ => return next.is_some_and(|next| next.starts_with(&inside)),
        }
    }
}

/// Whether the list of scopes of a credential (`.../security/<index>/<name>`) has a new entry.
fn adds_scope(pointer: &str, old: Option<&Value>, new: Option<&Value>) -> bool {
    let mut steps = pointer.rsplit('/');
    let is_scope = |value: &Value| match value {
        Value::Array(_) => steps.nth(2) == Some("security"),
        _ => steps.nth(3) == Some("security"),
    };
    let scopes = |value: &Value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    let known = old.map(scopes).unwrap_or_default();
    new.is_some_and(is_scope) && new.is_some_and(|new| scopes(new).iter().any(|scope| !known.contains(scope)))
}

/// `/components/<section>/<name>`, or the same in Swagger 2.0.
fn is_component(pointer: &str) -> bool {
    match pointer.split('/').skip(1).collect::<Vec<_>>().as_slice() {
        ["components", _, _] => true,
        [section, _] => SECTIONS.contains(section),
        _ => false,
    }
}

/// RST pages have no JSON value, so only their words can be compared.
fn words(versions: Versions<'_>, changes: &mut Changes) {
    if changes.is_empty() && words_of(versions.old) != words_of(versions.new) {
        let says = "the pages differ only in words that the suite does not read";
        changes.add(&rule::UNREAD_CHANGED, &BTreeSet::new(), says, None, None);
    }
}

/// The words of a page, without white space and the characters that draw tables.
fn words_of(document: &Document) -> Vec<&str> {
    debug_assert_eq!(document.kind, Kind::Rst);
    let drawn = |c: char| c.is_whitespace() || "+|-=~^".contains(c);
    document.text.split(drawn).filter(|word| !word.is_empty()).collect()
}
