//! The messages of the protocol: what the suite sends to a driver, and what a driver may print.
//! `drivers/protocol.schema.json` has their schemas.

use std::sync::LazyLock;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value, json};

use super::problem::{self, OUTCOMES};
use crate::check::redact::shorten;
use crate::check::transcript::Answer;
use crate::document::schema::published::PublishedSchema;
use crate::result::DriverInfo;

/// The version of the protocol.
const PROTOCOL: u64 = 1;

/// The longest line that an error quotes, in bytes.
const MAX_SHOWN: usize = 64 * 1024;

/// The published schemas of all messages.
const SCHEMAS: &str = include_str!("../../../drivers/protocol.schema.json");

static DRIVER_INFO: LazyLock<PublishedSchema> =
    LazyLock::new(|| PublishedSchema::definition(SCHEMAS, "driverInfo"));

static ANSWER: LazyLock<PublishedSchema> = LazyLock::new(|| PublishedSchema::definition(SCHEMAS, "answer"));

/// The fields whose values are integers. JSON Schema counts `400.0` as an integer.
const INTEGERS: &[&str] = &["/protocol", "/concurrency", "/error/status"];

/// The first message of the suite.
pub(super) fn opening() -> String {
    line(&json!({
        "protocol": PROTOCOL,
        "suite": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
    }))
}

/// One message as a line.
pub(super) fn line(message: &impl Serialize) -> String {
    // Messages consist of strings, numbers and maps with string keys: serialising them cannot fail.
    let text = serde_json::to_string(message).unwrap_or_default();
    format!("{text}\n")
}

/// Reads the first message of a driver. The version is checked first: another version may have other fields.
pub(super) fn info(line: &str) -> Result<DriverInfo, String> {
    let malformed = |why: String| {
        format!(
            "printed a first line that is not a valid first message of the protocol in conformance/drivers/README.md ({why}): {}",
            shorten(line)
        )
    };
    let message = parsed(line).map_err(malformed)?;
    match message.get("protocol").filter(|version| version.is_number()) {
        Some(version) if version.as_u64() != Some(PROTOCOL) => {
            Err(format!("uses version {version} of the protocol; this suite uses version {PROTOCOL}"))
        }
        _ => valid(&DRIVER_INFO, message).map_err(malformed),
    }
}

/// Reads an answer: the case and its outcome. The error has the whole line, which can contain a secret: it must be redacted
/// before it is shortened. Of a very long line it has only the length, because its redaction takes seconds.
pub(super) fn answer(line: &str) -> Result<(String, Answer), String> {
    let read = || {
        let mut fields: Map<String, Value> = valid(&ANSWER, parsed(line)?)?;
        let case = fields.remove("case").unwrap_or_default();
        fields.retain(|name, _| OUTCOMES.contains(&name.as_str()));
        Ok((typed(case)?, typed(Value::Object(fields))?))
    };
    read().map_err(|why: String| {
        let shown = match line.len() {
            ..=MAX_SHOWN => line.to_owned(),
            length => format!("a line of {length} bytes"),
        };
        format!("printed a line that is not a valid answer ({why}): {shown}")
    })
}

/// The message of a line.
fn parsed(line: &str) -> Result<Value, String> {
    let mut message: Value = serde_json::from_str(line).map_err(|error| problem::of_json(line, &error))?;
    for pointer in INTEGERS {
        if let Some(Value::Number(number)) = message.pointer_mut(pointer) {
            *number = whole(number);
        }
    }
    Ok(message)
}

/// The number as an integer, if it is one.
fn whole(number: &Number) -> Number {
    match number.as_f64() {
        // Exact: each integer in this range is a floating-point number too.
        Some(float) if float.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&float) => {
            Number::from(float as u32)
        }
        _ => number.clone(),
    }
}

/// The message, if it satisfies its schema.
fn valid<T: DeserializeOwned>(schema: &PublishedSchema, message: Value) -> Result<T, String> {
    match problem::of_message(schema, &message) {
        Some(problem) => Err(problem),
        None => typed(message),
    }
}

fn typed<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    // The schemas allow no value that the types cannot hold.
    serde_json::from_value(value)
        .map_err(|_| "it does not follow conformance/drivers/protocol.schema.json".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_read(line: &str) -> Answer {
        let (case, answer) = answer(line).unwrap();
        assert_eq!(case, "a");
        answer
    }

    #[test]
    fn an_answer_may_have_more_fields_and_optional_fields_may_be_absent() {
        let result = assert_read(r#"{"case":"a","result":null,"took_ms":3}"#);
        assert!(matches!(result, Answer::Result(Value::Null)));
        for line in [
            r#"{"case":"a","error":{"status":null}}"#,
            r#"{"case":"a","error":{"status":0,"body":[1],"message":"","retryable":null,"retry_after_s":1.5,"cause":"x"}}"#,
            r#"{"case":"a","error":{"status":999,"retryable":true,"retry_after_s":-1}}"#,
        ] {
            assert!(matches!(assert_read(line), Answer::Error(_)), "{line}");
        }
        assert!(matches!(assert_read(r#"{"case":"a","refused":{"message":""}}"#), Answer::Refused(_)));
        assert!(matches!(assert_read(r#"{"case":"a","unsupported":true}"#), Answer::Unsupported));
    }

    #[test]
    fn an_integer_may_be_written_with_a_fraction_of_zero() {
        for status in ["400", "400.0", "4e2"] {
            let line = format!(r#"{{"case":"a","error":{{"status":{status}}}}}"#);
            let Answer::Error(error) = assert_read(&line) else { panic!("{line}") };
            assert_eq!(error.status, Some(400));
        }
        let first = r#"{"protocol":1.0,"client":{"name":"c"},"operations":[],"concurrency":4.0}"#;
        assert_eq!(info(first).unwrap().concurrency, 4);
    }

    #[test]
    fn a_problem_names_the_field_what_came_and_what_is_expected() {
        for (line, problem) in [
            (
                r#"[]"#,
                "it is a list; expected: the outcome of a case: an object with `case`, and with one of",
            ),
            (r#"{"result":{}}"#, "it has no `case`; expected: the id of the case, a string"),
            (r#"{"case":7,"result":{}}"#, "`case` is the number 7; expected: the id of the case, a string"),
            (
                r#"{"case":"a"}"#,
                "it has none of `result`, `error`, `refused` and `unsupported`; expected: exactly one of them",
            ),
            (
                r#"{"case":"a","result":{},"refused":{"message":""}}"#,
                "it has `result` and `refused`; expected: exactly one of `result`, `error`, `refused` and `unsupported`",
            ),
            (
                r#"{"case":"a","error":{}}"#,
                "`error` has no `status`; expected: the status of the response as an integer, or null if no response arrived",
            ),
            (
                r#"{"case":"a","error":{"status":"four hundred"}}"#,
                "`error.status` is a string; expected: the status of the response as an integer",
            ),
            (r#"{"case":"a","error":{"status":70000}}"#, "`error.status` is the number 70000; expected: the"),
            (
                r#"{"case":"a","error":{"status":1,"retryable":1}}"#,
                "`error.retryable` is the number 1; expected: whether",
            ),
            (
                r#"{"case":"a","error":"no"}"#,
                "`error` is a string; expected: the call failed: an object with a `status`",
            ),
            (
                r#"{"case":"a","refused":{}}"#,
                "`refused` has no `message`; expected: the text of the refusal, a string",
            ),
            (
                r#"{"case":"a","unsupported":false}"#,
                "`unsupported` is false; expected: the client has no such call: the value true",
            ),
        ] {
            let error = answer(line).unwrap_err();
            let expected = format!("printed a line that is not a valid answer ({problem}");
            assert!(error.starts_with(&expected) && error.ends_with(&format!("): {line}")), "{error}");
        }
    }

    #[test]
    fn a_problem_of_the_first_message_names_the_field() {
        for (line, problem) in [
            (
                r#"{"protocol":1}"#,
                "it has no `client`; expected: the client under test: an object with its `name`",
            ),
            (
                r#"{"protocol":"1","client":{"name":"c"},"operations":[]}"#,
                "`protocol` is a string; expected: the version of the protocol: 1",
            ),
            (
                r#"{"protocol":1,"client":{},"operations":[]}"#,
                "`client` has no `name`; expected: the name of the client",
            ),
            (
                r#"{"protocol":1,"client":{"name":"c"},"operations":[1]}"#,
                "`operations.0` is the number 1; expected: an operation as a string",
            ),
            (
                r#"{"protocol":1,"client":{"name":"c"},"operations":[],"concurrency":-1}"#,
                "`concurrency` is the number -1; expected: the number of cases",
            ),
        ] {
            let error = info(line).unwrap_err();
            assert!(error.contains(&format!("({problem}")), "{error}");
        }
    }

    #[test]
    fn a_very_long_line_is_not_quoted() {
        let long = "x".repeat(MAX_SHOWN + 1);
        let expected = "printed a line that is not a valid answer (it is not JSON: unexpected `x` at character 1): a line of 65537 bytes";
        assert_eq!(answer(&long).unwrap_err(), expected);
        assert!(answer(&long[1..]).unwrap_err().ends_with(&long[1..]));
    }

    #[test]
    fn a_line_that_is_not_json_is_explained_in_plain_words() {
        for (line, problem) in [
            ("", "the line is empty"),
            (" \t", "the line is empty"),
            ("Segmentation fault", "it is not JSON: unexpected `S` at character 1"),
            ("{'case':'a'}", "it is not JSON: unexpected `'` at character 2"),
            (r#"{"case":"é","retry_after_s":NaN}"#, "it is not JSON: unexpected `N` at character 29"),
            (r#"{"case":"a"} {"case":"b"}"#, "it is not JSON: unexpected `{` at character 14"),
            ("{\"case\":\"a\tb\"}", "it is not JSON: unexpected U+0009 at character 11"),
            (r#"{"case":"a","resu"#, "it ends in the middle of the JSON"),
            (r#"{"case":"\ud83d","result":{}}"#, "`\\ud83d` at character 10 is half of a surrogate pair"),
            (
                r#"{"case":"\ude00\ud83d","result":{}}"#,
                "`\\ude00` at character 10 is half of a surrogate pair",
            ),
            (
                r#"{"case":"\ud83d\u0041","result":{}}"#,
                "`\\ud83d` at character 10 is half of a surrogate pair",
            ),
            (r#"{"case":"a\\ud83d","result":\ud83d}"#, "it is not JSON: unexpected `\\` at character 29"),
        ] {
            let error = answer(line).unwrap_err();
            assert!(error.contains(&format!("({problem}")), "{error}");
        }
        let nested = format!(r#"{{"case":"a","result":{}}}"#, "[".repeat(200));
        assert!(answer(&nested).unwrap_err().contains("(its values are nested more than 127 levels deep"));
        assert_read(r#"{"case":"a","result":"\ud83d\ude00 \\ud83d"}"#);
    }
}
