//! Checks of the request on the wire.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Broken, essence, violation};
use crate::document::{Location, Operation, Parameter, Place};
use crate::plan::call::text;
use crate::plan::case::{Case, ExpectedRequest, Fault, Outcome, Serve};
use crate::plan::{Source, fact, operation};
use crate::run::driver::Answer;
use crate::run::rule::{
    REFUSAL_UNNEEDED, REQUEST_BODY, REQUEST_BODY_SCHEMA, REQUEST_CREDENTIAL, REQUEST_HEADER_UNDOCUMENTED,
    REQUEST_HEADER_VALUE, REQUEST_MEDIA_TYPE, REQUEST_METHOD, REQUEST_ONCE, REQUEST_PATH,
    REQUEST_QUERY_MISSING, REQUEST_QUERY_UNDOCUMENTED, REQUEST_QUERY_VALUE, REQUEST_SENT,
};
use crate::run::transcript::{Recorded, Transcript, header};

/// Headers that HTTP itself, or trace context, gives a meaning in any request.
const STANDARD_HEADERS: &[&str] = &[
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "authorization",
    "baggage",
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "pragma",
    "priority",
    "te",
    "traceparent",
    "tracestate",
    "transfer-encoding",
    "user-agent",
];

/// The finding about a call that the document allows and the client never made.
pub fn unsent(case: &Case, transcript: &Transcript) -> Option<Broken> {
    let expected = case.request.as_ref()?;
    if !transcript.api.is_empty() {
        return None;
    }
    let call = format!("{} {}", expected.method, expected.uri);
    match &transcript.answer {
        Some(Answer::Refused(refusal)) => {
            Some(Broken::new(&REFUSAL_UNNEEDED, call, format!("refused: {}", refusal.message)))
        }
        _ if is_unreachable(case) => None,
        _ => Some(Broken::new(&REQUEST_SENT, call, "nothing was sent")),
    }
}

/// Whether everything that was sent has all that the document requires, and a body that satisfies it.
pub fn is_complete(source: &Source, case: &Case, transcript: &Transcript) -> bool {
    let Some(operation) = planned_operation(source, case) else { return false };
    let has = |request: &Recorded, parameter: &Parameter| match parameter.place {
        Place::Query => {
            request.query.iter().any(|(name, value)| *name == parameter.name && !value.is_empty())
        }
        Place::Header => header(&request.headers, &parameter.name.to_lowercase()).is_some(),
        Place::Path | Place::Cookie => false,
    };
    let satisfies = |request: &Recorded| {
        let Some(content) = operation.body.as_ref().and_then(|body| fact::sent(&body.contents)) else {
            return true;
        };
        let body = decode(&content.media_type, &request.body, &Value::Null);
        let schema = content.schema.as_ref();
        body.is_some_and(|body| {
            schema.and_then(|schema| violation(&source.document, schema, &body)).is_none()
        })
    };
    let mut required = operation.parameters.iter().filter(|parameter| parameter.required);
    !transcript.api.is_empty()
        && required.all(|parameter| transcript.api.iter().all(|request| has(request, parameter)))
        && transcript.api.iter().all(satisfies)
}

/// Checks every request of a case that is to be sent.
pub fn check(source: &Source, case: &Case, transcript: &Transcript) -> Vec<Broken> {
    let Some(expected) = &case.request else { return Vec::new() };
    let checked = Checked { source, operation: planned_operation(source, case), expected };
    // A client that tries again repeats its mistakes: each is told once.
    let mut broken: Vec<Broken> = Vec::new();
    for found in transcript.api.iter().flat_map(|request| checked.request(request)) {
        if !broken.contains(&found) {
            broken.push(found);
        }
    }
    let succeeds = matches!(case.outcome, Outcome::Success(_));
    if succeeds && transcript.api.len() > 1 {
        broken.push(Broken::new(&REQUEST_ONCE, "one request", format!("{} requests", transcript.api.len())));
    }
    broken
}

fn is_unreachable(case: &Case) -> bool {
    matches!(case.serve.first(), Some(Serve::Fault(Fault::Refused)))
}

/// The operation whose request a case makes first: its own, or the first step of its flow.
fn planned_operation<'a>(source: &'a Source, case: &Case) -> Option<&'a Operation> {
    let first_step = source.provider.upload.as_ref().map(|upload| upload.operation.as_str());
    operation(&source.document, &case.operation).or_else(|| operation(&source.document, first_step?))
}

struct Checked<'a> {
    source: &'a Source,
    operation: Option<&'a Operation>,
    expected: &'a ExpectedRequest,
}

impl Checked<'_> {
    fn request(&self, request: &Recorded) -> Vec<Broken> {
        let mut broken = Vec::new();
        broken.extend(self.method(request));
        broken.extend(self.path(request));
        broken.extend(self.query(request));
        broken.extend(self.headers(request));
        broken.extend(self.body(request));
        broken
    }

    fn method(&self, request: &Recorded) -> Option<Broken> {
        let stated = self.operation.map(|operation| operation.location.clone());
        (request.method != self.expected.method)
            .then(|| Broken::new(&REQUEST_METHOD, &self.expected.method, &request.method).at(stated))
    }

    fn path(&self, request: &Recorded) -> Option<Broken> {
        let stated = self.operation.map(|operation| operation.location.clone());
        (request.path != self.expected.uri)
            .then(|| Broken::new(&REQUEST_PATH, &self.expected.uri, &request.path).at(stated))
    }

    fn query(&self, request: &Recorded) -> Vec<Broken> {
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
            let documented = self
                .parameter(name)
                .map_or("no such parameter is documented", |_| "the call does not give it");
            Broken::new(
                &REQUEST_QUERY_UNDOCUMENTED,
                format!("no {name}: {documented}"),
                format!("{name}={}", values.join(",")),
            )
            .at(self.parameter(name).or(self.operation.map(|operation| operation.location.clone())))
        }));
        broken
    }

    fn query_parameter(&self, name: &str, allowed: &[String], found: Option<&[&str]>) -> Option<Broken> {
        let is_credential = self.source.provider.credential().parameter.as_deref() == Some(name);
        let expected = if allowed.is_empty() {
            format!("{name}=…")
        } else {
            format!("{name}={}", allowed.join(" or "))
        };
        let broken = match found {
            None if is_credential => {
                Broken::new(&REQUEST_CREDENTIAL, expected, format!("no {name} in the query"))
            }
            None => Broken::new(&REQUEST_QUERY_MISSING, expected, format!("no {name} in the query")),
            Some([value]) if allowed.is_empty() || allowed.iter().any(|allowed| allowed == value) => {
                return None;
            }
            Some(values) => {
                let rule = if is_credential { &REQUEST_CREDENTIAL } else { &REQUEST_QUERY_VALUE };
                Broken::new(rule, expected, format!("{name}={}", values.join(&format!("&{name}="))))
            }
        };
        Some(broken.at(self.parameter(name)))
    }

    fn parameter(&self, name: &str) -> Option<Location> {
        let parameters = &self.operation?.parameters;
        parameters.iter().find(|parameter| parameter.name == name).map(|parameter| parameter.location.clone())
    }

    fn headers(&self, request: &Recorded) -> Vec<Broken> {
        let mut broken = Vec::new();
        for (name, value) in &self.expected.headers {
            let found = header(&request.headers, name);
            if found != Some(value) {
                let credential = self.source.provider.credential().sample;
                let rule =
                    if value.contains(&credential) { &REQUEST_CREDENTIAL } else { &REQUEST_HEADER_VALUE };
                let stated = self.operation.and_then(|o| Some(o.credentials().first()?.location.clone()));
                let actual =
                    found.map_or_else(|| format!("no {name} header"), |found| format!("{name}: {found}"));
                broken.push(Broken::new(rule, format!("{name}: {value}"), actual).at(stated));
            }
        }
        let foreign = request.headers.iter().filter(|(name, _)| !self.knows_header(name));
        broken.extend(foreign.map(|(name, value)| {
            Broken::new(&REQUEST_HEADER_UNDOCUMENTED, format!("no {name} header"), format!("{name}: {value}"))
        }));
        broken
    }

    fn knows_header(&self, name: &str) -> bool {
        if self.expected.forbid_headers.iter().any(|forbidden| forbidden == name) {
            return false;
        }
        STANDARD_HEADERS.contains(&name) || self.expected.headers.contains_key(name)
    }

    fn body(&self, request: &Recorded) -> Vec<Broken> {
        let stated =
            self.operation.and_then(|operation| operation.body.as_ref()).map(|body| body.location.clone());
        let Some(expected) = &self.expected.body else {
            let extra =
                (!request.body.is_empty()).then(|| Broken::new(&REQUEST_BODY, "no body", &request.body));
            return extra.into_iter().collect();
        };
        let mut broken = Vec::new();
        let wanted = self.expected.body_media_type.as_deref().unwrap_or_default();
        let sent = header(&request.headers, "content-type").unwrap_or("no content-type header");
        if essence(sent) != essence(wanted) {
            broken.push(Broken::new(&REQUEST_MEDIA_TYPE, wanted, sent).at(stated.clone()));
        }
        let Some(body) = decode(wanted, &request.body, expected) else {
            broken.push(Broken::new(&REQUEST_BODY, expected.to_string(), &request.body).at(stated));
            return broken;
        };
        if let Some(violation) = self.violation(wanted, &body) {
            broken.push(
                Broken::new(&REQUEST_BODY_SCHEMA, "a body that satisfies the schema", violation).at(stated),
            );
        } else if body != *expected {
            broken.push(Broken::new(&REQUEST_BODY, expected.to_string(), &request.body).at(stated));
        }
        broken
    }

    /// Where a body breaks its documented schema.
    fn violation(&self, media_type: &str, body: &Value) -> Option<String> {
        let contents = &self.operation?.body.as_ref()?.contents;
        let content = contents.iter().find(|content| content.media_type == media_type)?;
        violation(&self.source.document, content.schema.as_ref()?, body)
    }
}

/// A body as a value. In a form every value is a text: it is the expected one where that is written so.
fn decode(media_type: &str, body: &str, expected: &Value) -> Option<Value> {
    if essence(media_type) == "application/x-www-form-urlencoded" {
        let meant = |name: &str, sent: &str| {
            let known = expected.get(name).filter(|known| text(known) == sent);
            known.cloned().unwrap_or_else(|| sent.into())
        };
        let pairs = url::form_urlencoded::parse(body.as_bytes());
        let fields: Map<String, Value> =
            pairs.map(|(name, value)| (name.to_string(), meant(&name, &value))).collect();
        return Some(Value::Object(fields));
    }
    serde_json::from_str(body).ok()
}
