//! `conformance plan`: lists every case with its place in the document.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::documents::Documents;
use super::error::CommandError;
use super::output::{pretty, print};
use crate::plan::Plan;

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  conformance plan openapi/pyannote.yaml
  conformance plan --json | jq '.cases[].id'

Exit codes: 0 listed; 2 usage, or a document that cannot be read.")]
pub(super) struct PlanArgs {
    #[command(flatten)]
    documents: Documents,
    /// Print JSON: every case in full, and every fact
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &PlanArgs) -> Result<ExitCode, CommandError> {
    let plan = arguments.documents.plan()?;
    let text = match arguments.json {
        true => pretty(&json!({ "version": 1, "facts": plan.facts, "cases": plan.cases }))?,
        false => listed(&plan),
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// The maximum width of the column of ids.
const MAX_WIDTH: usize = 100;

fn listed(plan: &Plan) -> String {
    let width = plan.cases.iter().map(|case| case.id.len()).max().unwrap_or(0).min(MAX_WIDTH);
    let mut out = String::new();
    for case in &plan.cases {
        out.push_str(&format!(
            "{:width$}  {}  {}, {} facts\n",
            case.id,
            case.location,
            case.purpose,
            case.facts.len()
        ));
    }
    out.push_str(&format!("{} cases, {} facts\n", plan.cases.len(), plan.facts.len()));
    out
}
