//! Checks of the outcome that the caller sees.

use serde_json::Value;

use super::finding::Violation;
use super::request;
use super::rule::{
    REFUSAL_MISSING, RESPONSE_ERROR_LOST, RESPONSE_FIELD, RESPONSE_STATUS, RESPONSE_SUCCESS_LOST,
};
use super::transcript::{Answer, ErrorReport, Transcript};
use crate::plan::case::{Case, Family, Outcome};
use crate::plan::source::Source;
use crate::wire::message::RecordedRequest;

/// Checks a case whose call must be refused. A client may supply a missing argument by itself instead.
pub(super) fn refused(source: &Source, case: &Case, transcript: &Transcript) -> Option<Violation> {
    if matches!(case.family, Family::MissingArgument(_)) && request::is_complete(source, case, transcript) {
        return None;
    }
    let actual = match (transcript.api.first(), &transcript.answer) {
        (Some(RecordedRequest { method, path, body, .. }), _) => {
            format!("sent: {method} {path}{}{body}", if body.is_empty() { "" } else { " " })
        }
        (None, Some(Answer::Result(value))) => format!("reported as a success: {value}"),
        // No request was sent: an error without a status is a refusal too.
        _ => return None,
    };
    Some(Violation::new(&REFUSAL_MISSING, "a refusal before a request is sent", actual))
}

/// Checks a case whose call must be sent.
pub(super) fn check(case: &Case, transcript: &Transcript) -> Vec<Violation> {
    let Some(answer) = &transcript.answer else { return Vec::new() };
    match (&case.outcome, answer) {
        // The checks of uploads decide whether success may be reported.
        (_, Answer::Result(_)) if case.upload.is_some() => Vec::new(),
        (Outcome::Success(Value::Null), Answer::Result(_)) => Vec::new(),
        (Outcome::Success(expected), Answer::Result(actual)) => differences(expected, actual, "result"),
        (Outcome::Success(_), Answer::Error(error)) => {
            vec![Violation::new(&RESPONSE_SUCCESS_LOST, "a success", described(error))]
        }
        // No document forbids following a redirect. Then the caller sees the response of the other host.
        (Outcome::Failure { status: Some(300..400), .. }, Answer::Error(_))
            if !transcript.storage.is_empty() =>
        {
            Vec::new()
        }
        (Outcome::Failure { status, body }, Answer::Error(error)) => failure(*status, body.as_ref(), error),
        (Outcome::Failure { .. } | Outcome::Lost, Answer::Result(value)) => {
            vec![Violation::new(&RESPONSE_ERROR_LOST, "an error", format!("success: {value}"))]
        }
        _ => Vec::new(),
    }
}

fn described(error: &ErrorReport) -> String {
    let status = error.status.map_or_else(|| "no status".to_owned(), |status| status.to_string());
    format!("error, {status}: {}", error.message)
}

fn failure(status: Option<u16>, body: Option<&Value>, error: &ErrorReport) -> Vec<Violation> {
    let mut broken = Vec::new();
    if error.status != status {
        let expected = status.map_or_else(|| "no status".to_owned(), |status| format!("status {status}"));
        broken.push(Violation::new(&RESPONSE_STATUS, expected, described(error)));
    }
    if let Some(body) = body {
        broken.extend(differences(body, &error.body, "error.body"));
    }
    broken
}

/// The parts of the documented value that the caller does not see. Additional parts are allowed.
fn differences(expected: &Value, actual: &Value, path: &str) -> Vec<Violation> {
    let pairs: Vec<(String, &Value, Option<&Value>)> = match (expected, actual) {
        (Value::Object(fields), Value::Object(_)) => {
            fields.iter().map(|(name, value)| (format!("{path}.{name}"), value, actual.get(name))).collect()
        }
        (Value::Array(elements), Value::Array(_)) => {
            let elements = elements.iter().enumerate();
            elements.map(|(index, value)| (format!("{path}[{index}]"), value, actual.get(index))).collect()
        }
        _ if expected == actual => Vec::new(),
        _ => return vec![lost(path, expected, Some(actual))],
    };
    let broken = pairs.into_iter().flat_map(|(path, expected, actual)| match actual {
        Some(actual) => differences(expected, actual, &path),
        None => vec![lost(&path, expected, None)],
    });
    broken.collect()
}

fn lost(path: &str, expected: &Value, actual: Option<&Value>) -> Violation {
    let actual = actual.map_or_else(|| format!("no {path}"), |actual| format!("{path} = {actual}"));
    Violation::new(&RESPONSE_FIELD, format!("{path} = {expected}"), actual)
}
