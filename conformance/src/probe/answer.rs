//! Checks of the responses of a server.

use serde_json::Value;

use super::exchange::Received;
use super::question::{Aspect, Question};
use crate::check::basis::basis;
use crate::check::finding::{Blame, Finding, Violation};
use crate::check::redact::Redactor;
use crate::check::rule::{
    SERVER_ALLOWED, SERVER_ANSWER, SERVER_CHALLENGE, SERVER_CREDENTIAL, SERVER_LIMIT, SERVER_MEDIA_TYPE,
    SERVER_SCHEMA, SERVER_STATUS, SERVER_SYNTAX,
};
use crate::doctor;
use crate::document::schema::validator::violation;
use crate::document::{Content, CredentialKind, Location, Operation, Response};
use crate::plan::case::Case;
use crate::plan::planned_argument::Argument;
use crate::wire::media_type::{includes, is_json};
use crate::wire::message::header;

/// Every rule that the response itself breaks: its body, and the challenge of a 401. It is judged whatever the question was.
pub(super) fn of_response(question: &Question<'_>, received: &Received) -> Vec<Violation> {
    let operation = question.plan.operation;
    let response = operation.response(received.status);
    let content = response.and_then(|response| content(question, response, received));
    content.into_iter().chain(challenge(operation, received)).collect()
}

/// Every rule that the server breaks when this is its answer to the question.
pub(super) fn to_question(question: &Question<'_>, case: &Case, received: &Received) -> Vec<Violation> {
    asked(question, case, received).into_iter().chain(status(question, received)).collect()
}

/// The rule that the server breaks when it does not answer.
pub(super) fn missing(question: &Question<'_>, why: &str) -> Violation {
    match question.aspect {
        Aspect::Syntax => Violation::new(&SERVER_SYNTAX, "a 4xx", format!("no response: {why}")),
        _ => Violation::new(&SERVER_ANSWER, "a complete response", format!("no response: {why}")),
    }
}

/// The findings about the response itself, without those about whether it was the right one.
pub(super) fn about_response(findings: &[Finding]) -> Vec<Finding> {
    let rules = [&SERVER_STATUS, &SERVER_MEDIA_TYPE, &SERVER_SCHEMA, &SERVER_CHALLENGE];
    findings.iter().filter(|finding| rules.contains(&finding.rule)).cloned().collect()
}

/// A finding, with the party that has to fix it.
pub(super) fn finding(
    question: &Question<'_>,
    case: &Case,
    violation: Violation,
    redactor: &Redactor,
) -> Finding {
    let rationale = basis(question.plan.source, case, violation.rule);
    let location = violation.location.clone().unwrap_or_else(|| case.location.clone());
    let is_unclear = violation.rule == &SERVER_ALLOWED && is_unclear(question, &location);
    let blame = if is_unclear { Blame::Document } else { Blame::Server };
    violation.into_finding(rationale.level, blame, location, rationale.because, redactor)
}

/// Whether `doctor` names a defect at this place of the schema of an argument: a server may follow another reading of it.
fn is_unclear(question: &Question<'_>, location: &Location) -> bool {
    defects(question, question.plan.arguments.iter()).contains(location)
}

/// The places within the schemas of these arguments at which `doctor` names a defect.
fn defects<'a>(question: &Question<'_>, arguments: impl Iterator<Item = &'a Argument>) -> Vec<Location> {
    let all = doctor::defects(std::slice::from_ref(&question.plan.source.document));
    let within = |argument: &Argument| {
        let beginning = format!("{}/", argument.schema.pointer);
        let places = all.iter().map(|defect| &defect.location);
        places.filter(move |place| place.pointer.starts_with(&beginning)).cloned().collect::<Vec<_>>()
    };
    arguments.flat_map(within).collect()
}

/// The place that the refusal of a request is about. If the server refuses the smallest documented call, a defect in the schema of
/// an argument may be the reason: then it is the place of that defect.
fn place(question: &Question<'_>, case: &Case, received: &Received) -> Location {
    let is_smallest = question.aspect == Aspect::Success && [400, 422].contains(&received.status);
    if !is_smallest {
        return case.location.clone();
    }
    let given = question.plan.arguments.iter().filter(|one| case.params.contains_key(&one.name));
    defects(question, given).into_iter().next().unwrap_or_else(|| case.location.clone())
}

/// Whether the server did what the case asks.
fn asked(question: &Question<'_>, case: &Case, received: &Received) -> Option<Violation> {
    // An undocumented status is a finding already: any but a 4xx counts as success here.
    let is_unknown = question.plan.operation.response(received.status).is_none();
    let is_refusal = (400..500).contains(&received.status);
    let (rule, expected, holds) = match question.aspect {
        Aspect::Success | Aspect::Allowed => {
            let is_success = received.is_success() || is_unknown && !is_refusal;
            (&SERVER_ALLOWED, "success, because the document allows the request", is_success)
        }
        Aspect::Forbidden => {
            (&SERVER_LIMIT, "a refusal, because the document forbids the request", received.status >= 400)
        }
        Aspect::Credential => {
            let expected = "a refusal, because the request has no valid credential";
            (&SERVER_CREDENTIAL, expected, received.status >= 400)
        }
        Aspect::Syntax => (&SERVER_SYNTAX, "a 4xx, because the body is malformed", is_refusal),
        Aspect::Status | Aspect::Upload | Aspect::AlteredSignature => return None,
    };
    (!holds).then(|| {
        Violation::new(rule, expected, described(received)).at(Some(place(question, case, received)))
    })
}

/// Whether the document has the status.
fn status(question: &Question<'_>, received: &Received) -> Option<Violation> {
    let operation = question.plan.operation;
    let is_known = match question.aspect {
        // HTTP defines these statuses for requests without a valid credential.
        Aspect::Credential => [401, 403, 404].contains(&received.status),
        // The rule about malformed bodies says which statuses are right.
        Aspect::Syntax => true,
        _ => false,
    };
    (!is_known && operation.response(received.status).is_none()).then(|| {
        let violation = Violation::new(&SERVER_STATUS, statuses(operation), described(received));
        violation.at(Some(operation.location.clone()))
    })
}

/// Whether the body is as documented for the response.
fn content(question: &Question<'_>, response: &Response, received: &Received) -> Option<Violation> {
    let first = response.contents.first().filter(|_| question.plan.operation.method != "HEAD")?;
    let sent = header(&received.headers, "content-type").unwrap_or("no content-type header");
    let same = |content: &&Content| includes(&content.media_type, sent);
    let Some(content) = response.contents.iter().find(same) else {
        let types: Vec<&str> = response.contents.iter().map(|content| content.media_type.as_str()).collect();
        let violation = Violation::new(&SERVER_MEDIA_TYPE, types.join(" or "), sent);
        return Some(violation.at(Some(first.location.clone())));
    };
    let schema = content.schema.as_ref().filter(|_| is_json(sent) && !received.is_cut)?;
    let actual = match json(&received.body) {
        Ok(body) => violation(&question.plan.source.document, schema, &body)?,
        Err(error) => format!("not JSON: {error}"),
    };
    let violation = Violation::new(&SERVER_SCHEMA, "a body that satisfies the schema", actual);
    Some(violation.at(Some(content.location.clone())))
}

/// RFC 8259, 8.1: a JSON text is in UTF-8.
fn json(body: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(body)
        .map_err(|error| format!("the byte at index {} is not UTF-8", error.valid_up_to()))?;
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// Whether the challenge of a 401 names a documented scheme. A 401 without one is not judged: many servers send none.
fn challenge(operation: &Operation, received: &Received) -> Option<Violation> {
    let sent = header(&received.headers, "www-authenticate").filter(|_| received.status == 401)?;
    let credentials: Vec<_> = operation.credentials().collect();
    let schemes: Option<Vec<&str>> = credentials.iter().map(|one| scheme(&one.kind)).collect();
    let schemes = schemes.filter(|schemes| !schemes.is_empty())?;
    let lower = sent.to_lowercase();
    let is_named = lower.split([' ', ',']).any(|word| schemes.contains(&word));
    (!is_named).then(|| {
        let location = credentials.first().map(|credential| credential.location.clone());
        Violation::new(&SERVER_CHALLENGE, schemes.join(" or "), sent).at(location)
    })
}

/// The authentication scheme in lower case; none where a credential is a parameter.
fn scheme(kind: &CredentialKind) -> Option<&str> {
    match kind {
        CredentialKind::Bearer => Some("bearer"),
        CredentialKind::Basic => Some("basic"),
        CredentialKind::Challenge(name) => Some(name),
        CredentialKind::Parameter(..) | CredentialKind::Other(_) => None,
    }
}

fn statuses(operation: &Operation) -> String {
    let codes: Vec<String> = operation.responses.iter().map(|response| response.code.to_string()).collect();
    format!("one of {}", codes.join(", "))
}

pub(super) fn described(received: &Received) -> String {
    format!("{} {}", received.status, String::from_utf8_lossy(&received.body).trim()).trim().to_owned()
}
