//! Prints the outcome of each upload.

use std::io::{self, Write};

use media_upload::{Error, Uploaded};
use serde_json::{Value, json};

use crate::arguments::Common;
use crate::job::Target;
use crate::terminal;

/// Prints a result to standard output, and a message to standard error.
pub(crate) fn print(target: &Target, result: &Result<Uploaded, Error>, arguments: &Common) -> io::Result<()> {
    let printed = match result {
        _ if arguments.json => print_line(&json(target, result).to_string()),
        Ok(_) if target.field == "url" => print_line(&target.value),
        _ => Ok(()),
    };
    let file = target.file.display();
    match result {
        Err(error) => terminal::print(&format!("error: {file}: {}", terminal::with_causes(error))),
        Ok(uploaded) if !arguments.quiet => {
            terminal::print(&format!("{file}: {} bytes sent", uploaded.bytes()));
        }
        Ok(_) => {}
    }
    printed
}

fn print_line(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

fn json(target: &Target, result: &Result<Uploaded, Error>) -> Value {
    let mut object = json!({ "file": target.file.to_string_lossy(), target.field: target.value });
    match result {
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
