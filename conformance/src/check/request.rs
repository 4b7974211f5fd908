//! Checks of the requests that the API received.

use std::collections::BTreeMap;

use serde_json::Value;

use super::finding::{Violation, distinct};
use super::header::{is_added_by_platform, is_same_value};
use super::rule::{
    REFUSAL_UNNEEDED, REQUEST_BODY, REQUEST_BODY_SCHEMA, REQUEST_CREDENTIAL, REQUEST_HEADER_UNDOCUMENTED,
    REQUEST_HEADER_VALUE, REQUEST_MEDIA_TYPE, REQUEST_METHOD, REQUEST_ONCE, REQUEST_PATH,
    REQUEST_QUERY_MISSING, REQUEST_QUERY_UNDOCUMENTED, REQUEST_QUERY_VALUE, REQUEST_SENT,
};
use super::transcript::{Answer, Transcript};
use crate::document::schema::validator::violation;
use crate::document::{Content, Location, Operation, Parameter, ParameterLocation};
use crate::plan::case::{Case, Outcome, Serve, TransportFault};
use crate::plan::source::Source;
use crate::wire::body::{decode, essence, is_same, preferred};
use crate::wire::message::{ExpectedRequest, RecordedRequest, header, header_values};
use crate::wire::target::is_same_path;

/// The finding about a call that the document allows and the client did not send.
pub(super) fn unsent(case: &Case, transcript: &Transcript) -> Option<Violation> {
    let expected = case.request.as_ref().filter(|_| !case.outcome.is_refusal())?;
    if !transcript.api.is_empty() {
        return None;
    }
    let call = format!("{} {}", expected.method, expected.uri);
    match &transcript.answer {
        Some(Answer::Refused(refusal)) => {
            Some(Violation::new(&REFUSAL_UNNEEDED, call, format!("refused: {}", refusal.message)))
        }
        _ if matches!(case.serve.first(), Some(Serve::Fault(TransportFault::Refused))) => None,
        _ => Some(Violation::new(&REQUEST_SENT, call, "nothing was sent")),
    }
}

/// Whether every request sent has the required parameters and a body that satisfies its schema.
pub(super) fn is_complete(source: &Source, case: &Case, transcript: &Transcript) -> bool {
    let Some(operation) = planned_operation(source, case) else { return false };
    let has = |request: &RecordedRequest, parameter: &Parameter| match parameter.sent_in {
        ParameterLocation::Query => {
            request.query.iter().any(|(name, value)| *name == parameter.name && !value.is_empty())
        }
        ParameterLocation::Header => header(&request.headers, &parameter.name.to_lowercase()).is_some(),
        ParameterLocation::Path | ParameterLocation::Cookie => false,
    };
    let satisfies = |request: &RecordedRequest| {
        let content = operation.body.as_ref().and_then(|body| preferred(&body.contents));
        content.is_none_or(|Content { media_type, schema, .. }| {
            let body = decode(media_type, &request.body, &Value::Null);
            body.is_some_and(|body| {
                schema.as_ref().and_then(|schema| violation(&source.document, schema, &body)).is_none()
            })
        })
    };
    let mut required = operation.parameters.iter().filter(|parameter| parameter.required);
    !transcript.api.is_empty()
        && required.all(|parameter| transcript.api.iter().all(|request| has(request, parameter)))
        && transcript.api.iter().all(satisfies)
}

/// Compares every request with the one that the arguments require.
pub(super) fn check(source: &Source, case: &Case, transcript: &Transcript) -> Vec<Violation> {
    let Some(expected) = &case.request else { return Vec::new() };
    let operation = planned_operation(source, case);
    let checked = Checked { source, operation, expected, is_forbidden: case.outcome.is_refusal() };
    let mut broken = distinct(transcript.api.iter().flat_map(|request| checked.request(request)));
    let count = transcript.api.len();
    if count > 1 && matches!(case.outcome.when_sent(), Outcome::Success(_)) {
        broken.push(Violation::new(&REQUEST_ONCE, "one request", format!("{count} requests")));
    }
    broken
}

/// The operation whose request a case sends first: its own, or the first step of the flow.
fn planned_operation<'a>(source: &'a Source, case: &Case) -> Option<&'a Operation> {
    match case.upload {
        Some(_) => source.upload_operation(),
        None => source.operation(&case.operation),
    }
}

struct Checked<'a> {
    source: &'a Source,
    operation: Option<&'a Operation>,
    expected: &'a ExpectedRequest,
    /// Whether the document forbids the arguments. Then a body with exactly these arguments can break the schema.
    is_forbidden: bool,
}

impl Checked<'_> {
    fn request(&self, request: &RecordedRequest) -> Vec<Violation> {
        let parts = [self.line(request), self.query(request), self.headers(request), self.body(request)];
        parts.into_iter().flatten().collect()
    }

    /// The method and the path.
    fn line(&self, request: &RecordedRequest) -> Vec<Violation> {
        let ExpectedRequest { method, uri, .. } = self.expected;
        let has_method = *method == request.method;
        let method = (!has_method).then(|| Violation::new(&REQUEST_METHOD, method, &request.method));
        let has_path = is_same_path(uri, &request.path);
        let path = (!has_path).then(|| Violation::new(&REQUEST_PATH, uri, &request.path));
        method.into_iter().chain(path).map(|violation| violation.at(self.stated())).collect()
    }

    /// The place of the operation.
    fn stated(&self) -> Option<Location> {
        self.operation.map(|operation| operation.location.clone())
    }

    fn query(&self, request: &RecordedRequest) -> Vec<Violation> {
        let mut sent: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, value) in &request.query {
            sent.entry(name).or_default().push(value);
        }
        let exact = self.expected.query_params.iter().map(|(name, value)| (name, vec![value.clone()]));
        let free = self.expected.require_query_params.iter().map(|(name, allowed)| (name, allowed.clone()));
        let mut broken = Vec::new();
        for (name, allowed) in exact.chain(free) {
            let found = sent.remove(name.as_str());
            broken.extend(self.query_parameter(name, &allowed, found.as_deref()));
        }
        broken.extend(sent.into_iter().map(|(name, values)| {
            let stated = self.parameter(name);
            let why =
                stated.as_ref().map_or("no such parameter is documented", |_| "the call does not have it");
            let (expected, actual) = (format!("no {name}: {why}"), format!("{name}={}", values.join(",")));
            Violation::new(&REQUEST_QUERY_UNDOCUMENTED, expected, actual).at(stated.or(self.stated()))
        }));
        broken
    }

    fn query_parameter(&self, name: &str, allowed: &[String], found: Option<&[&str]>) -> Option<Violation> {
        let is_credential = self.source.provider.has_credential_parameter(name);
        let any = allowed.is_empty();
        let expected = format!("{name}={}", if any { "…".to_owned() } else { allowed.join(" or ") });
        let (rule, actual) = match found {
            Some([value]) if any || allowed.iter().any(|allowed| allowed == value) => return None,
            Some(values) => (&REQUEST_QUERY_VALUE, format!("{name}={}", values.join(&format!("&{name}=")))),
            None => (&REQUEST_QUERY_MISSING, format!("no {name} in the query")),
        };
        let rule = if is_credential { &REQUEST_CREDENTIAL } else { rule };
        Some(Violation::new(rule, expected, actual).at(self.parameter(name)))
    }

    fn parameter(&self, name: &str) -> Option<Location> {
        let parameters = &self.operation?.parameters;
        parameters.iter().find(|parameter| parameter.name == name).map(|parameter| parameter.location.clone())
    }

    fn headers(&self, request: &RecordedRequest) -> Vec<Violation> {
        let mut broken = Vec::new();
        for (name, value) in &self.expected.headers {
            // RFC 9110, 5.3: a header that is not a list occurs once.
            let found = header_values(&request.headers, name);
            if !matches!(found.as_slice(), [found] if is_same_value(name, value, found)) {
                let credentials = self.source.provider.credentials();
                let is_credential = credentials.iter().any(|own| value.contains(&own.sample()));
                let rule = if is_credential { &REQUEST_CREDENTIAL } else { &REQUEST_HEADER_VALUE };
                let stated = self.operation.and_then(|o| Some(o.credentials().first()?.location.clone()));
                let actual = match found.as_slice() {
                    [] => format!("no {name} header"),
                    found => format!("{name}: {}", found.join(&format!("; {name}: "))),
                };
                broken.push(Violation::new(rule, format!("{name}: {value}"), actual).at(stated));
            }
        }
        let undocumented = request.headers.iter().filter(|(name, value)| !self.knows_header(name, value));
        broken.extend(undocumented.map(|(name, value)| {
            let actual = format!("{name}: {value}");
            Violation::new(&REQUEST_HEADER_UNDOCUMENTED, format!("no {name} header"), actual)
        }));
        broken
    }

    fn knows_header(&self, name: &str, value: &str) -> bool {
        let is_standard = is_added_by_platform(name, value) || name == "content-type";
        let is_forbidden = self.expected.forbid_headers.iter().any(|forbidden| forbidden == name);
        !is_forbidden && (is_standard || self.expected.headers.contains_key(name))
    }

    fn body(&self, request: &RecordedRequest) -> Vec<Violation> {
        let stated = self.operation.and_then(|operation| Some(operation.body.as_ref()?.location.clone()));
        let Some(expected) = &self.expected.body else {
            let is_empty = request.body.is_empty();
            let extra = (!is_empty).then(|| Violation::new(&REQUEST_BODY, "no body", &request.body));
            return extra.into_iter().collect();
        };
        let mut broken = Vec::new();
        let wanted = self.expected.body_media_type.as_deref().unwrap_or_default();
        let sent = header_values(&request.headers, "content-type");
        if !matches!(sent.as_slice(), [sent] if essence(sent) == essence(wanted)) {
            let sent = if sent.is_empty() { "no content-type header".to_owned() } else { sent.join("; ") };
            broken.push(Violation::new(&REQUEST_MEDIA_TYPE, wanted, sent).at(stated.clone()));
        }
        let body = decode(wanted, &request.body, expected);
        // The values are compared first, because compiling a schema is slow.
        if body.as_ref().is_some_and(|body| is_same(body, expected)) {
            return broken;
        }
        let judged = body.filter(|_| !self.is_forbidden);
        broken.push(match judged.and_then(|body| self.violation(wanted, &body)) {
            Some(violation) => {
                Violation::new(&REQUEST_BODY_SCHEMA, "a body that satisfies the schema", violation).at(stated)
            }
            None => Violation::new(&REQUEST_BODY, expected.to_string(), &request.body).at(stated),
        });
        broken
    }

    /// Where a body breaks its documented schema.
    fn violation(&self, media_type: &str, body: &Value) -> Option<String> {
        let contents = &self.operation?.body.as_ref()?.contents;
        let content = contents.iter().find(|content| content.media_type == media_type)?;
        violation(&self.source.document, content.schema.as_ref()?, body)
    }
}
