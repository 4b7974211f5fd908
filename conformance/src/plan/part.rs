//! A value taken apart by its schema: each part broken in turn, and each alternative put in its place.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::fact::{self, branches, entries, escape};
use super::sample;
use crate::document::{Document, Schema};

/// The most changes that are made to one value; the census names the facts of those left out.
const CHANGES: usize = 500;

/// A value with one part of it changed.
#[derive(Debug)]
pub(super) struct Changed {
    /// What is changed, as a part of a case's id: `wrong-type/errors.0.field`.
    pub(super) variation: String,
    /// The same in words: `whose errors.0.field has the wrong type`.
    pub(super) what: String,
    /// The pointer of the one fact that this is about, if it is.
    pub(super) pointer: Option<String>,
    /// The value as it is now.
    pub(super) value: Value,
}

/// A value's changes.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Each documented type replaced by another, each required field taken away, wherever in the value.
    pub(super) broken: Vec<Changed>,
    /// Each further `oneOf` or `anyOf`, and null where it is allowed.
    pub(super) alternatives: Vec<Changed>,
}

/// Every change that a schema knows of a value.
pub(super) fn changes(document: &Document, schema: &Schema, value: &Value) -> Changes {
    let mut taker =
        Taker { document, seen: BTreeSet::new(), forms: BTreeMap::new(), changes: Changes::default() };
    taker.visit(&schema.value, &schema.pointer, &mut Place { whole: value, path: Vec::new(), within: "" });
    taker.changes
}

struct Taker<'a> {
    document: &'a Document,
    /// The choices taken and the facts broken so far: a schema may stand in many places of one value,
    /// and a choice may contain itself.
    seen: BTreeSet<String>,
    /// How many forms each part has had so far, by its name: they are numbered, for a choice may stand
    /// directly within another.
    forms: BTreeMap<String, usize>,
    changes: Changes,
}

/// A part of a value.
struct Place<'a> {
    whole: &'a Value,
    path: Vec<String>,
    /// In which alternative of the whole it is.
    within: &'a str,
}

impl Place<'_> {
    fn value(&self) -> Option<&Value> {
        self.whole.pointer(&pointer(&self.path))
    }

    /// The part's name in a case's id.
    fn name(&self) -> String {
        let path = if self.path.is_empty() { "body".to_owned() } else { self.path.join(".") };
        if self.within.is_empty() { path } else { format!("{path}/{}", self.within) }
    }

    fn replaced(&self, replacement: Option<Value>) -> Value {
        replaced(self.whole, &self.path, replacement)
    }
}

impl Taker<'_> {
    fn visit(&mut self, schema: &Value, pointer: &str, place: &mut Place<'_>) {
        let document = self.document;
        let Some((schema, pointer)) = fact::resolve(document, schema, pointer) else { return };
        let Some(value) = place.value().cloned() else { return };
        if schema.get("type").is_some() {
            let of =
                |name: String| (format!("wrong-type/{name}"), format!("whose {name} has the wrong type"));
            self.add_broken(format!("{pointer}/type"), place, Some(other_type(&value)), of);
        }
        for (index, field) in fact::required(schema).enumerate() {
            self.at(field, place, |taker, place| {
                let of = |name: String| (format!("missing/{name}"), format!("without the required {name}"));
                taker.add_broken(format!("{pointer}/required/{index}"), place, None, of);
            });
        }
        for (field, property) in entries(schema.get("properties")) {
            let at = format!("{pointer}/properties/{}", escape(field));
            self.at(field, place, |taker, place| taker.visit(property, &at, place));
        }
        for (step, branch) in branches(schema) {
            let at = format!("{pointer}/{step}");
            match step.split('/').next().unwrap_or_default() {
                "allOf" => self.visit(branch, &at, place),
                "items" => self.at("0", place, |taker, place| taker.visit(branch, &at, place)),
                "additionalProperties" => {
                    self.at(sample::KEY, place, |taker, place| taker.visit(branch, &at, place));
                }
                _ => {}
            }
        }
        self.choices(schema, &pointer, &value, place);
    }

    /// Does something at a field or element of a place, if that is there.
    fn at(&mut self, step: &str, place: &mut Place<'_>, work: impl FnOnce(&mut Self, &mut Place<'_>)) {
        place.path.push(step.to_owned());
        if place.value().is_some() {
            work(self, place);
        }
        place.path.pop();
    }

    /// The alternative that a value is, and those that it could be.
    fn choices(&mut self, schema: &Value, pointer: &str, value: &Value, place: &mut Place<'_>) {
        let choices: Vec<_> = branches(schema)
            .into_iter()
            .filter(|(step, _)| step.starts_with("oneOf") || step.starts_with("anyOf"))
            .collect();
        let chosen = choices.iter().position(|(_, choice)| fact::fits(self.document, choice, value));
        for (index, (step, choice)) in choices.iter().enumerate() {
            let at = format!("{pointer}/{step}");
            if Some(index) == chosen {
                self.visit(choice, &at, place);
                continue;
            }
            let synthesised =
                sample::value(self.document, &Schema { value: (*choice).clone(), pointer: at.clone() });
            if let Some(other) = synthesised.filter(|_| self.seen.insert(at.clone())) {
                self.alternative(choice, &at, other, place);
            }
        }
    }

    fn alternative(&mut self, choice: &Value, at: &str, other: Value, place: &mut Place<'_>) {
        let number = self.forms.entry(place.name()).or_insert(1);
        *number += 1;
        let mut named = format!("alternative-{number}");
        if !place.within.is_empty() {
            named = format!("{}.{named}", place.within);
        }
        let variation = match place.path.is_empty() {
            true => named.clone(),
            false => format!("{named}/{}", place.path.join(".")),
        };
        let value = place.replaced(Some(other));
        let mut inside = Place { whole: &value, path: place.path.clone(), within: &named };
        self.visit(choice, at, &mut inside);
        if self.changes.alternatives.len() < CHANGES {
            let what = format!("whose {} has another documented form", place.name());
            self.changes.alternatives.push(Changed { variation, what, pointer: None, value });
        }
    }

    /// Adds what breaks a fact, unless that has been broken elsewhere in the value: a part replaced, or
    /// taken away. `of` names the variation, and says it in words, by the part's name.
    fn add_broken(
        &mut self,
        pointer: String,
        place: &Place<'_>,
        replacement: Option<Value>,
        of: impl FnOnce(String) -> (String, String),
    ) {
        if self.changes.broken.len() < CHANGES && self.seen.insert(pointer.clone()) {
            let (variation, what) = of(place.name());
            let value = place.replaced(replacement);
            self.changes.broken.push(Changed { variation, what, pointer: Some(pointer), value });
        }
    }
}

fn pointer(path: &[String]) -> String {
    path.iter().map(|step| format!("/{}", escape(step))).collect()
}

/// A copy of a value with the part at a path replaced, or removed.
fn replaced(whole: &Value, path: &[String], replacement: Option<Value>) -> Value {
    let mut copy = whole.clone();
    match (replacement, path.split_last()) {
        (Some(value), _) => {
            if let Some(part) = copy.pointer_mut(&pointer(path)) {
                *part = value;
            }
        }
        (None, Some((last, parents))) => {
            if let Some(Value::Object(fields)) = copy.pointer_mut(&pointer(parents)) {
                fields.remove(last);
            }
        }
        (None, None) => {}
    }
    copy
}

fn other_type(value: &Value) -> Value {
    match value {
        Value::Object(_) | Value::Array(_) => json!("conformance"),
        _ => json!({ "conformance": true }),
    }
}
