//! Checks of the responses of a server.

use serde_json::Value;

use super::question::{Aspect, Question};
use crate::check::finding::{Blame, Finding, Level, Violation, is_ambiguous};
use crate::check::redact::Redactor;
use crate::check::rule::{
    SERVER_ALLOWED, SERVER_CREDENTIAL, SERVER_LIMIT, SERVER_MEDIA_TYPE, SERVER_SCHEMA, SERVER_STATUS,
};
use crate::document::schema::validator::violation;
use crate::document::{Content, Operation, Response};
use crate::plan::case::{Case, ServedResponse};
use crate::wire::body::essence;
use crate::wire::message::header;

/// Every rule that a response breaks.
pub(super) fn check(
    question: &Question<'_>,
    case: &Case,
    served: &ServedResponse,
    redactor: &Redactor,
) -> Vec<Finding> {
    let operation = question.plan.operation;
    let mut broken: Vec<Violation> = asked(question, case, served).into_iter().collect();
    match operation.response(served.code) {
        Some(response) => broken.extend(content(question, response, served)),
        // HTTP defines these two statuses for requests without a valid credential.
        None if question.aspect == Aspect::Credential && [401, 403].contains(&served.code) => {}
        None => {
            let violation = Violation::new(&SERVER_STATUS, statuses(operation), described(served));
            broken.push(violation.at(Some(operation.location.clone())));
        }
    }
    broken.into_iter().map(|violation| finding(question, case, violation, redactor)).collect()
}

/// The findings about the response itself, without those about whether it was the right one.
pub(super) fn of_response(findings: &[Finding]) -> Vec<Finding> {
    let rules = [&SERVER_STATUS, &SERVER_MEDIA_TYPE, &SERVER_SCHEMA];
    findings.iter().filter(|finding| rules.contains(&finding.rule)).cloned().collect()
}

/// Whether the server did what the case asks.
fn asked(question: &Question<'_>, case: &Case, served: &ServedResponse) -> Option<Violation> {
    // An undocumented status is a finding already: any but a 4xx counts as success here.
    let is_unknown = question.plan.operation.response(served.code).is_none();
    let is_success = (200..300).contains(&served.code) || is_unknown && !(400..500).contains(&served.code);
    let (rule, expected, holds) = match question.aspect {
        Aspect::Success | Aspect::Allowed => {
            (&SERVER_ALLOWED, "success, because the document allows the request", is_success)
        }
        Aspect::Forbidden => {
            (&SERVER_LIMIT, "a refusal, because the document forbids the request", served.code >= 400)
        }
        Aspect::Credential => {
            (&SERVER_CREDENTIAL, "a refusal, because the request has no credential", served.code >= 400)
        }
        Aspect::Status => return None,
    };
    let secured = question.plan.operation.security.iter().flatten().next();
    let location = match (question.aspect, secured) {
        (Aspect::Credential, Some(credential)) => credential.location.clone(),
        _ => case.location.clone(),
    };
    (!holds).then(|| Violation::new(rule, expected, described(served)).at(Some(location)))
}

/// Whether the body is as documented for the response.
fn content(question: &Question<'_>, response: &Response, served: &ServedResponse) -> Option<Violation> {
    let first = response.contents.first()?;
    let sent = header(&served.headers, "content-type").unwrap_or("no content-type header");
    let same = |content: &&Content| essence(&content.media_type) == essence(sent);
    let Some(content) = response.contents.iter().find(same) else {
        let types: Vec<&str> = response.contents.iter().map(|content| content.media_type.as_str()).collect();
        let violation = Violation::new(&SERVER_MEDIA_TYPE, types.join(" or "), sent);
        return Some(violation.at(Some(first.location.clone())));
    };
    let schema = content.schema.as_ref().filter(|_| essence(sent).ends_with("json"))?;
    let actual = match serde_json::from_str::<Value>(&served.body) {
        Ok(body) => violation(&question.plan.source.document, schema, &body)?,
        Err(error) => format!("not JSON: {error}"),
    };
    let violation = Violation::new(&SERVER_SCHEMA, "a body that satisfies the schema", actual);
    Some(violation.at(Some(content.location.clone())))
}

fn finding(question: &Question<'_>, case: &Case, violation: Violation, redactor: &Redactor) -> Finding {
    let document = &question.plan.source.document;
    let mut schemas = question.plan.arguments.iter().map(|argument| &argument.schema.pointer);
    let misread = violation.rule == &SERVER_ALLOWED && schemas.any(|pointer| is_ambiguous(document, pointer));
    let blame = if misread { Blame::Document } else { Blame::Server };
    let location = violation.location.clone().unwrap_or_else(|| case.location.clone());
    violation.into_finding(Level::Must, blame, location, case.purpose.clone(), redactor)
}

fn statuses(operation: &Operation) -> String {
    let codes: Vec<String> = operation.responses.iter().map(|response| response.code.to_string()).collect();
    format!("one of {}", codes.join(", "))
}

fn described(served: &ServedResponse) -> String {
    format!("{} {}", served.code, served.body.trim()).trim().to_owned()
}
