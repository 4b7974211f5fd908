//! Compares operations. They are matched by method and path; their ids do not matter.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Changes;
use super::operation_pair::OperationPair;
use super::schema::Schemas;
use super::versions::Versions;
use super::{credential, message, parameter, rule};
use crate::document::{Document, Operation, RequestExample, Server, shape};

/// Compares everything that operations state, except prose.
pub(super) fn compare<'a>(versions: Versions<'a>, changes: &mut Changes, schemas: &mut Schemas<'a>) {
    let old = by_key(versions.old);
    let new = by_key(versions.new);
    let named = |operation: &Operation| {
        format!("operation {} {} ({})", operation.method, operation.path, operation.id)
    };
    for (key, was) in &old {
        let Some(is) = new.get(key) else {
            let operations = BTreeSet::from([was.id.clone()]);
            let says = format!("{}: removed", named(was));
            changes.add(&rule::OPERATION_REMOVED, &operations, says, Some(was.location.clone()), None);
            continue;
        };
        let operations = BTreeSet::from([is.id.clone()]);
        operation(&mut OperationPair { versions, old: was, new: is, operations, changes, schemas });
    }
    for is in new.iter().filter(|(key, _)| !old.contains_key(*key)).map(|(_, operation)| operation) {
        let operations = BTreeSet::from([is.id.clone()]);
        let says = format!("{}: added", named(is));
        changes.add(&rule::OPERATION_ADDED, &operations, says, None, Some(is.location.clone()));
    }
}

/// Operations by method and path. The names of path parameters do not matter, except where an earlier operation of the
/// document differs in nothing else.
pub(super) fn by_key(document: &Document) -> BTreeMap<(&str, String), &Operation> {
    let mut found = BTreeMap::new();
    for operation in &document.operations {
        let method = operation.method.as_str();
        let key = (method, shape(&operation.path));
        let taken = found.contains_key(&key);
        found.insert(if taken { (method, operation.path.clone()) } else { key }, operation);
    }
    found
}

fn operation(pair: &mut OperationPair<'_, '_>) {
    id(pair);
    servers(pair);
    credential::compare(pair);
    parameter::compare(pair);
    message::body(pair);
    message::responses(pair);
    example_requests(pair);
}

fn id(pair: &mut OperationPair<'_, '_>) {
    if pair.old.id != pair.new.id {
        let at = |operation: &Operation| format!("{}/operationId", operation.location.pointer);
        let (old, new) = pair.places(&at(pair.old), &at(pair.new));
        let says = format!("operation {}: renamed to {}", pair.old.id, pair.new.id);
        pair.add(&rule::OPERATION_ID_CHANGED, says, old, new);
    }
}

fn servers(pair: &mut OperationPair<'_, '_>) {
    let Versions { old, new } = pair.versions;
    let (old, new) = (old.servers_of(pair.old), new.servers_of(pair.new));
    let has = |servers: &[Server], url: &str| servers.iter().any(|server| server.url == url);
    for server in old.iter().filter(|server| !has(new, &server.url)) {
        let says = format!("base URL {}: removed", server.url);
        pair.add(&rule::SERVER_REMOVED, says, Some(server.location.clone()), None);
    }
    for server in new.iter().filter(|server| !has(old, &server.url)) {
        let says = format!("base URL {}: added", server.url);
        pair.add(&rule::SERVER_ADDED, says, None, Some(server.location.clone()));
    }
}

fn example_requests(pair: &mut OperationPair<'_, '_>) {
    let examples = |operation: &Operation| {
        let text =
            |e: &RequestExample| format!("{} {} {:?} {:?} {}", e.method, e.path, e.query, e.headers, e.body);
        operation.examples.iter().map(|example| (text(example), example.location.clone())).collect()
    };
    pair.examples("example request", examples(pair.old), examples(pair.new));
}
