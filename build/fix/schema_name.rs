//! progenitor names the target of a reference by the last token of the reference alone, so two targets can get one
//! type. This step makes every reference lead to a named schema with a unique name in Rust.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::build::json::last_token;
use crate::build::reference::{find_strings, resolve};
use crate::build::rust_name::{pascal, unique};
use crate::build::schema::{self, SCHEMAS};

/// Adds a named schema for every target of a reference that is not one.
pub(crate) fn name_targets(root: &mut Value) {
    let mut named = BTreeMap::new();
    loop {
        let mut unnamed = BTreeSet::new();
        edit_references(root, |reference| {
            *reference = percent_decode_str(reference).decode_utf8_lossy().into_owned();
            let is_named = schema::name(&json!({ "$ref": &reference })).is_some();
            match named.get(reference) {
                Some(name) => *reference = format!("{SCHEMAS}{name}"),
                None if is_named => {}
                None => drop(unnamed.insert(reference.clone())),
            }
        });
        if unnamed.is_empty() {
            return;
        }
        for reference in unnamed {
            let schema = resolve(root, &reference).cloned().unwrap_or_default();
            let name = schema::add(root, &schema, &pascal(last_token(&reference)));
            named.insert(reference, name);
        }
    }
}

/// Renames schemas, so that no two have the same name in Rust.
pub(crate) fn make_unique(root: &mut Value) {
    let Some(Value::Object(schemas)) = root.pointer_mut("/components/schemas") else { return };
    let (mut taken, mut renamed) = (BTreeSet::new(), BTreeMap::new());
    let named = std::mem::take(schemas).into_iter().map(|(old, schema)| {
        let new = unique(&mut taken, &old);
        renamed.insert(format!("{SCHEMAS}{old}"), format!("{SCHEMAS}{new}"));
        (new, schema)
    });
    schemas.extend(named);
    edit_references(root, |reference| {
        if let Some(new) = renamed.get(reference) {
            reference.clone_from(new);
        }
    });
}

/// Edits every reference of the operations and the schemas.
fn edit_references(root: &mut Value, mut edit: impl FnMut(&mut String)) {
    let find = |place: &str| find_strings(root.pointer(place).unwrap_or(&Value::Null), place, "$ref");
    for pointer in [find("/paths"), find("/components/schemas")].concat() {
        if let Some(Value::String(reference)) = root.pointer_mut(&pointer) {
            edit(reference);
        }
    }
}
