//! `conformance doctor`: lists defects and contradictions in the documents.

use std::fmt::Write;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::documents::Documents;
use super::error::CommandError;
use super::output::{pretty, print};
use crate::doctor::{Defect, defects, not_judged};
use crate::document::Note;
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

/// Checks the documents. Exit code 0: no defects; 1: defects. What the suite does not judge is no defect.
pub(super) fn run(arguments: &DoctorArgs) -> Result<ExitCode, CommandError> {
    let documents = arguments.documents.read()?.documents;
    let (defects, not_judged) = (defects(&documents), not_judged(&documents));
    let text = match arguments.json {
        true => {
            let notes = not_judged.iter().map(|note| json!({ "location": note.location, "says": note.text }));
            let notes: Vec<_> = notes.collect();
            pretty(&json!({ "version": 1, "defects": defects, "not_judged": notes }))?
        }
        false => text(&defects, &not_judged),
    };
    print(&text)?;
    Ok(ExitCode::from(u8::from(!defects.is_empty())))
}

fn text(defects: &[Defect], not_judged: &[&Note]) -> String {
    let mut out = String::new();
    for note in not_judged {
        let _ = writeln!(out, "{}  {BOLD}not judged{BOLD:#}\n  {}", note.location, visible(&note.text));
    }
    for Defect { check, location, says, matters } in defects {
        let says = visible(says);
        let _ = writeln!(out, "{location}  {BOLD}{check}{BOLD:#}\n  {says}\n  why it matters: {matters}");
    }
    let _ = writeln!(out, "{}", counted(defects.len(), "defect"));
    out
}
