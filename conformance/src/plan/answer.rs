//! Documented responses with a concrete status and body, as cases serve and vary them.

use hyper::header::HeaderValue;
use serde_json::{Value, json};

use super::case::{Case, Family, Outcome, Serve, ServedResponse};
use super::operation_plan::OperationPlan;
use super::presigned::PRESIGNED;
use super::unexercised::Skipped;
use crate::document::schema::mutation::{Mutations, mutations};
use crate::document::schema::{sample, walk};
use crate::document::{Code, Content, Document, Operation, Parameter, Response, Schema};
use crate::wire::body::{BodyFormat, preferred};
use crate::wire::media_type::{self, JSON, is_json};
use crate::wire::serialisation::text;
use crate::wire::value::canonical_json;

/// Why a response is not served.
const NO_BODY: &str = "the suite found no body of the response that satisfies its schema";

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
    /// The answer; none where the response has a schema, and neither the document nor the suite has a body for it.
    fn new(plan: &'a OperationPlan<'a>, response: &'a Response) -> Option<Self> {
        let document = &plan.source.document;
        let code = concrete(plan.operation, response.code);
        let content = preferred(&response.contents).filter(|_| response.has_body(plan.operation));
        let stated = content.and_then(|content| sample::body(document, content));
        let known = || {
            let listed = plan.source.provider.bodies.get(&response.code.to_string()).cloned();
            listed.filter(|_| response.has_body(plan.operation))
        };
        let has_example = content.is_some_and(|content| !content.examples.is_empty());
        let mut body = stated.or_else(known);
        if let Some(body) = body.as_mut().filter(|_| !has_example && is_success(code)) {
            place_upload_url(plan, body);
        }
        let schema = content.and_then(|content| content.schema.as_ref());
        if schema.is_some() && body.is_none() {
            return None;
        }
        let mutations =
            schema.zip(body.as_ref()).map(|(schema, body)| sorted_mutations(document, schema, body));
        Some(Self { plan, response, code, content, body, mutations: mutations.unwrap_or_default() })
    }

    pub(super) fn schema(&self) -> Option<&'a Schema> {
        self.content.and_then(|content| content.schema.as_ref())
    }

    pub(super) fn is_success(&self) -> bool {
        is_success(self.code)
    }

    /// Whether its body is JSON.
    pub(super) fn is_json(&self) -> bool {
        is_json(self.media_type())
    }

    /// The media type with which the body is served.
    pub(super) fn media_type(&self) -> &'a str {
        self.content.map_or(JSON, |content| media_type::concrete(&content.media_type))
    }

    /// The answer with this body, as its media type says.
    pub(super) fn serve(&self, body: Option<&Value>) -> Serve {
        match body {
            Some(body) => self.serve_text(self.media_type(), self.written(body)),
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
        let document = &self.plan.source.document;
        let sampled = documented
            .filter_map(|header| Some((header.name.to_lowercase(), header_value(document, header)?)));
        sampled.collect()
    }

    /// The body as it is served; text where no JSON is documented.
    fn written(&self, body: &Value) -> String {
        match self.content.filter(|_| !self.is_json()) {
            Some(content) => {
                let written = BodyFormat::of(&self.plan.source.document, content).written(body);
                String::from_utf8_lossy(&written).into_owned()
            }
            None => canonical_json(body),
        }
    }

    /// The outcome that the caller must see when this body is served. Clients show a body that is no JSON in their own ways, so it
    /// is not compared.
    pub(super) fn outcome(&self, body: Option<Value>) -> Outcome {
        let body = body.filter(|_| self.is_json());
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

/// The value of a header: its first example that satisfies the schema, otherwise 1 where the schema allows it, which many headers
/// mean as a number, otherwise a sample. None when no such value can be a header.
pub(super) fn header_value(document: &Document, header: &Parameter) -> Option<String> {
    let validator = document.compiled(&header.schema)?;
    let examples = header.examples.iter().map(|example| example.value.clone());
    let usual = examples.chain([json!(1), json!("1")]).find(|value| validator.is_valid(value));
    let value = text(&usual.or_else(|| sample::value(document, &header.schema))?);
    HeaderValue::from_str(&value).is_ok().then_some(value)
}

pub(super) fn is_success(code: u16) -> bool {
    (200..300).contains(&code)
}

/// The mutations of a body. A value that breaks one alternative and satisfies another one counts as an alternative.
fn sorted_mutations(document: &Document, schema: &Schema, body: &Value) -> Mutations {
    let mut mutations = mutations(document, schema, body);
    if walk::is_plain(document, &schema.value) {
        return mutations;
    }
    if let Some(validator) = document.compiled(schema) {
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

/// Every documented answer of an operation, and those that cannot be served.
pub(super) fn documented<'a>(plan: &'a OperationPlan<'a>) -> (Vec<DocumentedAnswer<'a>>, Vec<Skipped>) {
    let (mut answers, mut skipped) = (Vec::new(), Vec::new());
    for response in &plan.operation.responses {
        match DocumentedAnswer::new(plan, response) {
            Some(answer) => answers.push(answer),
            None => skipped.push(plan.skipped(&response.location, NO_BODY.to_owned())),
        }
    }
    (answers, skipped)
}

/// What a case serves if it is not about the response: the documented success with the lowest status.
pub(super) struct Success {
    pub(super) code: u16,
    pub(super) serve: Serve,
    /// The body; null where none is documented.
    pub(super) body: Value,
}

impl Success {
    /// # Errors
    ///
    /// In a few words, why no documented success can be served.
    pub(super) fn of(plan: &OperationPlan<'_>, answers: &[DocumentedAnswer<'_>]) -> Result<Self, String> {
        let successes = answers.iter().filter(|answer| answer.is_success());
        let Some(answer) = successes.min_by_key(|answer| answer.code) else {
            if plan.operation.responses.iter().any(|response| response.code.is_success()) {
                return Err(NO_BODY.to_owned());
            }
            return Ok(Self { code: 204, serve: respond(204, Vec::new(), String::new()), body: Value::Null });
        };
        let mut body = answer.body.clone();
        body.iter_mut().for_each(|body| place_upload_url(plan, body));
        let serve = answer.serve(body.as_ref());
        let body = body.filter(|_| answer.is_json());
        Ok(Self { code: answer.code, serve, body: body.unwrap_or_default() })
    }

    pub(super) fn outcome(&self) -> Outcome {
        Outcome::Success(self.body.clone())
    }
}
