//! The report as JSON. `conformance/report.schema.json` is its published schema.

use std::collections::{BTreeMap, HashMap};

use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::{Report, fitted};
use crate::plan::fact::Fact;
use crate::result::{CaseResult, Verdict, VerdictKind};

/// The version of the format. A new field does not change it.
const VERSION: u32 = 1;

/// The report as JSON.
///
/// # Errors
///
/// Any error of the serialiser.
pub fn text(report: &Report<'_>) -> serde_json::Result<String> {
    fitted(report, whole)
}

fn whole(report: &Report<'_>) -> serde_json::Result<String> {
    let run = report.run;
    let verdicts = VerdictKind::ALL.into_iter().map(|verdict| (verdict.word(), run.count(verdict)));
    let counts: BTreeMap<_, _> = verdicts.chain([("planned", run.results.len())]).collect();
    let whole = json!({
        "version": VERSION,
        "suite": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
        "driver": run.client,
        "date": report.utc().to_rfc3339_opts(SecondsFormat::Secs, true),
        "strict": run.options.strict,
        "elapsed_s": run.elapsed.as_secs_f64(),
        "verdict": report.verdict(),
        "counts": counts,
        "warnings": report.warnings(),
        "facts": facts(report)?,
        "cases": run.results.iter().map(json_case).collect::<Vec<_>>(),
    });
    Ok(serde_json::to_string_pretty(&whole)? + "\n")
}

fn facts(report: &Report<'_>) -> serde_json::Result<Vec<Value>> {
    let missed = report.missed();
    let reasons: HashMap<_, _> = missed.iter().map(|one| (&one.fact.id, &one.reason)).collect();
    let json_fact = |fact: &Fact| {
        let mut json = serde_json::to_value(fact)?;
        json["exercised"] = (!reasons.contains_key(&fact.id)).into();
        json["not_exercised"] = reasons.get(&fact.id).map(|reason| reason.as_str()).into();
        Ok(json)
    };
    report.plan.facts.iter().map(json_fact).collect()
}

fn json_case(result: &CaseResult) -> Value {
    let case = &result.case;
    let mut json = json!({
        "id": case.id,
        "provider": case.provider,
        "operation": case.operation,
        "purpose": case.purpose,
        "location": case.location,
        "verdict": result.verdict.kind(),
        "known_failing": result.listed,
        "unsupported": null,
        "elapsed_s": result.elapsed.as_secs_f64(),
        "findings": result.findings,
        "trouble": null,
        "exchange": result.exchange,
    });
    match &result.verdict {
        Verdict::KnownFailing(reason) => json["known_failing"] = json!(reason),
        Verdict::Unsupported(reason) => json["unsupported"] = json!(reason),
        Verdict::Error(error) => json["trouble"] = json!(error),
        Verdict::Pass | Verdict::Fail => {}
    }
    json
}
