//! Request bodies that cannot be sent.

use serde_json::Value;

use crate::build::json::string;
use crate::build::media_type::{REQUEST_BODIES, essence};
use crate::build::operation::Operation;
use crate::build::reference::resolved;

/// Why the request body of the operation cannot be sent.
pub(crate) fn reason(root: &Value, operation: &Operation) -> Option<String> {
    let content = operation.node(root).get("requestBody")?.get("content")?.as_object()?;
    let (name, form) = content.iter().next()?;
    let schema = form.get("schema").map_or(&Value::Null, |schema| resolved(root, schema));
    let is_string_of =
        |format: Option<&str>| string(schema, "type") == Some("string") && string(schema, "format") == format;
    match essence(name) {
        "application/octet-stream" if !is_string_of(Some("binary")) => {
            Some(format!("a body of type `{name}` must have a schema of type string and format binary"))
        }
        "text/plain" | "text/x-markdown" if !is_string_of(None) => {
            Some(format!("a body of type `{name}` must have a schema of type string without a format"))
        }
        essence if !REQUEST_BODIES.contains(&essence) => {
            Some(format!("a body of type `{name}` is not supported"))
        }
        _ => None,
    }
}
