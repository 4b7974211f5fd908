//! `conformance run`: runs every case against a client or a server.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsString;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::documents::{Documents, bytes};
use super::error::{CommandError, EXIT_CODES};
use super::output::{self, Output, print};
use crate::document::Location;
use crate::plan::Plan;
use crate::plan::fact::FactId;
use crate::probe::ServerUnderTest;
use crate::provider::config::Client;
use crate::report::{self, Report};
use crate::result::{CaseResult, Options, Run, VerdictKind};
use crate::run::built_in::OwnClients;
use crate::run::driver::Driver;
use crate::run::glob;
use crate::run::known_failing::{self, KnownFailing};
use crate::run::process::{Patience, Process};
use crate::run::run_with_progress;
use crate::style::suggestion;
use crate::wire::credential::asked;

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
    /// Test a server instead of a client: send the requests of the cases and check its responses.
    /// The environment variables `CONFORMANCE_API_KEY` and `CONFORMANCE_API_TOKEN` hold its credentials; a configuration may
    /// name others
    #[arg(long, value_name = "URL", conflicts_with = "command")]
    server: Option<String>,
    /// Test this client of the configuration: start its driver, and expect its known failures
    #[arg(long, value_name = "NAME", conflicts_with_all = ["server", "command"])]
    client: Option<String>,
    /// Allow a server that is not on this machine
    #[arg(long, requires = "server")]
    yes: bool,
    /// Run only the cases whose id matches the glob, for example 'pyannote/*/402*'
    #[arg(long, value_name = "GLOB")]
    filter: Option<String>,
    /// Also fail on broken recommendations, not only requirements
    #[arg(long)]
    strict: bool,
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

pub(super) fn run(arguments: &RunArgs) -> Result<ExitCode, CommandError> {
    arguments.check()?;
    let (mut plan, clients) = arguments.documents.read()?.plan()?;
    let client = arguments.client.as_deref().map(|name| client(name, &clients)).transpose()?;
    let server = arguments.server.as_deref().map(|url| server(url, arguments.yes, &mut plan)).transpose()?;
    let known_failing = arguments.known_failing(client, &plan)?;
    if let Some(glob) = &arguments.filter {
        select(&mut plan, glob)?;
    }
    arguments.check_own_clients(&plan, &clients)?;
    let plan = Arc::new(plan);
    let command = client.map_or_else(|| arguments.command.clone(), |client| words(&client.command));
    let mut run = run_cases(arguments, &plan, server, command)?;
    if arguments.server.is_some() {
        note_samples(&plan)?;
    }
    if let Some(list) = known_failing {
        list.mark(&mut run);
    }
    write_reports(arguments, &plan, &run)?;
    let is_complete = arguments.filter.is_none() && arguments.server.is_none();
    Ok(exit_code(&plan, &run, is_complete))
}

impl RunArgs {
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
        let tests_own = self.client.is_none() && self.server.is_none() && self.command.is_empty();
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

    /// The arguments that name the configuration, and the client or server under test.
    fn tested(&self) -> Vec<String> {
        let server = self.server.iter().flat_map(|url| ["--server".to_owned(), url.clone()]);
        let server = server.chain(self.yes.then(|| "--yes".to_owned()));
        let config = self.documents.config.path.iter();
        let config = config.flat_map(|path| ["--config".to_owned(), path.display().to_string()]);
        let client = self.client.iter().flat_map(|name| ["--client".to_owned(), name.clone()]);
        let command = self.command.iter().map(|word| word.to_string_lossy().into_owned());
        let separator = (!self.command.is_empty()).then(|| "--".to_owned());
        config.chain(client).chain(server).chain(separator).chain(command).collect()
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
    keep_exercised_facts(plan);
    Ok(())
}

/// Keeps the facts that the selected cases exercise, so that the report does not list the others as missed.
fn keep_exercised_facts(plan: &mut Plan) {
    let exercised: HashSet<&FactId> = plan.cases.iter().flat_map(|case| &case.facts).collect();
    plan.facts.retain(|fact| exercised.contains(&fact.id));
}

/// Returns the server to test, with its credentials from the environment. The plan keeps the cases that test a server.
fn server(url: &str, may_be_remote: bool, plan: &mut Plan) -> Result<ServerUnderTest, CommandError> {
    let mut server =
        ServerUnderTest::new(url).map_err(|error| CommandError::Usage(format!("--server: {error}")))?;
    if !server.is_loopback() && !may_be_remote {
        return Err(CommandError::Usage(format!(
            "--server: {url} is not on this machine; the cases include invalid requests; add --yes to allow this server"
        )));
    }
    for variable in variables(plan) {
        if let Some(value) = credential(&variable)? {
            server.use_credential(variable, value);
        }
    }
    ServerUnderTest::select(plan);
    keep_exercised_facts(plan);
    Ok(server)
}

/// The environment variables of the credentials that the operations ask for.
fn variables(plan: &Plan) -> BTreeSet<String> {
    let operations = plan.sources.iter().flat_map(|source| {
        let operations = source.document.operations.iter();
        operations.flat_map(|operation| asked(&source.provider, operation))
    });
    operations.map(|asked| asked.own.variable()).collect()
}

/// Names the variables that a run against a server needed and did not find.
fn note_samples(plan: &Plan) -> Result<(), CommandError> {
    for variable in variables(plan) {
        if credential(&variable)?.is_none() {
            anstream::eprintln!("note: {variable} is not set; the suite sent a sample credential");
        }
    }
    Ok(())
}

/// Reads a credential from an environment variable. An empty variable counts as not set.
fn credential(variable: &str) -> Result<Option<String>, CommandError> {
    const MIN_LENGTH: usize = 8;
    let Some(value) = std::env::var_os(variable) else { return Ok(None) };
    let value = value.to_string_lossy();
    match value.trim() {
        "" => Ok(None),
        text if text.len() < MIN_LENGTH || !text.chars().all(|c| c.is_ascii_graphic()) => {
            Err(CommandError::Usage(format!(
                "{variable}: a credential has at least {MIN_LENGTH} characters, all of them visible ASCII; check the value"
            )))
        }
        text => Ok(Some(text.to_owned())),
    }
}

fn run_cases(
    arguments: &RunArgs,
    plan: &Arc<Plan>,
    server: Option<ServerUnderTest>,
    command: Vec<OsString>,
) -> Result<Run, CommandError> {
    let options = Options { strict: arguments.strict, ..Options::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime
        .map_err(|error| CommandError::Suite(format!("the async runtime cannot be started: {error}")))?;
    let bar = bar(plan.cases.len());
    let on_result = |result: &CaseResult| {
        bar.set_message(result.case.id.clone());
        bar.inc(1);
    };
    let run = runtime.block_on(async {
        if let Some(server) = server {
            return server.run(plan, options, &on_result).await.map_err(CommandError::suite);
        }
        let driver = driver(command).await?;
        let run = run_with_progress(plan, driver, options, &on_result).await;
        run.map_err(|error| CommandError::Suite(format!("the run could not start: {error}")))
    });
    bar.finish_and_clear();
    run
}

/// A progress bar on standard error. It is hidden when standard error is not a terminal.
fn bar(cases: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{pos}/{len} [{bar:20}] {wide_msg}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ");
    ProgressBar::new(cases as u64).with_style(style)
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

fn write_reports(arguments: &RunArgs, plan: &Plan, run: &Run) -> Result<(), CommandError> {
    let report = Report {
        plan,
        run,
        documents: arguments.documents.paths.iter().map(|path| path.display().to_string()).collect(),
        tested: arguments.tested(),
    };
    let text = report::terminal::text(&report);
    if arguments.outputs().any(|(_, output)| *output == Output::Standard) {
        anstream::eprint!("{text}");
    } else {
        print(&text)?;
    }
    if let Some(output) = &arguments.json {
        output.write(&report::json::text(&report).map_err(report_error)?)?;
    }
    if let Some(output) = &arguments.junit {
        output.write(&report::junit::text(&report).map_err(report_error)?)?;
    }
    if let Some(output) = &arguments.html {
        output.write(&report::html::text(&report))?;
    }
    if let Some(path) = &arguments.write_known_failing {
        output::write(path, known_failing::list(run))?;
    }
    Ok(())
}

fn report_error(error: impl Display) -> CommandError {
    CommandError::Suite(format!("the report cannot be written: {error}"))
}

/// Returns exit code 0 or 1. [`EXIT_CODES`] states the conditions.
fn exit_code(plan: &Plan, run: &Run, is_complete: bool) -> ExitCode {
    let failed = run.count(VerdictKind::Fail) + run.count(VerdictKind::Error) > 0;
    let unexpected = run.results.iter().any(|result| result.unexpected_pass().is_some());
    let missed = is_complete && !plan.unexercised().is_empty();
    let judged = [VerdictKind::Pass, VerdictKind::Fail, VerdictKind::KnownFailing];
    let nothing_judged = judged.iter().all(|verdict| run.count(*verdict) == 0);
    ExitCode::from(u8::from(failed || unexpected || missed || nothing_judged))
}
