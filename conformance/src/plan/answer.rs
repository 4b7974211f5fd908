//! An answer: a documented response made concrete, as the families of answers serve and vary it.

use std::cell::OnceCell;

use serde_json::{Value, json};

use super::call::{Call, JSON};
use super::case::{Case, Outcome, Serve, ServedResponse};
use super::fact::sent;
use super::part::{self, Changes};
use super::sample;
use crate::document::{Code, Content, Response, Schema};

/// A documented response made concrete: one status, one body.
pub(super) struct Answer<'a> {
    pub(super) response: &'a Response,
    pub(super) code: u16,
    pub(super) content: Option<&'a Content>,
    /// The body; none where the document states no shape and `providers.yaml` none either.
    pub(super) body: Option<Value>,
    changes: OnceCell<Changes>,
}

impl<'a> Answer<'a> {
    fn new(call: &Call<'a>, response: &'a Response) -> Self {
        let content = sent(&response.contents);
        let document = &call.source.document;
        let stated = content.and_then(|content| sample::body(document, content));
        let known = || call.source.provider.bodies.get(&response.code.to_string()).cloned();
        let has_example = content.is_some_and(|content| !content.examples.is_empty());
        let mut body = stated.or_else(known);
        if let Some(body) = body.as_mut().filter(|_| !has_example) {
            place_upload_url(call, body);
        }
        Self { response, code: concrete(call, response.code), content, body, changes: OnceCell::new() }
    }

    pub(super) fn schema(&self) -> Option<&'a Schema> {
        self.content.and_then(|content| content.schema.as_ref())
    }

    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// The media type that a JSON body of this answer is served with.
    pub(super) fn media_type(&self) -> &'a str {
        self.content.map_or(JSON, |content| content.media_type.as_str())
    }

    /// What can be changed in the body: broken, so that it is none the document knows, or in another of
    /// its forms. What is broken in one form and right in another is of the second sort.
    pub(super) fn changes(&self, call: &Call<'_>) -> &Changes {
        self.changes.get_or_init(|| self.find_changes(call))
    }

    fn find_changes(&self, call: &Call<'_>) -> Changes {
        let (Some(schema), Some(body)) = (self.schema(), &self.body) else { return Changes::default() };
        let document = &call.source.document;
        let mut changes = part::changes(document, schema, body);
        if changes.alternatives.is_empty() {
            return changes;
        }
        if let Ok(validator) = document.validator(schema) {
            let right = changes.broken.extract_if(.., |changed| validator.is_valid(&changed.value));
            changes.alternatives.extend(right);
        }
        changes
    }

    /// The answer as documented.
    pub(super) fn serve(&self) -> Serve {
        self.serve_json(&self.body)
    }

    pub(super) fn serve_json(&self, body: &Option<Value>) -> Serve {
        match body {
            Some(body) => self.serve_text(self.media_type(), written(body)),
            None => respond(self.code, self.headers(), String::new()),
        }
    }

    pub(super) fn serve_text(&self, media_type: &str, body: String) -> Serve {
        let mut headers = self.headers();
        headers.push(("content-type".to_owned(), media_type.to_owned()));
        respond(self.code, headers, body)
    }

    pub(super) fn headers(&self) -> Vec<(String, String)> {
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
    pub(super) fn outcome(&self, body: Option<Value>) -> Outcome {
        match self.is_success() {
            true => Outcome::Success(body.unwrap_or_default()),
            false => Outcome::Failure { status: Some(self.code), body },
        }
    }

    pub(super) fn case(&self, call: &Call<'_>, variation: &str, purpose: String) -> Case {
        let mut id = self.response.code.to_string();
        if !variation.is_empty() {
            id = format!("{id}/{variation}");
        }
        let mut case = call.case(&id, purpose, self.response.location.clone());
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

/// A body as it is served: the order of a document's keys must change no case.
pub(crate) fn written(body: &Value) -> String {
    let mut body = body.clone();
    body.sort_all_objects();
    body.to_string()
}

pub(super) fn respond(code: u16, headers: Vec<(String, String)>, body: String) -> Serve {
    Serve::Response(ServedResponse { code, headers, body, padding: 0 })
}

/// Puts a pre-signed URL where the answer of an upload's first step holds it.
fn place_upload_url(call: &Call<'_>, body: &mut Value) {
    let upload = call.source.provider.upload.as_ref().filter(|upload| upload.operation == call.operation.id);
    if let Some(url) = upload.and_then(|upload| body.pointer_mut(&upload.url)) {
        *url = json!(super::upload::PRESIGNED);
    }
}

/// Every documented answer to a call.
pub(super) fn documented<'a>(call: &Call<'a>) -> impl Iterator<Item = Answer<'a>> {
    call.operation.responses.iter().map(|response| Answer::new(call, response))
}

/// The documented success with the lowest status, for cases that are not about the answer.
pub(super) fn success(call: &Call<'_>) -> (Serve, Outcome) {
    let successes = documented(call).filter(Answer::is_success);
    let Some(mut answer) = successes.min_by_key(|answer| answer.code) else {
        return (respond(204, Vec::new(), String::new()), Outcome::Success(Value::Null));
    };
    if let Some(body) = &mut answer.body {
        place_upload_url(call, body);
    }
    (answer.serve(), answer.outcome(answer.body.clone()))
}
