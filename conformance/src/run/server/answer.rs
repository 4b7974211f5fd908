//! Checks of what a server answers.

use serde_json::Value;

use super::question::{Part, Question};
use crate::document::{Content, Location, Operation, Response};
use crate::plan::case::{Case, ServedResponse};
use crate::run::check::{Blame, Finding, Level, essence, is_ambiguous, violation};
use crate::run::redact::{Redactor, shorten};
use crate::run::rule::{
    Rule, SERVER_ALLOWED, SERVER_CREDENTIAL, SERVER_LIMIT, SERVER_MEDIA_TYPE, SERVER_SCHEMA, SERVER_STATUS,
};
use crate::run::transcript::header;

/// Everything an answer breaks.
pub(super) fn check(
    question: &Question<'_>,
    case: &Case,
    served: &ServedResponse,
    redactor: &Redactor,
) -> Vec<Finding> {
    let operation = question.call.operation;
    let mut broken: Vec<Broken> = asked(question, case, served).into_iter().collect();
    match operation.response(served.code) {
        Some(response) => broken.extend(content(question, response, served)),
        // HTTP itself says what these two mean.
        None if question.part == Part::Credential && [401, 403].contains(&served.code) => {}
        None => broken.push((&SERVER_STATUS, operation.location.clone(), statuses(operation), told(served))),
    }
    broken.into_iter().map(|broken| finding(question, case, broken, redactor)).collect()
}

/// Those findings that are about the response itself, and not about what it answers.
pub(super) fn of_response(findings: &[Finding]) -> Vec<Finding> {
    let rules = [SERVER_STATUS.id, SERVER_MEDIA_TYPE.id, SERVER_SCHEMA.id];
    findings.iter().filter(|finding| rules.contains(&finding.rule)).cloned().collect()
}

/// A rule, where it is stated, what should have come, and what came.
type Broken = (&'static Rule, Location, String, String);

/// Whether the server did what the case asks.
fn asked(question: &Question<'_>, case: &Case, served: &ServedResponse) -> Option<Broken> {
    // Of a status that no document mentions, that says enough.
    let is_unknown = question.call.operation.response(served.code).is_none();
    let is_success = (200..300).contains(&served.code) || is_unknown && !(400..500).contains(&served.code);
    let (rule, expected, holds) = match question.part {
        Part::Success | Part::Allowed => {
            (&SERVER_ALLOWED, "a success, for the document allows it", is_success)
        }
        Part::Forbidden => (&SERVER_LIMIT, "a refusal, for the document forbids it", served.code >= 400),
        Part::Credential => (&SERVER_CREDENTIAL, "a refusal, for there is no credential", served.code >= 400),
        Part::Status => return None,
    };
    let secured = question.call.operation.security.iter().flatten().next();
    let location = match (question.part, secured) {
        (Part::Credential, Some(credential)) => credential.location.clone(),
        _ => case.location.clone(),
    };
    (!holds).then(|| (rule, location, expected.to_owned(), told(served)))
}

/// Whether the answer's body is what its response documents.
fn content(question: &Question<'_>, response: &Response, served: &ServedResponse) -> Option<Broken> {
    let first = response.contents.first()?;
    let sent = header(&served.headers, "content-type").unwrap_or("no content-type header");
    let same = |content: &&Content| essence(&content.media_type) == essence(sent);
    let Some(content) = response.contents.iter().find(same) else {
        let types: Vec<&str> = response.contents.iter().map(|content| content.media_type.as_str()).collect();
        return Some((&SERVER_MEDIA_TYPE, first.location.clone(), types.join(" or "), sent.to_owned()));
    };
    let schema = content.schema.as_ref().filter(|_| essence(sent).ends_with("json"))?;
    let actual = match serde_json::from_str::<Value>(&served.body) {
        Ok(body) => violation(&question.call.source.document, schema, &body)?,
        Err(error) => format!("not JSON: {error}"),
    };
    let expected = "a body that satisfies the schema".to_owned();
    Some((&SERVER_SCHEMA, content.location.clone(), expected, actual))
}

fn finding(
    question: &Question<'_>,
    case: &Case,
    (rule, location, expected, actual): Broken,
    redactor: &Redactor,
) -> Finding {
    let document = &question.call.source.document;
    let misread =
        question.call.arguments.iter().any(|argument| is_ambiguous(document, &argument.schema.pointer));
    Finding {
        rule: rule.id,
        says: rule.says,
        level: Level::Must,
        blame: if misread && rule.id == SERVER_ALLOWED.id { Blame::Document } else { Blame::Server },
        location,
        because: case.purpose.clone(),
        expected: shorten(&redactor.text(&expected)),
        actual: shorten(&redactor.text(&actual)),
    }
}

fn statuses(operation: &Operation) -> String {
    let codes: Vec<String> = operation.responses.iter().map(|response| response.code.to_string()).collect();
    format!("one of {}", codes.join(", "))
}

fn told(served: &ServedResponse) -> String {
    format!("{} {}", served.code, served.body.trim()).trim().to_owned()
}
