//! `conformance run`: runs every case against a client or a server.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::documents::Documents;
use super::error::{CommandError, EXIT_CODES};
use super::output::{self, Output, print};
use crate::plan::Plan;
use crate::plan::fact::FactId;
use crate::probe::ServerUnderTest;
use crate::report::{self, Report};
use crate::result::{CaseResult, Options, Run, VerdictKind};
use crate::run::built_in::OwnClients;
use crate::run::driver::Driver;
use crate::run::glob;
use crate::run::known_failing::{self, KnownFailing};
use crate::run::process::{Patience, Process};
use crate::run::run_with_progress;

#[derive(Args, Debug)]
#[command(after_help = format!("\
Examples:
  conformance run
  conformance run --filter 'pyannote/*/402*' --html report.html
  conformance run -- python3 my-driver.py
  conformance run --server http://127.0.0.1:4010 openapi/pyannote.yaml

{EXIT_CODES}"))]
pub(super) struct RunArgs {
    #[command(flatten)]
    documents: Documents,
    /// Test a server instead of a client: send the requests of the cases and check its responses.
    /// The environment variables `CONFORMANCE_API_KEY` and `CONFORMANCE_API_TOKEN` hold its credentials
    #[arg(long, value_name = "URL", conflicts_with = "command")]
    server: Option<String>,
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
    let mut plan = arguments.documents.plan()?;
    let server = arguments.server.as_deref().map(|url| server(url, arguments.yes, &mut plan)).transpose()?;
    let known_failing = arguments.known_failing.as_deref().map(|path| read_list(path, &plan)).transpose()?;
    if let Some(glob) = &arguments.filter {
        select(&mut plan, glob)?;
    }
    let plan = Arc::new(plan);
    let mut run = run_cases(arguments, &plan, server)?;
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

    /// The arguments that name the client or server under test.
    fn tested(&self) -> Vec<String> {
        let server = self.server.iter().flat_map(|url| ["--server".to_owned(), url.clone()]);
        let server = server.chain(self.yes.then(|| "--yes".to_owned()));
        let command = self.command.iter().map(|word| word.to_string_lossy().into_owned());
        let separator = (!self.command.is_empty()).then(|| "--".to_owned());
        server.chain(separator).chain(command).collect()
    }
}

fn read_list(path: &Path, plan: &Plan) -> Result<KnownFailing, CommandError> {
    let name = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| CommandError::Usage(format!("{name}: cannot be read: {error}")))?;
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
    for name in plan.sources.iter().map(|source| source.provider.credential().name) {
        if let Some(value) = credential(&format!("CONFORMANCE_{}", name.to_uppercase()))? {
            server.use_credential(name, value);
        }
    }
    ServerUnderTest::select(plan);
    keep_exercised_facts(plan);
    Ok(server)
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
        let driver = driver(&arguments.command).await?;
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

async fn driver(command: &[OsString]) -> Result<Arc<dyn Driver>, CommandError> {
    if command.is_empty() {
        return Ok(Arc::new(OwnClients::default()));
    }
    let process = Process::start(command.to_owned(), Patience::default()).await.map_err(|error| {
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
