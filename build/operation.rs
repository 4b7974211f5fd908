//! The operations of the document, each with a unique id, a unique Rust name, and the responses that progenitor does
//! not generate.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::build::defect::Defect;
use crate::build::document::{Document, METHODS};
use crate::build::json::{entries, string, token};
use crate::build::reference::resolved;
use crate::build::rust_name::{pascal, snake};
use crate::build::status::Status;

/// Method names that the generated client, its hooks or `src/pyannote/api.rs` already use.
const RESERVED: [&str; 12] = [
    "api_version",
    "baseurl",
    "client",
    "clone",
    "exec",
    "inner",
    "new",
    "new_with_client",
    "post",
    "pre",
    "saw",
    "seen",
];

pub(crate) struct Operation {
    /// The id that the conformance suite uses too.
    pub(crate) id: String,
    /// The name for the method and the types: the id, unless another operation has the same name in Rust.
    pub(crate) name: String,
    /// In lower case, as in the document.
    pub(crate) method: String,
    pub(crate) path: String,
    /// The media type of a body of bytes, if it is another than the one that progenitor sends.
    pub(crate) bytes: Option<String>,
    /// The responses that are not successes, sorted by status.
    pub(crate) errors: Vec<Response>,
    /// Sorted by status. Empty if all successes have one type, because progenitor generates that type.
    pub(crate) successes: Vec<Response>,
}

/// A documented response.
pub(crate) struct Response {
    pub(crate) status: Status,
    pub(crate) description: String,
    /// With the name of the schema.
    pub(crate) body: Body<String>,
}

#[derive(PartialEq)]
pub(crate) enum Body<Schema> {
    Empty,
    Json(Schema),
    /// Any other body, as a stream of bytes.
    Bytes,
}

impl Operation {
    /// The JSON pointer of the operation.
    pub(crate) fn pointer(&self) -> String {
        format!("/paths{}/{}", token(&self.path), self.method)
    }

    /// The operation in `root`.
    pub(crate) fn node<'a>(&self, root: &'a Value) -> &'a Value {
        &root["paths"][&self.path][&self.method]
    }

    pub(crate) fn node_mut<'a>(&self, root: &'a mut Value) -> &'a mut Value {
        &mut root["paths"][&self.path][&self.method]
    }
}

impl Response {
    /// The name of the schema of its JSON body, if it has one.
    pub(crate) fn schema(&self) -> Option<&str> {
        if let Body::Json(schema) = &self.body { Some(schema) } else { None }
    }
}

/// Finds the operations, in the order of the text, and sets the `operationId` of each to its Rust name.
pub(crate) fn find(document: &mut Document) -> Result<Vec<Operation>, Defect> {
    inline_path_items(&mut document.root);
    let (mut ids, mut type_names) = (BTreeSet::new(), BTreeSet::new());
    let mut operations = Vec::new();
    for (path, method) in places(document) {
        let stated = string(&document.root["paths"][&path][&method], "operationId");
        let id = stated.map_or_else(|| derived_id(&path, &method), str::to_owned);
        let id = unique(id, &method, |id| ids.insert(id.to_owned()));
        let name = unique(id.clone(), &method, |name| {
            !RESERVED.contains(&snake(name).as_str()) && type_names.insert(pascal(name))
        });
        let operation =
            Operation { id, name, method, path, bytes: None, errors: Vec::new(), successes: Vec::new() };
        if !operation.node(&document.root).is_object() {
            let problem = "the operation is not a mapping";
            return Err(document.defect(&operation.pointer(), problem, "write a mapping"));
        }
        operation.node_mut(&mut document.root)["operationId"] = operation.name.clone().into();
        operations.push(operation);
    }
    Ok(operations)
}

/// progenitor does not support a path item that is a reference.
fn inline_path_items(root: &mut Value) {
    let items = entries(root, "paths").filter(|(path, _)| path.starts_with('/'));
    let items = items.map(|(path, item)| (path.clone(), resolved(root, item).clone())).collect();
    root["paths"] = Value::Object(items);
}

/// Path and method of every operation, in the order of the text.
fn places(document: &Document) -> Vec<(String, String)> {
    let mut places = Vec::new();
    for (path, item) in entries(&document.root, "paths") {
        let methods = METHODS.into_iter().filter(|method| item.get(method).is_some());
        places.extend(methods.map(|method| (path.clone(), method.to_owned())));
    }
    // The sort is stable: methods of an inlined path item stay in the order of OpenAPI.
    places.sort_by_key(|(path, method)| {
        let pointer = format!("/paths{}", token(path));
        (document.rank(&pointer), document.rank(&format!("{pointer}/{method}")))
    });
    places
}

/// The id of an operation without `operationId`, derived as in the conformance suite: the last segment of the path
/// that is not a parameter.
fn derived_id(path: &str, method: &str) -> String {
    let segment = path.split('/').rfind(|segment| !segment.is_empty() && !segment.contains('{'));
    segment.unwrap_or(method).to_owned()
}

/// The id, or, if it is not free, the id with the method as a prefix, and a number from the third time on. The conformance
/// suite does the same.
fn unique(id: String, method: &str, mut is_free: impl FnMut(&str) -> bool) -> String {
    let prefix = |repetition: usize| match repetition {
        0 => id.clone(),
        1 => format!("{method}_{id}"),
        _ => format!("{method}{repetition}_{id}"),
    };
    let free = (0..).map(prefix).find(|candidate| is_free(candidate));
    free.unwrap_or(id)
}
