//! `conformance run`: every case against a client.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::output::{self, Output};
use super::{Documents, Stop, print};
use crate::plan::{FactId, Plan};
use crate::report::{self, Report};
use crate::run::built_in::BuiltIn;
use crate::run::driver::{Driver, Trouble};
use crate::run::glob;
use crate::run::known_failing::{self, KnownFailing};
use crate::run::process::{Patience, Process};
use crate::run::server::Server;
use crate::run::{self, CaseResult, Options, Run, Verdict};

#[derive(Args, Debug)]
#[command(after_help = concat!("\
Examples:
  conformance run
  conformance run --filter 'pyannote/*/402*' --html report.html
  conformance run -- python3 my-driver.py
  conformance run --server http://127.0.0.1:4010 openapi/pyannote.yaml

", exit_codes!()))]
pub(super) struct Arguments {
    #[command(flatten)]
    documents: Documents,
    /// Test a server in place of a client: make the calls ourselves, and judge what it answers.
    /// `CONFORMANCE_API_KEY` and `CONFORMANCE_API_TOKEN` in the environment are its credentials
    #[arg(long, value_name = "URL", conflicts_with = "command")]
    server: Option<String>,
    /// The server may be on another machine than this
    #[arg(long, requires = "server")]
    yes: bool,
    /// Run only the cases whose id matches
    #[arg(long, value_name = "GLOB")]
    filter: Option<String>,
    /// Fail on what good practice asks for too, not only on what a document states
    #[arg(long)]
    strict: bool,
    /// Cases that must fail, one a line: case-id-or-glob  # reason
    #[arg(long, value_name = "FILE", conflicts_with = "write_known_failing")]
    known_failing: Option<PathBuf>,
    /// Write the cases that fail as such a list, the reasons left to fill in
    #[arg(long, value_name = "FILE")]
    write_known_failing: Option<PathBuf>,
    /// Write the report as JSON; `-` is standard output
    #[arg(long, value_name = "FILE", value_parser = Output::of)]
    json: Option<Output>,
    /// Write the report as JUnit XML; `-` is standard output
    #[arg(long, value_name = "FILE", value_parser = Output::of)]
    junit: Option<Output>,
    /// Write the report as one HTML file that needs no network; `-` is standard output
    #[arg(long, value_name = "FILE", value_parser = Output::of)]
    html: Option<Output>,
    /// The driver of the client to test, see conformance/drivers; without one, our own clients
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Stop> {
    arguments.check()?;
    let mut plan = arguments.documents.plan()?;
    let server = arguments.server.as_deref().map(|url| server(url, arguments.yes, &mut plan)).transpose()?;
    let known_failing = arguments.known_failing.as_deref().map(|path| read_list(path, &plan)).transpose()?;
    if let Some(glob) = &arguments.filter {
        select(&mut plan, glob)?;
    }
    let plan = Arc::new(plan);
    let mut run = play(arguments, &plan, server)?;
    if let Some(list) = known_failing {
        list.mark(&mut run);
    }
    write_reports(arguments, &plan, &run)?;
    let whole = arguments.filter.is_none() && arguments.server.is_none();
    Ok(code(&plan, &run, whole))
}

impl Arguments {
    fn check(&self) -> Result<(), Stop> {
        if self.command.is_empty() && std::env::args_os().any(|argument| argument == "--") {
            return Err(Stop::Usage(
                "there is no COMMAND after --; conformance/drivers/README.md shows some".to_owned(),
            ));
        }
        let list = self.write_known_failing.clone().map(Output::File);
        let list = list.iter().map(|list| ("--write-known-failing", list));
        let outputs: Vec<_> = self.outputs().chain(list).collect();
        for (flag, output) in &outputs {
            output.check()?;
            if let Some((other, _)) = outputs.iter().find(|(other, same)| other != flag && same == output) {
                return Err(Stop::Usage(format!("{flag} and {other} cannot go to the same place")));
            }
        }
        Ok(())
    }

    /// Where reports go, each with its flag.
    fn outputs(&self) -> impl Iterator<Item = (&'static str, &Output)> {
        let all = [("--json", &self.json), ("--junit", &self.junit), ("--html", &self.html)];
        all.into_iter().filter_map(|(flag, output)| Some((flag, output.as_ref()?)))
    }

    /// The words that name what is tested.
    fn tested(&self) -> Vec<String> {
        let server = self.server.iter().flat_map(|url| ["--server".to_owned(), url.clone()]);
        let server = server.chain(self.yes.then(|| "--yes".to_owned()));
        let command = self.command.iter().map(|word| word.to_string_lossy().into_owned());
        let mark = (!self.command.is_empty()).then(|| "--".to_owned());
        server.chain(mark).chain(command).collect()
    }

    fn standard_output_is_taken(&self) -> bool {
        self.outputs().any(|(_, output)| *output == Output::Standard)
    }
}

fn read_list(path: &Path, plan: &Plan) -> Result<KnownFailing, Stop> {
    let name = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Stop::Usage(format!("{name}: cannot be read: {error}")))?;
    KnownFailing::read(&text, plan).map_err(|error| Stop::Usage(format!("{name}:{error}")))
}

/// Keeps the cases whose id matches.
fn select(plan: &mut Plan, pattern: &str) -> Result<(), Stop> {
    let matcher = glob::matcher(pattern).map_err(|error| Stop::Usage(format!("--filter: {error}")))?;
    plan.cases.retain(|case| matcher.is_match(&case.id));
    if plan.cases.is_empty() {
        return Err(Stop::Usage(format!(
            "--filter: no case id matches '{pattern}'; `conformance plan` lists them (not all can be asked of a server)"
        )));
    }
    answer_for_own_facts(plan);
    Ok(())
}

/// A part of the cases answers for its own facts only.
fn answer_for_own_facts(plan: &mut Plan) {
    let exercised: HashSet<&FactId> = plan.cases.iter().flat_map(|case| &case.facts).collect();
    plan.facts.retain(|fact| exercised.contains(&fact.id));
}

/// The server to test, with the credentials that the environment gives for it; the plan keeps what a
/// server can be asked.
fn server(url: &str, may_be_elsewhere: bool, plan: &mut Plan) -> Result<Server, Stop> {
    let mut server = Server::new(url).map_err(|error| Stop::Usage(format!("--server: {error}")))?;
    if !server.is_loopback() && !may_be_elsewhere {
        return Err(Stop::Usage(format!(
            "--server: {url} is not on this machine, and would be sent wrong requests too; say --yes if it may be"
        )));
    }
    for name in plan.sources.iter().map(|source| source.provider.credential().name) {
        if let Some(value) = credential(&format!("CONFORMANCE_{}", name.to_uppercase()))? {
            server.give(name, value);
        }
    }
    Server::select(plan);
    answer_for_own_facts(plan);
    Ok(server)
}

/// A credential of the environment; none where the variable is not set, or empty.
fn credential(variable: &str) -> Result<Option<String>, Stop> {
    const SHORTEST: usize = 8;
    let Some(value) = std::env::var_os(variable) else { return Ok(None) };
    let value = value.to_string_lossy();
    match value.trim() {
        "" => Ok(None),
        text if text.len() < SHORTEST || !text.chars().all(|c| c.is_ascii_graphic()) => {
            Err(Stop::Usage(format!(
                "{variable}: a credential is {SHORTEST} or more visible characters of ASCII without spaces; copy it again"
            )))
        }
        text => Ok(Some(text.to_owned())),
    }
}

fn play(arguments: &Arguments, plan: &Arc<Plan>, server: Option<Server>) -> Result<Run, Stop> {
    let options = Options { strict: arguments.strict, ..Options::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Stop::Suite(format!("no runtime can be started: {error}")))?;
    let bar = bar(plan.cases.len());
    let watch = |result: &CaseResult| {
        bar.set_message(result.case.id.clone());
        bar.inc(1);
    };
    let run = runtime.block_on(async {
        if let Some(server) = server {
            return server.run(plan, options, &watch).await.map_err(|error| Stop::Suite(error.to_string()));
        }
        let driver = driver(&arguments.command).await.map_err(no_driver)?;
        let run = run::watched(plan, &driver, options, &watch).await;
        run.map_err(|error| Stop::Suite(format!("the run could not begin: {error}")))
    });
    bar.finish_and_clear();
    run
}

/// A line on standard error that tells how far the run is; nothing where that is no terminal.
fn bar(cases: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{pos}/{len} [{bar:20}] {wide_msg}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ");
    ProgressBar::new(cases as u64).with_style(style)
}

async fn driver(command: &[OsString]) -> Result<Arc<dyn Driver>, Trouble> {
    if command.is_empty() {
        return Ok(Arc::new(BuiltIn::default()));
    }
    Ok(Arc::new(Process::start(command.to_owned(), Patience::default()).await?))
}

fn no_driver(trouble: Trouble) -> Stop {
    anstream::eprint!("{}", trouble.log);
    Stop::Suite(trouble.says)
}

fn write_reports(arguments: &Arguments, plan: &Plan, run: &Run) -> Result<(), Stop> {
    let report = Report {
        plan,
        run,
        documents: arguments.documents.paths.iter().map(|path| path.display().to_string()).collect(),
        tested: arguments.tested(),
    };
    let text = report::terminal::text(&report);
    if arguments.standard_output_is_taken() {
        anstream::eprint!("{text}");
    } else {
        print(&text)?;
    }
    let unwritable =
        |error: &dyn std::error::Error| Stop::Suite(format!("the report cannot be written: {error}"));
    if let Some(output) = &arguments.json {
        output.write(&report::json::text(&report).map_err(|error| unwritable(&error))?)?;
    }
    if let Some(output) = &arguments.junit {
        output.write(&report::junit::text(&report).map_err(|error| unwritable(&error))?)?;
    }
    if let Some(output) = &arguments.html {
        output.write(&report::html::text(&report))?;
    }
    if let Some(path) = &arguments.write_known_failing {
        output::write(path, known_failing::list(run))?;
    }
    Ok(())
}

/// 1 when a case does not hold, or is listed in vain, or a fact was missed, or nothing was judged; else 0.
fn code(plan: &Plan, run: &Run, whole: bool) -> ExitCode {
    let broken = run.count(Verdict::Fail) + run.count(Verdict::Error) > 0;
    let listed_in_vain = run.results.iter().any(CaseResult::is_listed_in_vain);
    let missed = whole && !plan.unexercised().is_empty();
    let judged = [Verdict::Pass, Verdict::Fail, Verdict::KnownFailing];
    let nothing_tested = judged.iter().all(|verdict| run.count(*verdict) == 0);
    ExitCode::from(u8::from(broken || listed_in_vain || missed || nothing_tested))
}
