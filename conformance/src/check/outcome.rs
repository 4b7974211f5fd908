//! Checks of the outcome that the caller sees.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::error_report;
use super::finding::Violation;
use super::request;
use super::rule::{
    REFUSAL_MISSING, RESPONSE_ERROR_LOST, RESPONSE_FIELD, RESPONSE_INVALID_ACCEPTED, RESPONSE_STATUS,
    RESPONSE_SUCCESS_LOST,
};
use super::transcript::{Answer, ErrorReport, Transcript};
use crate::plan::case::{Case, Family, Outcome};
use crate::plan::source::Source;
use crate::wire::message::RecordedRequest;
use crate::wire::target::normalised;
use crate::wire::value::is_same;

/// A time in UTC as in RFC 3339, 5.6. It captures the date, the time, and the fraction of a second without trailing zeros.
static TIME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^(\d{4}-\d\d-\d\d)[t ](\d\d:\d\d:\d\d)(?:\.(\d*?)0*)?(?:z|[+-]00:00)$").ok()
});

/// Checks whether a forbidden call was refused. A client may supply a missing argument by itself instead.
pub(super) fn refusal(source: &Source, case: &Case, transcript: &Transcript) -> Option<Violation> {
    let completes =
        matches!(case.family, Family::MissingArgument(_)) && request::is_complete(source, case, transcript);
    if completes || !case.outcome.is_refusal() {
        return None;
    }
    let actual = match (transcript.api.first(), &transcript.answer) {
        (Some(RecordedRequest { method, path, body, .. }), _) => {
            format!("sent: {method} {path}{}{body}", if body.is_empty() { "" } else { " " })
        }
        (None, Some(Answer::Result(value))) => format!("reported as a success: {value}"),
        // No request was sent: an error is a refusal too.
        _ => return None,
    };
    Some(Violation::new(&REFUSAL_MISSING, "a refusal before a request is sent", actual))
}

/// Checks what the caller is told about the response.
pub(super) fn check(case: &Case, transcript: &Transcript) -> Vec<Violation> {
    let Some(answer) = &transcript.answer else { return Vec::new() };
    let mut broken = expected(case, transcript, answer);
    if let Answer::Error(error) = answer {
        if broken.iter().all(|violation| violation.rule != &RESPONSE_STATUS) {
            broken.extend(error_report::invented(transcript, error));
        }
        broken.extend(error_report::retryable(case, transcript, error));
        broken.extend(error_report::wait(transcript, error));
    }
    broken
}

/// Compares the answer with the expected outcome.
fn expected(case: &Case, transcript: &Transcript, answer: &Answer) -> Vec<Violation> {
    match (case.outcome.when_sent(), answer) {
        // Nothing was sent, and the caller knows that the call failed.
        (_, Answer::Error(_)) if case.outcome.is_refusal() && transcript.api.is_empty() => Vec::new(),
        // The checks of uploads decide whether success may be reported.
        (_, Answer::Result(_)) if case.upload.is_some() => Vec::new(),
        (Outcome::Success(body) | Outcome::Either { body, .. }, Answer::Result(_)) if body.is_null() => {
            Vec::new()
        }
        (Outcome::Success(body) | Outcome::Either { body, .. }, Answer::Result(actual)) => {
            differences(body, actual, "result")
        }
        (Outcome::Either { status, .. }, Answer::Error(error)) => failure(*status, None, error),
        (Outcome::Success(_), Answer::Error(error)) => {
            vec![Violation::new(&RESPONSE_SUCCESS_LOST, "a success", described(error))]
        }
        // A client may follow a redirect. Then the caller sees the response of the other server.
        (Outcome::Failure { status: 300..400, .. }, Answer::Error(_)) if !transcript.storage.is_empty() => {
            Vec::new()
        }
        (Outcome::Failure { status, body }, Answer::Error(error)) => failure(*status, body.as_ref(), error),
        (Outcome::Failure { status, .. }, Answer::Result(value)) => vec![accepted(Some(*status), value)],
        (Outcome::Lost, Answer::Result(value)) => vec![accepted(None, value)],
        _ => Vec::new(),
    }
}

/// The finding about a success that the client must not report. The status of the response decides which rule is broken.
fn accepted(status: Option<u16>, value: &Value) -> Violation {
    let is_success = status.is_some_and(|status| (200..300).contains(&status));
    let rule = if is_success { &RESPONSE_INVALID_ACCEPTED } else { &RESPONSE_ERROR_LOST };
    Violation::new(rule, "an error", format!("success: {value}"))
}

fn described(error: &ErrorReport) -> String {
    let status = error.status.map_or_else(|| "no status".to_owned(), |status| status.to_string());
    format!("error, {status}: {}", error.message)
}

fn failure(status: u16, body: Option<&Value>, error: &ErrorReport) -> Vec<Violation> {
    let mut broken = Vec::new();
    if error.status != Some(status) {
        broken.push(Violation::new(&RESPONSE_STATUS, format!("status {status}"), described(error)));
    }
    if let Some(body) = body {
        broken.extend(differences(body, &error.body, "error.body"));
    }
    broken
}

/// The parts of the documented value that the caller does not see. Additional fields are allowed.
fn differences(expected: &Value, actual: &Value, path: &str) -> Vec<Violation> {
    let pairs: Vec<(String, &Value, Option<&Value>)> = match (expected, actual) {
        (Value::Object(fields), Value::Object(_)) => {
            fields.iter().map(|(name, value)| (format!("{path}.{name}"), value, actual.get(name))).collect()
        }
        (Value::Array(elements), Value::Array(found)) if found.len() <= elements.len() => {
            let elements = elements.iter().enumerate();
            elements.map(|(index, value)| (format!("{path}[{index}]"), value, actual.get(index))).collect()
        }
        _ if is_same(expected, actual) || is_same_text(expected, actual) => Vec::new(),
        _ => return vec![lost(path, expected, Some(actual))],
    };
    let broken = pairs.into_iter().flat_map(|(path, expected, actual)| match actual {
        Some(actual) => differences(expected, actual, &path),
        // Some languages have no null, and some JSON libraries leave out fields with the value null.
        None if expected.is_null() => Vec::new(),
        None => vec![lost(&path, expected, None)],
    });
    broken.collect()
}

/// Whether two strings are the same URL, or the same time in UTC. A client may parse either and write it in another form.
fn is_same_text(one: &Value, other: &Value) -> bool {
    let (Some(one), Some(other)) = (one.as_str(), other.as_str()) else { return false };
    let time = |text: &str| {
        let parts = TIME.as_ref()?.captures(text)?;
        Some([1, 2, 3].map(|part| parts.get(part).map_or("", |part| part.as_str()).to_owned()))
    };
    let is_same_url = one.contains("://") && normalised(one) == normalised(other);
    is_same_url || time(one).is_some_and(|one| Some(one) == time(other))
}

fn lost(path: &str, expected: &Value, actual: Option<&Value>) -> Violation {
    let actual = actual.map_or_else(|| format!("no {path}"), |actual| format!("{path} = {actual}"));
    Violation::new(&RESPONSE_FIELD, format!("{path} = {expected}"), actual)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::differences;

    fn are_same(expected: &str, actual: &str) -> bool {
        let [expected, actual] = [expected, actual].map(|text| serde_json::from_str::<Value>(text).unwrap());
        differences(&json!({ "a": expected }), &json!({ "a": actual, "more": 1 }), "result").is_empty()
    }

    #[test]
    fn a_field_is_the_same_in_each_spelling_of_its_value() {
        for (expected, actual) in [
            ("1", "1.0"),
            (r#""https://a.test/b%2fc~""#, r#""https://a.test/b%2Fc%7E""#),
            ("1.0", "1"),
            ("100", "1e2"),
            ("0.5", "5e-1"),
            ("-0.0", "0"),
            ("18446744073709551615", "18446744073709551615"),
            (r#""2026-01-02T03:04:05Z""#, r#""2026-01-02T03:04:05.000+00:00""#),
            (r#""2026-01-02T03:04:05.120Z""#, r#""2026-01-02t03:04:05.12z""#),
            (r#"{"b":[1]}"#, r#"{"c":2,"b":[1]}"#),
            (r#"{"b":null}"#, "{}"),
        ] {
            assert!(are_same(expected, actual), "{expected} {actual}");
        }
    }

    #[test]
    fn an_altered_field_is_a_difference() {
        for (expected, actual) in [
            ("1", r#""1""#),
            ("1", "true"),
            ("0", "null"),
            ("null", "0"),
            ("9007199254740993", "9007199254740992"),
            ("9007199254740993", "9007199254740992.0"),
            ("[1]", "[1,2]"),
            ("[1,2]", "[1]"),
            ("[1,2]", "[2,1]"),
            ("[1]", "1"),
            ("[]", "null"),
            (r#"{"b":0}"#, "{}"),
            (r#""2026-01-02T03:04:05Z""#, r#""2026-01-02T03:04:05+01:00""#),
            (r#""2026-01-02T03:04:05.12Z""#, r#""2026-01-02T03:04:05Z""#),
            (r#""a""#, r#""A""#),
            (r#""a""#, r#""a ""#),
        ] {
            assert!(!are_same(expected, actual), "{expected} {actual}");
        }
    }
}
