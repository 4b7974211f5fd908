//! The command-line tool `media-upload`: uploads recordings to pyannoteAI and cielo24.
//!
//! Standard output has only results, so that it can be piped. Everything else goes to standard error.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use jiff::SignedDuration;

use arguments::{Arguments, Command, Common};
use concurrency::Concurrency;
use display::Display;
use journal::Journal;
use list::List;
use service::Service;
use session::End;
use stop::Stop;
use uploader::Uploader;
use usage_error::UsageError;

mod arguments;
mod batch;
mod concurrency;
mod credential;
mod display;
mod entry;
mod fingerprint;
mod journal;
mod list;
mod media_key;
mod partition;
mod report;
mod service;
mod session;
mod spool;
mod stop;
mod tasks;
mod terminal;
mod trace;
mod uploader;
mod usage_error;

const SUCCESS: u8 = 0;
const UPLOAD_FAILED: u8 = 1;
const USAGE: u8 = 2;
/// 128 plus the number of SIGINT, as shells report it.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let outcome = run(Arguments::parse().command).unwrap_or_else(|UsageError(message)| {
        terminal::print(&format!("error: {message}"));
        Ok(USAGE)
    });
    ExitCode::from(outcome.unwrap_or_else(|error| {
        // A closed pipe is not reported: the reader of the output has stopped reading.
        if error.kind() != io::ErrorKind::BrokenPipe {
            terminal::print(&format!("error: {error}"));
        }
        UPLOAD_FAILED
    }))
}

fn run(command: Command) -> Result<io::Result<u8>, UsageError> {
    Ok(match command {
        Command::Pyannote(arguments) => {
            let max_age = SignedDuration::from_hours(arguments.max_age.into());
            upload(Service::pyannote(&arguments)?, &arguments.list()?, Some(max_age), &arguments.common)?
        }
        Command::Cielo24(arguments) => {
            upload(Service::cielo24(&arguments)?, &arguments.list(), None, &arguments.common)?
        }
        Command::Completions { shell } => print(&arguments::completions(shell)),
        Command::Man { command } => print(&arguments::man(command.as_deref())?),
    })
}

fn print(text: &[u8]) -> io::Result<u8> {
    io::stdout().write_all(text).map(|()| SUCCESS)
}

/// Uploads all files of `list`. Media that was stored longer ago than `max_age` is sent again.
fn upload(
    service: Service,
    list: &List,
    max_age: Option<SignedDuration>,
    options: &Common,
) -> Result<io::Result<u8>, UsageError> {
    if options.verbose {
        trace::begin();
    }
    let stdin = if list.has_stdin() { Some(spool::stdin()?) } else { None };
    let service = Arc::new(service.with_stdin(stdin));
    let tasks = tasks::tasks(&service, list, options.batch.partition)?;
    let uploader = Arc::new(Uploader {
        kind: service.kind,
        journal: options.batch.journal.as_deref().map(Journal::open).transpose()?,
        max_age,
        has_checksums: options.batch.checksum,
        is_dry_run: options.batch.dry_run,
        display: Display::new(options),
        concurrency: Concurrency::new(options.batch.jobs),
        stop: Stop::new(),
    });
    let run = || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let end = runtime.block_on(session::run(uploader, tasks, options));
        // Do not wait for a thread that is still reading a file.
        runtime.shutdown_background();
        end.map(|end| match end {
            End::Complete => SUCCESS,
            End::Failed => UPLOAD_FAILED,
            End::Interrupted => INTERRUPTED,
        })
    };
    Ok(run())
}
