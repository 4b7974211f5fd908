//! For some string formats progenitor generates a type of a crate that this crate does not depend on. Without the
//! format it generates a `String`.

use serde_json::Value;

use crate::build::json::string;

const UNSUPPORTED: [&str; 3] = ["date", "date-time", "uuid"];

/// Removes these formats.
pub(crate) fn remove_unsupported(node: &mut Value) {
    let is_unsupported = string(node, "type") == Some("string")
        && string(node, "format").is_some_and(|format| UNSUPPORTED.contains(&format));
    match node {
        Value::Object(entries) => {
            if is_unsupported {
                entries.remove("format");
            }
            entries.values_mut().for_each(remove_unsupported);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_unsupported),
        _ => {}
    }
}
