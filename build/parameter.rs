//! The parameters of each operation: all of them with the operation itself, those of its path too, and each as it is sent.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::operation::Operation;
use super::reference::resolved;
use super::rust_name::snake;

/// OpenAPI has them ignored: a body, a response and a security scheme say them.
const IGNORED_HEADERS: [&str; 3] = ["accept", "authorization", "content-type"];

/// HTTP's own: they say how a message is sent, and no caller knows (RFC 9110, sections 7.2, 7.6.1 and 8.6).
const HTTP_HEADERS: [&str; 8] =
    ["connection", "content-length", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

/// Gathers and mends the parameters of the operation.
pub(super) fn gather(root: &mut Value, operation: &Operation) {
    let own = operation.node(root).get("parameters");
    let shared = root["paths"][&operation.path].get("parameters");
    let mut parameters: Vec<Value> = Vec::new();
    // The operation's own come first, and a parameter that is there already is not taken again.
    for parameter in [own, shared].into_iter().flatten().filter_map(Value::as_array).flatten() {
        let parameter = resolved(root, parameter);
        let is_known = |other: &Value| (name(other), place(other)) == (name(parameter), place(parameter));
        if !is_ignored(parameter) && !parameters.iter().any(is_known) {
            parameters.push(parameter.clone());
        }
    }
    match_template(&operation.path, &mut parameters);
    operation.node_mut(root)["parameters"] = Value::Array(parameters);
}

/// Takes the parameters that paths share, which their operations have by now, from the document.
pub(super) fn forget_shared(root: &mut Value) {
    let paths = root.get_mut("paths").and_then(Value::as_object_mut);
    for item in paths.into_iter().flatten().filter_map(|(_, item)| item.as_object_mut()) {
        item.remove("parameters");
    }
}

pub(super) fn name(parameter: &Value) -> &str {
    parameter.get("name").and_then(Value::as_str).unwrap_or_default()
}

pub(super) fn place(parameter: &Value) -> &str {
    parameter.get("in").and_then(Value::as_str).unwrap_or_default()
}

fn is_ignored(parameter: &Value) -> bool {
    place(parameter) == "header" && is_one_of(&IGNORED_HEADERS, name(parameter))
}

fn is_one_of(headers: &[&str], name: &str) -> bool {
    headers.iter().any(|header| header.eq_ignore_ascii_case(name))
}

/// Holds path parameters to their template, as the conformance suite does: one that it does not name is not sent, one that
/// only it names is a text, and each is required.
fn match_template(path: &str, parameters: &mut Vec<Value>) {
    let mut undescribed: BTreeSet<_> =
        path.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect();
    parameters.retain(|parameter| place(parameter) != "path" || undescribed.remove(name(parameter)));
    parameters.extend(
        undescribed
            .into_iter()
            .map(|name| json!({ "name": name, "in": "path", "schema": { "type": "string" } })),
    );
    for parameter in parameters.iter_mut().filter(|parameter| place(parameter) == "path") {
        parameter["required"] = true.into();
    }
}

/// What of the parameters of an operation the generator would get wrong without a word.
pub(super) fn limit(root: &Value, operation: &Operation) -> Option<String> {
    let parameters = operation.node(root).get("parameters")?.as_array()?;
    namesakes(parameters, operation.node(root).get("requestBody").is_some())
        .or_else(|| parameters.iter().find_map(|parameter| limit_of(root, parameter)))
}

fn namesakes(parameters: &[Value], has_body: bool) -> Option<String> {
    // What the generated method calls its own headers, and its body.
    let mut taken = BTreeSet::from(["header_map".to_owned()]);
    if has_body {
        taken.insert("body".to_owned());
    }
    let parameter = parameters.iter().find(|parameter| !taken.insert(snake(name(parameter))))?;
    Some(format!(
        "the {} would have the name of another argument in Rust, `{}`",
        said(parameter),
        snake(name(parameter))
    ))
}

fn limit_of(root: &Value, parameter: &Value) -> Option<String> {
    let said = said(parameter);
    let Some(schema) = parameter.get("schema") else {
        return Some(format!("the {said} has no schema"));
    };
    let text = |key: &str| parameter.get(key).and_then(Value::as_str);
    let explode = parameter.get("explode").and_then(Value::as_bool);
    match place(parameter) {
        "cookie" => Some(format!("the {said} cannot be sent")),
        "query" if text("style").is_some_and(|style| style != "form") => {
            Some(format!("the {said} has the style {}", text("style").unwrap_or_default()))
        }
        "query" if explode == Some(false) && !is_simple(root, schema) => {
            Some(format!("the {said} is a list in one value, and would be sent as several"))
        }
        "path" if text("style").is_some_and(|style| style != "simple") => {
            Some(format!("the {said} has the style {}", text("style").unwrap_or_default()))
        }
        "path" | "header" if !is_simple(root, schema) => {
            Some(format!("the {said} is not a text, a number or a boolean"))
        }
        "header" if is_one_of(&HTTP_HEADERS, name(parameter)) => {
            Some(format!("the {said} is HTTP's own, and no caller's to choose"))
        }
        "header" if !is_token(name(parameter)) => {
            Some(format!("the {said} has a name that no header can have"))
        }
        _ => None,
    }
}

fn said(parameter: &Value) -> String {
    format!("{} parameter `{}`", place(parameter), name(parameter))
}

/// Does a value of the schema have one way to be written down?
fn is_simple(root: &Value, schema: &Value) -> bool {
    let mut schema = resolved(root, schema);
    let mut seen = Vec::new();
    // A schema made of one part is that part; one that leads back to itself is none.
    while let Some([part]) = schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        if is_nullable(schema) || seen.iter().any(|&other| std::ptr::eq(other, schema)) {
            return false;
        }
        seen.push(schema);
        schema = resolved(root, part);
    }
    let simple = ["string", "integer", "number", "boolean"];
    !is_nullable(schema)
        && schema.get("type").and_then(Value::as_str).is_some_and(|name| simple.contains(&name))
}

fn is_nullable(schema: &Value) -> bool {
    schema.get("nullable").and_then(Value::as_bool) == Some(true)
}

/// Can a header have this name? The generated code panics where it cannot.
fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
