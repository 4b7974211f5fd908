//! Finds the operations and schemas that cannot be generated, and removes them from the document.

mod body;
mod credential;
mod parameter;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::build::defect::Defects;
use crate::build::document::Document;
use crate::build::emit::client::{attempt, part};
use crate::build::emit::server::first_url;
use crate::build::json::remove as remove_key;
use crate::build::left_out::LeftOutList;
use crate::build::operation::Operation;
use crate::build::schema;

/// Removes the operations on the list, and the schemas that cannot be generated. Returns the name of each and the reason.
///
/// An operation that cannot be generated and is not on the list is a defect, and so is one on the list that can be.
pub(crate) fn remove(
    document: &mut Document,
    operations: &mut Vec<Operation>,
    list: &LeftOutList,
) -> Result<Vec<(String, String)>, Defects> {
    let unsupported = Unsupported::find(document, operations, list);
    let mut defects = list.stale(operations, |operation| unsupported.reason(operation).is_some());
    let unlisted = operations.iter().filter(|operation| list.entry(operation).is_none());
    defects.extend(unlisted.filter_map(|operation| {
        let reason = unsupported.reason(operation)?;
        let problem = format!("the operation `{}` cannot be generated: {reason}", operation.id);
        let fix = format!("list it in {} with a reason, or add support for it to build/", list.file());
        Some(document.defect(&operation.pointer(), problem, fix))
    }));
    Defects::check(defects)?;

    let mut left_out = Vec::new();
    operations.retain(|operation| {
        let entry = list.entry(operation);
        if let Some(entry) = entry {
            remove_key(&mut document.root["paths"][&operation.path], &operation.method);
            left_out.push((entry.operation.clone(), entry.reason.clone()));
        }
        entry.is_none()
    });
    // No operation that remains needs these schemas.
    for (name, reason) in unsupported.schemas {
        remove_key(&mut document.root["components"]["schemas"], &name);
        left_out.push((format!("{}{name}", schema::SCHEMAS), reason));
    }
    Ok(left_out)
}

/// What cannot be generated, with the reasons.
#[derive(Default)]
struct Unsupported {
    /// By the Rust name of the operation.
    operations: BTreeMap<String, String>,
    /// By name.
    schemas: BTreeMap<String, String>,
}

impl Unsupported {
    fn reason(&self, operation: &Operation) -> Option<&String> {
        self.operations.get(&operation.name)
    }

    fn find(document: &Document, operations: &[Operation], list: &LeftOutList) -> Self {
        let mut unsupported = Self::default();
        for operation in operations {
            unsupported.add(operation, known_reason(&document.root, operation));
        }
        let is_open = |operation: &&Operation| unsupported.reason(operation).is_none();
        let open: Vec<_> = operations.iter().filter(is_open).collect();
        let (listed, kept): (Vec<_>, Vec<_>) =
            open.iter().partition(|operation| list.entry(operation).is_some());
        // Most documents can be generated as a whole. Only otherwise is each operation tried by itself.
        let is_supported = attempt(&part(document, &kept, &document.schemas())).is_ok();
        let suspects = if is_supported { listed } else { open };
        if suspects.is_empty() {
            return unsupported;
        }
        unsupported.schemas = unsupported_schemas(document);
        for operation in suspects {
            unsupported.add(operation, unsupported.attempt(document, operation));
        }
        unsupported
    }

    fn add(&mut self, operation: &Operation, reason: Option<String>) {
        self.operations.extend(reason.map(|reason| (operation.name.clone(), reason)));
    }

    /// Why progenitor cannot generate the operation by itself.
    fn attempt(&self, document: &Document, operation: &Operation) -> Option<String> {
        let names = needed_schemas(document, operation);
        match names.iter().find_map(|name| self.schemas.get_key_value(*name)) {
            Some((name, reason)) => {
                let line = document.line(&format!("/components/schemas/{name}"));
                Some(format!("its schema `{name}` on line {line}: {reason}"))
            }
            None => attempt(&part(document, &[operation], &names)).err(),
        }
    }
}

/// The first reason that is known without progenitor, which would generate wrong code without an error.
fn known_reason(root: &Value, operation: &Operation) -> Option<String> {
    method_reason(operation)
        .or_else(|| parameter::reason(root, operation))
        .or_else(|| body::reason(root, operation))
        .or_else(|| credential::reason(root, operation))
        .or_else(|| server_reason(root, operation))
}

/// The generated client calls a method of `reqwest::Client` with the name of the HTTP method. These have none.
fn method_reason(operation: &Operation) -> Option<String> {
    let is_missing = matches!(operation.method.as_str(), "options" | "trace");
    is_missing.then(|| format!("the method {} is not supported", operation.method.to_uppercase()))
}

/// The client sends every request to one server.
fn server_reason(root: &Value, operation: &Operation) -> Option<String> {
    let own = first_url(operation.node(root)).or_else(|| first_url(&root["paths"][&operation.path]))?;
    let is_same = first_url(root).is_some_and(|url| url.trim_end_matches('/') == own.trim_end_matches('/'));
    (!is_same).then(|| format!("it has a server of its own, {own}"))
}

/// The schemas that progenitor cannot generate, even with nothing but the schemas that they need.
fn unsupported_schemas(document: &Document) -> BTreeMap<String, String> {
    let reason = |name: &str| {
        let mut names = BTreeSet::from([name]);
        schema::reachable(&document.root, &document.root["components"]["schemas"][name], &mut names);
        attempt(&part(document, &[], &names)).err()
    };
    document.schemas().into_iter().filter_map(|name| Some((name.to_owned(), reason(name)?))).collect()
}

/// The schemas that the operation needs, directly or through other schemas.
fn needed_schemas<'a>(document: &'a Document, operation: &'a Operation) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    schema::reachable(&document.root, operation.node(&document.root), &mut names);
    for name in operation.schemas() {
        names.insert(name);
        schema::reachable(&document.root, &document.root["components"]["schemas"][name], &mut names);
    }
    names
}
