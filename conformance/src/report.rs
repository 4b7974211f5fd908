//! The reports of a run: for a terminal, as JSON, as JUnit XML and as HTML.

use std::collections::BTreeSet;
use std::time::SystemTime;

use chrono::{DateTime, Utc};

use crate::plan::{Plan, Unexercised};
use crate::result::{CaseResult, Run, Verdict, VerdictKind};
use crate::style::{counted, shell_word};

mod by_rule;
mod case_text;
mod ids;
mod lines;
mod matrix;

pub mod html;
pub mod json;
pub mod junit;
pub mod terminal;

/// The longest report of a plan with up to about 300 cases, in bytes.
const MAX_BYTES: usize = 2_000_000;

/// In the report of a larger plan: the bytes for each case.
const MAX_BYTES_BY_CASE: usize = 6_800;

/// The bytes that are kept of each exchange and log while a report is too long.
const SHORTER: [usize; 6] = [8_192, 4_096, 2_048, 1_024, 512, 256];

/// A run with the data that its reports need.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The results of the plan.
    pub run: &'a Run,
    /// The paths of the documents on the command line.
    pub documents: Vec<String>,
    /// The arguments of the command line that name the client or server under test. Empty for our own clients.
    pub tested: Vec<String>,
    /// When the run began.
    pub date: SystemTime,
}

impl Report<'_> {
    /// Returns the facts that no judged case exercised.
    pub fn missed(&self) -> Vec<Unexercised<'_>> {
        self.run.unexercised(self.plan)
    }

    /// Returns the results in this order: broken requirements, other failures, errors, the rest.
    pub fn worst_first(&self) -> Vec<&CaseResult> {
        let mut results: Vec<&CaseResult> = self.run.results.iter().collect();
        results.sort_by_key(|result| match &result.verdict {
            Verdict::Fail if result.breaks_a_must() => 0,
            Verdict::Fail => 1,
            Verdict::Error(_) => 2,
            _ => 3,
        });
        results
    }

    /// Returns the number of warnings: broken recommendations that do not fail their case.
    pub fn warnings(&self) -> usize {
        self.run.results.iter().map(|result| result.warnings(self.run.options).count()).sum()
    }

    /// Returns what keeps the run from confirming that the client or server conforms. It conforms if there is nothing.
    pub fn problems(&self) -> Vec<String> {
        let judged = [VerdictKind::Pass, VerdictKind::Fail, VerdictKind::KnownFailing];
        let is_none_judged = judged.into_iter().all(|verdict| self.run.count(verdict) == 0);
        let none_judged =
            || self.run.nothing_judged.clone().unwrap_or_else(|| "no case was judged".to_owned());
        let unexpected = self.run.results.iter().filter(|result| result.unexpected_pass().is_some()).count();
        let cases = |count| counted(count, "case");
        let (failed, errors) = (self.run.count(VerdictKind::Fail), self.run.count(VerdictKind::Error));
        let required = self.run.options.required;
        let uncovered = if required.facts { self.missed().len() } else { 0 };
        let missing = if required.operations { self.run.count(VerdictKind::Unsupported) } else { 0 };
        let problems = [
            (failed > 0).then(|| format!("{} failed", cases(failed))),
            (errors > 0).then(|| format!("{} could not be judged", cases(errors))),
            (unexpected > 0).then(|| format!("{} expected to fail did not fail", cases(unexpected))),
            (uncovered > 0).then(|| format!("{} not exercised", counted(uncovered, "required fact"))),
            (missing > 0).then(|| format!("{} unsupported", counted(missing, "required case"))),
            is_none_judged.then(none_judged),
            self.run.ended_early.as_ref().map(|reason| format!("the run ended early: {reason}")),
        ];
        problems.into_iter().flatten().collect()
    }

    /// Returns the verdict on the client or server, in words.
    pub fn verdict(&self) -> String {
        let problems = self.problems().join("; ");
        let known = match self.run.count(VerdictKind::KnownFailing) {
            0 => String::new(),
            count => format!(", apart from {}", counted(count, "known failure")),
        };
        match (problems.is_empty(), self.run.count(VerdictKind::Fail)) {
            (true, _) => format!("Conforms{known}"),
            (false, 0) => format!("Not confirmed: {problems}"),
            (false, _) => format!("Does not conform: {problems}"),
        }
    }

    /// Returns the counts in one line.
    pub fn summary(&self) -> String {
        let verdicts = VerdictKind::ALL.into_iter().map(|verdict| (verdict, self.run.count(verdict)));
        let counts: Vec<String> = verdicts
            .filter(|(verdict, count)| *count > 0 || *verdict == VerdictKind::Pass)
            .map(|(verdict, count)| match verdict {
                VerdictKind::Pass => format!("{count} passed"),
                VerdictKind::Fail => format!("{count} failed"),
                other => format!("{count} {}", other.word()),
            })
            .collect();
        let facts = self.plan.facts.len();
        format!(
            "{}: {}; {}; {} of {facts} facts exercised; {:.1} s",
            counted(self.run.results.len(), "case"),
            counts.join(", "),
            counted(self.warnings(), "warning"),
            facts - self.missed().len(),
            self.run.elapsed.as_secs_f64(),
        )
    }

    /// Returns the command that runs only this case.
    pub fn rerun_command(&self, id: &str) -> String {
        self.command(id, self.run.options.strict)
    }

    fn command(&self, id: &str, strict: bool) -> String {
        let mut words = vec!["cargo".to_owned(), "conformance".to_owned()];
        words.extend(self.documents.iter().map(|path| quoted(path)));
        words.extend(["--filter".to_owned(), quoted(id)]);
        words.extend(strict.then(|| "--strict".to_owned()));
        words.extend(self.tested.iter().map(|word| quoted(word)));
        words.join(" ")
    }

    fn utc(&self) -> DateTime<Utc> {
        self.date.into()
    }
}

/// Writes a report. While it is too long, it is written again with shorter strings of the client and the driver.
fn fitted<E>(report: &Report<'_>, write: impl Fn(&Report<'_>) -> Result<String, E>) -> Result<String, E> {
    let most = MAX_BYTES.max(report.run.results.len() * MAX_BYTES_BY_CASE);
    let mut text = write(report)?;
    for kept in SHORTER {
        if text.len() <= most {
            break;
        }
        let run = report.run.shortened(kept);
        text = write(&Report { run: &run, ..report.clone() })?;
    }
    Ok(text)
}

/// Quotes a word for a shell where that is necessary.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) { word.to_owned() } else { shell_word(word) }
}

/// The rules that a case breaks, each once.
fn broken_rules(result: &CaseResult) -> String {
    let rules: BTreeSet<&str> = result.findings.iter().map(|finding| finding.rule.id).collect();
    rules.into_iter().collect::<Vec<_>>().join(", ")
}
