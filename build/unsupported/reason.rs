//! Operations for which progenitor would generate wrong code without an error.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::build::emit::first_url;
use crate::build::fix::content::{OCTETS, REQUEST_BODIES, essence};
use crate::build::fix::parameter::{location, name};
use crate::build::json::string;
use crate::build::operation::Operation;
use crate::build::reference::resolved;
use crate::build::rust_name::snake;

/// Headers that the HTTP client sets, because they describe the message and the connection (RFC 9110, sections 7.2,
/// 7.6.1 and 8.6).
const HTTP_HEADERS: [&str; 8] =
    ["connection", "content-length", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

/// The first reason why the operation cannot be generated.
pub(crate) fn find(root: &Value, operation: &Operation) -> Option<String> {
    method_reason(operation)
        .or_else(|| parameter_reason(root, operation))
        .or_else(|| body_reason(root, operation))
        .or_else(|| credential_reason(root, operation))
        .or_else(|| server_reason(root, operation))
}

/// The generated client calls a method of `reqwest::Client` with the name of the HTTP method. These have none.
fn method_reason(operation: &Operation) -> Option<String> {
    let is_missing = matches!(operation.method.as_str(), "options" | "trace");
    is_missing.then(|| format!("the method {} is not supported", operation.method.to_uppercase()))
}

/// The client sends every request to one server.
fn server_reason(root: &Value, operation: &Operation) -> Option<String> {
    let own = first_url(operation.node(root)).or_else(|| first_url(&root["paths"][&operation.path]))?;
    let is_same = first_url(root).is_some_and(|url| url.trim_end_matches('/') == own.trim_end_matches('/'));
    (!is_same).then(|| format!("it has a server of its own, {own}"))
}

fn parameter_reason(root: &Value, operation: &Operation) -> Option<String> {
    let node = operation.node(root);
    let parameters = node.get("parameters")?.as_array()?;
    // A local variable of the generated method, and its argument for the body.
    let mut taken = BTreeSet::from(["header_map".to_owned()]);
    taken.extend(node.get("requestBody").map(|_| "body".to_owned()));
    let same_name = parameters.iter().find(|parameter| !taken.insert(snake(name(parameter))));
    let same_name = same_name.map(|parameter| {
        (parameter, format!("has the same Rust name as another argument, `{}`", snake(name(parameter))))
    });
    let with_problem = |parameter| Some((parameter, problem(root, parameter)?));
    let (parameter, problem) = same_name.or_else(|| parameters.iter().find_map(with_problem))?;
    Some(format!("the {} parameter `{}` {problem}", location(parameter), name(parameter)))
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

fn body_reason(root: &Value, operation: &Operation) -> Option<String> {
    let content = operation.node(root).get("requestBody")?.get("content")?.as_object()?;
    let (name, form) = content.iter().next()?;
    let schema = form.get("schema").map_or(&Value::Null, |schema| resolved(root, schema));
    let is_string_of =
        |format: Option<&str>| string(schema, "type") == Some("string") && string(schema, "format") == format;
    match essence(name) {
        OCTETS if !is_string_of(Some("binary")) => {
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

/// The client sends `Authorization: Bearer` with every request, also to operations that need no credential.
fn credential_reason<'a>(root: &'a Value, operation: &'a Operation) -> Option<String> {
    let security = operation.node(root).get("security").unwrap_or(&root["security"]);
    let alternatives = security.as_array().into_iter().flatten().filter_map(Value::as_object);
    let unsupported = |schemes: &'a Map<String, Value>| schemes.keys().find(|name| !is_bearer(root, name));
    // One supported alternative is enough: then this is `None`.
    let unsupported: Vec<&String> = alternatives.map(unsupported).collect::<Option<_>>()?;
    Some(format!("its security scheme `{}` is not a bearer token", unsupported.first()?))
}

fn is_bearer(root: &Value, scheme: &str) -> bool {
    let scheme = resolved(root, &root["components"]["securitySchemes"][scheme]);
    let is =
        |key: &str, value: &str| string(scheme, key).is_some_and(|text| text.eq_ignore_ascii_case(value));
    // Tokens of OAuth 2 and OpenID Connect are bearer tokens (RFC 6750).
    is("type", "http") && is("scheme", "bearer") || is("type", "oauth2") || is("type", "openIdConnect")
}
