//! Checks of the requests that the API received.

use std::collections::BTreeMap;

use serde_json::Map;

use super::finding::{Violation, distinct};
use super::header::{is_added_by_platform, is_own_cookie};
use super::rule::{
    REFUSAL_UNNEEDED, REQUEST_BODY, REQUEST_BODY_SCHEMA, REQUEST_CREDENTIAL, REQUEST_HEADER_UNDOCUMENTED,
    REQUEST_HEADER_VALUE, REQUEST_MEDIA_TYPE, REQUEST_METHOD, REQUEST_ONCE, REQUEST_PATH,
    REQUEST_QUERY_MISSING, REQUEST_QUERY_UNDOCUMENTED, REQUEST_QUERY_VALUE, REQUEST_SENT,
};
use super::transcript::{Answer, Transcript};
use crate::document::schema::validator::violation;
use crate::document::{Location, Operation, Parameter, ParameterLocation, Style};
use crate::plan::case::{Case, Outcome, Serve, TransportFault};
use crate::plan::source::Source;
use crate::wire::body::{BodyFormat, preferred};
use crate::wire::message::{ExpectedRequest, RecordedRequest, header, header_values, is_same_header};
use crate::wire::reading::RawPair;
use crate::wire::serialisation::text;
use crate::wire::value::is_composite;

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
    let satisfies = |request: &RecordedRequest| {
        let content = operation.body.as_ref().and_then(|body| preferred(&body.contents));
        content.is_none_or(|content| {
            let document = &source.document;
            let body =
                BodyFormat::of(document, content).value(document, content.schema.as_ref(), &request.content);
            body.is_some_and(|body| {
                content.schema.as_ref().and_then(|schema| violation(document, schema, &body)).is_none()
            })
        })
    };
    let mut required = operation.parameters.iter().filter(|parameter| parameter.required);
    !transcript.api.is_empty()
        && required.all(|parameter| transcript.api.iter().all(|request| has(request, parameter)))
        && transcript.api.iter().all(satisfies)
}

/// Whether a request has a value for a parameter. In a path an absent value cannot be told from another path.
fn has(request: &RecordedRequest, parameter: &Parameter) -> bool {
    let is_named = |name: &str| name == parameter.name || name.starts_with(&format!("{}[", parameter.name));
    match parameter.sent_in {
        ParameterLocation::Query => {
            request.query.iter().any(|(name, value)| is_named(name) && !value.is_empty())
        }
        ParameterLocation::Header => header(&request.headers, &parameter.name.to_lowercase()).is_some(),
        ParameterLocation::Cookie => request.cookies().iter().any(|cookie| is_named(&cookie.name)),
        ParameterLocation::Path => false,
    }
}

/// Compares every request with the one that the arguments require.
pub(super) fn check(source: &Source, case: &Case, transcript: &Transcript) -> Vec<Violation> {
    let Some(expected) = &case.request else { return Vec::new() };
    let operation = planned_operation(source, case);
    let is_forbidden = case.outcome.is_refusal();
    let mut broken = distinct(transcript.api.iter().flat_map(|request| {
        let expected = expected.with_credentials_of(request);
        Checked { source, operation, expected: &expected, is_forbidden }.request(request)
    }));
    broken.extend(unanswered_challenge(transcript, operation));
    let challenges =
        (0..transcript.api.len()).filter(|index| is_challenge(transcript.served_to(*index))).count();
    let count = transcript.api.len() - challenges;
    if count > 1 && matches!(case.outcome.when_sent(), Outcome::Success(_)) {
        broken.push(Violation::new(&REQUEST_ONCE, "one request", format!("{count} requests")));
    }
    broken
}

/// Whether a response asks for a digest.
fn is_challenge(served: Option<&Serve>) -> bool {
    let Some(Serve::Response(response)) = served else { return false };
    response.code == 401
        && response
            .headers
            .iter()
            .any(|(name, value)| name == "www-authenticate" && value.starts_with("Digest "))
}

/// The finding about a client that tries again without the digest for which the server has asked.
fn unanswered_challenge(transcript: &Transcript, operation: Option<&Operation>) -> Option<Violation> {
    let first = (0..transcript.api.len()).find(|index| is_challenge(transcript.served_to(*index)))?;
    let values = |request: &RecordedRequest| header_values(&request.headers, "authorization").join("; ");
    let is_digest =
        |value: &String| value.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("digest "));
    let other = transcript.api.iter().skip(first + 1).map(values).find(|value| !is_digest(value))?;
    let actual = if other.is_empty() {
        "no authorization header".to_owned()
    } else {
        format!("authorization: {other}")
    };
    let asked = operation?.credentials().find(|credential| credential.kind.is_digest());
    let violation =
        Violation::new(&REQUEST_CREDENTIAL, "authorization: Digest …, after the challenge", actual);
    Some(violation.at(asked.map(|credential| credential.location.clone())))
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
        let parts = [
            self.line(request),
            self.query(request),
            self.headers(request),
            self.cookies(request),
            self.body(request),
        ];
        parts.into_iter().flatten().collect()
    }

    /// The method and the path.
    fn line(&self, request: &RecordedRequest) -> Vec<Violation> {
        let ExpectedRequest { method, uri, .. } = self.expected;
        let has_method = *method == request.method;
        let method = (!has_method).then(|| Violation::new(&REQUEST_METHOD, method, &request.method));
        let has_path = self.expected.is_path(&request.path);
        let path = (!has_path).then(|| Violation::new(&REQUEST_PATH, uri, &request.path));
        method.into_iter().chain(path).map(|violation| violation.at(self.stated())).collect()
    }

    /// The place of the operation.
    fn stated(&self) -> Option<Location> {
        self.operation.map(|operation| operation.location.clone())
    }

    fn query(&self, request: &RecordedRequest) -> Vec<Violation> {
        let mut left = RawPair::all(&request.raw_query);
        let mut broken = self.in_pairs(ParameterLocation::Query, &mut left);
        for (name, allowed) in &self.expected.require_query_params {
            let found: Vec<String> =
                left.extract_if(.., |pair| pair.name == *name).map(|pair| pair.text()).collect();
            broken.extend(self.query_parameter(name, allowed, &found));
        }
        broken.extend(self.unexpected(ParameterLocation::Query, left).map(|(name, values)| {
            let stated = self.parameter(ParameterLocation::Query, &name);
            let why =
                stated.as_ref().map_or("no such parameter is documented", |_| "the call does not have it");
            let (expected, actual) = (format!("no {name}: {why}"), format!("{name}={values}"));
            Violation::new(&REQUEST_QUERY_UNDOCUMENTED, expected, actual).at(stated.or(self.stated()))
        }));
        broken
    }

    /// Takes the expected parameters out of a query or of cookies.
    fn in_pairs(&self, place: ParameterLocation, left: &mut Vec<RawPair>) -> Vec<Violation> {
        let broken = self.expected.sent_in(place).filter_map(|parameter| {
            let taken = parameter.take(left);
            let mut others = self.expected.sent_in(place).filter(|other| other.name != parameter.name);
            if parameter.is_pairs(&taken) || others.any(|other| other.is_like(parameter)) {
                return None;
            }
            let rule = match (place, taken.is_empty()) {
                _ if self.expected.has_credential(&parameter.name) => &REQUEST_CREDENTIAL,
                (ParameterLocation::Query, true) => &REQUEST_QUERY_MISSING,
                (ParameterLocation::Query, false) => &REQUEST_QUERY_VALUE,
                _ => &REQUEST_HEADER_VALUE,
            };
            let is_plain = !is_composite(&parameter.value);
            let shown = |pair: &RawPair| if is_plain { pair.text() } else { pair.value.clone() };
            let sent: Vec<_> = taken.iter().map(|pair| format!("{}={}", pair.name, shown(pair))).collect();
            let noun = if place == ParameterLocation::Query { "in the query" } else { "cookie" };
            let actual =
                if sent.is_empty() { format!("no {} {noun}", parameter.name) } else { sent.join("&") };
            let expected = match is_plain && !matches!(parameter.format.style, Style::Content(_)) {
                true => format!("{}={}", parameter.name, text(&parameter.value)),
                false => parameter.written(),
            };
            Some(Violation::new(rule, expected, actual).at(self.parameter(place, &parameter.name)))
        });
        broken.collect()
    }

    /// The pairs that no parameter explains, by name. A credential of another alternative is explained.
    fn unexpected(
        &self,
        place: ParameterLocation,
        left: Vec<RawPair>,
    ) -> impl Iterator<Item = (String, String)> {
        let mut unexpected: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for pair in left
            .into_iter()
            .filter(|pair| !self.expected.is_other_credential(place, &pair.name, &pair.text()))
        {
            unexpected.entry(pair.name.clone()).or_default().push(pair.text());
        }
        unexpected.into_iter().map(|(name, values)| (name, values.join(",")))
    }

    fn query_parameter(&self, name: &str, allowed: &[String], found: &[String]) -> Option<Violation> {
        let is_credential =
            self.source.provider.has_credential_parameter(name) || self.expected.has_credential(name);
        let any = allowed.is_empty();
        let expected = format!("{name}={}", if any { "…".to_owned() } else { allowed.join(" or ") });
        let (rule, actual) = match found {
            [value] if any || allowed.contains(value) => return None,
            [] => (&REQUEST_QUERY_MISSING, format!("no {name} in the query")),
            values => (&REQUEST_QUERY_VALUE, format!("{name}={}", values.join(&format!("&{name}=")))),
        };
        let rule = if is_credential { &REQUEST_CREDENTIAL } else { rule };
        Some(Violation::new(rule, expected, actual).at(self.parameter(ParameterLocation::Query, name)))
    }

    fn parameter(&self, place: ParameterLocation, name: &str) -> Option<Location> {
        let parameters = &self.operation?.parameters;
        let is_named = |parameter: &&Parameter| parameter.sent_in == place && parameter.name == name;
        parameters.iter().find(is_named).map(|parameter| parameter.location.clone())
    }

    fn headers(&self, request: &RecordedRequest) -> Vec<Violation> {
        let mut broken = Vec::new();
        for (name, value) in &self.expected.headers {
            // RFC 9110, 5.3: a header that is not a list occurs once.
            let found = header_values(&request.headers, name);
            if !matches!(found.as_slice(), [found] if is_same_header(name, value, found)) {
                let is_credential = self.expected.has_credential(name);
                let rule = if is_credential { &REQUEST_CREDENTIAL } else { &REQUEST_HEADER_VALUE };
                let stated = self.operation.and_then(|o| Some(o.credentials().next()?.location.clone()));
                broken.push(Violation::new(rule, format!("{name}: {value}"), lines(name, &found)).at(stated));
            }
        }
        if let Some(value) = self.expected.unknown_authorization(request) {
            let expected = "a documented credential, or no authorization header";
            broken.push(Violation::new(&REQUEST_CREDENTIAL, expected, format!("authorization: {value}")));
        }
        for parameter in self.expected.sent_in(ParameterLocation::Header) {
            let name = parameter.name.to_lowercase();
            let found = header_values(&request.headers, &name);
            if !parameter.is_header(&found) {
                let expected = format!("{name}: {}", parameter.written());
                let stated = self.parameter(ParameterLocation::Header, &parameter.name);
                broken.push(Violation::new(&REQUEST_HEADER_VALUE, expected, lines(&name, &found)).at(stated));
            }
        }
        let undocumented = request.headers.iter().filter(|(name, value)| !self.knows_header(name, value));
        broken.extend(undocumented.map(|(name, value)| {
            let actual = format!("{name}: {value}");
            Violation::new(&REQUEST_HEADER_UNDOCUMENTED, format!("no {name} header"), actual)
        }));
        broken
    }

    /// The cookies are judged one by one: see `cookies`.
    fn knows_header(&self, name: &str, value: &str) -> bool {
        let is_standard = is_added_by_platform(name, value) || ["content-type", "cookie"].contains(&name);
        let is_forbidden = self.expected.forbid_headers.iter().any(|forbidden| forbidden == name);
        let mut given = self.expected.sent_in(ParameterLocation::Header);
        let is_expected = self.expected.headers.contains_key(name)
            || given.any(|parameter| parameter.name.eq_ignore_ascii_case(name))
            || self.expected.is_other_credential(ParameterLocation::Header, name, value);
        !is_forbidden && (is_standard || is_expected)
    }

    fn cookies(&self, request: &RecordedRequest) -> Vec<Violation> {
        let mut left = request.cookies();
        let mut broken = self.in_pairs(ParameterLocation::Cookie, &mut left);
        left.retain(|pair| !is_own_cookie(pair));
        broken.extend(self.unexpected(ParameterLocation::Cookie, left).map(|(name, values)| {
            let actual = format!("cookie: {name}={values}");
            Violation::new(&REQUEST_HEADER_UNDOCUMENTED, format!("no {name} cookie"), actual)
        }));
        broken
    }

    fn body(&self, request: &RecordedRequest) -> Vec<Violation> {
        let own = self.operation.and_then(|operation| operation.body.as_ref());
        let stated = own.map(|body| body.location.clone());
        let Some(expected) = &self.expected.body else {
            let is_empty = request.content.is_empty();
            let extra = (!is_empty).then(|| Violation::new(&REQUEST_BODY, "no body", &request.body));
            return extra.into_iter().collect();
        };
        let is_optional = own.is_some_and(|body| !body.required);
        if is_optional && request.content.is_empty() && expected.as_object().is_some_and(Map::is_empty) {
            return Vec::new();
        }
        let mut broken = Vec::new();
        let documented = self.expected.body_format(request);
        let sent = header_values(&request.headers, "content-type").join("; ");
        if documented.is_none() {
            let sent = if sent.is_empty() { "no content-type header" } else { &sent };
            let wanted = self.expected.media_types();
            broken.push(Violation::new(&REQUEST_MEDIA_TYPE, wanted, sent).at(stated.clone()));
        }
        let Some(format) = documented.or(self.expected.own_body_format()) else { return broken };
        // The values are compared first, because compiling a schema is slow.
        if format.is(&sent, &request.content, expected) {
            return broken;
        }
        broken.push(match self.violation(format, request).filter(|_| !self.is_forbidden) {
            Some(violation) => {
                Violation::new(&REQUEST_BODY_SCHEMA, "a body that satisfies the schema", violation).at(stated)
            }
            None => Violation::new(&REQUEST_BODY, expected.to_string(), &request.body).at(stated),
        });
        broken
    }

    /// Where a body breaks its documented schema.
    fn violation(&self, format: &BodyFormat, request: &RecordedRequest) -> Option<String> {
        let contents = &self.operation?.body.as_ref()?.contents;
        let content = contents.iter().find(|content| content.media_type == format.media_type)?;
        let schema = content.schema.as_ref()?;
        let body = format.value(&self.source.document, Some(schema), &request.content)?;
        violation(&self.source.document, schema, &body)
    }
}

/// The lines of a header, in words.
fn lines(name: &str, found: &[&str]) -> String {
    match found {
        [] => format!("no {name} header"),
        found => format!("{name}: {}", found.join(&format!("; {name}: "))),
    }
}
