//! Runs the cases of the suite as tests, one test for each case. A test fails when the verdict is not a pass, or when the exchange
//! differs from the reviewed snapshot in `conformance/snapshots/`.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, LazyLock};

use libtest_mimic::{Arguments, Failed, Trial};
use media_upload_conformance::run::run_case;
use media_upload_conformance::{
    Case, CaseResult, Driver, Options, OwnClients, Plan, Verdict, built_in_documents, providers,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The plan, the clients, the runtime and the folder of media files that all tests use.
struct Shared {
    plan: Plan,
    driver: OwnClients,
    runtime: Runtime,
    media: TempDir,
}

static SHARED: LazyLock<Arc<Shared>> = LazyLock::new(|| {
    Arc::new(Shared {
        plan: Plan::of(built_in_documents().unwrap(), &providers().unwrap()).unwrap(),
        driver: OwnClients::default(),
        runtime: Runtime::new().unwrap(),
        media: TempDir::new().unwrap(),
    })
});

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = (0..SHARED.plan.cases.len()).map(trial).collect();
    trials.push(Trial::test("every_snapshot_belongs_to_a_case", check_snapshots));
    trials.push(Trial::test("every_fact_is_exercised", check_facts));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(index: usize) -> Trial {
    let case = &SHARED.plan.cases[index];
    let is_offered = SHARED.driver.offers(&case.provider, &case.operation);
    let test = Trial::test(case.id.clone(), move || {
        let case = &SHARED.plan.cases[index];
        let source = SHARED.plan.source(case).ok_or("the case has no source")?;
        let options = Options { strict: true, ..Options::default() };
        let result =
            SHARED.runtime.block_on(run_case(source, case, &SHARED.driver, options, SHARED.media.path()));
        check_verdict(&result)?;
        check_snapshot(case, &result);
        Ok(())
    });
    // An operation that our clients do not have yet makes ignored tests.
    test.with_ignored_flag(!is_offered)
}

/// Checks the verdict. It comes before the snapshot, so that an accepted snapshot cannot hide a finding.
fn check_verdict(result: &CaseResult) -> Result<(), Failed> {
    match result.verdict {
        Verdict::Pass => Ok(()),
        _ => Err(format!("{:?} {:#?}\n{}", result.verdict, result.findings, result.exchange).into()),
    }
}

fn check_snapshot(case: &Case, result: &CaseResult) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(folder());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    // Without the line number, which changes with every line above it.
    let place = format!("{}#{}", case.location.document, case.location.pointer);
    settings.set_description(format!("{place}: {}", case.purpose));
    // The errors of the HTTP library and the operating system differ from machine to machine.
    settings.add_filter(
        "error sending request: .*|error decoding response body: .*",
        "(an error of the HTTP library)",
    );
    settings.add_filter("[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT", "(a date)");
    settings.bind(|| insta::assert_snapshot!(file_stem(&case.id), result.exchange));
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots")
}

/// The name of the snapshot of a case: its id without slashes.
fn file_stem(id: &str) -> String {
    id.replace('/', "__")
}

fn check_snapshots() -> Result<(), Failed> {
    let planned: BTreeSet<String> =
        SHARED.plan.cases.iter().map(|case| file_stem(&case.id) + ".snap").collect();
    let kept = std::fs::read_dir(folder())?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let orphans: Vec<String> = kept.filter(|name| !planned.contains(name)).collect();
    let accepts = std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always");
    match orphans.as_slice() {
        [] => Ok(()),
        _ if accepts => Ok(orphans.iter().try_for_each(|name| std::fs::remove_file(folder().join(name)))?),
        _ => Err(format!(
            "these snapshots in conformance/snapshots belong to no case; delete them: {}",
            orphans.join(", ")
        )
        .into()),
    }
}

fn check_facts() -> Result<(), Failed> {
    let unexercised = SHARED.plan.unexercised();
    let facts: Vec<String> = unexercised
        .iter()
        .map(|one| format!("{} {}: {}", one.fact.location, one.fact.says, one.reason))
        .collect();
    if facts.is_empty() { Ok(()) } else { Err(format!("no case exercises:\n{}", facts.join("\n")).into()) }
}
