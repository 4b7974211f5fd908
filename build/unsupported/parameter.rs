//! Parameters that progenitor would send wrongly, without an error.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::build::fix::parameter::{location, name};
use crate::build::json::string;
use crate::build::operation::Operation;
use crate::build::reference::resolved;
use crate::build::rust_name::snake;

/// Headers that the HTTP client sets, because they describe the message and the connection (RFC 9110, sections 7.2,
/// 7.6.1 and 8.6).
const HTTP_HEADERS: [&str; 8] =
    ["connection", "content-length", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

/// Why a parameter of the operation is not supported.
pub(crate) fn reason(root: &Value, operation: &Operation) -> Option<String> {
    let parameters = operation.node(root).get("parameters")?.as_array()?;
    let has_body = operation.node(root).get("requestBody").is_some();
    same_name(parameters, has_body)
        .or_else(|| parameters.iter().find_map(|parameter| reason_of(root, parameter)))
}

fn same_name(parameters: &[Value], has_body: bool) -> Option<String> {
    // A local variable of the generated method, and its argument for the body.
    let mut taken = BTreeSet::from(["header_map".to_owned()]);
    if has_body {
        taken.insert("body".to_owned());
    }
    let parameter = parameters.iter().find(|parameter| !taken.insert(snake(name(parameter))))?;
    let rust_name = snake(name(parameter));
    Some(format!("the {} has the same Rust name as another argument, `{rust_name}`", describe(parameter)))
}

fn reason_of(root: &Value, parameter: &Value) -> Option<String> {
    let problem = problem(root, parameter)?;
    Some(format!("the {} {problem}", describe(parameter)))
}

fn problem(root: &Value, parameter: &Value) -> Option<String> {
    let Some(schema) = parameter.get("schema") else {
        return Some("has no schema".to_owned());
    };
    let other_style = |known: &str| string(parameter, "style").filter(|style| *style != known);
    let is_exploded = parameter.get("explode").and_then(Value::as_bool);
    let is_http_header = || HTTP_HEADERS.iter().any(|header| header.eq_ignore_ascii_case(name(parameter)));
    let problem = match (location(parameter), other_style("form"), other_style("simple")) {
        ("query", Some(style), _) | ("path", _, Some(style)) => {
            return Some(format!("has the style {style}, which is not supported"));
        }
        ("cookie", ..) => "is not supported: cookies cannot be sent",
        ("query", ..) if is_exploded == Some(false) && !is_simple(root, schema) => {
            "is a list in one value (`explode: false`), which is not supported"
        }
        ("path" | "header", ..) if !is_simple(root, schema) => "is not a string, a number or a boolean",
        ("header", ..) if is_http_header() => "cannot be set, because the HTTP client sets this header",
        ("header", ..) if !is_token(name(parameter)) => "has a name that is not a valid header name",
        _ => return None,
    };
    Some(problem.to_owned())
}

fn describe(parameter: &Value) -> String {
    format!("{} parameter `{}`", location(parameter), name(parameter))
}

/// Whether a value of the schema is a string, a number or a boolean.
fn is_simple(root: &Value, schema: &Value) -> bool {
    let mut schema = resolved(root, schema);
    let mut seen = Vec::new();
    // An `allOf` with one part is that part, unless the part leads back to the `allOf`.
    while let Some([part]) = schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        if is_nullable(schema) || seen.iter().any(|&other| std::ptr::eq(other, schema)) {
            return false;
        }
        seen.push(schema);
        schema = resolved(root, part);
    }
    let simple = ["string", "integer", "number", "boolean"];
    !is_nullable(schema) && string(schema, "type").is_some_and(|name| simple.contains(&name))
}

fn is_nullable(schema: &Value) -> bool {
    schema.get("nullable").and_then(Value::as_bool) == Some(true)
}

/// Whether the name is valid for a header (RFC 9110, section 5.6.2). The generated code panics otherwise.
fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
