//! The family of broken answers: a documented status whose body is not what the document says.

use serde_json::{Value, json};

use super::answer::Answer;
use super::call::Call;
use super::case::{Basis, Case, Outcome, Serve};
use super::fact::{self, FactId, branches, entries, escape};
use crate::document::Location;

/// The size of the error body that must not grow the client's memory, in bytes.
const LARGE: usize = 10 * 1024 * 1024;

/// The most parts of one body that are broken; the census names the facts of those left whole.
const PARTS: usize = 500;

/// What a gateway answers when it does not reach the API.
const GATEWAY_PAGE: &str =
    "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>";

/// Broken answers at each documented status. The status must reach the caller all the same.
pub fn cases(call: &Call<'_>) -> Vec<Case> {
    let answers = call.operation.responses.iter().map(|response| Answer::new(call, response));
    answers
        .filter(|answer| answer.body.is_some())
        .flat_map(|answer| malformed_answer(call, &answer))
        .collect()
}

fn malformed_answer(call: &Call<'_>, answer: &Answer<'_>) -> Vec<Case> {
    let Some(body) = &answer.body else { return Vec::new() };
    let broken = |variation: &str, what: &str, serve: Serve| Case {
        serve: vec![serve],
        outcome: Outcome::Failure { status: Some(answer.code), body: None },
        basis: Basis::Practice,
        ..answer.case(call, variation, format!("a {} {what}", answer.code))
    };
    let json = |body: String| answer.serve_text(answer.media_type(), body);
    let whole = body.to_string();
    let half = whole.chars().take(whole.chars().count() / 2).collect();
    let mut cases = vec![
        broken(
            "not-json",
            "with a gateway's page for a body",
            answer.serve_text("text/html", GATEWAY_PAGE.to_owned()),
        ),
        broken("truncated", "whose JSON ends in the middle", json(half)),
        broken("empty", "without the documented body", json(String::new())),
    ];
    if !answer.is_success() {
        let mut large = broken("large", "with 10 MiB of body", padded(json(String::new())));
        // Once is enough, should the client try again.
        large.serve.push(json(String::new()));
        cases.push(large);
    }
    for broken_part in broken_parts(call, answer, body) {
        let mut case = broken(&broken_part.variation, &broken_part.what, json(broken_part.body.to_string()));
        case.facts.insert(broken_part.fact);
        case.location = broken_part.location;
        cases.push(case);
    }
    cases
}

/// A body with one part of it broken.
struct BrokenPart {
    variation: String,
    what: String,
    body: Value,
    fact: FactId,
    location: Location,
}

/// Each documented type replaced by another, each required field taken away, wherever in the body.
fn broken_parts(call: &Call<'_>, answer: &Answer<'_>, body: &Value) -> Vec<BrokenPart> {
    let Some(schema) = answer.schema() else { return Vec::new() };
    let mut breaker = Breaker { call, body, found: Vec::new() };
    breaker.visit(&schema.value, &schema.pointer, body, &mut Vec::new());
    breaker.found
}

struct Breaker<'a> {
    call: &'a Call<'a>,
    body: &'a Value,
    found: Vec<BrokenPart>,
}

impl Breaker<'_> {
    fn visit(&mut self, schema: &Value, pointer: &str, value: &Value, path: &mut Vec<String>) {
        let document = &self.call.source.document;
        let Some((schema, pointer)) = fact::resolve(document, schema, pointer) else { return };
        let name = if path.is_empty() { "body".to_owned() } else { path.join(".") };
        if schema.get("type").is_some() {
            self.push(
                &format!("wrong-type/{name}"),
                &format!("whose {name} has the wrong type"),
                &format!("{pointer}/type"),
                path,
                Some(other_type(value)),
            );
        }
        let required = fact::required(schema);
        for (index, field) in required.enumerate().filter(|(_, field)| value.get(field).is_some()) {
            path.push(field.to_owned());
            let missing = path.join(".");
            self.push(
                &format!("missing/{missing}"),
                &format!("without the required {missing}"),
                &format!("{pointer}/required/{index}"),
                path,
                None,
            );
            path.pop();
        }
        for (field, property) in entries(schema.get("properties")) {
            let Some(inner) = value.get(field) else { continue };
            path.push(field.clone());
            self.visit(property, &format!("{pointer}/properties/{}", escape(field)), inner, path);
            path.pop();
        }
        for (step, branch) in branches(schema) {
            match value.get(0) {
                Some(element) if step == "items" => {
                    path.push("0".to_owned());
                    self.visit(branch, &format!("{pointer}/items"), element, path);
                    path.pop();
                }
                _ if step.starts_with("allOf") => {
                    self.visit(branch, &format!("{pointer}/{step}"), value, path)
                }
                _ => {}
            }
        }
    }

    fn push(&mut self, variation: &str, what: &str, fact: &str, path: &[String], replacement: Option<Value>) {
        if self.found.len() == PARTS {
            return;
        }
        let document = &self.call.source.document;
        self.found.push(BrokenPart {
            variation: variation.to_owned(),
            what: what.to_owned(),
            body: replaced(self.body, path, replacement),
            fact: self.call.fact(fact),
            location: document.locate(fact),
        });
    }
}

/// A copy of a value with the part at a path replaced, or removed.
fn replaced(whole: &Value, path: &[String], replacement: Option<Value>) -> Value {
    let mut copy = whole.clone();
    let steps: String = path.iter().map(|step| format!("/{}", escape(step))).collect();
    match (replacement, path.split_last()) {
        (Some(value), _) => {
            if let Some(part) = copy.pointer_mut(&steps) {
                *part = value;
            }
        }
        (None, Some((last, parents))) => {
            let parent: String = parents.iter().map(|step| format!("/{}", escape(step))).collect();
            if let Some(Value::Object(fields)) = copy.pointer_mut(&parent) {
                fields.remove(last);
            }
        }
        (None, None) => {}
    }
    copy
}

fn other_type(value: &Value) -> Value {
    match value {
        Value::Object(_) | Value::Array(_) => json!("conformance"),
        _ => json!({ "conformance": true }),
    }
}

fn padded(mut serve: Serve) -> Serve {
    if let Serve::Response(response) = &mut serve {
        response.padding = LARGE;
    }
    serve
}
