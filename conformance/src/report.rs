//! Reports: what came of a run, for people and for programs.

use crate::plan::{Fact, Plan};
use crate::run::{CaseResult, Run, Verdict};
use crate::style::{counted, shell_word};

pub mod html;
pub mod json;
pub mod junit;
mod matrix;
pub mod terminal;

/// What every report is made of.
#[derive(Debug)]
pub struct Report<'a> {
    /// What was to be played.
    pub plan: &'a Plan,
    /// What came of it.
    pub run: &'a Run,
    /// The documents named on the command line.
    pub documents: Vec<String>,
    /// The words of the command line that name what is tested; none for our own clients.
    pub tested: Vec<String>,
}

impl Report<'_> {
    /// The facts that no judged case exercised.
    pub fn missed(&self) -> Vec<&Fact> {
        let exercised = self.run.exercised();
        self.plan.facts.iter().filter(|fact| !exercised.contains(&fact.id)).collect()
    }

    /// The results, those first that are to be mended first: what a document forbids.
    pub fn worst_first(&self) -> Vec<&CaseResult> {
        let mut results: Vec<&CaseResult> = self.run.results.iter().collect();
        results.sort_by_key(|result| match result.verdict {
            Verdict::Fail if result.breaks_a_must() => 0,
            Verdict::Fail => 1,
            Verdict::Error => 2,
            _ => 3,
        });
        results
    }

    /// What is counted, in one line.
    pub fn summary(&self) -> String {
        let verdicts = Verdict::ALL.into_iter().map(|verdict| (verdict, self.run.count(verdict)));
        let counts: Vec<String> = verdicts
            .filter(|(verdict, count)| *count > 0 || *verdict == Verdict::Pass)
            .map(|(verdict, count)| format!("{count} {}", past(verdict)))
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

    /// The command that plays one case again.
    pub fn again(&self, id: &str) -> String {
        let mut words = vec!["cargo".to_owned(), "conformance".to_owned()];
        words.extend(self.documents.iter().map(|path| quoted(path)));
        words.extend(["--filter".to_owned(), quoted(id)]);
        words.extend(self.run.options.strict.then(|| "--strict".to_owned()));
        words.extend(self.tested.iter().map(|word| quoted(word)));
        words.join(" ")
    }
}

/// A verdict as it is counted.
fn past(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "passed",
        Verdict::Fail => "failed",
        other => other.word(),
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    shell_word(word)
}
