//! `conformance run`: every case against a client.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use globset::Glob;

use super::{Documents, Stop, print};
use crate::plan::Plan;
use crate::report;
use crate::run::built_in::BuiltIn;
use crate::run::driver::Driver;
use crate::run::{self, Options, Run, Verdict};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(flatten)]
    documents: Documents,
    /// Run only the cases whose id matches
    #[arg(long, value_name = "GLOB")]
    filter: Option<String>,
    /// Fail on what good practice asks for too, not only on what a document states
    #[arg(long)]
    strict: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let mut plan = arguments.documents.plan()?;
    if let Some(glob) = &arguments.filter {
        select(&mut plan, glob)?;
    }
    let plan = Arc::new(plan);
    let driver: Arc<dyn Driver> = Arc::new(BuiltIn::default());
    let options = Options { strict: arguments.strict };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Stop::Suite(format!("no runtime can be started: {error}")))?;
    let run = runtime.block_on(run::run(&plan, &driver, options));
    let run = run.map_err(|error| Stop::Suite(format!("the run could not begin: {error}")))?;
    print(&report::terminal::text(&plan, &run, arguments.strict));
    Ok(code(&plan, &run, arguments.filter.is_none()))
}

/// Keeps the cases whose id matches.
fn select(plan: &mut Plan, glob: &str) -> Result<(), Stop> {
    let matcher =
        Glob::new(glob).map_err(|error| Stop::Usage(format!("--filter: {error}")))?.compile_matcher();
    plan.cases.retain(|case| matcher.is_match(&case.id));
    if plan.cases.is_empty() {
        return Err(Stop::Usage(format!(
            "--filter: no case id matches '{glob}'; `conformance plan` lists them"
        )));
    }
    // A part of the cases answers for its own facts only.
    let exercised: std::collections::BTreeSet<&String> =
        plan.cases.iter().flat_map(|case| &case.facts).collect();
    plan.facts.retain(|fact| exercised.contains(&fact.id));
    Ok(())
}

/// 3 when the suite broke, 1 when a case failed or a fact was missed, else 0.
fn code(plan: &Plan, run: &Run, whole: bool) -> ExitCode {
    if run.count(Verdict::Error) > 0 {
        return ExitCode::from(3);
    }
    let missed = whole && !plan.unexercised().is_empty();
    ExitCode::from(u8::from(run.count(Verdict::Fail) > 0 || missed))
}
