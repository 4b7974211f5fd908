//! One change, and all of them, each told of once.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::rule::{Class, Rule};
use crate::document::{Location, collapse};
use crate::plan::answer::written;
use crate::plan::location_text;
use crate::style::visible;

/// One change.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// The row of the table that classes it.
    pub rule: &'static str,
    /// How bad it is for clients.
    pub class: Class,
    /// Why.
    pub reason: &'static str,
    /// What has changed, in one line.
    pub says: String,
    /// The operations it touches, by their ids.
    pub operations: BTreeSet<String>,
    /// Where the old document states it.
    #[serde(serialize_with = "place")]
    pub old: Option<Location>,
    /// Where the new document states it.
    #[serde(serialize_with = "place")]
    pub new: Option<Location>,
}

fn place<S: Serializer>(location: &Option<Location>, out: S) -> Result<S::Ok, S::Error> {
    match location {
        Some(location) => location_text(location, out),
        None => out.serialize_none(),
    }
}

impl Change {
    fn classed(&mut self, rule: &'static Rule) {
        (self.rule, self.class, self.reason) = (rule.id, rule.class, rule.reason);
    }
}

/// What makes two findings the same change: what it says, and where.
type Key = (String, Option<String>, Option<String>);

/// The changes found so far.
#[derive(Debug, Default)]
pub(super) struct Changes(BTreeMap<Key, Change>);

impl Changes {
    /// Adds a change. What is found again, for another operation or in the other direction, is the
    /// same change: it touches the operations of both, and the worse class holds.
    pub(super) fn add(
        &mut self,
        rule: &'static Rule,
        operations: &BTreeSet<String>,
        says: impl Into<String>,
        old: Option<Location>,
        new: Option<Location>,
    ) {
        let says = shown(&says.into());
        let pointer = |location: &Option<Location>| location.as_ref().map(|place| place.pointer.clone());
        let change = self.0.entry((says.clone(), pointer(&old), pointer(&new))).or_insert_with(|| Change {
            rule: rule.id,
            class: rule.class,
            reason: rule.reason,
            says,
            operations: BTreeSet::new(),
            old,
            new,
        });
        change.operations.extend(operations.iter().cloned());
        if rule.class < change.class {
            change.classed(rule);
        }
    }

    /// The pointers of every place that some change names.
    pub(super) fn pointers(&self) -> BTreeSet<&str> {
        let places = self.0.values().flat_map(|change| [&change.old, &change.new]);
        places.flatten().map(|place| place.pointer.as_str()).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The changes, the worst first, then as they stand in the new document.
    pub(super) fn sorted(self) -> Vec<Change> {
        let mut changes: Vec<_> = self.0.into_values().collect();
        let line =
            |change: &Change| change.new.as_ref().or(change.old.as_ref()).map_or(0, |place| place.line);
        changes.sort_by_key(|change| (change.class, line(change)));
        changes
    }
}

/// A text as one line that holds nothing a terminal would obey.
fn shown(text: &str) -> String {
    visible(&collapse(text))
}

/// The longest value that is shown whole.
const LONGEST: usize = 100;

/// A value in a few words.
pub(super) fn value(value: &Value) -> String {
    brief(&written(value))
}

/// A text, cut where it is too long to be read at a glance.
pub(super) fn brief(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What a value was and is; `none` where it is not stated.
pub(super) fn from_to(old: Option<&Value>, new: Option<&Value>) -> String {
    let stated = |stated: Option<&Value>| stated.map_or_else(|| "none".to_owned(), value);
    format!("{} -> {}", stated(old), stated(new))
}
