//! `conformance doctor`: lists defects and contradictions in the documents.

use std::fmt::Write;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::documents::Documents;
use super::error::CommandError;
use super::output::{pretty, print};
use crate::doctor::{Defect, defects};
use crate::style::{BOLD, counted, visible};

#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 no defects; 1 defects; 2 usage, or a document that cannot be read.")]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    documents: Documents,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Checks the documents. Exit code 0: no defects; 1: defects.
pub(super) fn run(arguments: &DoctorArgs) -> Result<ExitCode, CommandError> {
    let defects = defects(&arguments.documents.read()?.documents);
    let text =
        if arguments.json { pretty(&json!({ "version": 1, "defects": defects }))? } else { text(&defects) };
    print(&text)?;
    Ok(ExitCode::from(u8::from(!defects.is_empty())))
}

fn text(defects: &[Defect]) -> String {
    let mut out = String::new();
    for Defect { check, location, says, matters } in defects {
        let says = visible(says);
        let _ = writeln!(out, "{location}  {BOLD}{check}{BOLD:#}\n  {says}\n  why it matters: {matters}");
    }
    let _ = writeln!(out, "{}", counted(defects.len(), "defect"));
    out
}
