//! The command line: arguments in, an exit code out.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::document::{Document, MAX_BYTES};
use crate::plan::Plan;
use crate::provider;
use crate::style::visible;

/// The exit codes of a run, for the help of the command and for that of its verb.
macro_rules! exit_codes {
    () => {
        "\
Exit codes: 0 all hold; 1 something does not conform (a case failed, ended in
error, or is listed as known failing and does not fail), a fact has no case, or
no case was judged; 2 usage, or an unreadable document or file; 3 the suite
could not run (no driver, no port)."
    };
}

mod diff;
mod doctor;
mod explain;
mod import;
mod output;
mod plan;
mod run;
mod shell;

/// Derives conformance cases from API documents and runs them against any client, or a server.
#[derive(Debug, Parser)]
#[command(name = "conformance", version, about, long_about = None, after_help = AFTER_HELP)]
struct Command {
    #[command(subcommand)]
    verb: Verb,
}

const AFTER_HELP: &str = concat!(
    "\
Without a verb, `run` is meant: `conformance` alone tests our own clients.
A DOCUMENT given by path replaces the built-in ones for that call.

",
    exit_codes!(),
    "
Of the other verbs see their own help."
);

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run every case against a client
    Run(run::Arguments),
    /// List every case with its place in the document
    Plan(plan::Arguments),
    /// Show the defects and contradictions of the documents themselves
    Doctor(doctor::Arguments),
    /// Show what has changed between two documents: breaking or not, and which cases it touches
    Diff(diff::Arguments),
    /// Merge vendor pages, as downloaded, into a document, and show what that changes
    Import(import::Arguments),
    /// Show one case: the document's words, the request, the response, what is checked
    Explain(explain::Arguments),
    /// Print what a shell needs to complete this command
    Completions(shell::Completions),
    /// Print the manual page
    Man(shell::Man),
}

/// The documents to work on.
#[derive(Args, Debug)]
struct Documents {
    /// Documents that replace the built-in ones
    #[arg(value_name = "DOCUMENT")]
    paths: Vec<PathBuf>,
}

/// Why a verb ends early: a line for standard error, and the exit code.
#[derive(Debug)]
enum Stop {
    /// Usage, or an unreadable document or file.
    Usage(String),
    /// The suite could not run.
    Suite(String),
}

/// Parses the process's arguments, runs the verb, and says how it went.
pub fn main() -> ExitCode {
    let command = Command::parse_from(with_default_verb(std::env::args_os().collect()));
    let done = match command.verb {
        Verb::Run(arguments) => run::run(&arguments),
        Verb::Plan(arguments) => plan::run(&arguments),
        Verb::Doctor(arguments) => doctor::run(&arguments),
        Verb::Diff(arguments) => diff::run(&arguments),
        Verb::Import(arguments) => import::run(&arguments),
        Verb::Explain(arguments) => explain::run(&arguments),
        Verb::Completions(arguments) => shell::completions(&arguments),
        Verb::Man(arguments) => shell::man(&arguments),
    };
    let (line, code) = match done {
        Ok(code) => return code,
        Err(Stop::Usage(line)) => (line, 2),
        Err(Stop::Suite(line)) => (line, 3),
    };
    // Who cannot be told by a line is told by the exit code.
    let _ = writeln!(anstream::stderr(), "error: {}", visible(&line).replace('\n', " "));
    ExitCode::from(code)
}

/// `run` is meant where no verb is given.
fn with_default_verb(mut arguments: Vec<OsString>) -> Vec<OsString> {
    const NO_VERB: &[&str] = &["help", "--help", "-h", "--version", "-V"];
    let command = Command::command();
    let names = |given: &str| command.get_subcommands().any(|verb| verb.get_name() == given);
    let given = arguments.get(1).and_then(|first| first.to_str());
    if !given.is_some_and(|first| NO_VERB.contains(&first) || names(first)) {
        arguments.insert(1.min(arguments.len()), "run".into());
    }
    arguments
}

impl Documents {
    /// Reads the documents: those given, else the built-in ones.
    fn read(&self) -> Result<Vec<Document>, Stop> {
        let documents = if self.paths.is_empty() {
            provider::built_in()
        } else {
            self.paths.iter().map(|path| read(path)).collect()
        };
        documents.map_err(|error| Stop::Usage(error.to_string()))
    }

    /// Reads the documents and plans their cases.
    fn plan(&self) -> Result<Plan, Stop> {
        let known = provider::known().map_err(Stop::Suite)?;
        Plan::of(self.read()?, &known).map_err(|error| Stop::Usage(error.to_string()))
    }
}

fn read(path: &Path) -> Result<Document, crate::document::ReadError> {
    Document::read(&path.display().to_string(), &bytes(path)?)
}

/// A file's bytes, no more than it takes to see that it is too large: it may be one without an end.
fn bytes(path: &Path) -> Result<Vec<u8>, crate::document::ReadError> {
    let mut bytes = Vec::new();
    let open = File::open(path).and_then(|file| file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes));
    let unreadable = |error| crate::document::ReadError {
        document: path.display().to_string().into(),
        line: 0,
        message: format!("cannot be read: {error}"),
    };
    open.map_err(unreadable)?;
    Ok(bytes)
}

/// A value as JSON for programs, readable to people too.
fn pretty(whole: &serde_json::Value) -> Result<String, Stop> {
    let text = serde_json::to_string_pretty(whole).map_err(|error| Stop::Suite(error.to_string()))?;
    Ok(text + "\n")
}

/// Prints to standard output; a reader that has gone away (`| head`) is no error.
fn print(text: &str) -> Result<(), Stop> {
    let mut out = anstream::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Stop::Usage(format!("standard output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}
