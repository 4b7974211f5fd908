//! The changes found, each recorded once.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::rule::{ChangeRule, Class};
use crate::document::{Location, collapse};
use crate::style::visible;
use crate::wire::value::canonical_json;

/// The longest value that is shown in full, in characters.
const MAX_SHOWN: usize = 100;

/// One change.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// The id of the rule that gives the class.
    pub rule: &'static str,
    /// The effect on existing clients.
    pub class: Class,
    /// Why the change has this class.
    pub reason: &'static str,
    /// The change, in one line.
    pub says: String,
    /// The ids of the operations that it affects.
    pub operations: BTreeSet<String>,
    /// The place in the old document.
    #[serde(serialize_with = "place")]
    pub old: Option<Location>,
    /// The place in the new document.
    #[serde(serialize_with = "place")]
    pub new: Option<Location>,
}

fn place<S: Serializer>(location: &Option<Location>, out: S) -> Result<S::Ok, S::Error> {
    match location {
        Some(location) => location.serialize(out),
        None => out.serialize_none(),
    }
}

/// What identifies a change: its text and its places.
type ChangeKey = (String, Option<String>, Option<String>);

/// The changes found so far.
#[derive(Debug, Default)]
pub(super) struct Changes(BTreeMap<ChangeKey, Change>);

impl Changes {
    /// Adds a change. A change that is found again, for another operation or in the other direction, affects the operations
    /// of both and keeps the more severe class.
    pub(super) fn add(
        &mut self,
        rule: &'static ChangeRule,
        operations: &BTreeSet<String>,
        says: impl Into<String>,
        old: Option<Location>,
        new: Option<Location>,
    ) {
        let says = visible(&collapse(&says.into()));
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
            (change.rule, change.class, change.reason) = (rule.id, rule.class, rule.reason);
        }
    }

    /// The pointers of every place of a change.
    pub(super) fn pointers(&self) -> BTreeSet<String> {
        let places = self.0.values().flat_map(|change| [&change.old, &change.new]);
        places.flatten().map(|place| place.pointer.clone()).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The changes, the most severe first, then in the order of the new document.
    pub(super) fn sorted(self) -> Vec<Change> {
        let mut changes: Vec<_> = self.0.into_values().collect();
        let line =
            |change: &Change| change.new.as_ref().or(change.old.as_ref()).map_or(0, |place| place.line);
        changes.sort_by_key(|change| (change.class, line(change)));
        changes
    }
}

/// A value as a change shows it.
pub(super) fn value(value: &Value) -> String {
    brief(&canonical_json(value))
}

/// A string, cut after [`MAX_SHOWN`] characters.
pub(super) fn brief(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The old and the new value of a keyword; `none` where a document does not state it.
pub(super) fn from_to(old: Option<&Value>, new: Option<&Value>) -> String {
    let shown = |stated: Option<&Value>| stated.map_or_else(|| "none".to_owned(), value);
    format!("{} -> {}", shown(old), shown(new))
}
