//! The suite as tests: one named test a case, each comparing its transcript with a reviewed
//! snapshot in `conformance/snapshots/`. A snapshot records; the verdict decides.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, LazyLock};

use libtest_mimic::{Arguments, Failed, Trial};
use media_upload_conformance::plan::{Case, Plan};
use media_upload_conformance::provider;
use media_upload_conformance::run::built_in::BuiltIn;
use media_upload_conformance::run::driver::Driver;
use media_upload_conformance::run::{CaseResult, Options, Verdict, run_case};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// What the tests share: one runtime, one client, one folder of media.
struct Shared {
    plan: Plan,
    driver: BuiltIn,
    runtime: Runtime,
    media: TempDir,
}

static SHARED: LazyLock<Arc<Shared>> = LazyLock::new(|| {
    let known = provider::known().unwrap();
    Arc::new(Shared {
        plan: Plan::of(provider::built_in().unwrap(), &known).unwrap(),
        driver: BuiltIn::default(),
        runtime: Runtime::new().unwrap(),
        media: TempDir::new().unwrap(),
    })
});

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = (0..SHARED.plan.cases.len()).map(trial).collect();
    trials.push(Trial::test("every_snapshot_belongs_to_a_case", no_orphans));
    trials.push(Trial::test("every_fact_is_exercised", no_fact_missed));
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
        judge(&result)?;
        compare(case, &result);
        Ok(())
    });
    // What our clients do not have yet is counted and listed, and neither passes nor fails.
    test.with_ignored_flag(!is_offered)
}

/// The verdict comes first: no accepted snapshot can hide a finding.
fn judge(result: &CaseResult) -> Result<(), Failed> {
    match result.verdict {
        Verdict::Pass => Ok(()),
        _ => Err(format!("{:?} {:#?}\n{}", result.verdict, result.findings, result.exchange).into()),
    }
}

fn compare(case: &Case, result: &CaseResult) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(folder());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    // Without its line, which changes with whatever stands above.
    let place = format!("{}#{}", case.location.document, case.location.pointer);
    settings.set_description(format!("{place}: {}", case.purpose));
    // What the line did, in the words of the system and the HTTP library, which differ from machine to machine.
    settings
        .add_filter("error sending request: .*|error decoding response body: .*", "(the line's own words)");
    settings.add_filter("[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT", "(a date)");
    settings.bind(|| insta::assert_snapshot!(file_stem(&case.id), result.exchange));
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots")
}

/// The name of a case's snapshot: its id, with what no file system likes replaced.
fn file_stem(id: &str) -> String {
    id.replace('/', "__")
}

fn no_orphans() -> Result<(), Failed> {
    let planned: BTreeSet<String> =
        SHARED.plan.cases.iter().map(|case| file_stem(&case.id) + ".snap").collect();
    let kept = std::fs::read_dir(folder())?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let orphans: Vec<String> = kept.filter(|name| !planned.contains(name)).collect();
    let accepts = std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always");
    match orphans.as_slice() {
        [] => Ok(()),
        _ if accepts => Ok(orphans.iter().try_for_each(|name| std::fs::remove_file(folder().join(name)))?),
        _ => Err(format!(
            "no case has these snapshots; delete them from conformance/snapshots: {}",
            orphans.join(", ")
        )
        .into()),
    }
}

fn no_fact_missed() -> Result<(), Failed> {
    let missed: Vec<String> =
        SHARED.plan.unexercised().iter().map(|fact| format!("{} {}", fact.location, fact.says)).collect();
    if missed.is_empty() { Ok(()) } else { Err(missed.join("\n").into()) }
}
