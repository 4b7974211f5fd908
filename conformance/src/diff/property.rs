//! The properties of a pair of schemas.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::keyword::Comparison;
use super::rule::{self, Direction};
use super::schema::{Found, Place};
use crate::plan::fact::{entries, escape, required};

impl Comparison<'_> {
    pub(super) fn properties(&mut self) {
        let old = Properties::of(&self.pair.old, self.pair.direction);
        let new = Properties::of(&self.pair.new, self.pair.direction);
        let names: BTreeSet<&str> = old.stated.keys().chain(new.stated.keys()).copied().collect();
        for name in names {
            match (old.stated.get(name), new.stated.get(name)) {
                (Some(was), Some(is)) => {
                    self.requirement(name, was, is);
                    let called = format!("{}.{name}", self.pair.called);
                    let (old, new) =
                        (self.pair.old.below(&was.at, was.value), self.pair.new.below(&is.at, is.value));
                    self.push(called, old, new);
                }
                (Some(was), None) => self.property_removed(name, was),
                (None, Some(is)) => self.property_added(name, is),
                (None, None) => {}
            }
        }
    }

    fn requirement(&mut self, name: &str, was: &Property<'_>, is: &Property<'_>) {
        let (rule, what) = match (was.is_required, is.is_required) {
            (false, true) => (
                self.by(&rule::REQUEST_PROPERTY_BECAME_REQUIRED, &rule::RESPONSE_PROPERTY_BECAME_REQUIRED),
                "required",
            ),
            (true, false) => (
                self.by(&rule::REQUEST_PROPERTY_BECAME_OPTIONAL, &rule::RESPONSE_PROPERTY_BECAME_OPTIONAL),
                "optional",
            ),
            _ => return,
        };
        self.found.push(Found {
            rule,
            says: format!("{}.{name} became {what}", self.pair.called),
            old: Some(format!("{}/{}", self.pair.old.pointer, was.requirement())),
            new: Some(format!("{}/{}", self.pair.new.pointer, is.requirement())),
        });
    }

    fn property_removed(&mut self, name: &str, was: &Property<'_>) {
        let rule = match (self.pair.direction, was.is_required) {
            (Direction::Request, _) => &rule::REQUEST_PROPERTY_REMOVED,
            (Direction::Response, true) => &rule::RESPONSE_PROPERTY_REQUIRED_REMOVED,
            (Direction::Response, false) => &rule::RESPONSE_PROPERTY_OPTIONAL_REMOVED,
        };
        let says = format!("{}.{name} is gone", self.pair.called);
        let old = Some(format!("{}/{}", self.pair.old.pointer, was.at));
        self.found.push(Found { rule, says, old, new: None });
    }

    fn property_added(&mut self, name: &str, is: &Property<'_>) {
        let rule = match (self.pair.direction, is.is_required) {
            (Direction::Request, true) => &rule::REQUEST_PROPERTY_REQUIRED_ADDED,
            (Direction::Request, false) => &rule::REQUEST_PROPERTY_OPTIONAL_ADDED,
            (Direction::Response, _) => &rule::RESPONSE_PROPERTY_ADDED,
        };
        let what = if is.is_required { "required" } else { "optional" };
        let says = format!("{}.{name} is new, and {what}", self.pair.called);
        let new = Some(format!("{}/{}", self.pair.new.pointer, is.at));
        self.found.push(Found { rule, says, old: None, new });
    }
}

/// What a schema says about its properties by name, whether it describes them or only requires them.
struct Properties<'a> {
    stated: BTreeMap<&'a str, Property<'a>>,
}

struct Property<'a> {
    value: &'a Value,
    is_required: bool,
    /// The steps to where it is described, or else required.
    at: String,
    /// Its index in the list of those required.
    index: Option<usize>,
}

impl<'a> Properties<'a> {
    fn of(place: &Place<'a>, direction: Direction) -> Self {
        let mut stated = BTreeMap::new();
        for (name, value) in entries(place.value.get("properties")) {
            let at = format!("properties/{}", escape(name));
            stated.insert(name.as_str(), Property { value, is_required: false, at, index: None });
        }
        for (index, name) in required(place.value).enumerate() {
            let bare = || Property {
                value: &Value::Null,
                is_required: false,
                at: format!("required/{index}"),
                index: None,
            };
            let property = stated.entry(name).or_insert_with(bare);
            property.is_required = !property.is_left_out(direction);
            property.index = Some(index);
        }
        Self { stated }
    }
}

impl Property<'_> {
    /// What only answers have is not required of a request, and the other way round.
    fn is_left_out(&self, direction: Direction) -> bool {
        let keyword = match direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        };
        self.value.get(keyword) == Some(&Value::Bool(true))
    }

    /// The steps to where it is said whether it is required.
    fn requirement(&self) -> String {
        self.index.map_or_else(|| self.at.clone(), |index| format!("required/{index}"))
    }
}
