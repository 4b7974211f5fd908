//! The parts of a document that pages share or bring: what is merged, and never merged any deeper.

use serde_json::Value;

use crate::plan::fact::escape;

/// Keys at the top that two pages of one vendor may state differently: they say nothing about a call.
const FREE: [&str; 4] = ["/info", "/tags", "/externalDocs", "/x-"];

/// How deep a place is cut: whether what stands there is a mapping of parts.
pub(super) fn is_cut(pointer: &str) -> bool {
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    matches!(steps.as_slice(), [] | ["paths" | "components"] | ["paths" | "components", _])
}

/// Whether two pages must agree about a part.
pub(super) fn is_binding(pointer: &str) -> bool {
    !FREE.iter().any(|free| pointer.starts_with(free))
}

/// Every part, by its pointer.
pub(super) fn leaves(value: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    gather(String::new(), value, &mut found);
    found
}

/// Goes no deeper than [`is_cut`] says.
fn gather<'a>(pointer: String, value: &'a Value, found: &mut Vec<(String, &'a Value)>) {
    match value {
        Value::Object(entries) if is_cut(&pointer) => {
            for (key, entry) in entries {
                gather(format!("{pointer}/{}", escape(key)), entry, found);
            }
        }
        _ => found.push((pointer, value)),
    }
}
