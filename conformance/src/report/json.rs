//! The report for programs. `conformance/report.schema.json` is its published schema.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Report;
use crate::document::Location;
use crate::plan::Fact;
use crate::run::check::Finding;
use crate::run::driver::{Hello, Trouble};
use crate::run::{CaseResult, Verdict};

/// The version of the report's form. A field may be added without a new one.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Whole<'a> {
    version: u32,
    suite: Suite,
    driver: &'a Hello,
    strict: bool,
    elapsed_s: f64,
    counts: BTreeMap<&'static str, usize>,
    facts: Vec<CountedFact<'a>>,
    cases: Vec<Judged<'a>>,
}

#[derive(Serialize)]
struct Suite {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct CountedFact<'a> {
    #[serde(flatten)]
    fact: &'a Fact,
    exercised: bool,
}

#[derive(Serialize)]
struct Judged<'a> {
    id: &'a str,
    provider: &'a str,
    operation: &'a str,
    purpose: &'a str,
    #[serde(serialize_with = "crate::plan::location_text")]
    location: &'a Location,
    verdict: Verdict,
    /// The reason its listing gives.
    known_failing: Option<&'a str>,
    /// Why the case could not be played, where that is not simply that the client has no such call.
    unsupported: Option<&'a str>,
    elapsed_s: f64,
    findings: &'a [Finding],
    trouble: Option<&'a Trouble>,
    exchange: &'a str,
}

/// The report as JSON.
///
/// # Errors
///
/// The serialiser's.
pub fn text(report: &Report<'_>) -> serde_json::Result<String> {
    let run = report.run;
    let whole = Whole {
        version: VERSION,
        suite: Suite { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        driver: &run.client,
        strict: run.options.strict,
        elapsed_s: run.elapsed.as_secs_f64(),
        counts: counts(report),
        facts: facts(report),
        cases: run.results.iter().map(judged).collect(),
    };
    Ok(serde_json::to_string_pretty(&whole)? + "\n")
}

fn counts(report: &Report<'_>) -> BTreeMap<&'static str, usize> {
    let verdicts = Verdict::ALL.into_iter().map(|verdict| (verdict.word(), report.run.count(verdict)));
    verdicts.chain([("planned", report.run.results.len())]).collect()
}

fn facts<'a>(report: &Report<'a>) -> Vec<CountedFact<'a>> {
    let exercised = report.run.exercised();
    let counted = |fact: &'a Fact| CountedFact { fact, exercised: exercised.contains(&fact.id) };
    report.plan.facts.iter().map(counted).collect()
}

fn judged(result: &CaseResult) -> Judged<'_> {
    let case = &result.case;
    Judged {
        id: &case.id,
        provider: &case.provider,
        operation: &case.operation,
        purpose: &case.purpose,
        location: &case.location,
        verdict: result.verdict,
        known_failing: result.known_failing.as_deref(),
        unsupported: result.unsupported.as_deref(),
        elapsed_s: result.elapsed.as_secs_f64(),
        findings: &result.findings,
        trouble: result.trouble.as_ref(),
        exchange: &result.exchange,
    }
}
