//! Documented responses with a concrete status and body, as cases serve and vary them.

use serde_json::{Value, json};

use super::case::{Case, Family, Outcome, Serve, ServedResponse};
use super::operation_plan::OperationPlan;
use super::presigned::PRESIGNED;
use crate::document::schema::mutation::{Mutations, mutations};
use crate::document::schema::sample;
use crate::document::{Code, Content, Document, Operation, Response, Schema};
use crate::wire::body::{JSON, canonical_json, essence, preferred};
use crate::wire::parameter::text;

/// A documented response with a concrete status and body.
pub(super) struct DocumentedAnswer<'a> {
    pub(super) plan: &'a OperationPlan<'a>,
    pub(super) response: &'a Response,
    pub(super) code: u16,
    pub(super) content: Option<&'a Content>,
    /// The body; none where neither the document nor the provider describes one.
    pub(super) body: Option<Value>,
    pub(super) mutations: Mutations,
}

impl<'a> DocumentedAnswer<'a> {
    fn new(plan: &'a OperationPlan<'a>, response: &'a Response) -> Self {
        let content = preferred(&response.contents);
        let document = &plan.source.document;
        let stated = content.and_then(|content| sample::body(document, content));
        let known = || plan.source.provider.bodies.get(&response.code.to_string()).cloned();
        let has_example = content.is_some_and(|content| !content.examples.is_empty());
        let code = concrete(plan.operation, response.code);
        let mut body = stated.or_else(known);
        if let Some(body) = body.as_mut().filter(|_| !has_example && is_success(code)) {
            place_upload_url(plan, body);
        }
        let schema = content.and_then(|content| content.schema.as_ref());
        let mutations =
            schema.zip(body.as_ref()).map(|(schema, body)| sorted_mutations(document, schema, body));
        Self { plan, response, code, content, body, mutations: mutations.unwrap_or_default() }
    }

    pub(super) fn schema(&self) -> Option<&'a Schema> {
        self.content.and_then(|content| content.schema.as_ref())
    }

    pub(super) fn is_success(&self) -> bool {
        is_success(self.code)
    }

    /// Whether its body is JSON.
    pub(super) fn is_json(&self) -> bool {
        essence(self.media_type()).ends_with("json")
    }

    /// The media type with which a JSON body is served.
    pub(super) fn media_type(&self) -> &'a str {
        self.content.map_or(JSON, |content| content.media_type.as_str())
    }

    pub(super) fn serve_json(&self, body: Option<&Value>) -> Serve {
        match body {
            Some(body) => self.serve_text(self.media_type(), canonical_json(body)),
            None => respond(self.code, self.headers(), String::new()),
        }
    }

    pub(super) fn serve_text(&self, media_type: &str, body: String) -> Serve {
        let mut headers = self.headers();
        headers.push(("content-type".to_owned(), media_type.to_owned()));
        respond(self.code, headers, body)
    }

    fn headers(&self) -> Vec<(String, String)> {
        let headers = self.response.headers.iter();
        let documented = headers.filter(|header| !header.name.eq_ignore_ascii_case("content-type"));
        let sampled = documented.map(|header| {
            let example = header.examples.first().map(|example| &example.value);
            let value = example.or(header.schema.value.get("example")).map_or_else(|| "1".to_owned(), text);
            (header.name.to_lowercase(), value)
        });
        sampled.collect()
    }

    /// The outcome that the caller must see when this body is served.
    pub(super) fn outcome(&self, body: Option<Value>) -> Outcome {
        match self.is_success() {
            true => Outcome::Success(body.unwrap_or_default()),
            false => Outcome::Failure { status: self.code, body },
        }
    }

    /// A case that serves the response as documented.
    pub(super) fn documented(&self) -> Case {
        let code = self.response.code;
        self.case(&code.to_string(), Family::Response(code), "as documented")
    }

    /// A case that serves a variation of the response.
    pub(super) fn variation(&self, variation: &str, what: &str) -> Case {
        let code = self.response.code;
        self.case(&format!("{code}/{variation}"), Family::ResponseVariation(code), what)
    }

    fn case(&self, id: &str, family: Family, what: &str) -> Case {
        let location = &self.response.location;
        let mut case = self.plan.case(id, family, format!("a {} {what}", self.code), location);
        case.facts.insert(self.plan.fact(&location.pointer));
        case
    }
}

pub(super) fn is_success(code: u16) -> bool {
    (200..300).contains(&code)
}

/// The mutations of a body. A value that breaks one alternative and satisfies another one counts as an alternative.
fn sorted_mutations(document: &Document, schema: &Schema, body: &Value) -> Mutations {
    let mut mutations = mutations(document, schema, body);
    if mutations.alternatives.is_empty() {
        return mutations;
    }
    if let Ok(validator) = document.validator(schema) {
        let valid = mutations.broken.extract_if(.., |mutation| validator.is_valid(&mutation.value));
        mutations.alternatives.extend(valid);
    }
    mutations
}

/// The status to serve for a documented code. For a range or `default` it is the first status that no other response of the
/// operation names.
fn concrete(operation: &Operation, code: Code) -> u16 {
    let is_named_here =
        |status: &u16| operation.response(*status).is_some_and(|response| response.code == code);
    match code {
        Code::Exact(status) => status,
        Code::Range(hundred) => {
            (hundred * 100..hundred * 100 + 100).find(is_named_here).unwrap_or(hundred * 100)
        }
        Code::Default => (500..600).chain(400..500).find(is_named_here).unwrap_or(500),
    }
}

pub(super) fn respond(code: u16, headers: Vec<(String, String)>, body: String) -> Serve {
    Serve::Response(ServedResponse { code, headers, body, padding: 0 })
}

/// Puts a pre-signed URL into the body, where the operation is the first step of an upload.
pub(super) fn place_upload_url(plan: &OperationPlan<'_>, body: &mut Value) {
    let upload =
        plan.source.provider.flows.upload.as_ref().filter(|upload| upload.operation == plan.operation.id);
    if let Some(url) = upload.and_then(|upload| body.pointer_mut(&upload.url)) {
        *url = json!(PRESIGNED);
    }
}

/// Every documented answer of an operation.
pub(super) fn documented<'a>(plan: &'a OperationPlan<'a>) -> Vec<DocumentedAnswer<'a>> {
    plan.operation.responses.iter().map(|response| DocumentedAnswer::new(plan, response)).collect()
}

/// What a case serves if it is not about the response: the documented success with the lowest status.
pub(super) struct Success {
    pub(super) code: u16,
    pub(super) serve: Serve,
    /// The body; null where none is documented.
    pub(super) body: Value,
}

impl Success {
    pub(super) fn of(plan: &OperationPlan<'_>, answers: &[DocumentedAnswer<'_>]) -> Self {
        let successes = answers.iter().filter(|answer| answer.is_success());
        let Some(answer) = successes.min_by_key(|answer| answer.code) else {
            return Self { code: 204, serve: respond(204, Vec::new(), String::new()), body: Value::Null };
        };
        let mut body = answer.body.clone();
        body.iter_mut().for_each(|body| place_upload_url(plan, body));
        let serve = answer.serve_json(body.as_ref());
        Self { code: answer.code, serve, body: body.unwrap_or_default() }
    }

    pub(super) fn outcome(&self) -> Outcome {
        Outcome::Success(self.body.clone())
    }
}
