//! Compares the subschemas of a schema other than its properties.

use std::collections::{BTreeSet, HashMap, VecDeque};

use serde_json::Value;

use super::comparison::{Comparison, SchemaChange};
use super::rule::{self, ChangeRule, Direction};
use super::view::is_null;
use super::wording::{Wording, from_to};
use crate::document::pointer::escape;
use crate::document::schema::walk::list;
use crate::wire::value::canonical_json;

/// A branch and its index in the list.
type IndexedBranch<'a> = (usize, &'a Value);

impl<'a> Comparison<'a> {
    pub(super) fn compare_subschemas(&mut self) {
        self.other_properties("additionalProperties");
        self.other_properties("unevaluatedProperties");
        for (keyword, suffix) in [
            ("items", "[]"),
            ("contains", ", contains"),
            ("unevaluatedItems", ", unevaluatedItems"),
            ("propertyNames", ", propertyNames"),
            ("then", ", then"),
            ("else", ", else"),
        ] {
            let (old, new) = self.both(keyword);
            self.subschema(keyword, suffix, old, new);
        }
        self.conditions();
        self.prefix_items();
        self.named("patternProperties");
        self.named("dependentSchemas");
        self.dependent_required();
        let alternatives = [
            self.by(&rule::REQUEST_ALTERNATIVE_REMOVED, &rule::RESPONSE_ALTERNATIVE_REMOVED),
            self.by(&rule::REQUEST_ALTERNATIVE_ADDED, &rule::RESPONSE_ALTERNATIVE_ADDED),
        ];
        let parts = [
            self.by(&rule::REQUEST_PART_REMOVED, &rule::RESPONSE_PART_REMOVED),
            self.by(&rule::REQUEST_PART_ADDED, &rule::RESPONSE_PART_ADDED),
        ];
        self.branches("oneOf", alternatives);
        self.branches("anyOf", alternatives);
        self.branches("allOf", parts);
    }

    fn other_properties(&mut self, keyword: &str) {
        let (old, new) = self.both(keyword);
        let forbids = |value: Option<&Value>| value == Some(&Value::Bool(false));
        if forbids(old) != forbids(new) {
            let request = match forbids(new) {
                true => &rule::REQUEST_OTHERS_FORBIDDEN,
                false => &rule::REQUEST_OTHERS_ALLOWED,
            };
            let rule = self.by(request, &rule::RESPONSE_OTHERS_CHANGED);
            self.keyword_changed(rule, keyword, from_to(old, new));
        } else if !forbids(new) {
            self.subschema(keyword, "*", old, new);
        }
    }

    /// One schema under a keyword. A schema where there was none is a new constraint.
    fn subschema(&mut self, keyword: &str, suffix: &str, old: Option<&'a Value>, new: Option<&'a Value>) {
        let schema = |value: Option<&'a Value>| value.filter(|value| value.is_object());
        match (schema(old), schema(new)) {
            (Some(old), Some(new)) => {
                let (old, new) = (self.pair.old.below(keyword, old), self.pair.new.below(keyword, new));
                self.push(suffix, old, new);
            }
            (None, None) => {}
            (was, is) => self.constraint_changed(is.is_some(), keyword, from_to(was, is)),
        }
    }

    /// `not` and `if`: a stricter schema there makes the whole looser, or changes which values `then` constrains.
    fn conditions(&mut self) {
        for keyword in ["not", "if"] {
            match self.both(keyword) {
                (Some(was), Some(is)) => {
                    let (old, new) = (self.pair.old.below(keyword, was), self.pair.new.below(keyword, is));
                    self.push_in(Direction::Unclear, &format!(", {keyword}"), old, new);
                }
                (None, None) => {}
                // `if` alone constrains nothing: `then` and `else` do.
                (was, is) if keyword == "not" => {
                    self.constraint_changed(is.is_some(), keyword, from_to(was, is));
                }
                _ => {}
            }
        }
    }

    /// The schemas of the first items. A schema for one more position is a new constraint, unless `items` excluded the position.
    fn prefix_items(&mut self) {
        const KEYWORD: &str = "prefixItems";
        let (was, is) = (list(self.pair.old.value, KEYWORD), list(self.pair.new.value, KEYWORD));
        for (index, (was, is)) in was.iter().zip(is).enumerate() {
            let step = format!("{KEYWORD}/{index}");
            let (old, new) = (self.pair.old.below(&step, was), self.pair.new.below(&step, is));
            self.push(&format!("[{index}]"), old, new);
        }
        if was.len() != is.len() {
            let shorter = if was.len() < is.len() { self.pair.old.value } else { self.pair.new.value };
            let excludes = shorter.get("items").is_some_and(|items| items.get("not").is_some());
            let is_stricter = (is.len() > was.len()) != excludes;
            let says = format!("{} positions -> {} positions", was.len(), is.len());
            self.constraint_changed(is_stricter, KEYWORD, says);
        }
    }

    /// Schemas by name.
    fn named(&mut self, keyword: &str) {
        let (old, new) = self.both(keyword);
        let names: BTreeSet<&String> = [old, new]
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .flat_map(|map| map.keys())
            .collect();
        for name in names {
            let of = |map: Option<&'a Value>| map.and_then(|map| map.get(name));
            let step = format!("{keyword}/{}", escape(name));
            self.subschema(&step, &format!(", {keyword} {name}"), of(old), of(new));
        }
    }

    /// The properties that are required beside another one.
    fn dependent_required(&mut self) {
        const KEYWORD: &str = "dependentRequired";
        let (old, new) = self.both(KEYWORD);
        let pairs = |map: Option<&'a Value>| -> BTreeSet<(&'a str, &'a str)> {
            let lists = map.and_then(Value::as_object).into_iter().flatten();
            let of = |(name, list): (&'a String, &'a Value)| {
                let needed = list.as_array().into_iter().flatten().filter_map(Value::as_str);
                needed.map(|needed| (name.as_str(), needed)).collect::<Vec<_>>()
            };
            lists.flat_map(of).collect()
        };
        let (was, is) = (pairs(old), pairs(new));
        for (name, needed) in was.symmetric_difference(&is) {
            let is_added = is.contains(&(*name, *needed));
            let what = if is_added { "is now required" } else { "is no longer required" };
            self.constraint_changed(is_added, KEYWORD, format!("{needed} {what} beside {name}"));
        }
    }

    /// The branches under a keyword. Identical branches are paired first, then inline branches in their order.
    fn branches(&mut self, keyword: &str, [removed, added]: [&'static ChangeRule; 2]) {
        let (old, new) = self.both(keyword);
        let indexed = |branches: Option<&'a Value>| -> Vec<IndexedBranch<'a>> {
            let listed = branches.and_then(Value::as_array).into_iter().flatten().enumerate();
            // Null is compared with the types.
            listed.filter(|(_, branch)| keyword == "allOf" || !is_null(branch)).collect()
        };
        let (mut old, mut new) = (indexed(old), indexed(new));
        let mut pairs = take_pairs(&mut old, &mut new, |branch| Some(meaning(branch)));
        let inline = |branch: &Value| branch.get("$ref").is_none().then(String::new);
        pairs.extend(take_pairs(&mut old, &mut new, inline));
        for ((from, old), (to, new)) in pairs {
            let old = self.pair.old.below(&format!("{keyword}/{from}"), old);
            let new = self.pair.new.below(&format!("{keyword}/{to}"), new);
            self.push(&format!("|{}", to + 1), old, new);
        }
        for (index, branch) in old {
            let says = self.branch(keyword, branch, " removed");
            let old = Some(format!("{}/{keyword}/{index}", self.pair.old.pointer));
            self.changes.push(SchemaChange { rule: removed, says, old, new: None });
        }
        for (index, branch) in new {
            let says = self.branch(keyword, branch, " added");
            let new = Some(format!("{}/{keyword}/{index}", self.pair.new.pointer));
            self.changes.push(SchemaChange { rule: added, says, old: None, new });
        }
    }
}

impl Comparison<'_> {
    fn branch(&self, keyword: &str, branch: &Value, what: &str) -> Wording {
        Wording::long(&stated(branch)).before(what).after(format_args!("{}, {keyword}: ", self.pair.name))
    }
}

/// A branch as the document has it: the model has definitions of their own for requests where these differ.
fn stated(branch: &Value) -> String {
    canonical_json(branch).replace("\"$ref\":\"#/request/", "\"$ref\":\"#/")
}

/// A branch as it is in any version: Swagger 2.0 has another place for shared schemas.
fn meaning(branch: &Value) -> String {
    stated(branch).replace("\"$ref\":\"#/definitions/", "\"$ref\":\"#/components/schemas/")
}

/// Takes the branches that have the same key out of both lists, in their order, and pairs them.
fn take_pairs<'a>(
    old: &mut Vec<IndexedBranch<'a>>,
    new: &mut Vec<IndexedBranch<'a>>,
    key: impl Fn(&Value) -> Option<String>,
) -> Vec<(IndexedBranch<'a>, IndexedBranch<'a>)> {
    let mut by_key: HashMap<Option<String>, VecDeque<IndexedBranch<'a>>> = HashMap::new();
    for branch in new.iter() {
        by_key.entry(key(branch.1)).or_default().push_back(*branch);
    }
    let mut pairs = Vec::new();
    old.retain(|branch| {
        let key = key(branch.1);
        let other = by_key.get_mut(&key).filter(|_| key.is_some()).and_then(VecDeque::pop_front);
        pairs.extend(other.map(|other| (*branch, other)));
        other.is_none()
    });
    let taken: BTreeSet<usize> = pairs.iter().map(|(_, (index, _))| *index).collect();
    new.retain(|(index, _)| !taken.contains(index));
    pairs
}
