//! The changes found, each recorded once.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};

use super::rule::{ChangeRule, Class};
use super::wording::Wording;
use crate::document::{Location, collapse};
use crate::style::visible;

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
    /// The same with long values cut: of two long ones, the part that differs is left.
    #[serde(skip)]
    pub short: String,
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
        says: impl Into<Wording>,
        old: Option<Location>,
        new: Option<Location>,
    ) {
        let Wording { whole, short } = says.into();
        let (says, short) = (visible(&collapse(&whole)), visible(&collapse(&short)));
        let pointer = |location: &Option<Location>| location.as_ref().map(|place| place.pointer.clone());
        let change = self.0.entry((says.clone(), pointer(&old), pointer(&new))).or_insert_with(|| Change {
            rule: rule.id,
            class: rule.class,
            reason: rule.reason,
            says,
            short,
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
