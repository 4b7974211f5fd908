//! The lines of the protocol: what is said to a process, and what it may say.

use std::fmt::Display;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::run::driver::{Answer, Hello};
use crate::run::redact::shorten;

/// The protocol's version.
const PROTOCOL: u64 = 1;

/// The line that opens the conversation.
pub(super) fn opening() -> String {
    line(&json!({
        "protocol": PROTOCOL,
        "suite": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
    }))
}

/// One message as a line.
pub(super) fn line(message: &impl Serialize) -> String {
    // What the suite says is made of strings, numbers and maps with text keys: it always serialises.
    let text = serde_json::to_string(message).unwrap_or_default();
    format!("{text}\n")
}

/// Reads a driver's hello. The version comes first: another protocol's hello may look otherwise.
pub(super) fn hello(line: &str) -> Result<Hello, String> {
    let nonsense = |error: serde_json::Error| {
        format!("printed a first line that is no hello ({error}): {}", shorten(line))
    };
    let said: Value = serde_json::from_str(line).map_err(nonsense)?;
    match said.get("protocol") {
        Some(version) if version.as_u64() != Some(PROTOCOL) => {
            Err(format!("speaks protocol {version}, this suite speaks {PROTOCOL}"))
        }
        _ => serde_json::from_value(said).map_err(nonsense),
    }
}

/// Reads an answer: the case, and one of the four words for what came of it. The error holds the
/// whole line: it may hold a secret, and only what is redacted may be cut.
pub(super) fn answer(line: &str) -> Result<(String, Answer), String> {
    let nonsense = |why: &dyn Display| format!("printed a line that is not this protocol ({why}): {line}");
    let mut said: Map<String, Value> = serde_json::from_str(line).map_err(|error| nonsense(&error))?;
    let Some(Value::String(case)) = said.remove("case") else {
        return Err(nonsense(&"no case"));
    };
    match serde_json::from_value(Value::Object(said)) {
        Ok(Answer::Unsupported(false)) => Err(nonsense(&"unsupported can only be true")),
        Ok(answer) => Ok((case, answer)),
        Err(error) => Err(nonsense(&error)),
    }
}
