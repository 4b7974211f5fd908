//! The messages of the protocol: what the suite sends to a driver, and what a driver may print.

use std::fmt::Display;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::check::redact::shorten;
use crate::check::transcript::Answer;
use crate::result::DriverInfo;

/// The version of the protocol.
const PROTOCOL: u64 = 1;

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
    let malformed = |error: serde_json::Error| {
        format!(
            "printed a first line that is not a valid first message of the protocol in conformance/drivers/README.md ({error}): {}",
            shorten(line)
        )
    };
    let message: Value = serde_json::from_str(line).map_err(malformed)?;
    match message.get("protocol") {
        Some(version) if version.as_u64() != Some(PROTOCOL) => {
            Err(format!("uses version {version} of the protocol; this suite uses version {PROTOCOL}"))
        }
        _ => serde_json::from_value(message).map_err(malformed),
    }
}

/// Reads an answer: the case and its outcome. The error has the whole line, which can contain a secret: it must be redacted
/// before it is shortened.
pub(super) fn answer(line: &str) -> Result<(String, Answer), String> {
    let malformed = |why: &dyn Display| format!("printed a line that is not a valid answer ({why}): {line}");
    let mut message: Map<String, Value> = serde_json::from_str(line).map_err(|error| malformed(&error))?;
    let Some(Value::String(case)) = message.remove("case") else {
        return Err(malformed(&"the field `case` is missing"));
    };
    let answer = serde_json::from_value(Value::Object(message)).map_err(|error| malformed(&error))?;
    Ok((case, answer))
}
