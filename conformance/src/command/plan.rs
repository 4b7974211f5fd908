//! `conformance plan`: lists every case with its place in the document.

use std::io;
use std::process::ExitCode;

use clap::Args;
use serde::ser::{Error, SerializeSeq};
use serde::{Serialize, Serializer};

use super::documents::Documents;
use super::error::CommandError;
use super::output::print_with;
use crate::plan::Plan;
use crate::plan::case::Case;
use crate::plan::fact::Fact;
use crate::plan::outline::Outline;
use crate::probe::ServerUnderTest;

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  conformance plan openapi/pyannote.yaml
  conformance plan --json | jq '.cases[].id'

Exit codes: 0 listed; 2 usage, or a document that cannot be read.")]
pub(super) struct PlanArgs {
    #[command(flatten)]
    documents: Documents,
    /// List the cases of `run --server`
    #[arg(long)]
    server: bool,
    /// Print JSON: every case in full, and every fact
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &PlanArgs) -> Result<ExitCode, CommandError> {
    match arguments.server {
        true => print_server_plan(arguments.documents.plan()?, arguments.json)?,
        false => print_plan(&arguments.documents.outline()?, arguments.json)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn print_plan(outline: &Outline, is_json: bool) -> Result<(), CommandError> {
    if is_json {
        // An error must come before the first line of the output.
        outline.each(drop).try_for_each(|case| case).map_err(CommandError::usage)?;
        return print_json(&outline.facts, Streamed(outline));
    }
    let rows: Result<Vec<Row>, _> = outline.each(Row::of).collect();
    print_rows(&rows.map_err(CommandError::usage)?, outline.facts.len())
}

fn print_server_plan(mut plan: Plan, is_json: bool) -> Result<(), CommandError> {
    ServerUnderTest::select(&mut plan);
    ServerUnderTest::select_uploads(&mut plan);
    if is_json {
        return print_json(&plan.facts, &plan.cases);
    }
    print_rows(&plan.cases.into_iter().map(Row::of).collect::<Vec<_>>(), plan.facts.len())
}

/// A plan as JSON.
#[derive(Serialize)]
struct Listing<'a, C> {
    version: u32,
    facts: &'a [Fact],
    cases: C,
}

/// The cases of an outline. Each one is planned when it is written.
struct Streamed<'a>(&'a Outline);

impl Serialize for Streamed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut cases = serializer.serialize_seq(None)?;
        for case in self.0.cases() {
            cases.serialize_element(&case.map_err(S::Error::custom)?)?;
        }
        cases.end()
    }
}

fn print_json(facts: &[Fact], cases: impl Serialize) -> Result<(), CommandError> {
    let listing = Listing { version: 1, facts, cases };
    print_with(|out| {
        serde_json::to_writer_pretty(&mut *out, &listing).map_err(io::Error::from)?;
        writeln!(out)
    })
}

/// The maximum width of the column of ids.
const MAX_WIDTH: usize = 100;

fn print_rows(rows: &[Row], facts: usize) -> Result<(), CommandError> {
    let width = rows.iter().map(|row| row.id.len()).max().unwrap_or(0).min(MAX_WIDTH);
    print_with(|out| {
        for Row { id, rest } in rows {
            writeln!(out, "{id:width$}  {rest}")?;
        }
        writeln!(out, "{} cases, {facts} facts", rows.len())
    })
}

/// A case in one line.
struct Row {
    id: String,
    /// What follows the id.
    rest: String,
}

impl Row {
    fn of(case: Case) -> Self {
        let Case { id, location, purpose, facts, .. } = case;
        Self { id, rest: format!("{location}  {purpose}, {} facts", facts.len()) }
    }
}
