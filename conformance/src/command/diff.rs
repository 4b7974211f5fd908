//! `conformance diff`: the changes between two documents, and what they mean for clients.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anstyle::Style;
use clap::Args;
use serde_json::json;

use super::documents::{ConfigArgs, read};
use super::error::CommandError;
use super::output::{pretty, print};
use crate::diff::case::{Cases, Changed};
use crate::diff::{Change, Class, Diff};
use crate::style::{BOLD, DIM, GREEN, RED, YELLOW, counted};

/// The most cases that are listed for each kind of difference.
const MAX_LISTED: usize = 6;

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  conformance diff openapi/pyannote.yaml upload-media.md
  conformance diff old.rst new.rst --json

conformance/CHANGES.md lists every rule with its class and the reason.
Exit codes: 0 no differences; 1 differences; 2 usage, or a document that cannot
be read.")]
pub(super) struct DiffArgs {
    /// The old document
    old: PathBuf,
    /// The new document, of the same kind: OpenAPI of any version (.yaml, .json, or a page in .md) or reStructuredText (.rst)
    new: PathBuf,
    #[command(flatten)]
    config: ConfigArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Compares the documents. Exit code 0: no differences; 1: differences.
pub(super) fn run(arguments: &DiffArgs) -> Result<ExitCode, CommandError> {
    let known = arguments.config.providers()?;
    let readable = |path| read(path).map_err(CommandError::usage);
    let (old, new) = (readable(&arguments.old)?, readable(&arguments.new)?);
    let diff = Diff::of(&old, &new, &known).map_err(CommandError::Usage)?;
    print(&if arguments.json { json(&diff)? } else { text(&diff) })?;
    Ok(ExitCode::from(u8::from(!diff.is_empty())))
}

fn json(diff: &Diff) -> Result<String, CommandError> {
    let mut whole = json!({ "version": 1 });
    let stated = serde_json::to_value(diff).map_err(CommandError::suite)?;
    if let (Some(whole), serde_json::Value::Object(stated)) = (whole.as_object_mut(), stated) {
        whole.extend(stated);
    }
    pretty(&whole)
}

/// The whole diff, styled, the most severe changes first.
pub(super) fn text(diff: &Diff) -> String {
    if diff.is_empty() {
        let what = match diff.same_text {
            true => "no differences: the documents are identical",
            false => "no differences: the texts differ, but describe the same API",
        };
        return format!("{what}\n");
    }
    let mut out = String::new();
    for class in Class::ALL {
        put_class(&mut out, diff, class);
    }
    put_cases(&mut out, &diff.cases);
    let counts: Vec<_> =
        Class::ALL.iter().map(|class| format!("{} {}", diff.count(*class), words(*class))).collect();
    let _ = writeln!(out, "{}: {}", counted(diff.changes.len(), "change"), counts.join(", "));
    out
}

fn words(class: Class) -> String {
    class.word().replace('-', " ")
}

fn style(class: Class) -> Style {
    match class {
        Class::Breaking => RED,
        Class::PossiblyBreaking => YELLOW,
        Class::Harmless => GREEN,
    }
}

fn put_class(out: &mut String, diff: &Diff, class: Class) {
    let changes: Vec<_> = diff.changes.iter().filter(|change| change.class == class).collect();
    if changes.is_empty() {
        return;
    }
    let style = style(class);
    let _ = writeln!(out, "{style}{}{style:#}", words(class));
    for change in changes {
        put_change(out, change);
    }
    out.push('\n');
}

fn put_change(out: &mut String, change: &Change) {
    let _ = writeln!(out, "  {BOLD}{}{BOLD:#}", change.short);
    let mut line = match (&change.old, &change.new) {
        (Some(old), Some(new)) => format!("{old} -> {new}"),
        (Some(old), None) => format!("was at {old}"),
        (None, Some(new)) => new.to_string(),
        (None, None) => String::new(),
    };
    if !change.operations.is_empty() {
        let operations: Vec<_> = change.operations.iter().map(String::as_str).collect();
        let _ = write!(line, "  {}", shortened(&operations));
    }
    let _ = writeln!(out, "    {DIM}{}{DIM:#}", line.trim_start());
    if change.class != Class::Harmless {
        let _ = writeln!(out, "    {}: {}", change.rule, change.reason);
    }
}

/// The first names, and the number of those left out.
fn shortened(names: &[&str]) -> String {
    const MAX_NAMED: usize = 4;
    match names.len() {
        0..=MAX_NAMED => names.join(", "),
        count => format!("{}, and {} more operations", names[..MAX_NAMED].join(", "), count - MAX_NAMED),
    }
}

fn put_cases(out: &mut String, cases: &Cases) {
    if let Some(why) = &cases.unplanned {
        let _ = writeln!(out, "{RED}cases not compared{RED:#}: {why}\n");
    } else if !cases.are_same() {
        let (appear, change, go) = (cases.appear.len(), cases.change.len(), cases.go.len());
        let _ = writeln!(out, "{BOLD}cases{BOLD:#}: {appear} added, {change} changed, {go} removed");
        let plain = |id: &String| id.clone();
        let differing = |case: &Changed| format!("{}  {DIM}{}{DIM:#}", case.id, case.differs.join(", "));
        put_listed(out, '+', cases.appear.iter().map(plain).collect());
        put_listed(out, '~', cases.change.iter().map(differing).collect());
        put_listed(out, '-', cases.go.iter().map(plain).collect());
        out.push('\n');
    }
}

fn put_listed(out: &mut String, mark: char, lines: Vec<String>) {
    for line in lines.iter().take(MAX_LISTED) {
        let _ = writeln!(out, "  {mark} {line}");
    }
    if lines.len() > MAX_LISTED {
        let _ = writeln!(
            out,
            "  {mark} and {} more; `conformance diff --json` lists them all",
            lines.len() - MAX_LISTED
        );
    }
}
