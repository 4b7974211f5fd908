//! The report for a terminal: the matrix, every finding, the unsupported and known failures, the facts without a case, the counts.

use std::collections::BTreeMap;
use std::fmt::Write;

use anstream::adapter::strip_str;
use anstyle::Style;

use super::Report;
use super::matrix::{self, MatrixRow};
use crate::check::finding::{Blame, Finding, Level};
use crate::plan::source::Source;
use crate::result::{CaseResult, DriverError, Run, Verdict, VerdictKind};
use crate::style::{BOLD, DIM, GREEN, RED, YELLOW, visible};

/// The report with terminal styles. `anstream` removes the styles when the output is not a terminal.
pub fn text(report: &Report<'_>) -> String {
    let mut out = String::new();
    for source in &report.plan.sources {
        put_matrix(&mut out, source, report.run);
    }
    for result in report.worst_first() {
        put_result(&mut out, report, result);
    }
    put_unsupported(&mut out, report.run);
    put_known_failing(&mut out, report.run);
    put_summary(&mut out, report);
    out
}

fn put_matrix(out: &mut String, source: &Source, run: &Run) {
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

/// Writes the columns of one operation, wrapped to fit a narrow terminal.
fn put_row(out: &mut String, row: &MatrixRow<'_>, width: usize) {
    const LINE: usize = 76;
    let on_screen = |text: &str| strip_str(text).to_string().len();
    let mut line = format!("  {:width$}", row.operation);
    for (name, results) in &row.cells {
        let cell = cell(name, results);
        if on_screen(&line) + on_screen(&cell) > LINE {
            let _ = writeln!(out, "{}", line.trim_end());
            line = " ".repeat(width + 2);
        }
        line.push_str(&cell);
    }
    let _ = writeln!(out, "{}", line.trim_end());
}

fn cell(name: &str, results: &[&CaseResult]) -> String {
    let mut counts: BTreeMap<VerdictKind, usize> = BTreeMap::new();
    for result in results {
        *counts.entry(result.verdict.kind()).or_default() += 1;
    }
    let counted = counts.into_iter().map(|(verdict, count)| {
        let count = if results.len() == 1 { String::new() } else { format!("{count} ") };
        let style = style(verdict);
        format!("{style}{count}{}{style:#}", verdict.word())
    });
    let counted = counted.collect::<Vec<_>>().join(", ");
    let mut cell = if name.is_empty() { format!("  {counted}") } else { format!("  {name} {counted}") };
    let warned = results.iter().filter(|result| result.has_warning()).count();
    if warned > 0 {
        let _ = write!(cell, "{YELLOW} ({warned} warned){YELLOW:#}");
    }
    cell
}

fn style(verdict: VerdictKind) -> Style {
    match verdict {
        VerdictKind::Pass => GREEN,
        VerdictKind::Fail | VerdictKind::Error => RED,
        VerdictKind::Unsupported | VerdictKind::KnownFailing => YELLOW,
    }
}

/// Writes the findings or the error of one case.
pub(super) fn put_result(out: &mut String, report: &Report<'_>, result: &CaseResult) {
    match &result.verdict {
        Verdict::Error(error) => put_error(out, result, error),
        Verdict::KnownFailing(_) => return,
        _ if result.findings.is_empty() => return,
        _ => put_findings(out, result),
    }
    let _ = writeln!(out, "  run only this case: {}", report.rerun_command(&result.case.id));
}

fn put_error(out: &mut String, result: &CaseResult, error: &DriverError) {
    let _ = writeln!(out, "\n{RED}error{RED:#} {BOLD}{}{BOLD:#}\n  {}", result.case.id, error.message);
    if !error.log.trim().is_empty() {
        let _ = writeln!(out, "  the driver's log:");
        put_dimmed(out, &error.log);
    }
}

fn put_findings(out: &mut String, result: &CaseResult) {
    let style = style(result.verdict.kind());
    let word = if result.has_warning() { "warning" } else { "fail" };
    let (id, purpose) = (&result.case.id, visible(&result.case.purpose));
    let _ = writeln!(out, "\n{style}{word}{style:#} {BOLD}{id}{BOLD:#}  {purpose}");
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
    let _ = writeln!(out, "  {BOLD}{}{BOLD:#} ({level}): {}", finding.rule.id, finding.rule.says);
    if finding.level == Level::Must {
        let _ = writeln!(out, "    stated    {}  {}", finding.location, finding.location.pointer);
    }
    let _ = writeln!(out, "    because   {}", finding.because);
    if finding.blame == Blame::Document {
        let _ = writeln!(
            out,
            "    blame     the document: it allows two readings here; see `conformance doctor`"
        );
    }
    let _ = writeln!(out, "    expected  {}", finding.expected);
    let _ = writeln!(out, "    actual    {}", finding.actual.trim().replace('\n', "\n              "));
}

/// Writes the unsupported cases: one line for an operation without any supported case, otherwise the cases by reason.
fn put_unsupported(out: &mut String, run: &Run) {
    let mut operations: BTreeMap<String, Vec<&CaseResult>> = BTreeMap::new();
    for result in &run.results {
        let operation = format!("{}/{}", result.case.provider, result.case.operation);
        operations.entry(operation).or_default().push(result);
    }
    for (operation, results) in operations {
        let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for result in &results {
            if let Verdict::Unsupported(reason) = &result.verdict {
                reasons.entry(reason).or_default().push(&result.case.id);
            }
        }
        let count = results.len();
        if reasons.values().map(Vec::len).sum::<usize>() == count {
            let _ =
                writeln!(out, "\n{YELLOW}unsupported{YELLOW:#} {BOLD}{operation}{BOLD:#}: all {count} cases");
            continue;
        }
        for (reason, ids) in reasons {
            let _ = writeln!(out, "\n{YELLOW}unsupported{YELLOW:#}: {reason}");
            for id in ids {
                let _ = writeln!(out, "  {BOLD}{id}{BOLD:#}");
            }
        }
    }
}

fn put_known_failing(out: &mut String, run: &Run) {
    for result in &run.results {
        let id = &result.case.id;
        if let Verdict::KnownFailing(reason) = &result.verdict {
            let _ = writeln!(out, "\n{YELLOW}known failing{YELLOW:#} {BOLD}{id}{BOLD:#}  {reason}");
        }
        if let Some(reason) = result.unexpected_pass() {
            let verdict = result.verdict.kind().word();
            let _ = writeln!(
                out,
                "\n{RED}expected to fail{RED:#} {BOLD}{id}{BOLD:#}: but the verdict is {verdict}; \
                 remove the line from the list ({reason})"
            );
        }
    }
}

fn put_summary(out: &mut String, report: &Report<'_>) {
    let missed = report.missed();
    if !missed.is_empty() {
        let _ = writeln!(out, "\n{YELLOW}facts that no judged case exercised{YELLOW:#}");
        for fact in &missed {
            let _ = writeln!(out, "  {}  {}", fact.location, fact.says);
        }
    }
    let _ = writeln!(out, "{}", report.summary());
}
