//! Checks of what the caller is told.

use serde_json::Value;

use super::{Broken, request};
use crate::plan::Source;
use crate::plan::case::{Case, Outcome};
use crate::run::driver::{Answer, ErrorReport};
use crate::run::rule::{
    REFUSAL_MISSING, RESPONSE_ERROR_LOST, RESPONSE_FIELD, RESPONSE_STATUS, RESPONSE_SUCCESS_LOST,
};
use crate::run::transcript::Transcript;

/// Checks a case whose call must be refused. Who fills in what is left out sends nothing that the
/// document forbids.
pub fn refused(source: &Source, case: &Case, transcript: &Transcript) -> Vec<Broken> {
    let expected = "a refusal before anything is sent";
    if case.id.ends_with("/absent") && request::is_complete(source, case, transcript) {
        return Vec::new();
    }
    if let Some(request) = transcript.api.first() {
        let body = if request.body.is_empty() { String::new() } else { format!(" {}", request.body) };
        return vec![Broken::new(
            &REFUSAL_MISSING,
            expected,
            format!("sent: {} {}{body}", request.method, request.path),
        )];
    }
    match &transcript.answer {
        Some(Answer::Result(value)) => {
            vec![Broken::new(&REFUSAL_MISSING, expected, format!("reported as a success: {value}"))]
        }
        // Nothing went out: an error without a status is a refusal by another name.
        _ => Vec::new(),
    }
}

/// Checks a case whose call is made.
pub fn check(case: &Case, transcript: &Transcript) -> Vec<Broken> {
    let Some(answer) = &transcript.answer else { return Vec::new() };
    if let (Some(_), Answer::Result(_)) = (case.media, answer) {
        // Whether an upload may be reported as a success is for the checks of uploads to say.
        return Vec::new();
    }
    match (&case.outcome, answer) {
        (Outcome::Success(Value::Null), Answer::Result(_)) => Vec::new(),
        (Outcome::Success(expected), Answer::Result(actual)) => differences(expected, actual, "result"),
        (Outcome::Success(_), Answer::Error(error)) => {
            vec![Broken::new(&RESPONSE_SUCCESS_LOST, "a success", told(error))]
        }
        // No document forbids to follow a redirect: then the other host's answer is what is told.
        (Outcome::Failure { status: Some(300..400), .. }, Answer::Error(_))
            if !transcript.storage.is_empty() =>
        {
            Vec::new()
        }
        (Outcome::Failure { status, body }, Answer::Error(error)) => failure(*status, body.as_ref(), error),
        (Outcome::Failure { .. } | Outcome::Lost, Answer::Result(value)) => {
            vec![Broken::new(&RESPONSE_ERROR_LOST, "an error", format!("success: {value}"))]
        }
        _ => Vec::new(),
    }
}

fn told(error: &ErrorReport) -> String {
    let status = error.status.map_or_else(|| "no status".to_owned(), |status| status.to_string());
    format!("error, {status}: {}", error.message)
}

fn failure(status: Option<u16>, body: Option<&Value>, error: &ErrorReport) -> Vec<Broken> {
    let mut broken = Vec::new();
    if error.status != status {
        let expected = status.map_or_else(|| "no status".to_owned(), |status| format!("status {status}"));
        broken.push(Broken::new(&RESPONSE_STATUS, expected, told(error)));
    }
    if let Some(body) = body {
        broken.extend(differences(body, &error.body, "error.body"));
    }
    broken
}

/// What of the documented value does not reach the caller. More than that may.
fn differences(expected: &Value, actual: &Value, path: &str) -> Vec<Broken> {
    let pairs: Vec<(String, &Value, Option<&Value>)> = match (expected, actual) {
        (Value::Object(fields), Value::Object(_)) => {
            fields.iter().map(|(name, value)| (format!("{path}.{name}"), value, actual.get(name))).collect()
        }
        (Value::Array(elements), Value::Array(_)) => elements
            .iter()
            .enumerate()
            .map(|(index, value)| (format!("{path}[{index}]"), value, actual.get(index)))
            .collect(),
        _ if expected == actual => Vec::new(),
        _ => return vec![lost(path, expected, Some(actual))],
    };
    pairs
        .into_iter()
        .flat_map(|(path, expected, actual)| match actual {
            Some(actual) => differences(expected, actual, &path),
            None => vec![lost(&path, expected, None)],
        })
        .collect()
}

fn lost(path: &str, expected: &Value, actual: Option<&Value>) -> Broken {
    let actual = actual.map_or_else(|| format!("no {path}"), |actual| format!("{path} = {actual}"));
    Broken::new(&RESPONSE_FIELD, format!("{path} = {expected}"), actual)
}
