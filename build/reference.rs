//! References (`$ref`). progenitor panics on one that it cannot resolve.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::build::defect::Defect;
use crate::build::document::Document;
use crate::build::json::{last_token, string, token};

/// Rejects references to other documents, to places that do not exist, and circles of references.
pub(crate) fn check(document: &Document) -> Result<(), Defect> {
    find_strings(&document.root, "", "$ref").iter().try_for_each(|pointer| follow(document, pointer))
}

fn follow(document: &Document, pointer: &str) -> Result<(), Defect> {
    let reference = document.root.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let mut seen = vec![reference];
    let mut reached = resolve(&document.root, reference).ok_or_else(|| {
        let problem = format!("the target of the reference `{reference}` is not in this document");
        document.defect(pointer, problem, "add the target to this document, or correct the reference")
    })?;
    while let Some(next) = target(reached) {
        if seen.contains(&next) {
            let problem = format!("the reference `{reference}` is part of a circle of references");
            return Err(document.defect(pointer, problem, "replace one reference of the circle by a schema"));
        }
        seen.push(next);
        // If this reference has no target, `check` reports it at its own place.
        let Some(further) = resolve(&document.root, next) else { break };
        reached = further;
    }
    Ok(())
}

/// The keys of OpenAPI whose value is a map with names chosen by the document.
pub(crate) const MAPS: [&str; 18] = [
    "$defs",
    "callbacks",
    "content",
    "encoding",
    "examples",
    "headers",
    "links",
    "mapping",
    "parameters",
    "paths",
    "pathItems",
    "patternProperties",
    "properties",
    "requestBodies",
    "responses",
    "schemas",
    "securitySchemes",
    "variables",
];

/// The JSON pointers of all strings under `key`, in the node at `pointer`. Data, such as an example, may look like a
/// reference or a schema, but is not searched.
pub(crate) fn find_strings(node: &Value, pointer: &str, key: &str) -> Vec<String> {
    let has_names = MAPS.contains(&last_token(pointer));
    let is_data = |name| !has_names && ["const", "default", "enum", "example", "examples"].contains(&name);
    let mut found = Vec::new();
    for (name, part) in node.as_object().into_iter().flatten().filter(|(name, _)| !is_data(name.as_str())) {
        let pointer = format!("{pointer}{}", token(name));
        match part {
            Value::String(_) if name == key => found.push(pointer),
            _ => found.extend(find_strings(part, &pointer, key)),
        }
    }
    for (index, item) in node.as_array().into_iter().flatten().enumerate() {
        found.extend(find_strings(item, &format!("{pointer}/{index}"), key));
    }
    found
}

/// The target of `node`, if it is a reference.
pub(crate) fn target(node: &Value) -> Option<&str> {
    string(node, "$ref")
}

/// The value that `#/...` refers to.
pub(crate) fn resolve<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    root.pointer(&percent_decode_str(reference.strip_prefix('#')?).decode_utf8().ok()?)
}

/// `node`, or the value that it refers to. [`check`] has rejected circles.
pub(crate) fn resolved<'a>(root: &'a Value, mut node: &'a Value) -> &'a Value {
    while let Some(further) = target(node).and_then(|reference| resolve(root, reference)) {
        node = further;
    }
    node
}
