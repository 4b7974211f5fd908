//! Schemas against each other: each pair once, however many operations come to it, and however it
//! leads back to itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Sides;
use super::change::Changes;
use super::keyword::Comparison;
use super::rule::{Direction, Rule};
use crate::document::{Content, Document, Schema};
use crate::plan::fact;

/// A schema and the pointer under which it is stated.
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    pub(super) value: &'a Value,
    pub(super) pointer: String,
}

impl<'a> Place<'a> {
    pub(super) fn of(schema: &'a Schema) -> Self {
        Self { value: &schema.value, pointer: schema.pointer.clone() }
    }

    /// A content's schema; where none is stated, any value is taken.
    pub(super) fn of_content(content: &'a Content) -> Self {
        match &content.schema {
            Some(schema) => Self::of(schema),
            None => Self { value: &Value::Null, pointer: format!("{}/schema", content.location.pointer) },
        }
    }

    /// What stands below a place.
    pub(super) fn below(&self, steps: &str, value: &'a Value) -> Self {
        Self { value, pointer: format!("{}/{steps}", self.pointer) }
    }

    /// The same with its `$ref` followed; none where it leads nowhere.
    fn resolved(&self, document: &'a Document) -> Option<Self> {
        let (value, pointer) = fact::resolve(document, self.value, &self.pointer)?;
        Some(Self { value, pointer })
    }
}

/// Two schemas, one of which has become the other, in one direction.
#[derive(Clone, Debug)]
pub(super) struct Pair<'a> {
    /// What people call it.
    pub(super) called: String,
    pub(super) direction: Direction,
    pub(super) old: Place<'a>,
    pub(super) new: Place<'a>,
}

/// What was found out about one pair; pointers where a document states something.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) rule: &'static Rule,
    pub(super) says: String,
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
}

type Key = (String, String, Direction);

/// The pairs that operations come to.
#[derive(Debug)]
pub(super) struct Schemas<'a> {
    sides: Sides<'a>,
    /// Where each operation begins.
    roots: BTreeMap<String, Vec<Key>>,
    /// Pairs not yet compared.
    waiting: Vec<Pair<'a>>,
    known: BTreeSet<Key>,
}

/// A compared pair: what has changed, and which pairs it leads to.
struct Compared {
    found: Vec<Found>,
    leads_to: Vec<Key>,
    operations: BTreeSet<String>,
}

impl<'a> Schemas<'a> {
    pub(super) fn new(sides: Sides<'a>) -> Self {
        Self { sides, roots: BTreeMap::new(), waiting: Vec::new(), known: BTreeSet::new() }
    }

    /// A pair that an operation states itself.
    pub(super) fn root(
        &mut self,
        operation: &str,
        called: &str,
        direction: Direction,
        old: Place<'a>,
        new: Place<'a>,
    ) {
        let pair = Pair { called: called.to_owned(), direction, old, new };
        if let Some(key) = self.take(pair) {
            self.roots.entry(operation.to_owned()).or_default().push(key);
        }
    }

    /// Compares every pair once, and tells of each change with all operations that come to it.
    pub(super) fn finish(mut self, changes: &mut Changes) {
        let mut compared = BTreeMap::new();
        while let Some(pair) = self.waiting.pop() {
            let (found, pairs) = Comparison::of(&pair);
            let leads_to = pairs.into_iter().filter_map(|pair| self.take(pair)).collect();
            compared.insert(key(&pair), Compared { found, leads_to, operations: BTreeSet::new() });
        }
        for (operation, roots) in &self.roots {
            mark(&mut compared, operation, roots.clone());
        }
        for Compared { found, operations, .. } in compared.into_values() {
            for Found { rule, says, old, new } in found {
                let old = old.map(|pointer| self.sides.old.locate(&pointer));
                let new = new.map(|pointer| self.sides.new.locate(&pointer));
                changes.add(rule, &operations, says, old, new);
            }
        }
    }

    /// The key of a pair, which waits to be compared if it is seen for the first time.
    fn take(&mut self, pair: Pair<'a>) -> Option<Key> {
        let old = pair.old.resolved(self.sides.old)?;
        let new = pair.new.resolved(self.sides.new)?;
        let component = new.pointer.strip_prefix("/components/schemas/").filter(|name| !name.contains('/'));
        let called = component.map_or(pair.called, str::to_owned);
        let pair = Pair { called, old, new, ..pair };
        let key = key(&pair);
        if self.known.insert(key.clone()) {
            self.waiting.push(pair);
        }
        Some(key)
    }
}

fn key(pair: &Pair<'_>) -> Key {
    (pair.old.pointer.clone(), pair.new.pointer.clone(), pair.direction)
}

/// Marks everything an operation comes to.
fn mark(compared: &mut BTreeMap<Key, Compared>, operation: &str, mut ahead: Vec<Key>) {
    let mut been = BTreeSet::new();
    while let Some(key) = ahead.pop() {
        let Some(pair) = compared.get_mut(&key) else { continue };
        if been.insert(key) {
            ahead.extend(pair.leads_to.iter().cloned());
            if !pair.found.is_empty() {
                pair.operations.insert(operation.to_owned());
            }
        }
    }
}
