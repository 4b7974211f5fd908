//! Formats for which the generator wants a crate that this one does without: such a text stays a text.

use serde_json::Value;

const FORMATS: [&str; 3] = ["date", "date-time", "uuid"];

/// Takes those formats off every text.
pub(super) fn drop_foreign(node: &mut Value) {
    match node {
        Value::Object(entries) => {
            let is_text = entries.get("type").is_some_and(|kind| kind == "string");
            let is_foreign = |format: &Value| format.as_str().is_some_and(|format| FORMATS.contains(&format));
            if is_text && entries.get("format").is_some_and(is_foreign) {
                entries.remove("format");
            }
            entries.values_mut().for_each(drop_foreign);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_foreign),
        _ => {}
    }
}
