//! Compares schemas: each pair once, even when several operations use it or when it refers to itself.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Changes;
use super::compared::{ComparedPlace, ComparedPlaces};
use super::comparison::{Comparison, SchemaChange, SchemaPair};
use super::rule::{self, Direction};
use super::versions::Versions;
use super::view::{SchemaView, unwrapped};
use crate::document::schema::shared_name;

/// The pointers of both versions, the direction, and whether each version allows null.
type SchemaKey = (String, String, Direction, [bool; 2]);

/// The pairs of schemas that operations use.
#[derive(Debug)]
pub(super) struct Schemas<'a> {
    versions: Versions<'a>,
    /// The pairs that each operation states itself, by the id of the operation.
    roots: BTreeMap<String, Vec<SchemaKey>>,
    /// The pairs that are not compared yet.
    waiting: Vec<SchemaPair<'a>>,
    known: BTreeSet<SchemaKey>,
    pub(super) compared: ComparedPlaces,
}

/// A compared pair.
struct Compared {
    changes: Vec<SchemaChange>,
    subschemas: Vec<SchemaKey>,
    /// The operations that use the pair.
    operations: BTreeSet<String>,
}

impl<'a> Schemas<'a> {
    pub(super) fn new(versions: Versions<'a>) -> Self {
        Self {
            versions,
            roots: BTreeMap::new(),
            waiting: Vec::new(),
            known: BTreeSet::new(),
            compared: ComparedPlaces::default(),
        }
    }

    /// Adds a pair that an operation states itself.
    pub(super) fn root(
        &mut self,
        operation: &str,
        name: &str,
        direction: Direction,
        old: SchemaView<'a>,
        new: SchemaView<'a>,
    ) {
        let pair = SchemaPair { name: name.to_owned(), user: name.to_owned(), direction, old, new };
        if let Some(key) = self.add(pair) {
            self.roots.entry(operation.to_owned()).or_default().push(key);
        }
    }

    /// Compares every pair once, and records each change with all operations that use the pair. Returns the compared places.
    pub(super) fn finish(mut self, changes: &mut Changes) -> ComparedPlaces {
        let mut compared = self.compare_waiting();
        for (operation, roots) in &self.roots {
            mark(&mut compared, operation, roots.clone());
        }
        for Compared { changes: found, operations, .. } in compared.into_values() {
            for change in found {
                self.record(change, &operations, changes);
            }
        }
        self.unused(changes);
        self.compared
    }

    fn compare_waiting(&mut self) -> BTreeMap<SchemaKey, Compared> {
        let mut compared = BTreeMap::new();
        while let Some(pair) = self.waiting.pop() {
            let key = key(&pair);
            let Comparison { changes, subschemas, .. } = compare(self.versions, pair);
            let subschemas = subschemas.into_iter().filter_map(|pair| self.add(pair)).collect();
            compared.insert(key, Compared { changes, subschemas, operations: BTreeSet::new() });
        }
        compared
    }

    fn record(
        &self,
        SchemaChange { rule, says, old, new }: SchemaChange,
        operations: &BTreeSet<String>,
        changes: &mut Changes,
    ) {
        let old = old.map(|pointer| self.versions.old.locate(&pointer));
        let new = new.map(|pointer| self.versions.new.locate(&pointer));
        changes.add(rule, operations, says, old, new);
    }

    /// Compares the shared schemas that no operation uses.
    fn unused(&mut self, changes: &mut Changes) {
        let Versions { old, new } = self.versions;
        let others: BTreeMap<_, _> =
            new.shared_schemas().map(|(name, pointer, schema)| (name, (pointer, schema))).collect();
        for (name, pointer, old) in old.shared_schemas() {
            let Some((other, new)) = others.get(name).filter(|_| !self.compared.has(&pointer)) else {
                continue;
            };
            self.add(SchemaPair {
                name: name.clone(),
                user: name.clone(),
                direction: Direction::Response,
                old: SchemaView::at(old, pointer),
                new: SchemaView::at(new, other.clone()),
            });
        }
        for Compared { changes: found, .. } in self.compare_waiting().into_values() {
            for change in found {
                let change = SchemaChange { rule: &rule::UNREAD_CHANGED, ..change };
                self.record(change, &BTreeSet::new(), changes);
            }
        }
    }

    /// The key of a pair. A pair that is not known yet is compared later.
    fn add(&mut self, pair: SchemaPair<'a>) -> Option<SchemaKey> {
        let Versions { old, new } = self.versions;
        let (was, is) = (pair.old.resolved(old)?, pair.new.resolved(new)?);
        let (was, is) = unwrapped(was, is, [old, new]);
        self.add_places(&was, &is);
        let name = shared_name(&is.pointer).map_or(pair.name, str::to_owned);
        let pair = SchemaPair { name, old: was, new: is, ..pair };
        let key = key(&pair);
        if self.known.insert(key.clone()) {
            self.waiting.push(pair);
        }
        Some(key)
    }

    fn add_places(&mut self, old: &SchemaView<'a>, new: &SchemaView<'a>) {
        let places = |view: &SchemaView<'a>| -> BTreeMap<String, ComparedPlace> {
            let passed = view.passed.iter().map(|pointer| (pointer.clone(), ComparedPlace::Wrapper));
            let inline = view.wrappers.iter().map(|(_, pointer)| pointer).chain([&view.pointer]);
            passed.chain(inline.map(|pointer| (pointer.clone(), ComparedPlace::Schema))).collect()
        };
        let others = places(old);
        for (pointer, place) in places(new) {
            match others.get(&pointer) {
                Some(ComparedPlace::Schema) => self.compared.add(&pointer, place),
                Some(_) => self.compared.add(&pointer, ComparedPlace::Wrapper),
                None => {}
            }
        }
    }
}

fn compare<'a>(versions: Versions<'a>, pair: SchemaPair<'a>) -> Comparison<'a> {
    let mut comparison = Comparison::new(versions, pair);
    comparison.compare_keywords();
    comparison.compare_properties();
    comparison.compare_subschemas();
    comparison
}

fn key(pair: &SchemaPair<'_>) -> SchemaKey {
    let allow_null = [&pair.old, &pair.new].map(|view| view.null_at.is_some());
    (pair.old.pointer.clone(), pair.new.pointer.clone(), pair.direction, allow_null)
}

/// Adds an operation to every changed pair that it uses, directly or through other pairs.
fn mark(compared: &mut BTreeMap<SchemaKey, Compared>, operation: &str, mut ahead: Vec<SchemaKey>) {
    let mut visited = BTreeSet::new();
    while let Some(key) = ahead.pop() {
        let Some(pair) = compared.get_mut(&key) else { continue };
        if visited.insert(key) {
            ahead.extend(pair.subschemas.iter().cloned());
            if !pair.changes.is_empty() {
                pair.operations.insert(operation.to_owned());
            }
        }
    }
}
