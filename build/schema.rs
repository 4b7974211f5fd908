//! The named schemas: those under `#/components/schemas/`.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::build::json::children;
use crate::build::reference::target;
use crate::build::rust_name::{pascal, unique};

pub(crate) const SCHEMAS: &str = "#/components/schemas/";

/// The name of the schema that `node` refers to.
pub(crate) fn name(node: &Value) -> Option<&str> {
    target(node)?.strip_prefix(SCHEMAS).filter(|name| !name.contains(['/', '~']))
}

/// Adds a schema under `wanted`, or a name like it, and returns the name.
pub(crate) fn add(root: &mut Value, schema: &Value, wanted: &str) -> String {
    let schemas = &mut root["components"]["schemas"];
    let mut taken = schemas.as_object().into_iter().flatten().map(|(name, _)| pascal(name)).collect();
    let name = unique(&mut taken, wanted);
    schemas[&name] = schema.clone();
    name
}

/// Adds to `found` a schema, and those that it refers to, directly or through other schemas.
pub(crate) fn find_needed<'a>(root: &'a Value, name: &'a str, found: &mut BTreeSet<&'a str>) {
    if found.insert(name) {
        find_in(root, &root["components"]["schemas"][name], found);
    }
}

/// Adds to `found` the schemas that `node` refers to, directly or through other schemas.
pub(crate) fn find_in<'a>(root: &'a Value, node: &'a Value, found: &mut BTreeSet<&'a str>) {
    if let Some(name) = name(node) {
        find_needed(root, name, found);
    }
    children(node).for_each(|child| find_in(root, child, found));
}
