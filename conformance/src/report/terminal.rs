//! The report on a terminal: a matrix first, then every finding, then the census.

use std::collections::BTreeMap;
use std::fmt::Write;

use anstyle::Style;

use super::Report;
use super::matrix::{self, Row};
use crate::plan::Source;
use crate::run::check::{Blame, Finding};
use crate::run::driver::Trouble;
use crate::run::{CaseResult, Run, Verdict};
use crate::style::{BOLD, DIM, GREEN, RED, YELLOW, visible};

/// The whole report, styled; whoever prints it strips the styles where they are not wanted.
pub fn text(report: &Report<'_>) -> String {
    let mut out = String::new();
    for source in &report.plan.sources {
        put_source(&mut out, source, report.run);
    }
    for result in report.worst_first() {
        put_result(&mut out, report, result);
    }
    put_unsupported(&mut out, report.run);
    put_known_failing(&mut out, report.run);
    put_summary(&mut out, report);
    out
}

fn put_source(out: &mut String, source: &Source, run: &Run) {
    let rows = matrix::rows(source, run);
    if rows.is_empty() {
        return;
    }
    let name = &source.document.name;
    let _ = writeln!(out, "{BOLD}{}{BOLD:#}  {DIM}{name}{DIM:#}", source.provider.name);
    let width = rows.iter().map(|row| row.operation.len()).max().unwrap_or(0);
    for row in rows {
        put_row(out, &row, width);
    }
}

/// One operation: its columns, broken into lines that fit a narrow terminal.
fn put_row(out: &mut String, row: &Row<'_>, width: usize) {
    const LINE: usize = 76;
    let mut line = format!("  {:width$}", row.operation);
    let mut used = line.len();
    for (name, results) in &row.cells {
        let (plain, styled) = cell(name, results);
        if used + plain > LINE {
            let _ = writeln!(out, "{}", line.trim_end());
            line = " ".repeat(width + 2);
            used = line.len();
        }
        line.push_str(&styled);
        used += plain;
    }
    let _ = writeln!(out, "{}", line.trim_end());
}

/// A cell: its width on the screen, and its text.
fn cell(name: &str, results: &[&CaseResult]) -> (usize, String) {
    let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for result in results {
        *counts.entry(result.verdict).or_default() += 1;
    }
    let mut plain = 2 + name.len() + usize::from(!name.is_empty());
    let mut styled = if name.is_empty() { "  ".to_owned() } else { format!("  {name} ") };
    let mut put = |text: String, style: Style| {
        plain += text.len();
        let _ = write!(styled, "{style}{text}{style:#}");
    };
    for (index, (verdict, count)) in counts.into_iter().enumerate() {
        if index > 0 {
            put(", ".to_owned(), Style::new());
        }
        let count = if results.len() == 1 { String::new() } else { format!("{count} ") };
        put(format!("{count}{}", verdict.word()), style(verdict));
    }
    let warned = results.iter().filter(|result| result.is_warned()).count();
    if warned > 0 {
        put(format!(" ({warned} warned)"), YELLOW);
    }
    (plain, styled)
}

fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Pass => GREEN,
        Verdict::Fail | Verdict::Error => RED,
        Verdict::Unsupported | Verdict::KnownFailing => YELLOW,
    }
}

/// What is to be said of one case; of most there is nothing.
pub(super) fn put_result(out: &mut String, report: &Report<'_>, result: &CaseResult) {
    match (&result.trouble, result.findings.is_empty(), result.verdict) {
        (Some(trouble), ..) => put_trouble(out, result, trouble),
        (None, true, _) | (None, _, Verdict::KnownFailing) => return,
        (None, false, _) => put_findings(out, result),
    }
    let _ = writeln!(out, "  run just this: {}", report.again(&result.case.id));
}

fn put_trouble(out: &mut String, result: &CaseResult, trouble: &Trouble) {
    let _ = writeln!(out, "\n{RED}error{RED:#} {BOLD}{}{BOLD:#}\n  {}", result.case.id, trouble.says);
    if !trouble.log.trim().is_empty() {
        let _ = writeln!(out, "  the driver's log:");
        put_dimmed(out, &trouble.log);
    }
}

fn put_findings(out: &mut String, result: &CaseResult) {
    let style = style(result.verdict);
    let word = if result.is_warned() { "warning" } else { "fail" };
    let _ = writeln!(
        out,
        "\n{style}{word}{style:#} {BOLD}{}{BOLD:#}  {}",
        result.case.id,
        visible(&result.case.purpose)
    );
    result.findings.iter().for_each(|finding| put_finding(out, finding));
    let _ = writeln!(out, "  the exchange:");
    put_dimmed(out, &result.exchange);
}

fn put_dimmed(out: &mut String, text: &str) {
    for line in text.lines() {
        let _ = writeln!(out, "    {DIM}{line}{DIM:#}");
    }
}

fn put_finding(out: &mut String, finding: &Finding) {
    let level = finding.level.word();
    let _ = writeln!(out, "  {BOLD}{}{BOLD:#} ({level}): {}", finding.rule, finding.says);
    let _ = writeln!(out, "    stated    {}  {}", finding.location, finding.location.pointer);
    let _ = writeln!(out, "    because   {}", finding.because);
    if finding.blame == Blame::Document {
        let _ = writeln!(
            out,
            "    blame     the document, which can be read in two ways here: conformance doctor"
        );
    }
    let _ = writeln!(out, "    expected  {}", finding.expected);
    let _ = writeln!(out, "    actual    {}", finding.actual.trim().replace('\n', "\n              "));
}

/// What the client does not offer: an operation a line where it is all of its cases.
fn put_unsupported(out: &mut String, run: &Run) {
    let mut operations: BTreeMap<String, Vec<&CaseResult>> = BTreeMap::new();
    for result in &run.results {
        let operation = format!("{}/{}", result.case.provider, result.case.operation);
        operations.entry(operation).or_default().push(result);
    }
    for (operation, results) in operations {
        let unsupported: Vec<_> =
            results.iter().filter(|result| result.verdict == Verdict::Unsupported).collect();
        if unsupported.len() == results.len() {
            let _ = writeln!(
                out,
                "\n{YELLOW}unsupported{YELLOW:#} {BOLD}{operation}{BOLD:#}: all {} cases",
                results.len()
            );
            continue;
        }
        let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for result in unsupported {
            let why = result.unsupported.as_deref().unwrap_or("the client has no such call");
            reasons.entry(why).or_default().push(&result.case.id);
        }
        for (why, ids) in reasons {
            let _ = writeln!(out, "\n{YELLOW}unsupported{YELLOW:#}: {why}");
            for id in ids {
                let _ = writeln!(out, "  {BOLD}{id}{BOLD:#}");
            }
        }
    }
}

fn put_known_failing(out: &mut String, run: &Run) {
    for result in &run.results {
        let (id, verdict) = (&result.case.id, result.verdict);
        let Some(reason) = &result.known_failing else { continue };
        if result.is_listed_in_vain() {
            let word = verdict.word();
            let _ = writeln!(
                out,
                "\n{RED}listed as known failing{RED:#} {BOLD}{id}{BOLD:#}: the verdict is {word}; its line is to go ({reason})"
            );
        } else if verdict == Verdict::KnownFailing {
            let _ = writeln!(out, "\n{YELLOW}known failing{YELLOW:#} {BOLD}{id}{BOLD:#}  {reason}");
        }
    }
}

fn put_summary(out: &mut String, report: &Report<'_>) {
    let missed = report.missed();
    if !missed.is_empty() {
        let _ = writeln!(out, "\n{YELLOW}facts no case exercised{YELLOW:#}");
        for fact in &missed {
            let _ = writeln!(out, "  {}  {}", fact.location, fact.says);
        }
    }
    let _ = writeln!(out, "{}", report.summary());
}
