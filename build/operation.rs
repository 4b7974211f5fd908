//! The operations of the document, each with a name of its own.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};

use super::document::step;
use super::error_response::ErrorResponse;
use super::reference::resolved;
use super::rust_name::{pascal, snake};
use super::success_response::SuccessResponse;
use super::{Defect, Document};

pub(super) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// What the generated client, its hooks and `src/pyannote/api.rs` call by name: a method so named would come in between.
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

/// An operation, and the answers it documents that are not left to the generator.
pub(crate) struct Operation {
    /// As the conformance suite calls it.
    pub(super) id: String,
    /// What its method and its types are named by: the id, unless another has the same name in Rust.
    pub(super) name: String,
    /// In lower case, as the document has it.
    pub(super) method: String,
    pub(super) path: String,
    /// In the order in which a status is looked up: codes, then ranges, then the default.
    pub(super) errors: Vec<ErrorResponse>,
    /// In the same order; none if there is one type of success, which the generator knows to name.
    pub(super) successes: Vec<SuccessResponse>,
}

impl Operation {
    /// JSON pointer of the operation.
    pub(super) fn place(&self) -> String {
        format!("/paths{}/{}", step(&self.path), self.method)
    }

    /// The operation as it stands in `root` by now.
    pub(super) fn node<'a>(&self, root: &'a Value) -> &'a Value {
        &root["paths"][&self.path][&self.method]
    }

    /// The named schemas of the answers that are not left to the generator.
    pub(super) fn schemas(&self) -> impl Iterator<Item = &str> {
        let errors = self.errors.iter().filter_map(|error| error.schema.as_deref());
        errors.chain(self.successes.iter().filter_map(SuccessResponse::schema))
    }

    pub(super) fn node_mut<'a>(&self, root: &'a mut Value) -> &'a mut Value {
        &mut root["paths"][&self.path][&self.method]
    }
}

/// Finds the operations, in the order of the text, and names each in the document as it is named in Rust.
pub(super) fn find(document: &mut Document) -> Result<Vec<Operation>, Defect> {
    inline_path_items(&mut document.root);
    let mut ids = Ids::default();
    let mut names = Names::default();
    let mut operations = Vec::new();
    for (path, method) in places(document) {
        let stated = document.root["paths"][&path][&method].get("operationId").and_then(Value::as_str);
        let id = ids.distinct(stated.map_or_else(|| derived(&path, &method), str::to_owned), &method);
        let name = names.distinct(&id, &method);
        let operation = Operation { id, name, method, path, errors: Vec::new(), successes: Vec::new() };
        if !operation.node(&document.root).is_object() {
            return Err(document.defect(
                &operation.place(),
                "this is no operation",
                "OpenAPI wants a mapping",
            ));
        }
        operation.node_mut(&mut document.root)["operationId"] = operation.name.clone().into();
        operations.push(operation);
    }
    Ok(operations)
}

/// Path and method of every operation, in the order of the text.
fn places(document: &Document) -> Vec<(String, String)> {
    let is_here = |path: &str, method: &str| document.root["paths"][path].get(method).is_some();
    let (mut places, mut taken) = (Vec::new(), BTreeSet::new());
    let stated = document.order.iter().map(|(path, keys)| (path, keys.as_slice()));
    // Those that a merge brought come last.
    let paths = document.root["paths"].as_object().into_iter().flat_map(Map::keys);
    for (path, keys) in stated.chain(paths.map(|path| (path, &[][..]))) {
        let keys = keys.iter().map(String::as_str).filter(|key| METHODS.contains(key));
        // Those of a path that was a reference come after, in the order of OpenAPI.
        for method in keys.chain(METHODS).filter(|method| is_here(path, method)) {
            let place = (path.clone(), method.to_owned());
            if taken.insert(place.clone()) {
                places.push(place);
            }
        }
    }
    places
}

/// The generator takes no path that is a reference.
fn inline_path_items(root: &mut Value) {
    let Some(Value::Object(paths)) = root.get("paths") else { return };
    let items = paths.iter().filter(|(path, _)| path.starts_with('/'));
    let items = items.map(|(path, item)| (path.clone(), resolved(root, item).clone())).collect();
    root["paths"] = Value::Object(items);
}

/// An id for an operation that states none, as the conformance suite derives it: the path's last segment that is not a
/// parameter.
fn derived(path: &str, method: &str) -> String {
    let segment = path.split('/').rfind(|segment| !segment.is_empty() && !segment.contains('{'));
    segment.unwrap_or(method).to_owned()
}

/// The ids that operations have already. As in the conformance suite, the later of two with one id gets its method, and from
/// the third on a number, before it.
#[derive(Default)]
struct Ids {
    taken: BTreeSet<String>,
    repeated: HashMap<(String, String), usize>,
}

impl Ids {
    fn distinct(&mut self, id: String, method: &str) -> String {
        if self.taken.insert(id.clone()) {
            return id;
        }
        let repeated = self.repeated.entry((id.clone(), method.to_owned())).or_default();
        loop {
            *repeated += 1;
            let distinct = prefixed(&id, method, *repeated);
            if self.taken.insert(distinct.clone()) {
                return distinct;
            }
        }
    }
}

/// The names in Rust that are taken already.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl Names {
    fn distinct(&mut self, id: &str, method: &str) -> String {
        let is_free =
            |name: &str| !RESERVED.contains(&snake(name).as_str()) && !self.0.contains(&pascal(name));
        let prefixed = (1..).map(|time| prefixed(id, method, time));
        let name = std::iter::once(id.to_owned()).chain(prefixed).find(|name| is_free(name));
        let name = name.unwrap_or_else(|| id.to_owned());
        self.0.insert(pascal(&name));
        name
    }
}

fn prefixed(id: &str, method: &str, time: usize) -> String {
    match time {
        1 => format!("{method}_{id}"),
        time => format!("{method}{time}_{id}"),
    }
}
