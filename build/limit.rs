//! What the generator cannot express, found for all operations at once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::document::remove;
use super::left_out::List;
use super::operation::Operation;
use super::{Defects, Document, client, content, credential, parameter, schema, server};

/// Takes out of the document the operations on the list, and says which they were. Every other has to be one that the generator
/// can express, and every one on the list has not.
pub(super) fn leave_out(
    document: &mut Document,
    operations: &mut Vec<Operation>,
    list: &List,
) -> Result<Vec<(String, String)>, Defects> {
    let limits = Limits::find(document, operations, list);
    let mut defects = list.stale(operations, |operation| limits.of(operation).is_some());
    let unlisted = operations.iter().filter(|operation| list.entry(operation).is_none());
    defects.extend(unlisted.filter_map(|operation| {
        let problem = format!("the generator cannot express `{}`: {}", operation.id, limits.of(operation)?);
        let mend = format!("teach build.rs, or list it with a reason in {}", list.file());
        Some(document.defect(&operation.place(), problem, mend))
    }));
    Defects::none_of(defects)?;

    let (gone, kept) =
        std::mem::take(operations).into_iter().partition(|operation| list.entry(operation).is_some());
    *operations = kept;
    let gone: Vec<Operation> = gone;
    for operation in &gone {
        remove(&mut document.root["paths"][&operation.path], &operation.method);
    }
    for name in limits.schemas.keys() {
        remove(&mut document.root["components"]["schemas"], name);
    }
    let listed = gone.iter().filter_map(|operation| list.entry(operation));
    let listed = listed.map(|entry| (entry.operation.clone(), entry.reason.clone()));
    // These are of no use to any operation that is kept.
    let unlisted =
        limits.schemas.into_iter().map(|(name, reason)| (format!("#/components/schemas/{name}"), reason));
    Ok(listed.chain(unlisted).collect())
}

/// Why operations and schemas cannot be generated.
#[derive(Default)]
struct Limits {
    /// By operationId.
    operations: BTreeMap<String, String>,
    schemas: BTreeMap<String, String>,
}

impl Limits {
    fn of(&self, operation: &Operation) -> Option<&String> {
        self.operations.get(&operation.name)
    }

    fn find(document: &Document, operations: &[Operation], list: &List) -> Self {
        let mut limits = Self::default();
        for operation in operations {
            limits.note(operation, stated(&document.root, operation));
        }
        let is_unclear = |limits: &Self, operation: &&Operation| limits.of(operation).is_none();
        let rest: Vec<_> = operations.iter().filter(|operation| is_unclear(&limits, operation)).collect();
        let (listed, kept): (Vec<_>, Vec<_>) =
            rest.iter().partition(|operation| list.entry(operation).is_some());
        // Most documents can be taken as they are; what is wrong with another shows piece by piece.
        let suspects = if is_expressible(document, &kept) { listed } else { rest };
        if suspects.is_empty() {
            return limits;
        }
        limits.schemas = schemas(document);
        for operation in suspects {
            limits.note(operation, limits.found(document, operation));
        }
        limits
    }

    fn note(&mut self, operation: &Operation, limit: Option<String>) {
        self.operations.extend(limit.map(|limit| (operation.name.clone(), limit)));
    }

    /// What the generator says of the operation alone.
    fn found(&self, document: &Document, operation: &Operation) -> Option<String> {
        let names = needs(document, operation);
        match names.iter().find_map(|name| self.schemas.get_key_value(*name)) {
            Some((name, reason)) => {
                let line = document.line(&format!("/components/schemas/{name}"));
                Some(format!("its schema `{name}` on line {line}: {reason}"))
            }
            None => client::attempt(&document.part(&[operation], &names)).err(),
        }
    }
}

fn stated(root: &Value, operation: &Operation) -> Option<String> {
    method_limit(operation)
        .or_else(|| parameter::limit(root, operation))
        .or_else(|| content::limit(root, operation))
        .or_else(|| credential::limit(root, operation))
        .or_else(|| server::limit(root, operation))
}

/// The generated client calls the method of `reqwest` that is named by the operation's, and there are none for these.
fn method_limit(operation: &Operation) -> Option<String> {
    let is_missing = matches!(operation.method.as_str(), "options" | "trace");
    is_missing.then(|| format!("the method {} cannot be sent", operation.method.to_uppercase()))
}

fn is_expressible(document: &Document, operations: &[&Operation]) -> bool {
    client::attempt(&document.part(operations, &document.schemas())).is_ok()
}

/// The schemas that cannot be generated, each with those that it needs.
fn schemas(document: &Document) -> BTreeMap<String, String> {
    let limit = |name: &str| {
        let mut names = BTreeSet::from([name]);
        schema::reachable(&document.root, &document.root["components"]["schemas"][name], &mut names);
        client::attempt(&document.part(&[], &names)).err()
    };
    document.schemas().into_iter().filter_map(|name| Some((name.to_owned(), limit(name)?))).collect()
}

/// The schemas of the operation, and those that they need.
fn needs<'a>(document: &'a Document, operation: &'a Operation) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    schema::reachable(&document.root, operation.node(&document.root), &mut names);
    for name in operation.schemas() {
        names.insert(name);
        schema::reachable(&document.root, &document.root["components"]["schemas"][name], &mut names);
    }
    names
}
