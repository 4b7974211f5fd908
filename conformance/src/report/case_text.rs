//! One case as text: its findings, its exchange, its error.

use super::Report;
use super::lines::Lines;
use crate::check::finding::{Blame, Finding, Level};
use crate::result::{CaseResult, DriverError, Verdict};
use crate::style::BOLD;

/// What a finding says when the document has to be fixed.
pub(super) const DOCUMENT_BLAMED: &str =
    "the document: it allows two readings here; see `conformance doctor`";

/// The findings or the error of one case, with its exchange and the command that runs only this case.
pub(super) fn text(report: &Report<'_>, result: &CaseResult) -> String {
    let mut out = Lines::new(None);
    out.unwrapped(&format!("{BOLD}{}{BOLD:#}  {}", result.case.id, result.case.purpose));
    result.findings.iter().for_each(|finding| put_finding(&mut out, finding));
    match &result.verdict {
        Verdict::Error(error) => put_error(&mut out, error),
        _ => put_exchange(&mut out, "the exchange:", result),
    }
    put_command(&mut out, report, result);
    out.into_text()
}

fn put_finding(out: &mut Lines, finding: &Finding) {
    let level = finding.level.word();
    out.unwrapped(&format!("  {BOLD}{}{BOLD:#} ({level}): {}", finding.rule.id, finding.rule.says));
    if finding.level == Level::Must {
        out.field(4, "stated", &format!("{}  {}", finding.location, finding.location.pointer));
    }
    out.field(4, "because", &finding.because);
    if finding.blame == Blame::Document {
        out.field(4, "blame", DOCUMENT_BLAMED);
    }
    out.field(4, "expected", &finding.expected);
    out.field(4, "actual", &finding.actual);
}

/// The message of an error, and the log of the driver.
pub(super) fn put_error(out: &mut Lines, error: &DriverError) {
    out.paragraph("  ", "  ", &error.message);
    if !error.log.trim().is_empty() {
        out.unwrapped("  the driver's log:");
        out.pale(4, &error.log);
    }
}

pub(super) fn put_exchange(out: &mut Lines, title: &str, result: &CaseResult) {
    if !result.exchange.is_empty() {
        out.paragraph("  ", "  ", title);
        out.pale(4, &result.exchange);
    }
}

pub(super) fn put_command(out: &mut Lines, report: &Report<'_>, result: &CaseResult) {
    out.unwrapped(&format!("  run only this case: {}", report.rerun_command(&result.case.id)));
}
