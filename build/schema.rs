//! The named schemas: those under `#/components/schemas/`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::build::reference::target;
use crate::build::rust_name::{pascal, unique};

pub(crate) const SCHEMAS: &str = "#/components/schemas/";

/// The named schemas of a document, to add to.
pub(crate) struct NamedSchemas<'a> {
    schemas: &'a mut Value,
    taken: BTreeSet<String>,
}

impl<'a> NamedSchemas<'a> {
    pub(crate) fn of(root: &'a mut Value) -> Self {
        let schemas = &mut root["components"]["schemas"];
        if !schemas.is_object() {
            *schemas = json!({});
        }
        let taken = schemas.as_object().into_iter().flatten().map(|(name, _)| pascal(name)).collect();
        Self { schemas, taken }
    }

    /// The name of a schema. An inline schema is added under `wanted`, or a name like it.
    pub(crate) fn name(&mut self, schema: &Value, wanted: &str) -> String {
        name(schema).map_or_else(|| self.add(schema, wanted), str::to_owned)
    }

    /// Adds a schema under `wanted`, or a name like it, and returns the name.
    pub(crate) fn add(&mut self, schema: &Value, wanted: &str) -> String {
        let name = unique(&mut self.taken, wanted);
        self.schemas[&name] = schema.clone();
        name
    }
}

/// The name of the schema that `node` refers to.
pub(crate) fn name(node: &Value) -> Option<&str> {
    target(node)?.strip_prefix(SCHEMAS).filter(|name| !name.contains(['/', '~']))
}

/// Adds to `found` the names of the schemas that `node` refers to, directly or through other schemas.
pub(crate) fn reachable<'a>(root: &'a Value, node: &'a Value, found: &mut BTreeSet<&'a str>) {
    match node {
        Value::Object(entries) => {
            if let Some(name) = name(node).filter(|name| found.insert(name)) {
                reachable(root, &root["components"]["schemas"][name], found);
            }
            entries.values().for_each(|value| reachable(root, value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| reachable(root, item, found)),
        _ => {}
    }
}
