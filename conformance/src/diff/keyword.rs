//! One pair of schemas, keyword by keyword.

use std::collections::{BTreeSet, HashMap, VecDeque};

use serde_json::Value;

use super::change::{brief, from_to, value};
use super::limit::{LIMITS, is_stricter};
use super::rule::{self, Direction, Rule};
use super::schema::{Found, Pair, Place};

/// Compares one pair, and gathers the pairs below it.
pub(super) struct Comparison<'a> {
    pub(super) pair: Pair<'a>,
    pub(super) found: Vec<Found>,
    below: Vec<Pair<'a>>,
}

impl<'a> Comparison<'a> {
    /// What has changed, and the pairs that are to be compared next.
    pub(super) fn of(pair: &Pair<'a>) -> (Vec<Found>, Vec<Pair<'a>>) {
        let mut comparison = Self { pair: pair.clone(), found: Vec::new(), below: Vec::new() };
        comparison.nullable();
        comparison.types();
        comparison.values();
        comparison.pattern();
        comparison.format();
        comparison.limits();
        comparison.properties();
        comparison.others();
        comparison.items();
        comparison.alternatives();
        comparison.words();
        (comparison.found, comparison.below)
    }

    pub(super) fn by(&self, request: &'static Rule, response: &'static Rule) -> &'static Rule {
        self.pair.direction.of(request, response)
    }

    /// What both schemas have under a keyword.
    fn both(&self, keyword: &str) -> (Option<&'a Value>, Option<&'a Value>) {
        (self.pair.old.value.get(keyword), self.pair.new.value.get(keyword))
    }

    /// A change of a keyword, which one of the documents at least states.
    fn keyword(&mut self, rule: &'static Rule, keyword: &str, says: &str) {
        let at = |place: &Place<'_>| Some(format!("{}/{keyword}", place.pointer));
        let (old, new) = (at(&self.pair.old), at(&self.pair.new));
        let says = format!("{}, {keyword}: {says}", self.pair.called);
        self.found.push(Found { rule, says, old, new });
    }

    /// Takes off what makes the schemas nullable, so that the rest can be compared.
    fn nullable(&mut self) {
        let (was, is) = (take_null(&mut self.pair.old), take_null(&mut self.pair.new));
        match (was, is) {
            (false, true) => {
                let rule = self.by(&rule::REQUEST_BECAME_NULLABLE, &rule::RESPONSE_BECAME_NULLABLE);
                self.keyword(rule, "nullable", "false -> true");
            }
            (true, false) => {
                let rule = self.by(&rule::REQUEST_BECAME_NOT_NULLABLE, &rule::RESPONSE_BECAME_NOT_NULLABLE);
                self.keyword(rule, "nullable", "true -> false");
            }
            _ => {}
        }
    }

    fn types(&mut self) {
        let (old, new) = (types(self.pair.old.value), types(self.pair.new.value));
        if old == new {
            return;
        }
        let rule = match self.pair.direction {
            Direction::Request if holds(&new, &old) => &rule::REQUEST_TYPE_WIDENED,
            Direction::Request => &rule::REQUEST_TYPE_CHANGED,
            Direction::Response if holds(&old, &new) => &rule::RESPONSE_TYPE_NARROWED,
            Direction::Response => &rule::RESPONSE_TYPE_CHANGED,
        };
        let shown = |types: &BTreeSet<&str>| match types.is_empty() {
            true => "any".to_owned(),
            false => types.iter().copied().collect::<Vec<_>>().join(" or "),
        };
        self.keyword(rule, "type", &format!("{} -> {}", shown(&old), shown(&new)));
    }

    fn values(&mut self) {
        let (old, new) = self.both("enum");
        let of = |values: Option<&'a Value>| -> Option<BTreeSet<String>> {
            Some(values?.as_array()?.iter().filter(|value| !value.is_null()).map(Value::to_string).collect())
        };
        let (was, is) = match (of(old), of(new)) {
            (Some(was), Some(is)) => (was, is),
            (None, Some(_)) => {
                let rule = self.by(&rule::REQUEST_BECAME_ENUM, &rule::RESPONSE_BECAME_ENUM);
                return self.keyword(rule, "enum", &from_to(None, new));
            }
            (Some(_), None) => {
                let rule = self.by(&rule::REQUEST_ENUM_OPENED, &rule::RESPONSE_ENUM_OPENED);
                return self.keyword(rule, "enum", &from_to(old, None));
            }
            (None, None) => return,
        };
        for gone in was.difference(&is) {
            let rule = self.by(&rule::REQUEST_ENUM_VALUE_REMOVED, &rule::RESPONSE_ENUM_VALUE_REMOVED);
            self.keyword(rule, "enum", &format!("{} is gone", brief(gone)));
        }
        for fresh in is.difference(&was) {
            let rule = self.by(&rule::REQUEST_ENUM_VALUE_ADDED, &rule::RESPONSE_ENUM_VALUE_ADDED);
            self.keyword(rule, "enum", &format!("{} is new", brief(fresh)));
        }
    }

    fn pattern(&mut self) {
        let (old, new) = self.both("pattern");
        let rule = match (old, new) {
            _ if old == new => return,
            (Some(_), None) => self.by(&rule::REQUEST_PATTERN_REMOVED, &rule::RESPONSE_PATTERN_CHANGED),
            (None, _) => self.by(&rule::REQUEST_PATTERN_CHANGED, &rule::RESPONSE_PATTERN_ADDED),
            (Some(_), Some(_)) => self.by(&rule::REQUEST_PATTERN_CHANGED, &rule::RESPONSE_PATTERN_CHANGED),
        };
        self.keyword(rule, "pattern", &from_to(old, new));
    }

    fn format(&mut self) {
        let (old, new) = self.both("format");
        let rule = match (old, new) {
            _ if old == new => return,
            (Some(_), None) => self.by(&rule::REQUEST_FORMAT_REMOVED, &rule::RESPONSE_FORMAT_REMOVED),
            (None, _) => self.by(&rule::REQUEST_FORMAT_CHANGED, &rule::RESPONSE_FORMAT_ADDED),
            (Some(_), Some(_)) => self.by(&rule::REQUEST_FORMAT_CHANGED, &rule::RESPONSE_FORMAT_CHANGED),
        };
        self.keyword(rule, "format", &from_to(old, new));
    }

    fn limits(&mut self) {
        for keyword in LIMITS {
            let (old, new) = self.both(keyword);
            if let Some(is_stricter) = is_stricter(keyword, old, new) {
                self.limit(is_stricter, keyword, &from_to(old, new));
            }
        }
    }

    fn limit(&mut self, is_stricter: bool, keyword: &str, says: &str) {
        let rule = match is_stricter {
            true => self.by(&rule::REQUEST_LIMIT_STRICTER, &rule::RESPONSE_LIMIT_STRICTER),
            false => self.by(&rule::REQUEST_LIMIT_LOOSER, &rule::RESPONSE_LIMIT_LOOSER),
        };
        self.keyword(rule, keyword, says);
    }

    /// Properties that are not named: forbidden, taken, or of one schema.
    fn others(&mut self) {
        let (old, new) = self.both("additionalProperties");
        let forbids = |others: Option<&Value>| others == Some(&Value::Bool(false));
        if forbids(old) != forbids(new) {
            let request = match forbids(new) {
                true => &rule::REQUEST_OTHERS_FORBIDDEN,
                false => &rule::REQUEST_OTHERS_ALLOWED,
            };
            let rule = self.by(request, &rule::RESPONSE_OTHERS_CHANGED);
            self.keyword(rule, "additionalProperties", &from_to(old, new));
        } else if !forbids(new) {
            self.only_schema("additionalProperties", "*", old, new);
        }
    }

    fn items(&mut self) {
        let (old, new) = self.both("items");
        self.only_schema("items", "[]", old, new);
    }

    /// One schema under a keyword. That there is one at all is a limit.
    fn only_schema(&mut self, keyword: &str, suffix: &str, old: Option<&'a Value>, new: Option<&'a Value>) {
        let of = |schema: Option<&'a Value>| schema.filter(|schema| schema.is_object());
        match (of(old), of(new)) {
            (Some(old), Some(new)) => {
                let called = format!("{}{suffix}", self.pair.called);
                let (old, new) = (self.pair.old.below(keyword, old), self.pair.new.below(keyword, new));
                self.push(called, old, new);
            }
            (None, None) => {}
            (was, is) => self.limit(is.is_some(), keyword, &from_to(was, is)),
        }
    }

    fn alternatives(&mut self) {
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

    /// The branches under a keyword: the same ones first, then those written out, in their order.
    fn branches(&mut self, keyword: &str, [gone, fresh]: [&'static Rule; 2]) {
        let (old, new) = self.both(keyword);
        let of = |branches: Option<&'a Value>| -> Vec<(usize, &'a Value)> {
            branches.and_then(Value::as_array).into_iter().flatten().enumerate().collect()
        };
        let (mut old, mut new) = (of(old), of(new));
        let mut pairs = matched(&mut old, &mut new, |branch| Some(branch.to_string()));
        let written_out = |branch: &Value| branch.get("$ref").is_none().then(String::new);
        pairs.extend(matched(&mut old, &mut new, written_out));
        for ((from, old), (to, new)) in pairs {
            let called = format!("{}|{}", self.pair.called, to + 1);
            let old = self.pair.old.below(&format!("{keyword}/{from}"), old);
            let new = self.pair.new.below(&format!("{keyword}/{to}"), new);
            self.push(called, old, new);
        }
        for (index, branch) in old {
            let says = format!("{}, {keyword}: {} is gone", self.pair.called, value(branch));
            let old = Some(format!("{}/{keyword}/{index}", self.pair.old.pointer));
            self.found.push(Found { rule: gone, says, old, new: None });
        }
        for (index, branch) in new {
            let says = format!("{}, {keyword}: {} is new", self.pair.called, value(branch));
            let new = Some(format!("{}/{keyword}/{index}", self.pair.new.pointer));
            self.found.push(Found { rule: fresh, says, old: None, new });
        }
    }

    /// What limits nothing, or in ways that cannot be compared.
    fn words(&mut self) {
        let keywords = [
            ("default", &rule::DEFAULT_CHANGED),
            ("not", &rule::SCHEMA_CHANGED_OTHERWISE),
            ("discriminator", &rule::SCHEMA_CHANGED_OTHERWISE),
            ("example", &rule::EXAMPLE_CHANGED),
            ("description", &rule::DESCRIPTION_CHANGED),
            ("title", &rule::ANNOTATION_CHANGED),
            ("deprecated", &rule::ANNOTATION_CHANGED),
            ("readOnly", &rule::ANNOTATION_CHANGED),
            ("writeOnly", &rule::ANNOTATION_CHANGED),
        ];
        for (keyword, rule) in keywords {
            let (old, new) = self.both(keyword);
            if old != new {
                self.keyword(rule, keyword, &from_to(old, new));
            }
        }
    }

    pub(super) fn push(&mut self, called: String, old: Place<'a>, new: Place<'a>) {
        self.below.push(Pair { called, direction: self.pair.direction, old, new });
    }
}

/// A branch and its place in the list.
type Branch<'a> = (usize, &'a Value);

/// Takes out, in their order, the branches of both lists that have the same key.
fn matched<'a>(
    old: &mut Vec<Branch<'a>>,
    new: &mut Vec<Branch<'a>>,
    key: impl Fn(&Value) -> Option<String>,
) -> Vec<(Branch<'a>, Branch<'a>)> {
    let mut by_key: HashMap<Option<String>, VecDeque<Branch<'a>>> = HashMap::new();
    for branch in new.iter() {
        by_key.entry(key(branch.1)).or_default().push_back(*branch);
    }
    let mut pairs = Vec::new();
    old.retain(|branch| {
        let key = key(branch.1);
        let found = by_key.get_mut(&key).filter(|_| key.is_some()).and_then(VecDeque::pop_front);
        pairs.extend(found.map(|other| (*branch, other)));
        found.is_none()
    });
    let taken: BTreeSet<usize> = pairs.iter().map(|(_, (index, _))| *index).collect();
    new.retain(|(index, _)| !taken.contains(index));
    pairs
}

/// Whether a schema takes null because it is nullable; it is left without that.
fn take_null(place: &mut Place<'_>) -> bool {
    let types = place.value.get("type").and_then(Value::as_array);
    if types.is_some_and(|types| types.iter().any(|name| name == "null")) {
        return true;
    }
    // How the reader writes a nullable schema without a type.
    let Some([schema, null]) = place.value.get("anyOf").and_then(Value::as_array).map(Vec::as_slice) else {
        return false;
    };
    let is_written_by_reader = null.get("type").is_some_and(|name| name == "null");
    if is_written_by_reader {
        place.value = schema;
    }
    is_written_by_reader
}

/// The types that a schema takes, null aside; none means any.
fn types(schema: &Value) -> BTreeSet<&str> {
    match schema.get("type") {
        Some(Value::String(name)) => BTreeSet::from([name.as_str()]),
        Some(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).filter(|name| *name != "null").collect()
        }
        _ => BTreeSet::new(),
    }
}

/// Whether some types take everything that others take.
fn holds(wide: &BTreeSet<&str>, narrow: &BTreeSet<&str>) -> bool {
    let taken = |name: &&str| wide.contains(name) || (*name == "integer" && wide.contains("number"));
    wide.is_empty() || (!narrow.is_empty() && narrow.iter().all(taken))
}
