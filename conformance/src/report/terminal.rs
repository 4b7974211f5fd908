//! The report for a terminal: the matrix, each broken rule with its cases, errors, the unsupported and known failures, the facts
//! without a case, the counts.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fmt::Write;

use anstyle::Style;
use textwrap::core::display_width;

use super::by_rule::{BrokenRule, broken_rules, first_of};
use super::case_text::{DOCUMENT_BLAMED, put_command, put_error, put_exchange};
use super::lines::Lines;
use super::matrix::{self, MatrixRow};
use super::{Report, fitted, ids};
use crate::check::finding::{Blame, Level};
use crate::plan::Unexercised;
use crate::plan::source::Source;
use crate::result::{CaseResult, Run, Verdict, VerdictKind};
use crate::style::{BOLD, DIM, GREEN, RED, YELLOW, counted, visible};

/// The report with terminal styles. `anstream` removes the styles when the output is not a terminal. `width` is the width of the
/// terminal in columns. Without it, no line is wrapped. A command is never wrapped, so that it can be copied.
pub fn text(report: &Report<'_>, width: Option<usize>) -> String {
    let Ok(text) = fitted(report, |report| Ok::<_, Infallible>(whole(report, width)));
    text
}

fn whole(report: &Report<'_>, width: Option<usize>) -> String {
    let mut out = Lines::new(width);
    for source in &report.plan.sources {
        put_matrix(&mut out, source, report.run);
    }
    put_broken_rules(&mut out, report);
    put_unsupported(&mut out, report.run);
    put_known_failing(&mut out, report.run);
    put_unexpected(&mut out, report.run);
    put_missed(&mut out, report);
    out.paragraph("", "", &report.summary());
    out.into_text()
}

fn put_matrix(out: &mut Lines, source: &Source, run: &Run) {
    let rows = matrix::rows(source, run);
    if rows.is_empty() {
        return;
    }
    let name = &source.document.name;
    out.unwrapped(&format!("{BOLD}{}{BOLD:#}  {DIM}{name}{DIM:#}", source.provider.name));
    let width = rows.iter().map(|row| row.operation.len()).max().unwrap_or(0);
    for row in rows {
        put_row(out, &row, width);
    }
}

/// Writes the cells of one operation. Where the names need half of a narrow terminal, the cells begin below the name.
fn put_row(out: &mut Lines, row: &MatrixRow<'_>, width: usize) {
    let is_beside = width < out.width() / 2;
    let indent = " ".repeat(if is_beside { width + 2 } else { 2 });
    let mut line = format!("  {:width$}", row.operation);
    if !is_beside {
        out.paragraph("", &indent, &line);
        line.clone_from(&indent);
    }
    for (name, results) in &row.cells {
        let cell = cell(name, results);
        if display_width(&line) + display_width(&cell) > out.width() && line != indent {
            out.paragraph("", &indent, &line);
            line.clone_from(&indent);
        }
        line.push_str(&cell);
    }
    out.paragraph("", &indent, &line);
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

/// Writes the failures, the errors, then the warnings.
fn put_broken_rules(out: &mut Lines, report: &Report<'_>) {
    let options = report.run.options;
    let is_known = |result: &&CaseResult| matches!(result.verdict, Verdict::KnownFailing(_));
    let rules = broken_rules(report.run.results.iter().filter(|result| !is_known(result)));
    let (failures, warnings): (Vec<_>, Vec<_>) =
        rules.into_iter().partition(|rule| options.is_failure(rule.level));
    let mut shown = BTreeSet::new();
    for rule in &failures {
        put_failure(out, report, rule, &mut shown);
    }
    put_errors(out, report);
    for rule in &warnings {
        put_rule(out, rule, "warning", YELLOW, 1);
    }
    if let Some(first) = warnings.first().and_then(|rule| rule.cases.first()) {
        out.blank();
        let command = report.command(&first.case.id, true);
        out.unwrapped(&format!("see the exchange of a warning, for example: {command}"));
    }
}

/// Writes a rule whose cases fail, and the exchange of the first case whose exchange is not shown yet.
fn put_failure<'a>(
    out: &mut Lines,
    report: &Report<'_>,
    rule: &BrokenRule<'a>,
    shown: &mut BTreeSet<&'a str>,
) {
    const DETAILS: usize = 3;
    put_rule(out, rule, "fail", RED, DETAILS);
    let next = rule.cases.iter().find(|result| !shown.contains(result.case.id.as_str()));
    if let Some(result) = next {
        shown.insert(&result.case.id);
        let (id, purpose) = (&result.case.id, visible(&result.case.purpose));
        put_exchange(out, &format!("the exchange of {BOLD}{id}{BOLD:#} ({purpose}):"), result);
        put_command(out, report, result);
    }
}

/// Writes a broken rule: what its findings share, the first details in which they differ, and the cases.
fn put_rule(out: &mut Lines, rule: &BrokenRule<'_>, word: &str, style: Style, details: usize) {
    let cases = counted(rule.cases.len(), "case");
    let (id, level, says) = (rule.rule.id, rule.level.word(), rule.rule.says);
    out.blank();
    let title = format!("{style}{word}{style:#} {BOLD}{id}{BOLD:#} ({level}), {cases}: {says}");
    out.paragraph("", "  ", &title);
    if rule.level == Level::Must {
        out.field(2, "stated", &first_of(&rule.places()));
    }
    out.field(2, "because", &visible(&first_of(&rule.reasons())));
    if rule.blame == Blame::Document {
        out.field(2, "blame", DOCUMENT_BLAMED);
    }
    let all = rule.details();
    let (shown, others) = all.split_at(all.len().min(details));
    for (index, (expected, actual)) in shown.iter().enumerate() {
        let is_last = index + 1 == shown.len() && !others.is_empty();
        let more = if is_last { format!(" (and {} more)", others.len()) } else { String::new() };
        out.field(2, "expected", expected);
        out.field(2, "actual", &format!("{actual}{more}"));
    }
    out.field(2, "cases", &ids::list(&case_ids(&rule.cases)));
}

/// The results with this verdict, grouped by its reason.
fn by_reason(run: &Run, kind: VerdictKind) -> Vec<(&str, Vec<&CaseResult>)> {
    let results = run.results.iter().filter(|result| result.verdict.kind() == kind);
    matrix::grouped(results, |result| match &result.verdict {
        Verdict::Unsupported(reason) | Verdict::KnownFailing(reason) => reason.as_str(),
        Verdict::Error(error) => error.message.as_str(),
        Verdict::Pass | Verdict::Fail => "",
    })
}

/// Writes the errors. Cases with the same message are written together, with the log of the first.
fn put_errors(out: &mut Lines, report: &Report<'_>) {
    for (_, results) in by_reason(report.run, VerdictKind::Error) {
        let Some(first) = results.first() else { continue };
        let Verdict::Error(error) = &first.verdict else { continue };
        out.blank();
        out.unwrapped(&format!("{RED}error{RED:#}, {}:", counted(results.len(), "case")));
        put_error(out, error);
        out.field(2, "cases", &ids::list(&case_ids(&results)));
        put_command(out, report, first);
    }
}

fn case_ids<'a>(results: &[&'a CaseResult]) -> Vec<&'a str> {
    results.iter().map(|result| result.case.id.as_str()).collect()
}

fn operation(result: &CaseResult) -> (&str, &str) {
    (&result.case.provider, &result.case.operation)
}

/// Writes the unsupported cases by reason: one line for an operation without any other case, otherwise the cases.
fn put_unsupported(out: &mut Lines, run: &Run) {
    for (reason, results) in by_reason(run, VerdictKind::Unsupported) {
        out.blank();
        put_reason(out, "unsupported", &results, reason);
        for (own, results) in matrix::grouped(results.into_iter(), operation) {
            let all = run.results.iter().filter(|result| operation(result) == own).count();
            let cases = match all == results.len() && all > 1 {
                true => format!("{}/{}: all {all} cases", own.0, own.1),
                false => ids::list(&case_ids(&results)),
            };
            out.paragraph("  ", "    ", &cases);
        }
    }
}

fn put_known_failing(out: &mut Lines, run: &Run) {
    for (reason, results) in by_reason(run, VerdictKind::KnownFailing) {
        out.blank();
        put_reason(out, "known failing", &results, reason);
        out.paragraph("  ", "    ", &ids::list(&case_ids(&results)));
    }
}

fn put_reason(out: &mut Lines, word: &str, results: &[&CaseResult], reason: &str) {
    let cases = counted(results.len(), "case");
    out.paragraph("", "  ", &format!("{YELLOW}{word}{YELLOW:#}, {cases}: {}", visible(reason)));
}

fn put_unexpected(out: &mut Lines, run: &Run) {
    for result in &run.results {
        if let Some(reason) = result.unexpected_pass() {
            let (id, verdict) = (&result.case.id, result.verdict.kind().word());
            let line = format!(
                "{RED}expected to fail{RED:#} {BOLD}{id}{BOLD:#}: but the verdict is {verdict}; \
                 remove the line from the list ({reason})"
            );
            out.blank();
            out.paragraph("", "  ", &line);
        }
    }
}

fn put_missed(out: &mut Lines, report: &Report<'_>) {
    let missed = report.missed();
    if !missed.is_empty() {
        out.blank();
        out.unwrapped(&format!("{YELLOW}facts that no judged case exercised{YELLOW:#}"));
    }
    for Unexercised { fact, reason } in missed {
        out.paragraph("  ", "    ", &format!("{}  {}: {reason}", fact.location, fact.says));
    }
}
