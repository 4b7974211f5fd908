//! Every `$ref` must lead somewhere, within the document: the generator panics on one that does not.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::document::step;
use super::{Defect, Document};

/// Refuses references that leave the document, lead nowhere, or lead in a circle.
pub(super) fn check(document: &Document) -> Result<(), Defect> {
    visit(document, &document.root, "")
}

fn visit(document: &Document, node: &Value, pointer: &str) -> Result<(), Defect> {
    match node {
        Value::Object(entries) => {
            if let Some(target) = target(node) {
                follow(document, target, &format!("{pointer}/$ref"))?;
            }
            let under = parent(pointer);
            let mut parts = entries.iter().filter(|(name, _)| !is_value(under, name));
            parts.try_for_each(|(name, value)| visit(document, value, &format!("{pointer}{}", step(name))))
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(index, item)| visit(document, item, &format!("{pointer}/{index}"))),
        _ => Ok(()),
    }
}

fn follow(document: &Document, reference: &str, pointer: &str) -> Result<(), Defect> {
    let mut seen = vec![reference];
    let mut reached = resolve(&document.root, reference).ok_or_else(|| {
        document.defect(
            pointer,
            format!("`{reference}` leads nowhere"),
            "add what it names to this document, or correct it",
        )
    })?;
    while let Some(next) = target(reached) {
        if seen.contains(&next) {
            return Err(document.defect(
                pointer,
                format!("`{reference}` leads in a circle"),
                "let one of its references give a schema",
            ));
        }
        seen.push(next);
        // Where that one leads nowhere, the visit reports it at its own place.
        let Some(further) = resolve(&document.root, next) else {
            break;
        };
        reached = further;
    }
    Ok(())
}

/// The maps of OpenAPI whose keys are names that the document gives.
const BY_NAME: [&str; 16] = [
    "callbacks",
    "content",
    "encoding",
    "examples",
    "headers",
    "links",
    "mapping",
    "parameters",
    "paths",
    "patternProperties",
    "properties",
    "requestBodies",
    "responses",
    "schemas",
    "securitySchemes",
    "variables",
];

/// Does `key`, of what stands under `parent`, hold values as they are sent? What looks like a part of the document in there is
/// none.
pub(super) fn is_value(parent: &str, key: &str) -> bool {
    ["default", "enum", "example", "examples"].contains(&key) && !BY_NAME.contains(&parent)
}

/// The last step of a pointer.
pub(super) fn parent(pointer: &str) -> &str {
    pointer.rsplit('/').next().unwrap_or_default()
}

/// What `node` refers to, if it is a reference.
pub(super) fn target(node: &Value) -> Option<&str> {
    node.get("$ref")?.as_str()
}

/// What stands at `#/...` in the document.
pub(super) fn resolve<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    root.pointer(&percent_decode_str(reference.strip_prefix('#')?).decode_utf8().ok()?)
}

/// `node` itself, or what it refers to; [`check`] has made sure that this ends.
pub(super) fn resolved<'a>(root: &'a Value, mut node: &'a Value) -> &'a Value {
    while let Some(further) = target(node).and_then(|reference| resolve(root, reference)) {
        node = further;
    }
    node
}
