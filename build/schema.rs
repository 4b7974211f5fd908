//! The schemas of the document, each under a name that is a type of its own in Rust.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::reference::{is_value, parent, resolve, target};
use super::rust_name::{distinct, pascal};

const SCHEMAS: &str = "#/components/schemas/";

/// The named schemas, to which others can be added.
pub(super) struct Schemas<'a> {
    schemas: &'a mut Value,
    taken: BTreeSet<String>,
}

impl<'a> Schemas<'a> {
    pub(super) fn of(root: &'a mut Value) -> Self {
        let schemas = &mut root["components"]["schemas"];
        if !schemas.is_object() {
            *schemas = json!({});
        }
        let taken = schemas.as_object().into_iter().flatten().map(|(name, _)| pascal(name)).collect();
        Self { schemas, taken }
    }

    /// The name of `schema`: its own, or, for one that stands in place, `wanted` or one like it.
    pub(super) fn name(&mut self, schema: &Value, wanted: &str) -> String {
        name(schema).map(str::to_owned).unwrap_or_else(|| self.add(schema, wanted))
    }

    fn add(&mut self, schema: &Value, wanted: &str) -> String {
        let name = distinct(&mut self.taken, wanted);
        self.schemas[&name] = schema.clone();
        name
    }
}

/// The name of the schema that `node` refers to.
pub(super) fn name(node: &Value) -> Option<&str> {
    target(node)?.strip_prefix(SCHEMAS).filter(|name| !name.contains(['/', '~']))
}

/// The names of all schemas that `node` refers to, and these in turn.
pub(super) fn reachable<'a>(root: &'a Value, node: &'a Value, found: &mut BTreeSet<&'a str>) {
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

/// Lets every reference of an operation or a schema lead to a named schema: the generator looks at the last step of a pointer
/// only, and takes whatever has that name.
pub(super) fn name_the_nameless(root: &mut Value) {
    let mut named = BTreeMap::new();
    loop {
        let mut nameless = BTreeSet::new();
        visit(root, &mut |reference| {
            *reference = percent_decode_str(reference).decode_utf8_lossy().into_owned();
            let bare = name(&json!({ "$ref": &reference })).is_some();
            match named.get(reference) {
                Some(name) => *reference = format!("{SCHEMAS}{name}"),
                None if !bare => drop(nameless.insert(reference.clone())),
                None => {}
            }
        });
        if nameless.is_empty() {
            return;
        }
        for reference in nameless {
            let schema = resolve(root, &reference).cloned().unwrap_or_default();
            let wanted = pascal(reference.rsplit('/').next().unwrap_or_default());
            named.insert(reference, Schemas::of(root).add(&schema, &wanted));
        }
    }
}

/// Gives each named schema a name that no other has in Rust: the generator would make one type of two.
pub(super) fn distinguish(root: &mut Value) {
    let Some(Value::Object(schemas)) = root.pointer_mut("/components/schemas") else { return };
    let mut taken = BTreeSet::new();
    let names: Vec<_> = schemas.keys().map(|name| (name.clone(), distinct(&mut taken, name))).collect();
    let mut renamed = BTreeMap::new();
    for (was, now) in names.into_iter().filter(|(was, now)| was != now) {
        if let Some(schema) = schemas.remove(&was) {
            schemas.insert(now.clone(), schema);
        }
        renamed.insert(format!("{SCHEMAS}{was}"), format!("{SCHEMAS}{now}"));
    }
    visit(root, &mut |reference| {
        if let Some(now) = renamed.get(reference) {
            reference.clone_from(now);
        }
    });
}

/// Every reference of the operations and the schemas.
fn visit(root: &mut Value, with: &mut impl FnMut(&mut String)) {
    for place in ["/paths", "/components/schemas"] {
        if let Some(node) = root.pointer_mut(place) {
            visit_node(node, parent(place), with);
        }
    }
}

fn visit_node(node: &mut Value, under: &str, with: &mut impl FnMut(&mut String)) {
    match node {
        Value::Object(entries) => entries.iter_mut().for_each(|(name, value)| match value {
            Value::String(reference) if name == "$ref" => with(reference),
            _ if is_value(under, name) => {}
            _ => visit_node(value, name, with),
        }),
        Value::Array(items) => items.iter_mut().for_each(|item| visit_node(item, "", with)),
        _ => {}
    }
}
