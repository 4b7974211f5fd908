//! Reports: what came of a run, for people and for programs.

use crate::plan::{Fact, Plan};
use crate::run::Run;

pub mod json;
pub mod junit;
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

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
