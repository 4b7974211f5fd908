//! The command line: reads the arguments and returns the exit code.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use self::error::{CommandError, EXIT_CODES};
use crate::style::visible;

mod diff;
mod doctor;
mod documents;
mod error;
mod explain;
mod import;
mod interrupt;
mod output;
mod plan;
mod progress;
mod run;
mod server;
mod shell;

/// Derives test cases from API documents and runs them against any client or server.
#[derive(Debug, Parser)]
#[command(name = "conformance", version, about, long_about = None, after_help = format!("\
Without a subcommand, `run` is used: `conformance` alone tests our own clients.
A DOCUMENT that is given by path replaces the built-in documents.

{EXIT_CODES}
The other subcommands list their exit codes in their own help."))]
struct Command {
    #[command(subcommand)]
    subcommand: Subcommand,
}

#[derive(Debug, clap::Subcommand)]
enum Subcommand {
    /// Run every case against a client or a server
    Run(Box<run::RunArgs>),
    /// List every case with its place in the document
    Plan(plan::PlanArgs),
    /// Show the defects and contradictions of the documents themselves
    Doctor(doctor::DoctorArgs),
    /// Show what has changed between two documents, what breaks clients, and which cases it affects
    Diff(diff::DiffArgs),
    /// Merge downloaded vendor pages into a document, and show the changes
    Import(import::ImportArgs),
    /// Show one case: the text of the document, the request, the response, and the checks
    Explain(explain::ExplainArgs),
    /// Print a shell completion script
    Completions(shell::Completions),
    /// Print the manual page
    Man(shell::Man),
}

/// Parses the arguments of the process, runs the subcommand, and returns its exit code.
pub fn main() -> ExitCode {
    let command = Command::parse_from(with_default_subcommand(std::env::args_os().collect()));
    run(&command.subcommand).unwrap_or_else(|error| {
        let (message, code) = match error {
            CommandError::Usage(message) => (message, 2),
            CommandError::Suite(message) => (message, 3),
            CommandError::Interrupted(signal) => {
                (format!("{} ended the run; no report was written", signal.name), signal.exit_code())
            }
        };
        // When standard error is closed, the exit code remains.
        let _ = writeln!(anstream::stderr(), "error: {}", visible(&message).replace('\n', " "));
        ExitCode::from(code)
    })
}

fn run(subcommand: &Subcommand) -> Result<ExitCode, CommandError> {
    match subcommand {
        Subcommand::Run(arguments) => run::run(arguments),
        Subcommand::Plan(arguments) => plan::run(arguments),
        Subcommand::Doctor(arguments) => doctor::run(arguments),
        Subcommand::Diff(arguments) => diff::run(arguments),
        Subcommand::Import(arguments) => import::run(arguments),
        Subcommand::Explain(arguments) => explain::run(arguments),
        Subcommand::Completions(arguments) => shell::completions(arguments, Command::command()),
        Subcommand::Man(arguments) => shell::man(arguments, Command::command()),
    }
}

/// Inserts `run` where the first argument is not a subcommand.
fn with_default_subcommand(mut arguments: Vec<OsString>) -> Vec<OsString> {
    const NO_DEFAULT: &[&str] = &["help", "--help", "-h", "--version", "-V"];
    let command = Command::command();
    let is_known = |given: &str| command.get_subcommands().any(|known| known.get_name() == given);
    let given = arguments.get(1).and_then(|first| first.to_str());
    if !given.is_some_and(|first| NO_DEFAULT.contains(&first) || is_known(first)) {
        arguments.insert(1.min(arguments.len()), "run".into());
    }
    arguments
}
