//! The responses that are not a success leave the document before the generator sees it: it panics on two error schemas in one
//! operation, and loses the status otherwise. They are kept here, for [`error_enum`](super::error_enum) to emit.

use serde_json::{Map, Value, json};

use super::document::step;
use super::error_enum::pascal;
use super::reference::{resolved, target};
use super::{Defect, Document};

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
const SCHEMAS: &str = "#/components/schemas/";

/// An operation and the errors it documents.
pub(crate) struct Operation {
    pub(super) id: String,
    pub(super) method: String,
    pub(super) path: String,
    /// In the order in which a status is looked up: codes, then ranges, then the default.
    pub(super) errors: Vec<ErrorResponse>,
}

/// A documented response that is not a success.
pub(crate) struct ErrorResponse {
    pub(super) status: Status,
    pub(super) description: String,
    /// The name, under `#/components/schemas/`, of its JSON body's schema, if it has a JSON body.
    pub(super) schema: Option<String>,
}

/// What a response is documented for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    Code(u16),
    /// `4XX` is `Range(4)`.
    Range(u16),
    Default,
}

impl Status {
    fn parse(key: &str) -> Option<Self> {
        match (key, key.strip_suffix("XX")) {
            ("default", _) => Some(Self::Default),
            (_, Some(hundreds)) => {
                hundreds.parse().ok().filter(|hundreds| (1..=5).contains(hundreds)).map(Self::Range)
            }
            _ => key.parse().ok().filter(|code| (100..=599).contains(code)).map(Self::Code),
        }
    }

    fn is_success(self) -> bool {
        matches!(self, Self::Code(101 | 200..=299) | Self::Range(2))
    }
}

/// Takes the error responses of all operations out of the document.
pub(super) fn take(document: &mut Document) -> Result<Vec<Operation>, Defect> {
    let mut operations = Vec::new();
    for (path, method) in places(&document.root) {
        let operation = take_from(document, &path, &method)?;
        refuse_namesake(document, &operations, &operation)?;
        operations.push(operation);
    }
    Ok(operations)
}

/// Path and method of every operation.
pub(super) fn places(root: &Value) -> Vec<(String, String)> {
    let paths = root.get("paths").and_then(Value::as_object);
    let items = paths.into_iter().flatten();
    items
        .flat_map(|(path, item)| {
            METHODS
                .iter()
                .filter(|method| item.get(**method).is_some())
                .map(|method| (path.clone(), (*method).to_owned()))
        })
        .collect()
}

/// JSON pointer of an operation.
pub(super) fn place(path: &str, method: &str) -> String {
    format!("/paths{}/{method}", step(path))
}

fn take_from(document: &mut Document, path: &str, method: &str) -> Result<Operation, Defect> {
    let place = place(path, method);
    let found = document.root.pointer(&place).unwrap_or(&Value::Null);
    let Some(id) = found.get("operationId").and_then(Value::as_str).map(str::to_owned) else {
        return Err(document.defect(
            &place,
            "the operation has no operationId",
            "give it one: the generated method is named by it",
        ));
    };
    let Some(responses) = found.get("responses").and_then(Value::as_object).cloned() else {
        return Err(document.defect(&place, "the operation has no responses", "OpenAPI wants at least one"));
    };

    let mut successes = Map::new();
    let mut errors = Vec::new();
    let mut default = None;
    for (key, response) in responses {
        match Status::parse(&key) {
            _ if key.starts_with("x-") => {}
            None => {
                let place = format!("{place}/responses{}", step(&key));
                return Err(document.defect(
                    &place,
                    format!("`{key}` is no status"),
                    "write three digits, a range such as 4XX, or default",
                ));
            }
            Some(status) if status.is_success() => drop(successes.insert(key, response)),
            Some(status) => {
                let error = error(&mut document.root, &id, status, &response);
                errors.push(error);
                if status == Status::Default {
                    default = Some(response);
                }
            }
        }
    }
    // Without a documented success, the default is what a success looks like as well.
    if let (true, Some(response)) = (successes.is_empty(), default) {
        successes.insert("2XX".to_owned(), response);
    }
    errors.sort_by_key(|error| error.status);
    document.root["paths"][path][method]["responses"] = Value::Object(successes);
    Ok(Operation { id, method: method.to_uppercase(), path: path.to_owned(), errors })
}

fn error(root: &mut Value, operation: &str, status: Status, response: &Value) -> ErrorResponse {
    let response = resolved(root, response).clone();
    let description = response.get("description").and_then(Value::as_str).unwrap_or_default();
    let description = description.split_whitespace().collect::<Vec<_>>().join(" ");
    let schema = json_schema(&response).map(|schema| {
        match target(schema).and_then(|name| name.strip_prefix(SCHEMAS)) {
            Some(name) => name.to_owned(),
            None => hoist(root, &format!("{}{}Body", pascal(operation), status.variant()), schema),
        }
    });
    ErrorResponse { status, description, schema }
}

fn json_schema(response: &Value) -> Option<&Value> {
    let content = response.get("content")?.as_object()?;
    content.iter().find(|(media_type, _)| is_json(media_type))?.1.get("schema")
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence == "application/json" || essence.ends_with("+json")
}

/// Gives an inline schema a name, so that the generator makes a type of it.
fn hoist(root: &mut Value, wanted: &str, schema: &Value) -> String {
    let schemas = &mut root["components"]["schemas"];
    if schemas.is_null() {
        *schemas = json!({});
    }
    let mut name = wanted.to_owned();
    while schemas.get(&name).is_some() {
        name.push('_');
    }
    schemas[&name] = schema.clone();
    name
}

fn refuse_namesake(document: &Document, earlier: &[Operation], operation: &Operation) -> Result<(), Defect> {
    match earlier.iter().find(|other| pascal(&other.id) == pascal(&operation.id)) {
        None => Ok(()),
        Some(other) => {
            let place = format!("{}/operationId", place(&operation.path, &operation.method.to_lowercase()));
            Err(document.defect(
                &place,
                format!("`{}` and `{}` would be one method in Rust", operation.id, other.id),
                "rename one of them",
            ))
        }
    }
}
