//! The report on a terminal: a matrix first, then every finding, then the census.

use std::collections::BTreeMap;
use std::fmt::Write;

use anstyle::{AnsiColor, Style};

use crate::plan::{Fact, Plan, Source};
use crate::run::check::{Finding, Level};
use crate::run::{CaseResult, Run, Verdict};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GREEN: Style = AnsiColor::Green.on_default();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default();

/// The whole report, styled; whoever prints it strips the styles where they are not wanted.
pub fn text(plan: &Plan, run: &Run, strict: bool) -> String {
    let mut out = String::new();
    for source in &plan.sources {
        put_source(&mut out, source, run);
    }
    for result in &run.results {
        put_findings(&mut out, result, strict);
    }
    put_summary(&mut out, plan, run);
    out
}

fn put_source(out: &mut String, source: &Source, run: &Run) {
    let name = &source.document.name;
    let _ = writeln!(out, "{BOLD}{}{BOLD:#}  {DIM}{name}{DIM:#}", source.provider.name);
    let mut rows: Vec<(&str, Vec<&CaseResult>)> = Vec::new();
    for result in run.results.iter().filter(|result| result.case.location.document == *name) {
        match rows.iter_mut().find(|(operation, _)| *operation == result.case.operation) {
            Some((_, results)) => results.push(result),
            None => rows.push((&result.case.operation, vec![result])),
        }
    }
    let width = rows.iter().map(|(operation, _)| operation.len()).max().unwrap_or(0);
    for (operation, results) in rows {
        put_row(out, operation, width, &results);
    }
}

/// One operation: its columns, broken into lines that fit a narrow terminal.
fn put_row(out: &mut String, operation: &str, width: usize, results: &[&CaseResult]) {
    const LINE: usize = 76;
    let mut columns: Vec<(&str, Vec<Verdict>)> = Vec::new();
    for result in results {
        let name = column(&result.case.id);
        match columns.iter_mut().find(|(known, _)| *known == name) {
            Some((_, verdicts)) => verdicts.push(result.verdict),
            None => columns.push((name, vec![result.verdict])),
        }
    }
    let mut line = format!("  {operation:width$}");
    let mut used = line.len();
    for (name, verdicts) in columns {
        let (plain, styled) = cell(name, &verdicts);
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

/// The column of a case: the step of its id behind the operation.
fn column(id: &str) -> &str {
    let mut steps = id.split('/').skip(1);
    match (steps.next(), steps.next()) {
        (Some("upload"), _) => "",
        (_, Some(step)) => step,
        _ => "",
    }
}

/// A cell: its width on the screen, and its text.
fn cell(name: &str, verdicts: &[Verdict]) -> (usize, String) {
    let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for verdict in verdicts {
        *counts.entry(*verdict).or_default() += 1;
    }
    let mut plain = 2 + name.len() + usize::from(!name.is_empty());
    let mut styled = if name.is_empty() { "  ".to_owned() } else { format!("  {name} ") };
    for (index, (verdict, count)) in counts.into_iter().enumerate() {
        let style = style(verdict);
        let text = if verdicts.len() == 1 {
            verdict.word().to_owned()
        } else {
            format!("{count} {}", verdict.word())
        };
        let comma = if index == 0 { "" } else { ", " };
        plain += comma.len() + text.len();
        let _ = write!(styled, "{comma}{style}{text}{style:#}");
    }
    (plain, styled)
}

fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Pass => GREEN,
        Verdict::Fail | Verdict::Error => RED,
        Verdict::Unsupported => YELLOW,
    }
}

fn put_findings(out: &mut String, result: &CaseResult, strict: bool) {
    let id = &result.case.id;
    if let Some(trouble) = &result.trouble {
        let _ = writeln!(out, "\n{RED}error{RED:#} {BOLD}{id}{BOLD:#}\n  {trouble}");
        put_again(out, id, strict);
    }
    if result.findings.is_empty() {
        return;
    }
    let style = style(result.verdict);
    let word = if result.verdict == Verdict::Pass { "warning" } else { "fail" };
    let _ = writeln!(out, "\n{style}{word}{style:#} {BOLD}{id}{BOLD:#}  {}", result.case.purpose);
    result.findings.iter().for_each(|finding| put_finding(out, finding));
    let _ = writeln!(out, "  the exchange:");
    result.exchange.lines().for_each(|line| {
        let _ = writeln!(out, "    {DIM}{line}{DIM:#}");
    });
    put_again(out, id, strict);
}

fn put_finding(out: &mut String, finding: &Finding) {
    let level = match finding.level {
        Level::Must => "must",
        Level::Should => "should",
    };
    let _ = writeln!(out, "  {BOLD}{}{BOLD:#} ({level}): {}", finding.rule, finding.says);
    let _ = writeln!(out, "    stated    {}  {}", finding.location, finding.location.pointer);
    let _ = writeln!(out, "    because   {}", finding.because);
    let _ = writeln!(out, "    expected  {}", finding.expected);
    let _ = writeln!(out, "    actual    {}", finding.actual);
}

fn put_again(out: &mut String, id: &str, strict: bool) {
    let strict = if strict { " --strict" } else { "" };
    let _ = writeln!(out, "  run just this: cargo conformance --filter '{id}'{strict}");
}

fn put_summary(out: &mut String, plan: &Plan, run: &Run) {
    let exercised = run.exercised();
    let missed: Vec<&Fact> = plan.facts.iter().filter(|fact| !exercised.contains(fact.id.as_str())).collect();
    if !missed.is_empty() {
        let _ = writeln!(out, "\n{YELLOW}facts no case exercised{YELLOW:#}");
        for fact in &missed {
            let _ = writeln!(out, "  {}  {}", fact.location, fact.says);
        }
    }
    let mut counts = vec![format!("{} passed", run.count(Verdict::Pass))];
    for (verdict, word) in
        [(Verdict::Fail, "failed"), (Verdict::Unsupported, "unsupported"), (Verdict::Error, "error")]
    {
        let count = run.count(verdict);
        if count > 0 {
            counts.push(format!("{count} {word}"));
        }
    }
    let _ = writeln!(
        out,
        "{} cases: {}; {} of {} documented facts exercised; {:.1} s",
        run.results.len(),
        counts.join(", "),
        plan.facts.len() - missed.len(),
        plan.facts.len(),
        run.elapsed.as_secs_f64(),
    );
}
