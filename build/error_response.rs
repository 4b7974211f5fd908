//! The responses that are not a success leave the document before the generator sees it: it panics on two error schemas in one
//! operation, and loses the status otherwise. They are kept here, for [`error_enum`](super::error_enum) to emit.

use serde_json::{Map, Value};

use super::content::json_form;
use super::document::step;
use super::operation::Operation;
use super::reference::resolved;
use super::schema::Schemas;
use super::{Defect, Document};

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
    pub(super) fn parse(key: &str) -> Option<Self> {
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

/// Takes the error responses of the operation out of the document.
pub(super) fn take(document: &mut Document, operation: &mut Operation) -> Result<(), Defect> {
    let place = operation.place();
    let Some(responses) = operation.node(&document.root).get("responses").and_then(Value::as_object) else {
        return Err(document.defect(&place, "the operation has no responses", "OpenAPI wants at least one"));
    };
    let mut successes = Map::new();
    let mut errors = Vec::new();
    for (key, response) in responses.iter().filter(|(key, _)| !key.starts_with("x-")) {
        let response = resolved(&document.root, response).clone();
        match Status::parse(key) {
            None => {
                let place = format!("{place}/responses{}", step(key));
                return Err(document.defect(
                    &place,
                    format!("`{key}` is no status"),
                    "write three digits, a range such as 4XX, or default",
                ));
            }
            Some(status) if status.is_success() => drop(successes.insert(key.clone(), response)),
            Some(status) => errors.push((status, response)),
        }
    }
    errors.sort_by_key(|(status, _)| *status);
    // Without a documented success, the default is what a success looks like as well.
    if let (true, Some((Status::Default, response))) = (successes.is_empty(), errors.last()) {
        successes.insert("2XX".to_owned(), response.clone());
    }
    operation.node_mut(&mut document.root)["responses"] = Value::Object(successes);
    let mut schemas = Schemas::of(&mut document.root);
    operation.errors =
        errors.iter().map(|(status, response)| error(&mut schemas, operation, *status, response)).collect();
    Ok(())
}

fn error(
    schemas: &mut Schemas<'_>,
    operation: &Operation,
    status: Status,
    response: &Value,
) -> ErrorResponse {
    let description = response.get("description").and_then(Value::as_str).unwrap_or_default();
    let description = description.split_whitespace().collect::<Vec<_>>().join(" ");
    let schema = json_form(response).and_then(|form| form.get("schema"));
    let schema = schema.map(|schema| schemas.name(schema, &body_name(operation, status)));
    ErrorResponse { status, description, schema }
}

/// The name of a body whose schema has none.
pub(super) fn body_name(operation: &Operation, status: Status) -> String {
    format!("{}{}Body", super::rust_name::pascal(&operation.name), status.variant())
}
