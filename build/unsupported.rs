//! Finds the operations and schemas that cannot be generated, and removes them from the document.

mod reason;

use std::collections::{BTreeMap, BTreeSet};

use crate::build::document::Document;
use crate::build::emit::client::{attempt, part};
use crate::build::fix::Api;
use crate::build::json::remove as remove_key;
use crate::build::left_out::LeftOutList;
use crate::build::operation::{Operation, Response};
use crate::build::schema;

/// Removes the operations on the list, and the schemas that cannot be generated.
///
/// An operation that cannot be generated and is not on the list is a defect, and so is one on the list that can be.
/// The error has one line for each defect, sorted by file and line.
pub(crate) fn remove(document: &mut Document, api: &mut Api, list: &LeftOutList) -> Result<(), String> {
    let operations = &mut api.operations;
    let unsupported = Unsupported::find(document, operations, list);
    let reason = |operation: &Operation| unsupported.operations.get(&operation.name);
    let mut defects = list.stale(operations, |operation| reason(operation).is_some());
    let unlisted = operations.iter().filter(|operation| list.entry(operation).is_none());
    defects.extend(unlisted.filter_map(|operation| {
        let problem = format!("the operation `{}` cannot be generated: {}", operation.id, reason(operation)?);
        let list = &list.document.file;
        let fix = format!("list it in {list} with a reason, or add support for it to build/");
        Some(document.defect(&operation.pointer(), problem, fix))
    }));
    if !defects.is_empty() {
        defects.sort_by_key(|defect| (defect.file.clone(), defect.line));
        return Err(defects.into_iter().map(String::from).collect::<Vec<_>>().join("\n"));
    }

    let left_out = &mut api.left_out;
    operations.retain(|operation| {
        let entry = list.entry(operation);
        if entry.is_some() {
            remove_key(&mut document.root["paths"][&operation.path], &operation.method);
            left_out.extend(entry.cloned());
        }
        entry.is_none()
    });
    // No operation that remains needs these schemas.
    for (name, reason) in unsupported.schemas {
        remove_key(&mut document.root["components"]["schemas"], &name);
        api.unions.retain(|union| union.name != name);
        left_out.push((format!("{}{name}", schema::SCHEMAS), reason));
    }
    Ok(())
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
    fn find(document: &Document, operations: &[Operation], list: &LeftOutList) -> Self {
        let mut unsupported = Self::default();
        let mut open = Vec::new();
        for operation in operations {
            match reason::find(&document.root, operation) {
                Some(reason) => drop(unsupported.operations.insert(operation.name.clone(), reason)),
                None => open.push(operation),
            }
        }
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
            let reason = unsupported.attempt(document, operation);
            unsupported.operations.extend(reason.map(|reason| (operation.name.clone(), reason)));
        }
        unsupported
    }

    /// Why progenitor cannot generate the operation by itself.
    fn attempt(&self, document: &Document, operation: &Operation) -> Option<String> {
        let root = &document.root;
        let mut names = BTreeSet::new();
        schema::find_in(root, operation.node(root), &mut names);
        let responses = operation.errors.iter().chain(&operation.successes);
        responses.filter_map(Response::schema).for_each(|name| schema::find_needed(root, name, &mut names));
        match names.iter().find_map(|name| self.schemas.get_key_value(*name)) {
            Some((name, reason)) => {
                let line = document.line(&format!("/components/schemas/{name}"));
                Some(format!("its schema `{name}` on line {line}: {reason}"))
            }
            None => attempt(&part(document, &[operation], &names)).err(),
        }
    }
}

/// The schemas that progenitor cannot generate, even with nothing but the schemas that they need.
fn unsupported_schemas(document: &Document) -> BTreeMap<String, String> {
    let reason = |name| {
        let mut names = BTreeSet::new();
        schema::find_needed(&document.root, name, &mut names);
        attempt(&part(document, &[], &names)).err()
    };
    document.schemas().into_iter().filter_map(|name| Some((name.to_owned(), reason(name)?))).collect()
}
