//! The families of answers: what is documented, what is documented but comes broken, and what no
//! document mentions.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::call::{Call, JSON};
use super::case::{Basis, Case, Outcome, Serve, ServedResponse};
use super::fact::{self, branches, entries, escape};
use super::sample;
use crate::document::{Code, Content, Location, Response, Schema};

/// Statuses that any server behind any gateway can answer with.
const UNDOCUMENTED: &[u16] = &[200, 204, 301, 401, 403, 404, 418, 500, 503];

/// The size of the error body that must not grow the client's memory, in bytes.
const LARGE: usize = 10 * 1024 * 1024;

/// What a gateway answers when it does not reach the API.
const GATEWAY_PAGE: &str =
    "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>";

/// A documented response made concrete: one status, one body.
struct Answer<'a> {
    response: &'a Response,
    code: u16,
    content: Option<&'a Content>,
    /// The body; none where the document states no shape and `providers.yaml` none either.
    body: Option<Value>,
}

impl<'a> Answer<'a> {
    fn new(call: &Call<'a>, response: &'a Response) -> Self {
        let content =
            response.contents.iter().find(|c| c.media_type.starts_with(JSON)).or(response.contents.first());
        let document = &call.source.document;
        let stated = content.and_then(|content| sample::body(document, content));
        let known = || call.source.provider.bodies.get(&response.code.to_string()).cloned();
        let has_example = content.is_some_and(|content| !content.examples.is_empty());
        let mut body = stated.or_else(known);
        if let Some(body) = body.as_mut().filter(|_| !has_example) {
            place_upload_url(call, body);
        }
        Self { response, code: concrete(call, response.code), content, body }
    }

    fn schema(&self) -> Option<&'a Schema> {
        self.content.and_then(|content| content.schema.as_ref())
    }

    fn is_success(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// The media type that a JSON body of this answer is served with.
    fn media_type(&self) -> &'a str {
        self.content.map_or(JSON, |content| content.media_type.as_str())
    }

    /// The answer as documented.
    fn serve(&self) -> Serve {
        self.serve_json(&self.body)
    }

    fn serve_json(&self, body: &Option<Value>) -> Serve {
        match body {
            Some(body) => self.serve_text(self.media_type(), body.to_string()),
            None => respond(self.code, self.headers(), String::new()),
        }
    }

    fn serve_text(&self, media_type: &str, body: String) -> Serve {
        let mut headers = self.headers();
        headers.push(("content-type".to_owned(), media_type.to_owned()));
        respond(self.code, headers, body)
    }

    fn headers(&self) -> Vec<(String, String)> {
        let documented =
            self.response.headers.iter().filter(|header| !header.name.eq_ignore_ascii_case("content-type"));
        documented
            .map(|header| {
                let example = header.examples.first().map(|example| &example.value);
                let value = example
                    .or(header.schema.value.get("example"))
                    .map_or_else(|| "1".to_owned(), super::call::text);
                (header.name.to_lowercase(), value)
            })
            .collect()
    }

    /// What the caller must see of a body.
    fn outcome(&self, body: Option<Value>) -> Outcome {
        match self.is_success() {
            true => Outcome::Success(body.unwrap_or_default()),
            false => Outcome::Failure { status: Some(self.code), body },
        }
    }

    fn case(&self, call: &Call<'_>, variation: &str, purpose: String) -> Case {
        let mut id = self.response.code.to_string();
        if !variation.is_empty() {
            id = format!("{id}/{variation}");
        }
        let mut case = call.case(&id, purpose, self.response.location.clone());
        case.facts = call.base_facts();
        case.facts.insert(call.fact(&self.response.location.pointer));
        case
    }
}

/// The status to serve for a documented code: a range or `default` stands for the first status
/// that no other response of the operation names.
fn concrete(call: &Call<'_>, code: Code) -> u16 {
    let named =
        |status: &u16| call.operation.responses.iter().any(|response| response.code == Code::Exact(*status));
    let ranged = |status: &u16| {
        call.operation.responses.iter().any(|response| response.code == Code::Range(status / 100))
    };
    match code {
        Code::Exact(status) => status,
        Code::Range(hundred) => {
            (hundred * 100..hundred * 100 + 100).find(|status| !named(status)).unwrap_or(hundred * 100)
        }
        Code::Default => {
            (500..600).chain(400..500).find(|status| !named(status) && !ranged(status)).unwrap_or(500)
        }
    }
}

fn respond(code: u16, headers: Vec<(String, String)>, body: String) -> Serve {
    Serve::Response(ServedResponse { code, headers, body, padding: 0 })
}

fn padded(mut serve: Serve) -> Serve {
    if let Serve::Response(response) = &mut serve {
        response.padding = LARGE;
    }
    serve
}

/// Puts a pre-signed URL where the answer of an upload's first step holds it.
pub(super) fn place_upload_url(call: &Call<'_>, body: &mut Value) {
    let upload = call.source.provider.upload.as_ref().filter(|upload| upload.operation == call.operation.id);
    if let Some(url) = upload.and_then(|upload| body.pointer_mut(&upload.url)) {
        *url = json!(super::upload::PRESIGNED);
    }
}

/// The first documented success, for cases that are not about the answer.
pub(super) fn success(call: &Call<'_>) -> (Serve, Outcome) {
    let answers = call.operation.responses.iter().map(|response| Answer::new(call, response));
    let Some(mut answer) = answers.into_iter().find(Answer::is_success) else {
        return (respond(204, Vec::new(), String::new()), Outcome::Success(Value::Null));
    };
    if let Some(body) = &mut answer.body {
        place_upload_url(call, body);
    }
    (answer.serve(), answer.outcome(answer.body.clone()))
}

/// Every documented response: as documented, with unknown fields, without the optional ones, with
/// parameters on its media type.
pub fn documented(call: &Call<'_>) -> Vec<Case> {
    let answers = call.operation.responses.iter().map(|response| Answer::new(call, response));
    answers.flat_map(|answer| documented_answer(call, &answer)).collect()
}

fn documented_answer(call: &Call<'_>, answer: &Answer<'_>) -> Vec<Case> {
    let mut cases = vec![as_documented(call, answer)];
    let Some(body) = &answer.body else { return cases };
    if let Some(Value::Object(fields)) = &answer.body {
        let mut more = fields.clone();
        more.insert("conformanceUnknown".to_owned(), json!({ "nested": [true] }));
        cases.push(Case {
            serve: vec![answer.serve_json(&Some(Value::Object(more)))],
            outcome: answer.outcome(answer.body.clone()),
            basis: Basis::Practice,
            ..answer.case(
                call,
                "unknown-fields",
                format!("a {} may gain fields the document does not know yet", answer.code),
            )
        });
    }
    if let Some(required) = without_optional(call, answer, body) {
        cases.push(Case {
            serve: vec![answer.serve_json(&Some(required.clone()))],
            outcome: answer.outcome(Some(required)),
            ..answer.case(call, "optional-absent", format!("a {} without its optional fields", answer.code))
        });
    }
    if answer.media_type() == JSON {
        cases.push(Case {
            serve: vec![answer.serve_text("application/json; charset=utf-8", body.to_string())],
            outcome: answer.outcome(answer.body.clone()),
            basis: Basis::Practice,
            ..answer.case(
                call,
                "content-type-parameters",
                format!("a {} whose media type carries a parameter", answer.code),
            )
        });
    }
    cases.extend(alternatives(call, answer));
    cases
}

fn as_documented(call: &Call<'_>, answer: &Answer<'_>) -> Case {
    let mut case = Case {
        serve: vec![answer.serve()],
        outcome: answer.outcome(answer.body.clone()),
        ..answer.case(call, "", format!("a {} as documented", answer.code))
    };
    case.facts.extend(facts_of_body(call, answer, answer.body.as_ref()));
    case.facts.extend(answer.response.headers.iter().map(|header| call.fact(&header.location.pointer)));
    case
}

fn facts_of_body(call: &Call<'_>, answer: &Answer<'_>, body: Option<&Value>) -> BTreeSet<String> {
    let (Some(content), Some(body)) = (answer.content, body) else {
        return BTreeSet::new();
    };
    let examples = content.examples.first().map(|example| call.fact(&example.location.pointer));
    let schema = content.schema.as_ref().map(|schema| fact::exercised(&call.source.document, schema, body));
    schema.into_iter().flatten().chain(examples).collect()
}

/// The further examples of an answer, and its further alternatives (`oneOf`, `anyOf`).
fn alternatives(call: &Call<'_>, answer: &Answer<'_>) -> Vec<Case> {
    let Some(content) = answer.content else { return Vec::new() };
    let document = &call.source.document;
    let mut cases = Vec::new();
    for (index, example) in content.examples.iter().enumerate().skip(1) {
        let body = Some(example.value.clone());
        let mut case = alternative(call, answer, &format!("example-{}", index + 1), body);
        case.facts.insert(call.fact(&example.location.pointer));
        cases.push(case);
    }
    let schema =
        content.schema.as_ref().and_then(|schema| fact::resolve(document, &schema.value, &schema.pointer));
    let Some((schema, pointer)) = schema else { return cases };
    let choices = branches(schema)
        .into_iter()
        .filter(|(step, _)| step.starts_with("oneOf") || step.starts_with("anyOf"));
    for (index, (step, choice)) in choices.enumerate().skip(1) {
        let choice = Schema { value: choice.clone(), pointer: format!("{pointer}/{step}") };
        let body = sample::value(document, &choice);
        cases.push(alternative(call, answer, &format!("alternative-{}", index + 1), body));
    }
    cases
}

fn alternative(call: &Call<'_>, answer: &Answer<'_>, variation: &str, body: Option<Value>) -> Case {
    let mut case = Case {
        serve: vec![answer.serve_json(&body)],
        ..answer.case(call, variation, format!("a {} in another documented form", answer.code))
    };
    case.facts.extend(facts_of_body(call, answer, body.as_ref()));
    case.outcome = answer.outcome(body);
    case
}

/// The body with only what its schema requires; none when nothing is optional.
fn without_optional(call: &Call<'_>, answer: &Answer<'_>, body: &Value) -> Option<Value> {
    let schema = answer.schema()?;
    let (schema, _) = fact::resolve(&call.source.document, &schema.value, &schema.pointer)?;
    let required: Vec<_> = schema.get("required").and_then(Value::as_array).into_iter().flatten().collect();
    let is_optional = |name: &String| !required.iter().any(|required| *required == name);
    let optional: Vec<_> =
        entries(schema.get("properties")).map(|(name, _)| name).filter(|name| is_optional(name)).collect();
    let mut fields = body.as_object()?.clone();
    let before = fields.len();
    fields.retain(|name, _| !optional.contains(&name));
    (fields.len() < before).then_some(Value::Object(fields))
}

/// Broken answers at each documented status. The status must reach the caller all the same.
pub fn malformed(call: &Call<'_>) -> Vec<Case> {
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
        cases.push(broken("large", "with 10 MiB of body", padded(json(String::new()))));
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
    fact: String,
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
        let required =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
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

/// Statuses that no document mentions and any gateway can answer with.
pub fn undocumented(call: &Call<'_>) -> Vec<Case> {
    let covers = |status: u16| {
        let exact = |code| matches!(code, Code::Exact(known) if known == status);
        let wide = |code| code == Code::Range(status / 100) || code == Code::Default;
        call.operation.responses.iter().any(|response| exact(response.code) || wide(response.code))
    };
    let statuses = UNDOCUMENTED.iter().copied().filter(|status| !covers(*status));
    statuses.map(|status| undocumented_status(call, status)).collect()
}

fn undocumented_status(call: &Call<'_>, status: u16) -> Case {
    let mut headers = vec![("content-type".to_owned(), JSON.to_owned())];
    if status == 301 {
        headers.push(("location".to_owned(), "{storage}/elsewhere".to_owned()));
    }
    let body = if status == 204 { String::new() } else { json!({ "message": "not documented" }).to_string() };
    let mut case = call.case(
        &format!("undocumented/{status}"),
        format!("a {status}, which the document does not mention"),
        call.operation.location.clone(),
    );
    case.facts = call.base_facts();
    case.serve = vec![respond(status, headers, body)];
    case.outcome = Outcome::Failure { status: Some(status), body: None };
    case.basis = Basis::Practice;
    case
}
