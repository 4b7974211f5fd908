//! Prints the outcome of each upload.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::job::Outcome;
use crate::terminal;

/// How outcomes are printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OutcomePrinter {
    pub(crate) is_quiet: bool,
    pub(crate) is_json: bool,
}

impl OutcomePrinter {
    /// Prints a result to standard output, and a message to standard error.
    pub(crate) fn print(&self, outcome: &Outcome) -> io::Result<()> {
        let printed = self.print_result(outcome, &mut io::stdout().lock());
        let file = outcome.target.file.display();
        match &outcome.result {
            Err(error) => terminal::print(&format!("error: {file}: {}", terminal::with_causes(error))),
            Ok(uploaded) if !self.is_quiet => {
                terminal::print(&format!("{file}: {} bytes sent", uploaded.bytes()));
            }
            Ok(_) => {}
        }
        printed
    }

    fn print_result(&self, outcome: &Outcome, out: &mut impl Write) -> io::Result<()> {
        if self.is_json {
            writeln!(out, "{}", json(outcome))?;
        } else if outcome.result.is_ok() && outcome.target.field == "url" {
            writeln!(out, "{}", outcome.target.value)?;
        }
        out.flush()
    }
}

fn json(outcome: &Outcome) -> Value {
    let target = &outcome.target;
    let mut object = json!({ "file": target.file.to_string_lossy(), target.field: target.value });
    match &outcome.result {
        Ok(uploaded) => {
            object["bytes"] = uploaded.bytes().into();
            object["attempts"] = uploaded.attempts().into();
        }
        Err(error) => {
            object["error"] = json!({
                "message": terminal::with_causes(error),
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
