//! `conformance run`: runs every case against a client or a server.

use std::ffi::OsString;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use clap::{Args, ValueEnum};
use console::Term;

use super::documents::{Documents, bytes};
use super::error::{CommandError, EXIT_CODES};
use super::interrupt::{exit_on_signal, interrupted};
use super::output::{self, Output, print};
use super::progress::RunProgress;
use super::server::ServerArgs;
use crate::document::Location;
use crate::plan::Plan;
use crate::probe::ServerUnderTest;
use crate::provider::config::Client;
use crate::report::{self, Report};
use crate::result::{CaseResult, Options, Requirements, Run};
use crate::run::built_in::OwnClients;
use crate::run::driver::Driver;
use crate::run::glob;
use crate::run::known_failing::{self, KnownFailing};
use crate::run::process::{Patience, Process};
use crate::run::run_with_progress;
use crate::style::suggestion;

#[derive(Args, Debug)]
#[command(after_help = format!("\
Examples:
  conformance run
  conformance run --filter 'pyannote/*/402*' --html report.html
  conformance run -- python3 my-driver.py
  conformance run --client my-client
  conformance run --server http://127.0.0.1:4010 openapi/pyannote.yaml

{EXIT_CODES}"))]
pub(super) struct RunArgs {
    #[command(flatten)]
    documents: Documents,
    #[command(flatten)]
    server: ServerArgs,
    /// Test this client of the configuration: start its driver, and expect its known failures
    #[arg(long, value_name = "NAME", conflicts_with_all = ["server", "command"])]
    client: Option<String>,
    /// Run only the cases whose id matches the glob, for example 'pyannote/*/402*'
    #[arg(long, value_name = "GLOB")]
    filter: Option<String>,
    /// Also fail on broken recommendations, not only requirements
    #[arg(long)]
    strict: bool,
    /// How long to wait for the outcome of one case; default: 10. Some clients retry for longer
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true)]
    case_timeout: Option<String>,
    /// Also fail if a documented fact is in no case (facts), or if the client does not offer what a case needs (operations)
    #[arg(long, value_name = "WHAT", value_enum, value_delimiter = ',')]
    require: Vec<Requirement>,
    /// Expect the listed cases to fail; a line is: case-id-or-glob  # reason
    #[arg(long, value_name = "FILE", conflicts_with = "write_known_failing")]
    known_failing: Option<PathBuf>,
    /// Write a list of the failed cases for --known-failing; you fill in the reasons
    #[arg(long, value_name = "FILE")]
    write_known_failing: Option<PathBuf>,
    /// Write the report as JSON; `-` is standard output
    #[arg(long, value_name = "FILE", value_parser = Output::parse)]
    json: Option<Output>,
    /// Write the report as JUnit XML; `-` is standard output
    #[arg(long, value_name = "FILE", value_parser = Output::parse)]
    junit: Option<Output>,
    /// Write the report as a self-contained HTML file; `-` is standard output
    #[arg(long, value_name = "FILE", value_parser = Output::parse)]
    html: Option<Output>,
    /// The command that starts the driver of the client to test; default: our own clients. See conformance/drivers/README.md
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// How long to wait for the tasks of an ended run.
const END_WAIT: Duration = Duration::from_secs(2);

/// What to do about a silent driver.
const SILENT: &str = "the report has its errors and its log; a driver must flush its output after each line";

/// The longest time for one case, in seconds: a day.
const MAX_CASE_TIMEOUT: f64 = 86_400.0;

/// What a complete test has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Requirement {
    /// Each documented fact is in a case.
    Facts,
    /// The client offers what each case needs.
    Operations,
}

pub(super) fn run(arguments: &RunArgs) -> Result<ExitCode, CommandError> {
    arguments.check()?;
    let options = arguments.options()?;
    let (mut plan, clients) = arguments.documents.read()?.plan(&arguments.server.samples)?;
    let client = arguments.client.as_deref().map(|name| client(name, &clients)).transpose()?;
    let server = arguments.server.under_test(&mut plan)?;
    let known_failing = arguments.known_failing(client, &plan)?;
    if let Some(glob) = &arguments.filter {
        select(&mut plan, glob)?;
    }
    arguments.check_own_clients(&plan, &clients)?;
    let plan = Arc::new(plan);
    let command = client.map_or_else(|| arguments.command.clone(), |client| words(&client.command));
    let date = SystemTime::now();
    let mut run = run_cases(options, &plan, server, command, known_failing.as_ref())?;
    arguments.server.note(&plan, &run)?;
    if let Some(list) = known_failing {
        list.mark(&mut run);
    }
    let report = arguments.report(&plan, &run, date);
    write_reports(arguments, &report)?;
    if let Some(reason) = &run.ended_early {
        return Err(CommandError::Suite(format!("the run ended early: {reason}; {SILENT}")));
    }
    Ok(exit_code(&report))
}

impl RunArgs {
    fn options(&self) -> Result<Options, CommandError> {
        let has = |requirement| self.require.contains(&requirement);
        let required =
            Requirements { facts: has(Requirement::Facts), operations: has(Requirement::Operations) };
        let options = Options { strict: self.strict, required, ..Options::default() };
        let Some(given) = &self.case_timeout else { return Ok(options) };
        let seconds = given.parse().ok().filter(|seconds| (0.001..=MAX_CASE_TIMEOUT).contains(seconds));
        let timeout = seconds.map(Duration::from_secs_f64).ok_or_else(|| {
            CommandError::Usage(format!(
                "--case-timeout: '{given}' is not a number of seconds from 0.001 to {MAX_CASE_TIMEOUT}, for example 60"
            ))
        })?;
        Ok(Options { timeout, ..options })
    }

    fn check(&self) -> Result<(), CommandError> {
        if self.command.is_empty() && std::env::args_os().any(|argument| argument == "--") {
            return Err(CommandError::Usage(
                "COMMAND is missing after --; conformance/drivers/README.md has examples".to_owned(),
            ));
        }
        let list = self.write_known_failing.clone().map(Output::File);
        let list = list.iter().map(|list| ("--write-known-failing", list));
        let outputs: Vec<_> = self.outputs().chain(list).collect();
        for (flag, output) in &outputs {
            output.check()?;
            if let Some((other, _)) = outputs.iter().find(|(other, same)| other != flag && same == output) {
                return Err(CommandError::Usage(format!("{flag} and {other} name the same file")));
            }
        }
        Ok(())
    }

    /// The outputs of the reports, each with its flag.
    fn outputs(&self) -> impl Iterator<Item = (&'static str, &Output)> {
        let all = [("--json", &self.json), ("--junit", &self.junit), ("--html", &self.html)];
        all.into_iter().filter_map(|(flag, output)| Some((flag, output.as_ref()?)))
    }

    /// The list of known failures: the given one, or else that of the client. A list that is to be written is not read.
    fn known_failing(
        &self,
        client: Option<&Client>,
        plan: &Plan,
    ) -> Result<Option<KnownFailing>, CommandError> {
        let of_client = client.filter(|_| self.write_known_failing.is_none());
        let of_client =
            of_client.and_then(|one| Some((one.known_failing.as_deref()?, one.known_failing_at())));
        let given = self.known_failing.as_deref().map(|path| (path, None));
        given.or(of_client).map(|(path, at)| read_list(path, at, plan)).transpose()
    }

    /// The user of a configuration with clients who names none would test our own clients. If they have none of the operations,
    /// each case would be unsupported.
    fn check_own_clients(&self, plan: &Plan, clients: &[Client]) -> Result<(), CommandError> {
        let own = OwnClients::default();
        let tests_own = self.client.is_none() && !self.server.is_given() && self.command.is_empty();
        if !tests_own
            || clients.is_empty()
            || plan.cases.iter().any(|case| own.offers(&case.provider, &case.operation))
        {
            return Ok(());
        }
        let names: Vec<&str> = clients.iter().map(|client| client.name.as_str()).collect();
        Err(CommandError::Usage(format!(
            "the built-in clients have none of these operations; use --client NAME (one of {}) or -- COMMAND",
            names.join(", ")
        )))
    }

    fn report<'a>(&self, plan: &'a Plan, run: &'a Run, date: SystemTime) -> Report<'a> {
        let documents = self.documents.paths.iter().map(|path| path.display().to_string()).collect();
        Report { plan, run, documents, tested: self.tested(), date }
    }

    /// The arguments that name the configuration, and the client or server under test.
    fn tested(&self) -> Vec<String> {
        let config = self.documents.config.path.iter();
        let config = config.flat_map(|path| ["--config".to_owned(), path.display().to_string()]);
        let client = self.client.iter().flat_map(|name| ["--client".to_owned(), name.clone()]);
        let timeout = self.case_timeout.iter();
        let timeout = timeout.flat_map(|seconds| ["--case-timeout".to_owned(), seconds.clone()]);
        let command = self.command.iter().map(|word| word.to_string_lossy().into_owned());
        let separator = (!self.command.is_empty()).then(|| "--".to_owned());
        config
            .chain(client)
            .chain(self.server.tested())
            .chain(timeout)
            .chain(separator)
            .chain(command)
            .collect()
    }
}

/// The client with this name.
fn client<'a>(name: &str, clients: &'a [Client]) -> Result<&'a Client, CommandError> {
    let hint = suggestion(name, clients.iter().map(|client| client.name.as_str()));
    let found = clients.iter().find(|client| client.name == name);
    let unknown =
        || CommandError::Usage(format!("--client: the configuration has no client `{name}`; {hint}"));
    found.ok_or_else(unknown)
}

fn words(command: &[String]) -> Vec<OsString> {
    command.iter().map(OsString::from).collect()
}

/// Reads a list. `at` is the place of the configuration that names it.
fn read_list(path: &Path, at: Option<Location>, plan: &Plan) -> Result<KnownFailing, CommandError> {
    let name = path.display();
    let bytes = bytes(path).map_err(|error| match at {
        Some(at) => CommandError::Usage(format!("{at}: the list {error}; paths are relative to this file")),
        None => CommandError::usage(error),
    })?;
    let text = String::from_utf8(bytes)
        .map_err(|error| CommandError::Usage(format!("{name}: cannot be read: {}", error.utf8_error())))?;
    KnownFailing::read(&text, plan).map_err(|error| CommandError::Usage(format!("{name}:{error}")))
}

/// Keeps the cases whose id matches the glob.
fn select(plan: &mut Plan, pattern: &str) -> Result<(), CommandError> {
    let matcher =
        glob::matcher(pattern).map_err(|error| CommandError::Usage(format!("--filter: {error}")))?;
    plan.cases.retain(|case| matcher.is_match(&case.id));
    if plan.cases.is_empty() {
        return Err(CommandError::Usage(format!(
            "--filter: no case id matches '{pattern}'; `conformance plan` lists the ids (with --server, some cases are not used)"
        )));
    }
    plan.keep_exercised_facts();
    Ok(())
}

fn run_cases(
    options: Options,
    plan: &Arc<Plan>,
    server: Option<ServerUnderTest>,
    command: Vec<OsString>,
    known_failing: Option<&KnownFailing>,
) -> Result<Run, CommandError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime
        .map_err(|error| CommandError::Suite(format!("the async runtime cannot be started: {error}")))?;
    let progress = RunProgress::new(plan.cases.len(), known_failing);
    let on_result = |result: &CaseResult| progress.count(result);
    let running = async {
        if let Some(server) = server {
            return server.run(plan, options, &on_result).await.map_err(CommandError::suite);
        }
        let driver = driver(command).await?;
        let run = run_with_progress(plan, driver, options, known_failing, &on_result).await;
        run.map_err(|error| CommandError::Suite(format!("the run could not start: {error}")))
    };
    let run = runtime.block_on(async {
        tokio::select! {
            run = running => run,
            signal = interrupted() => Err(CommandError::Interrupted(signal)),
            never = progress.write_lines() => match never {},
        }
    });
    progress.finish();
    match &run {
        Ok(_) => exit_on_signal(runtime),
        // This drops the driver, which ends its processes.
        Err(_) => runtime.shutdown_timeout(END_WAIT),
    }
    run
}

async fn driver(command: Vec<OsString>) -> Result<Arc<dyn Driver>, CommandError> {
    if command.is_empty() {
        return Ok(Arc::new(OwnClients::default()));
    }
    let process = Process::start(command, Patience::default()).await.map_err(|error| {
        anstream::eprint!("{}", error.log);
        CommandError::Suite(error.message)
    })?;
    Ok(Arc::new(process))
}

fn write_reports(arguments: &RunArgs, report: &Report<'_>) -> Result<(), CommandError> {
    if arguments.outputs().any(|(_, output)| *output == Output::Standard) {
        anstream::eprint!("{}", report::terminal::text(report, terminal_width(&Term::stderr())));
    } else {
        print(&report::terminal::text(report, terminal_width(&Term::stdout())))?;
    }
    if let Some(output) = &arguments.json {
        output.write(&report::json::text(report).map_err(report_error)?)?;
    }
    if let Some(output) = &arguments.junit {
        output.write(&report::junit::text(report).map_err(report_error)?)?;
    }
    if let Some(output) = &arguments.html {
        output.write(&report::html::text(report))?;
    }
    if let Some(path) = &arguments.write_known_failing {
        output::write(path, known_failing::list(report.run))?;
    }
    Ok(())
}

fn report_error(error: impl Display) -> CommandError {
    CommandError::Suite(format!("the report cannot be written: {error}"))
}

/// The width of a terminal in columns; none when it is no terminal.
fn terminal_width(terminal: &Term) -> Option<usize> {
    terminal.size_checked().map(|(_, columns)| columns.into())
}

/// Returns exit code 0 or 1. [`EXIT_CODES`] states the conditions.
fn exit_code(report: &Report<'_>) -> ExitCode {
    ExitCode::from(u8::from(!report.problems().is_empty()))
}
