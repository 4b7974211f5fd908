//! The parts of a document that are replaced as a whole: top-level keys, operations and components.

use serde_json::Value;

use crate::document::pointer::escape;

/// Top-level keys that do not affect requests or responses. Pages of one vendor may state them differently.
const DESCRIPTIVE: [&str; 4] = ["/info", "/tags", "/externalDocs", "/x-"];

/// Whether the mapping at a pointer is split into its entries.
pub(super) fn is_split(pointer: &str) -> bool {
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    matches!(steps.as_slice(), [] | ["paths" | "components"] | ["paths" | "components", _])
}

/// Whether two pages must agree about a part.
pub(super) fn must_agree(pointer: &str) -> bool {
    !DESCRIPTIVE.iter().any(|prefix| pointer.starts_with(prefix))
}

/// Every part with its pointer.
pub(super) fn leaves(value: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    gather(String::new(), value, &mut found);
    found
}

/// The recursion ends where [`is_split`] does.
fn gather<'a>(pointer: String, value: &'a Value, found: &mut Vec<(String, &'a Value)>) {
    match value {
        Value::Object(entries) if is_split(&pointer) => {
            for (key, entry) in entries {
                gather(format!("{pointer}/{}", escape(key)), entry, found);
            }
        }
        _ => found.push((pointer, value)),
    }
}
