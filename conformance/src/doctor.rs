//! Finds defects of the documents that make it hard to write a correct client. No client is involved.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use self::schema::of_schemas;

use crate::document::pointer::escape;
use crate::document::schema::{pattern, walk};
use crate::document::{Code, Content, CredentialKind, Document, Location, Note, NoteKind, Operation};
use crate::plan::sentence;

pub use self::defect::Defect;

mod alternatives;
mod defect;
mod limits;
mod schema;

/// Finds the defects of these documents, in document order.
pub fn defects(documents: &[Document]) -> Vec<Defect> {
    documents.iter().flat_map(|document| of_document(document, documents)).collect()
}

/// What these documents have and the suite does not judge.
pub fn not_judged(documents: &[Document]) -> Vec<&Note> {
    let notes = documents.iter().flat_map(|document| &document.notes);
    notes.filter(|note| note.kind == NoteKind::NotJudged).collect()
}

fn of_document(document: &Document, all: &[Document]) -> Vec<Defect> {
    let notes = document.notes.iter().filter(|note| note.kind == NoteKind::Defect);
    let mut found: Vec<Defect> = notes.map(|note| noted(&note.text, &note.location)).collect();
    for operation in &document.operations {
        found.extend(secured_without_401(operation));
        found.extend(several_error_shapes(document, operation));
        found.extend(errors_without_shape(operation));
        found.extend(success_without_example(document, operation));
        found.extend(rate_limit_without_wait(operation));
        found.extend(undocumented_in_example(operation));
        found.extend(description_against_pattern(document, operation));
    }
    found.extend(methods_against_prose(document, all));
    found.extend(no_version(document));
    found.extend(of_schemas(document));
    found.sort_by_key(|defect| defect.location.line);
    found
}

/// A defect that the reader of the document noted.
fn noted(text: &str, location: &Location) -> Defect {
    Defect {
        check: "malformed",
        location: location.clone(),
        says: text.to_owned(),
        matters: "parsers may read this place differently; the suite uses the reading above",
    }
}

fn secured_without_401(operation: &Operation) -> Option<Defect> {
    let credential = operation.security.iter().flatten().next()?;
    let covers_401 = |code: Code| matches!(code, Code::Exact(401) | Code::Range(4) | Code::Default);
    let is_covered = operation.responses.iter().any(|response| covers_401(response.code));
    let has_known_scheme = !matches!(credential.kind, CredentialKind::Other(_));
    (has_known_scheme && !is_covered).then(|| Defect {
        check: "secured-without-401",
        location: credential.location.clone(),
        says: format!(
            "{} requires the credential {}, but documents no response to an invalid one",
            operation.id, credential.name
        ),
        matters: "a client cannot know the status and the body of that error",
    })
}

fn several_error_shapes(document: &Document, operation: &Operation) -> Option<Defect> {
    let errors = operation.responses.iter().filter(|response| !response.code.is_success());
    let mut shapes = BTreeSet::new();
    let mut last = None;
    for response in errors {
        for schema in response.contents.iter().filter_map(|content| content.schema.as_ref()) {
            let pointer = walk::resolve(document, &schema.value, &schema.pointer).map(|(_, pointer)| pointer);
            if shapes.insert(pointer.unwrap_or_default()) {
                last = Some(&response.location);
            }
        }
    }
    let location = last.filter(|_| shapes.len() > 1)?;
    Some(Defect {
        check: "several-error-shapes",
        location: location.clone(),
        says: format!("{} documents {} different schemas for errors", operation.id, shapes.len()),
        matters: "code generators merge or reject them; a client must select the schema by status",
    })
}

fn errors_without_shape(operation: &Operation) -> Vec<Defect> {
    let bare = operation.responses.iter().filter(|response| {
        !response.code.is_success() && response.contents.iter().all(|content| content.schema.is_none())
    });
    bare.map(|response| Defect {
        check: "error-without-shape",
        location: response.location.clone(),
        says: format!(
            "status {} of {} has no body schema: {}",
            response.code,
            operation.id,
            quoted(&response.description)
        ),
        matters: "a client cannot decode the error for its caller",
    })
    .collect()
}

fn success_without_example(document: &Document, operation: &Operation) -> Vec<Defect> {
    let has_example = |content: &Content| {
        let schema = content.schema.as_ref();
        let resolved = schema.and_then(|schema| walk::resolve(document, &schema.value, &schema.pointer));
        let within = resolved.is_some_and(|(schema, _)| contains_key(schema, "example", 4));
        !content.examples.is_empty() || within
    };
    let successes = operation.responses.iter().filter(|response| response.code.is_success());
    let bare = successes
        .filter(|response| !response.contents.is_empty() && !response.contents.iter().any(has_example));
    bare.map(|response| Defect {
        check: "success-without-example",
        location: response.location.clone(),
        says: format!("status {} of {} has no example", response.code, operation.id),
        matters: "mock servers must invent a body, and no test has a real one",
    })
    .collect()
}

fn rate_limit_without_wait(operation: &Operation) -> Option<Defect> {
    let limited = operation.responses.iter().find(|response| response.code == Code::Exact(429))?;
    let named = limited.headers.iter().any(|header| header.name.eq_ignore_ascii_case("retry-after"));
    (!named).then(|| Defect {
        check: "limit-without-wait",
        location: limited.location.clone(),
        says: format!("status 429 of {} documents no Retry-After header", operation.id),
        matters: "the document does not say how long a client has to wait",
    })
}

fn undocumented_in_example(operation: &Operation) -> Vec<Defect> {
    let known: BTreeSet<&str> =
        operation.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    let examples = operation.examples.iter();
    examples
        .flat_map(|example| example.query.iter().map(move |(name, _)| (name, &example.location)))
        .filter(|(name, _)| !known.contains(name.as_str()))
        .map(|(name, location)| Defect {
            check: "undocumented-in-example",
            location: location.clone(),
            says: format!("the example request has a query parameter {name}, which the parameter table does not list"),
            matters: "the server may refuse a request that is copied from the example; the suite follows the table",
        })
        .collect()
}

/// A value that is described as alphanumeric, but whose pattern allows other characters.
fn description_against_pattern(document: &Document, operation: &Operation) -> Vec<Defect> {
    let mut found = Vec::new();
    let bodies = operation.body.iter().flat_map(|body| &body.contents);
    for schema in bodies.filter_map(|content| content.schema.as_ref()) {
        let Some((object, pointer)) = walk::resolve(document, &schema.value, &schema.pointer) else {
            continue;
        };
        for (name, property) in walk::properties(object) {
            let description = property.get("description").and_then(Value::as_str).unwrap_or_default();
            let Some(pattern) = property.get("pattern").and_then(Value::as_str) else { continue };
            let says_alphanumeric = description.to_lowercase().replace('-', "").contains("alphanumeric");
            let allows_more = pattern::matching(pattern, 1, None).is_some_and(|text| {
                ['-', '_', '.', '/']
                    .iter()
                    .any(|c| pattern::accepts(pattern, &format!("{text}{c}")) == Some(true))
            });
            if says_alphanumeric && allows_more {
                let at = format!("{pointer}/properties/{}/description", escape(name));
                found.push(Defect {
                    check: "words-against-pattern",
                    location: document.locate(&at),
                    says: format!(
                        "the description of {name} says alphanumeric, but the pattern allows other characters"
                    ),
                    matters: "a client that enforces the description refuses values that the pattern allows",
                });
            }
        }
    }
    found
}

/// Prose that names an operation with another method than its own document does.
fn methods_against_prose(document: &Document, all: &[Document]) -> Vec<Defect> {
    static REQUEST: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#""?(GET|POST|PUT|PATCH|DELETE)"?\s+request\s+to\s+the\s+"?(\w+)"?\s+endpoint"#).ok()
    });
    let Some(request) = REQUEST.as_ref() else { return Vec::new() };
    let mut found = Vec::new();
    for (sentence, location) in sentence::all(document) {
        for named in request.captures_iter(&sentence) {
            let (method, id) = (&named[1], &named[2]);
            let operation =
                all.iter().flat_map(|document| &document.operations).find(|operation| operation.id == id);
            let says = match operation {
                Some(operation) if operation.method == method => continue,
                Some(operation) => {
                    format!(
                        "the prose describes a {method} request to {id}, which is documented as {}",
                        operation.method
                    )
                }
                None => format!(
                    "the prose describes a {method} request to {id}, which none of the documents contains"
                ),
            };
            found.push(Defect {
                check: "prose-against-tables",
                location: location.clone(),
                says,
                matters: "the documents do not confirm the method",
            });
        }
    }
    found
}

/// A version without a number.
fn no_version(document: &Document) -> Option<Defect> {
    let line = document.lines.get("/info/version")?;
    let text = document.text.lines().nth(line.saturating_sub(1))?;
    let has_digit = text.chars().any(|c| c.is_ascii_digit());
    (!has_digit).then(|| Defect {
        check: "no-version",
        location: document.locate("/info/version"),
        says: format!("the version has no number: {}", quoted(text.trim())),
        matters: "the version does not change when the document changes, so compare the whole text",
    })
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn contains_key(value: &Value, key: &str, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    match value {
        Value::Object(fields) => {
            fields.contains_key(key) || fields.values().any(|field| contains_key(field, key, depth))
        }
        Value::Array(elements) => elements.iter().any(|element| contains_key(element, key, depth)),
        _ => false,
    }
}
