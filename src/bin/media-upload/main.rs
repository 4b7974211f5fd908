//! The command-line tool `media-upload`: uploads recordings to pyannoteAI and cielo24.
//!
//! Standard output has only results, so that it can be piped. Everything else goes to standard error.

use std::io::{self, Write};
use std::pin::pin;
use std::process::ExitCode;

use clap::Parser;
use futures_util::future::{self, Either};
use futures_util::stream::{self, StreamExt};
use indicatif::{MultiProgress, ProgressDrawTarget};

use arguments::{Arguments, Command, Common, UsageError};
use job::Job;

mod arguments;
mod credential;
mod job;
mod media_key;
mod progress_bar;
mod report;
mod terminal;

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
        Command::Pyannote(arguments) => upload(job::pyannote(&arguments)?, &arguments.common),
        Command::Cielo24(arguments) => upload(job::cielo24(&arguments)?, &arguments.common),
        Command::Completions { shell } => print(&arguments::completions(shell)),
        Command::Man { command } => print(&arguments::man(command.as_deref())?),
    })
}

fn print(text: &[u8]) -> io::Result<u8> {
    io::stdout().write_all(text).map(|()| SUCCESS)
}

/// Runs all jobs until they are done, or until the user interrupts them.
fn upload(jobs: Vec<Job>, arguments: &Common) -> io::Result<u8> {
    let target = if arguments.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bars = MultiProgress::with_draw_target(target);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let code = runtime.block_on(async {
        let (uploads, interrupt) = (pin!(upload_all(jobs, arguments, &bars)), pin!(tokio::signal::ctrl_c()));
        match future::select(uploads, interrupt).await {
            Either::Left((code, _)) => code,
            Either::Right((Ok(()), _)) => {
                bars.suspend(|| {
                    terminal::print("interrupted: incomplete uploads are not stored; run the command again");
                });
                Ok(INTERRUPTED)
            }
            // The signal handler could not be installed.
            Either::Right((Err(_), uploads)) => uploads.await,
        }
    });
    // Do not wait for a thread that is still reading a file.
    runtime.shutdown_background();
    code
}

/// Prints each outcome, in the order of the files, as soon as it and all earlier ones are known.
async fn upload_all(jobs: Vec<Job>, arguments: &Common, bars: &MultiProgress) -> io::Result<u8> {
    let mut outcomes = stream::iter(jobs).map(|job| job.run(bars)).buffered(job::CONCURRENCY);
    let (mut code, mut printed) = (SUCCESS, Ok(()));
    while let Some((target, result)) = outcomes.next().await {
        // If the output cannot be written, the remaining files are still uploaded.
        printed = printed.and(bars.suspend(|| report::print(&target, &result, arguments)));
        if result.is_err() {
            code = UPLOAD_FAILED;
        }
    }
    printed.map(|()| code)
}
