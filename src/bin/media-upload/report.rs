//! What is printed of what became of a file.

use std::error::Error as StdError;
use std::io::{self, Write};

use media_upload::Error;
use serde_json::{Value, json};

use crate::complain;
use crate::job::Outcome;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Report {
    pub(crate) is_quiet: bool,
    pub(crate) is_json: bool,
}

impl Report {
    /// Results to standard output, what went wrong to standard error.
    pub(crate) fn tell(&self, outcome: &Outcome) -> io::Result<()> {
        let told = self.put(outcome, &mut io::stdout().lock());
        let file = outcome.place.file.display();
        match &outcome.result {
            Err(error) => complain(&format!("error: {file}: {}", chain(error))),
            Ok(uploaded) if !self.is_quiet => complain(&format!("{file}: {} bytes sent", uploaded.bytes())),
            Ok(_) => {}
        }
        told
    }

    fn put(&self, outcome: &Outcome, out: &mut impl Write) -> io::Result<()> {
        if self.is_json {
            writeln!(out, "{}", json(outcome))?;
        } else if outcome.result.is_ok() && outcome.place.field == "url" {
            writeln!(out, "{}", outcome.place.value)?;
        }
        out.flush()
    }
}

fn json(outcome: &Outcome) -> Value {
    let place = &outcome.place;
    let mut object = json!({ "file": place.file.to_string_lossy(), place.field: place.value });
    match &outcome.result {
        Ok(uploaded) => {
            object["bytes"] = uploaded.bytes().into();
            object["attempts"] = uploaded.attempts().into();
        }
        Err(error) => {
            object["error"] = json!({
                "message": chain(error),
                "operation": error.operation(),
                "status": error.status(),
                "storage_code": error.storage_code(),
                "request_id": error.request_id(),
                "retryable": error.is_retryable(),
                "retry_after_s": error.retry_after().map(|wait| wait.as_secs()),
                "attempts": error.attempts(),
            });
        }
    }
    object
}

/// An error and what it was caused by, on one line.
pub(crate) fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!("; {cause}"));
        source = cause.source();
    }
    text
}
