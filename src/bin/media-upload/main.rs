//! `media-upload`: recordings to pyannoteAI and cielo24, from a terminal or a script.
//!
//! Standard output carries results only, so that it can be piped; everything else goes to standard error.

use std::io::{self, Write};
use std::pin::pin;
use std::process::ExitCode;

use clap::Parser;
use futures_util::future::{self, Either};
use futures_util::stream::{self, StreamExt};

use arguments::{Arguments, Command};
use bar::Bars;
use job::Job;
use report::Report;

mod arguments;
mod bar;
mod credential;
mod job;
mod key;
mod report;

/// Nothing was sent: the arguments do not make sense. The text says why.
#[derive(Debug)]
struct Usage(String);

impl From<media_upload::Error> for Usage {
    fn from(error: media_upload::Error) -> Self {
        Self(report::chain(&error))
    }
}

const ALL_SENT: u8 = 0;
const SOME_FAILED: u8 = 1;
const USAGE: u8 = 2;
/// 128 and the number of the signal, as shells have it.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let outcome = run(Arguments::parse().command).unwrap_or_else(|Usage(why)| {
        complain(&format!("error: {why}"));
        Ok(USAGE)
    });
    ExitCode::from(outcome.unwrap_or_else(|error| {
        // A closed pipe is no error: whoever read our output wants no more of it.
        if error.kind() != io::ErrorKind::BrokenPipe {
            complain(&format!("error: {error}"));
        }
        SOME_FAILED
    }))
}

fn run(command: Command) -> Result<io::Result<u8>, Usage> {
    Ok(match command {
        Command::Pyannote(arguments) => send(job::pyannote(&arguments)?, arguments.common.report()),
        Command::Cielo24(arguments) => send(job::cielo24(&arguments)?, arguments.common.report()),
        Command::Completions { shell } => print(&arguments::completions(shell)),
        Command::Man { command } => print(&arguments::man(command.as_deref())?),
    })
}

/// Says something on standard error. Where that cannot be written there is nobody left to tell.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{}", shown(text));
}

/// A text on one line, without what a terminal would obey: files can have any name.
pub(crate) fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

fn print(text: &[u8]) -> io::Result<u8> {
    io::stdout().write_all(text).map(|()| ALL_SENT)
}

/// Runs all jobs until they are done, or the user has had enough.
fn send(jobs: Vec<Job>, report: Report) -> io::Result<u8> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let bars = Bars::new(report.is_quiet);
    let code = runtime.block_on(async {
        let (sending, interrupt) = (pin!(send_all(jobs, report, &bars)), pin!(tokio::signal::ctrl_c()));
        match future::select(sending, interrupt).await {
            Either::Left((code, _)) => code,
            Either::Right((Ok(()), _)) => {
                bars.suspend(|| {
                    complain("interrupted: what was not sent in full is not stored; run it again")
                });
                Ok(INTERRUPTED)
            }
            // No signal can be waited for here.
            Either::Right((Err(_), sending)) => sending.await,
        }
    });
    // A file that is being read is not waited for.
    runtime.shutdown_background();
    code
}

/// Reports each file, in the order given, as soon as it and those before it are done.
async fn send_all(jobs: Vec<Job>, report: Report, bars: &Bars) -> io::Result<u8> {
    let mut outcomes = stream::iter(jobs).map(|job| job.run(bars)).buffered(job::CONCURRENCY);
    let (mut code, mut told) = (ALL_SENT, Ok(()));
    while let Some(outcome) = outcomes.next().await {
        // Where nobody reads what is told, the files are still to be sent.
        told = told.and(bars.suspend(|| report.tell(&outcome)));
        if outcome.result.is_err() {
            code = SOME_FAILED;
        }
    }
    told.map(|()| code)
}
