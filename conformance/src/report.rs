//! The reports of a run: for a terminal, as JSON, as JUnit XML and as HTML.

use std::collections::BTreeSet;

use crate::plan::Plan;
use crate::plan::fact::Fact;
use crate::result::{CaseResult, Run, Verdict, VerdictKind};
use crate::style::{counted, shell_word};

pub mod html;
pub mod json;
pub mod junit;
mod matrix;
pub mod terminal;

/// A run with the data that its reports need.
#[derive(Debug)]
pub struct Report<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The results of the plan.
    pub run: &'a Run,
    /// The paths of the documents on the command line.
    pub documents: Vec<String>,
    /// The arguments of the command line that name the client or server under test. Empty for our own clients.
    pub tested: Vec<String>,
}

impl Report<'_> {
    /// Returns the facts that no judged case exercised.
    pub fn missed(&self) -> Vec<&Fact> {
        let exercised = self.run.exercised();
        self.plan.facts.iter().filter(|fact| !exercised.contains(&fact.id)).collect()
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
            "{}: {}; {} of {facts} documented facts exercised; {:.1} s",
            counted(self.run.results.len(), "case"),
            counts.join(", "),
            facts - self.missed().len(),
            self.run.elapsed.as_secs_f64(),
        )
    }

    /// Returns the command that runs only this case.
    pub fn rerun_command(&self, id: &str) -> String {
        let mut words = vec!["cargo".to_owned(), "conformance".to_owned()];
        words.extend(self.documents.iter().map(|path| quoted(path)));
        words.extend(["--filter".to_owned(), quoted(id)]);
        words.extend(self.run.options.strict.then(|| "--strict".to_owned()));
        words.extend(self.tested.iter().map(|word| quoted(word)));
        words.join(" ")
    }
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
