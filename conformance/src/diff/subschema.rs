//! Compares the subschemas of a schema other than its properties.

use std::collections::{BTreeSet, HashMap, VecDeque};

use serde_json::Value;

use super::change::{from_to, value};
use super::comparison::{Comparison, SchemaChange};
use super::rule::{self, ChangeRule};

/// A branch and its index in the list.
type IndexedBranch<'a> = (usize, &'a Value);

impl<'a> Comparison<'a> {
    pub(super) fn compare_subschemas(&mut self) {
        self.additional_properties();
        let (old, new) = self.both("items");
        self.subschema("items", "[]", old, new);
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

    fn additional_properties(&mut self) {
        const KEYWORD: &str = "additionalProperties";
        let (old, new) = self.both(KEYWORD);
        let forbids = |value: Option<&Value>| value == Some(&Value::Bool(false));
        if forbids(old) != forbids(new) {
            let request = match forbids(new) {
                true => &rule::REQUEST_OTHERS_FORBIDDEN,
                false => &rule::REQUEST_OTHERS_ALLOWED,
            };
            let rule = self.by(request, &rule::RESPONSE_OTHERS_CHANGED);
            self.keyword_changed(rule, KEYWORD, &from_to(old, new));
        } else if !forbids(new) {
            self.subschema(KEYWORD, "*", old, new);
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
            (was, is) => self.constraint_changed(is.is_some(), keyword, &from_to(was, is)),
        }
    }

    /// The branches under a keyword. Identical branches are paired first, then inline branches in their order.
    fn branches(&mut self, keyword: &str, [removed, added]: [&'static ChangeRule; 2]) {
        let (old, new) = self.both(keyword);
        let indexed = |branches: Option<&'a Value>| -> Vec<IndexedBranch<'a>> {
            branches.and_then(Value::as_array).into_iter().flatten().enumerate().collect()
        };
        let (mut old, mut new) = (indexed(old), indexed(new));
        let mut pairs = take_pairs(&mut old, &mut new, |branch| Some(branch.to_string()));
        let inline = |branch: &Value| branch.get("$ref").is_none().then(String::new);
        pairs.extend(take_pairs(&mut old, &mut new, inline));
        for ((from, old), (to, new)) in pairs {
            let old = self.pair.old.below(&format!("{keyword}/{from}"), old);
            let new = self.pair.new.below(&format!("{keyword}/{to}"), new);
            self.push(&format!("|{}", to + 1), old, new);
        }
        for (index, branch) in old {
            let says = format!("{}, {keyword}: {} removed", self.pair.name, value(branch));
            let old = Some(format!("{}/{keyword}/{index}", self.pair.old.pointer));
            self.changes.push(SchemaChange { rule: removed, says, old, new: None });
        }
        for (index, branch) in new {
            let says = format!("{}, {keyword}: {} added", self.pair.name, value(branch));
            let new = Some(format!("{}/{keyword}/{index}", self.pair.new.pointer));
            self.changes.push(SchemaChange { rule: added, says, old: None, new });
        }
    }
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
