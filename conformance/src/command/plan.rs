//! `conformance plan`: lists every case with its place in the document.

use std::io;
use std::process::ExitCode;

use clap::Args;
use serde::ser::{Error, SerializeSeq};
use serde::{Serialize, Serializer};

use super::documents::Documents;
use super::error::CommandError;
use super::output::print_with;
use crate::plan::case::Case;
use crate::plan::fact::Fact;
use crate::plan::outline::Outline;

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
    let outline = arguments.documents.outline()?;
    match arguments.json {
        true => print_json(&outline)?,
        false => print_rows(&outline)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A plan as JSON.
#[derive(Serialize)]
struct Listing<'a> {
    version: u32,
    facts: &'a [Fact],
    cases: Streamed<'a>,
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

fn print_json(outline: &Outline) -> Result<(), CommandError> {
    // An error must come before the first line of the output.
    outline.each(drop).try_for_each(|case| case).map_err(CommandError::usage)?;
    let listing = Listing { version: 1, facts: &outline.facts, cases: Streamed(outline) };
    print_with(|out| {
        serde_json::to_writer_pretty(&mut *out, &listing).map_err(io::Error::from)?;
        writeln!(out)
    })
}

/// The maximum width of the column of ids.
const MAX_WIDTH: usize = 100;

fn print_rows(outline: &Outline) -> Result<(), CommandError> {
    let rows: Vec<Row> = outline.each(Row::of).collect::<Result<_, _>>().map_err(CommandError::usage)?;
    let width = rows.iter().map(|row| row.id.len()).max().unwrap_or(0).min(MAX_WIDTH);
    print_with(|out| {
        for Row { id, rest } in &rows {
            writeln!(out, "{id:width$}  {rest}")?;
        }
        writeln!(out, "{} cases, {} facts", rows.len(), outline.facts.len())
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
