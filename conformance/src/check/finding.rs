//! Findings: broken rules, each with its place in the document and the party that has to fix it.

use serde::Serialize;

use super::redact::{Redactor, shorten};
use super::rule::Rule;
use crate::document::{Document, Location};

/// One broken rule in one case.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// The rule.
    #[serde(flatten)]
    pub rule: &'static Rule,
    /// Must or should.
    pub level: Level,
    /// The party that has to fix it.
    pub blame: Blame,
    /// Where the document states it.
    pub location: Location,
    /// The sentence of the document, the purpose of the case, or the practice that the rule rests on.
    pub because: String,
    /// What was expected.
    pub expected: String,
    /// What happened.
    pub actual: String,
}

/// How binding a rule is in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// It rests on a document.
    Must,
    /// It rests on a recommended practice.
    Should,
}

impl Level {
    /// The level as a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
        }
    }
}

/// The party that has to fix a finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Blame {
    /// The client under test.
    #[default]
    Client,
    /// The server under test.
    Server,
    /// The document: the place allows two readings.
    Document,
    /// The suite itself.
    Suite,
}

/// A broken rule, before it is known how binding the rule is in its case.
#[derive(Debug, PartialEq)]
pub(crate) struct Violation {
    pub(crate) rule: &'static Rule,
    /// A more exact place than that of the case.
    pub(crate) location: Option<Location>,
    expected: String,
    actual: String,
}

impl Violation {
    pub(crate) fn new(rule: &'static Rule, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        Self { rule, location: None, expected: expected.into(), actual: actual.into() }
    }

    pub(crate) fn at(mut self, location: Option<Location>) -> Self {
        self.location = location;
        self
    }

    /// Redacts what was expected and what came, then shortens them: half a secret would not be recognised.
    pub(crate) fn into_finding(
        self,
        level: Level,
        blame: Blame,
        location: Location,
        because: String,
        redactor: &Redactor,
    ) -> Finding {
        let expected = shorten(&redactor.text(&self.expected));
        let actual = shorten(&redactor.text(&self.actual));
        Finding { rule: self.rule, level, blame, location, because, expected, actual }
    }
}

/// The values without repetitions, in order. For example, a client that tries again repeats its mistakes: each is reported once.
pub(crate) fn distinct<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<T> {
    values.fold(Vec::new(), |mut all, value| {
        if !all.contains(&value) {
            all.push(value);
        }
        all
    })
}

/// Whether the schema at a pointer, or one around it, allows two readings. A client or server may follow the other reading.
pub(crate) fn is_ambiguous(document: &Document, pointer: &str) -> bool {
    let mut noted = document.notes.iter().filter_map(|note| note.location.pointer.rsplit_once('/'));
    noted.any(|(schema, _)| pointer == schema || pointer.starts_with(&format!("{schema}/")))
}
