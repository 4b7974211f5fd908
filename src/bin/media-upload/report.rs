//! Prints what became of each file: results to standard output, messages to standard error.

use std::io::{self, Write};

use media_upload::{Error, ErrorKind};
use serde_json::{Value, json};

use crate::arguments::Common;
use crate::service::{Kind, Target};
use crate::terminal;
use crate::uploader::Outcome;

/// Prints `outcome`.
pub(crate) fn outcome(kind: Kind, target: &Target, outcome: &Outcome, options: &Common) -> io::Result<()> {
    let printed = if options.json {
        print_line(&json(kind, target, outcome).to_string())
    } else if kind.is_result && !outcome.is_failure() {
        print_line(&target.destination)
    } else {
        Ok(())
    };
    let file = target.file.display();
    match outcome {
        // An error of the media begins with the name of the file.
        Outcome::Failed(error) if error.kind() == ErrorKind::Media => {
            terminal::print(&format!("error: {}", terminal::with_causes(error)));
        }
        Outcome::Failed(error) => {
            terminal::print(&format!("error: {file}: {}", terminal::with_causes(error)));
        }
        Outcome::NotSent(text) => terminal::print(&format!("error: {file}: {text}")),
        _ if options.quiet => {}
        Outcome::Stored(uploaded) => terminal::print(&format!("{file}: {} bytes sent", uploaded.bytes())),
        Outcome::StoredBefore(time) => {
            terminal::print(&format!("{file}: stored at {time}, so it is not sent again"));
        }
        Outcome::WouldSend(bytes) => {
            terminal::print(&format!("{file}: would send {bytes} bytes to {}", target.destination));
        }
        // The session prints these files in one line.
        Outcome::Unfinished(_) => {}
    }
    printed
}

fn print_line(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

fn json(kind: Kind, target: &Target, outcome: &Outcome) -> Value {
    let mut object = json!({ "file": target.file.to_string_lossy(), kind.field: target.destination });
    match outcome {
        Outcome::Stored(uploaded) => {
            object["bytes"] = uploaded.bytes().into();
            object["attempts"] = uploaded.attempts().into();
        }
        Outcome::StoredBefore(time) => object["stored_before"] = time.to_string().into(),
        Outcome::WouldSend(bytes) => object["would_send_bytes"] = (*bytes).into(),
        Outcome::Failed(error) => object["error"] = error_json(error),
        Outcome::NotSent(text) => object["error"] = json!({ "message": text }),
        Outcome::Unfinished(reason) => object["error"] = json!({ "message": format!("not sent: {reason}") }),
    }
    object
}

fn error_json(error: &Error) -> Value {
    json!({
        "message": terminal::with_causes(error),
        "operation": error.operation(),
        "status": error.status(),
        "storage_code": error.storage_code(),
        "request_id": error.request_id(),
        "retryable": error.is_retryable(),
        "retry_after_s": error.retry_after().map(|wait| wait.as_secs()),
        "attempts": error.attempts(),
    })
}
