//! Defects of the documents themselves: what a client's author trips over, where it stands, and why
//! it matters. Nothing here is about a client.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;
use serde_json::Value;

use crate::document::{Code, Content, CredentialKind, Document, Location, Operation};
use crate::plan::fact::{self, sentences};
use crate::plan::pattern;

/// One defect of a document.
#[derive(Clone, Debug, Serialize)]
pub struct Defect {
    /// The check that found it.
    pub check: &'static str,
    /// Where it stands.
    #[serde(serialize_with = "crate::plan::location_text")]
    pub location: Location,
    /// What is wrong.
    pub says: String,
    /// Why it matters to a client.
    pub matters: &'static str,
}

/// Every defect of these documents, in document order.
pub fn defects(documents: &[Document]) -> Vec<Defect> {
    documents.iter().flat_map(|document| of_document(document, documents)).collect()
}

fn of_document(document: &Document, all: &[Document]) -> Vec<Defect> {
    let mut found: Vec<Defect> =
        document.notes.iter().map(|note| noted(&note.text, &note.location)).collect();
    for operation in &document.operations {
        found.extend(secured_without_401(operation));
        found.extend(several_error_shapes(document, operation));
        found.extend(errors_without_shape(operation));
        found.extend(success_without_example(document, operation));
        found.extend(limit_without_wait(operation));
        found.extend(undocumented_in_example(operation));
        found.extend(words_against_pattern(document, operation));
    }
    found.extend(methods_against_prose(document, all));
    found.extend(no_version(document));
    found.sort_by_key(|defect| defect.location.line);
    found
}

/// What a reader had to read past.
fn noted(text: &str, location: &Location) -> Defect {
    Defect {
        check: "malformed",
        location: location.clone(),
        says: text.to_owned(),
        matters: "every reader guesses, and another tool may guess otherwise",
    }
}

fn secured_without_401(operation: &Operation) -> Option<Defect> {
    let credential = operation.security.iter().flatten().next()?;
    let kinds = [CredentialKind::Bearer, CredentialKind::Basic];
    let refusing = |code: Code| matches!(code, Code::Exact(401) | Code::Range(4) | Code::Default);
    let refused = operation.responses.iter().any(|response| refusing(response.code));
    let by_header =
        kinds.contains(&credential.kind) || matches!(credential.kind, CredentialKind::Parameter(..));
    (by_header && !refused).then(|| Defect {
        check: "secured-without-401",
        location: credential.location.clone(),
        says: format!(
            "{} asks for {}, and no response is documented for a bad one",
            operation.id, credential.name
        ),
        matters: "what a client gets for a wrong key has no documented status and no shape",
    })
}

fn several_error_shapes(document: &Document, operation: &Operation) -> Option<Defect> {
    let errors = operation.responses.iter().filter(|response| !response.code.is_success());
    let mut shapes = BTreeSet::new();
    let mut last = None;
    for response in errors {
        for schema in response.contents.iter().filter_map(|content| content.schema.as_ref()) {
            let pointer = fact::resolve(document, &schema.value, &schema.pointer).map(|(_, pointer)| pointer);
            if shapes.insert(pointer.unwrap_or_default()) {
                last = Some(&response.location);
            }
        }
    }
    let location = last.filter(|_| shapes.len() > 1)?;
    Some(Defect {
        check: "several-error-shapes",
        location: location.clone(),
        says: format!("{} documents {} different shapes of error", operation.id, shapes.len()),
        matters: "generators merge them or refuse; a client must decode by status",
    })
}

fn errors_without_shape(operation: &Operation) -> Vec<Defect> {
    let bare = operation.responses.iter().filter(|response| {
        !response.code.is_success() && response.contents.iter().all(|content| content.schema.is_none())
    });
    bare.map(|response| Defect {
        check: "error-without-shape",
        location: response.location.clone(),
        says: format!("the body of a {} is not described: {}", response.code, quoted(&response.description)),
        matters: "a client cannot tell its caller what the server said",
    })
    .collect()
}

fn success_without_example(document: &Document, operation: &Operation) -> Vec<Defect> {
    let has_example = |content: &Content| {
        let schema = content.schema.as_ref();
        let resolved = schema.and_then(|schema| fact::resolve(document, &schema.value, &schema.pointer));
        let within = resolved.is_some_and(|(schema, _)| contains_key(schema, "example", 4));
        !content.examples.is_empty() || within
    };
    let successes = operation.responses.iter().filter(|response| response.code.is_success());
    let bare = successes
        .filter(|response| !response.contents.is_empty() && !response.contents.iter().any(has_example));
    bare.map(|response| Defect {
        check: "success-without-example",
        location: response.location.clone(),
        says: format!("the {} of {} has no example", response.code, operation.id),
        matters: "mock servers make something up, and no test knows a real answer",
    })
    .collect()
}

fn limit_without_wait(operation: &Operation) -> Option<Defect> {
    let limited = operation.responses.iter().find(|response| response.code == Code::Exact(429))?;
    let named = limited.headers.iter().any(|header| header.name.eq_ignore_ascii_case("retry-after"));
    (!named).then(|| Defect {
        check: "limit-without-wait",
        location: limited.location.clone(),
        says: format!("the 429 of {} documents no Retry-After", operation.id),
        matters: "a client cannot know from the document how long to wait",
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
            says: format!("the example request has a parameter {name} that the table does not list"),
            matters: "who copies the example sends what the server may refuse; the table is the rule",
        })
        .collect()
}

/// A value called alpha-numeric whose pattern takes more than letters and digits.
fn words_against_pattern(document: &Document, operation: &Operation) -> Vec<Defect> {
    let mut found = Vec::new();
    let bodies = operation.body.iter().flat_map(|body| &body.contents);
    for schema in bodies.filter_map(|content| content.schema.as_ref()) {
        let Some((object, pointer)) = fact::resolve(document, &schema.value, &schema.pointer) else {
            continue;
        };
        for (name, property) in fact::entries(object.get("properties")) {
            let description = property.get("description").and_then(Value::as_str).unwrap_or_default();
            let Some(pattern) = property.get("pattern").and_then(Value::as_str) else { continue };
            let says_alphanumeric = description.to_lowercase().replace('-', "").contains("alphanumeric");
            let takes_more = pattern::matching(pattern, 1, None).is_some_and(|text| {
                ['-', '_', '.', '/']
                    .iter()
                    .any(|c| pattern::accepts(pattern, &format!("{text}{c}")) == Some(true))
            });
            if says_alphanumeric && takes_more {
                let at = format!("{pointer}/properties/{}/description", fact::escape(name));
                found.push(Defect {
                    check: "words-against-pattern",
                    location: document.locate(&at),
                    says: format!(
                        "{name} is called alpha-numeric, and its pattern allows more than letters and digits"
                    ),
                    matters: "a client that checks the words refuses what the pattern allows",
                });
            }
        }
    }
    found
}

/// Prose that sends the reader to an operation with another method than its own document gives it.
fn methods_against_prose(document: &Document, all: &[Document]) -> Vec<Defect> {
    static REQUEST: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#""?(GET|POST|PUT|PATCH|DELETE)"?\s+request\s+to\s+the\s+"?(\w+)"?\s+endpoint"#).ok()
    });
    let Some(request) = REQUEST.as_ref() else { return Vec::new() };
    let mut found = Vec::new();
    for (sentence, location) in sentences(document) {
        for named in request.captures_iter(&sentence) {
            let (method, id) = (&named[1], &named[2]);
            let operation =
                all.iter().flat_map(|document| &document.operations).find(|operation| operation.id == id);
            let says = match operation {
                Some(operation) if operation.method == method => continue,
                Some(operation) => {
                    format!("the prose sends a {method} to {id}, which is documented as {}", operation.method)
                }
                None => format!("the prose sends a {method} to {id}, which no document here describes"),
            };
            found.push(Defect {
                check: "prose-against-tables",
                location: location.clone(),
                says,
                matters: "the method has to be looked up elsewhere before it is believed",
            });
        }
    }
    found
}

/// A version that tells no revision from the next.
fn no_version(document: &Document) -> Option<Defect> {
    let line = document.lines.get("/info/version")?;
    let text = document.text.lines().nth(line.saturating_sub(1))?;
    let has_digit = text.chars().any(|c| c.is_ascii_digit());
    (!has_digit).then(|| Defect {
        check: "no-version",
        location: document.locate("/info/version"),
        says: format!("the version is no version: {}", quoted(text.trim())),
        matters: "an edit cannot be told from the text before it but by comparing them",
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
