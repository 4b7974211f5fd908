//! Compares schemas: each pair once, even when several operations use it or when it refers to itself.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Changes;
use super::comparison::{Comparison, SchemaChange, SchemaPair, SchemaView};
use super::rule::Direction;
use super::versions::Versions;

type SchemaKey = (String, String, Direction);

/// The pairs of schemas that operations use.
#[derive(Debug)]
pub(super) struct Schemas<'a> {
    versions: Versions<'a>,
    /// The pairs that each operation states itself, by the id of the operation.
    roots: BTreeMap<String, Vec<SchemaKey>>,
    /// The pairs that are not compared yet.
    waiting: Vec<SchemaPair<'a>>,
    known: BTreeSet<SchemaKey>,
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
        Self { versions, roots: BTreeMap::new(), waiting: Vec::new(), known: BTreeSet::new() }
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
        let pair = SchemaPair { name: name.to_owned(), direction, old, new };
        if let Some(key) = self.add(pair) {
            self.roots.entry(operation.to_owned()).or_default().push(key);
        }
    }

    /// Compares every pair once, and records each change with all operations that use the pair.
    pub(super) fn finish(mut self, changes: &mut Changes) {
        let mut compared = BTreeMap::new();
        while let Some(pair) = self.waiting.pop() {
            let key = key(&pair);
            let Comparison { changes, subschemas, .. } = compare(pair);
            let subschemas = subschemas.into_iter().filter_map(|pair| self.add(pair)).collect();
            compared.insert(key, Compared { changes, subschemas, operations: BTreeSet::new() });
        }
        for (operation, roots) in &self.roots {
            mark(&mut compared, operation, roots.clone());
        }
        for Compared { changes: found, operations, .. } in compared.into_values() {
            for SchemaChange { rule, says, old, new } in found {
                let old = old.map(|pointer| self.versions.old.locate(&pointer));
                let new = new.map(|pointer| self.versions.new.locate(&pointer));
                changes.add(rule, &operations, says, old, new);
            }
        }
    }

    /// The key of a pair. A pair that is not known yet is compared later.
    fn add(&mut self, pair: SchemaPair<'a>) -> Option<SchemaKey> {
        let old = pair.old.resolved(self.versions.old)?;
        let new = pair.new.resolved(self.versions.new)?;
        let component = new.pointer.strip_prefix("/components/schemas/").filter(|name| !name.contains('/'));
        let name = component.map_or(pair.name, str::to_owned);
        let pair = SchemaPair { name, old, new, ..pair };
        let key = key(&pair);
        if self.known.insert(key.clone()) {
            self.waiting.push(pair);
        }
        Some(key)
    }
}

fn compare(pair: SchemaPair<'_>) -> Comparison<'_> {
    let mut comparison = Comparison::new(pair);
    comparison.compare_keywords();
    comparison.compare_properties();
    comparison.compare_subschemas();
    comparison
}

fn key(pair: &SchemaPair<'_>) -> SchemaKey {
    (pair.old.pointer.clone(), pair.new.pointer.clone(), pair.direction)
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
