//! Checks: what a transcript breaks of what its case asks for. All of it, not the first.

use serde::Serialize;
use serde_json::Value;

use super::redact::{Redactor, shorten};
use super::rule::{self, Rule};
use super::transcript::Transcript;
use crate::document::{Document, Location, Schema};
use crate::plan::Source;
use crate::plan::case::{self, Case, Outcome};

pub mod outcome;
pub mod request;
pub mod secret;
pub mod upload;

/// One broken rule in one case.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// What the rule says.
    pub says: &'static str,
    /// Must or should.
    pub level: Level,
    /// Who has to mend it.
    pub blame: Blame,
    /// Where the document states it.
    #[serde(serialize_with = "crate::plan::location_text")]
    pub location: Location,
    /// The document's sentence, or the practice, it rests on.
    pub because: String,
    /// What should have come.
    pub expected: String,
    /// What came.
    pub actual: String,
}

/// How binding a rule is in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// It rests on a document.
    Must,
    /// It rests on good practice.
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

/// Who has to mend a finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Blame {
    /// The client under test.
    #[default]
    Client,
    /// The server under test.
    Server,
    /// The document: what it says at the place can be read in two ways.
    Document,
    /// The suite itself.
    Suite,
}

/// A rule that does not hold.
#[derive(Debug, PartialEq)]
pub struct Broken {
    rule: &'static Rule,
    /// A closer place than the case's own.
    location: Option<Location>,
    expected: String,
    actual: String,
}

impl Broken {
    fn new(rule: &'static Rule, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        Self { rule, location: None, expected: expected.into(), actual: actual.into() }
    }

    fn at(mut self, location: Option<Location>) -> Self {
        self.location = location;
        self
    }
}

/// Everything a transcript breaks.
pub fn check(source: &Source, case: &Case, transcript: &Transcript, redactor: &Redactor) -> Vec<Finding> {
    let mut broken = secret::check(source, transcript);
    match (&case.outcome, request::unsent(case, transcript)) {
        (Outcome::Refused, _) => broken.extend(outcome::refused(source, case, transcript)),
        // What never went out has no answer either: one finding tells it all.
        (_, Some(unsent)) => broken.push(unsent),
        (_, None) => {
            broken.extend(request::check(source, case, transcript));
            broken.extend(outcome::check(case, transcript));
            broken.extend(upload::check(case, transcript));
        }
    }
    broken.into_iter().map(|broken| finding(source, case, broken, redactor)).collect()
}

fn finding(source: &Source, case: &Case, broken: Broken, redactor: &Redactor) -> Finding {
    let rests = basis(source, case, broken.rule);
    let needless = [rule::REFUSAL_UNNEEDED.id, rule::REQUEST_SENT.id].contains(&broken.rule.id);
    let misread = needless && is_ambiguous(&source.document, &case.location.pointer);
    Finding {
        rule: broken.rule.id,
        says: broken.rule.says,
        level: rests.level,
        blame: if misread { Blame::Document } else { Blame::Client },
        location: rests.stated.or(broken.location).unwrap_or_else(|| case.location.clone()),
        because: rests.because,
        // Cut after it is redacted: half a secret would not be recognised.
        expected: shorten(&redactor.text(&broken.expected)),
        actual: shorten(&redactor.text(&broken.actual)),
    }
}

/// Whether a reader had to guess at the schema that stands at a pointer, or around it: who refuses a
/// value by it may have guessed otherwise.
pub(super) fn is_ambiguous(document: &Document, pointer: &str) -> bool {
    let mut guessed = document
        .notes
        .iter()
        .filter_map(|note| note.location.pointer.rsplit_once('/').map(|(schema, _)| schema));
    guessed.any(|schema| pointer == schema || pointer.starts_with(&format!("{schema}/")))
}

/// Where a value breaks a schema; none where the schema cannot be checked.
pub(super) fn violation(document: &Document, schema: &Schema, value: &Value) -> Option<String> {
    let validator = document.validator(schema).ok()?;
    let error = validator.iter_errors(value).next()?;
    let place = error.instance_path().as_str();
    Some(format!("{error} (at {})", if place.is_empty() { "the body itself" } else { place }))
}

/// A media type without its parameters.
pub(super) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_lowercase()
}

/// What a rule rests on in one case.
#[derive(Debug)]
pub struct Rests {
    /// Must or should.
    pub level: Level,
    /// The document's sentence, the case's own purpose, or the practice.
    pub because: String,
    /// Where the sentence stands, if it is one.
    pub stated: Option<Location>,
}

/// What a rule rests on in a case: a quoted sentence, the place the case is about, or a practice.
pub fn basis(source: &Source, case: &Case, rule: &Rule) -> Rests {
    let sentence = source.provider.rules.iter().find(|prose| prose.rule == rule.id);
    let quoted = sentence.and_then(|prose| crate::plan::fact::prose(&source.document, prose));
    match (rule.basis, quoted) {
        (rule::Basis::Prose(_), Some(fact)) => {
            Rests { level: Level::Must, because: format!("\"{}\"", fact.says), stated: Some(fact.location) }
        }
        (rule::Basis::Document, _) => {
            let stated = case.basis == case::Basis::Document;
            let level = if stated { Level::Must } else { Level::Should };
            Rests { level, because: case.purpose.clone(), stated: None }
        }
        (rule::Basis::Prose(practice) | rule::Basis::Practice(practice), _) => {
            Rests { level: Level::Should, because: practice.to_owned(), stated: None }
        }
    }
}

/// The rules that are checked in a case.
pub fn applicable(case: &Case) -> Vec<&'static Rule> {
    let families: &[&str] = match (&case.outcome, case.media) {
        (Outcome::Refused, _) => &["refusal/missing", "secret/"],
        (_, Some(_)) => &["request/", "response/", "refusal/unneeded", "upload/", "retry/", "secret/"],
        (_, None) => &["request/", "response/", "refusal/unneeded", "secret/"],
    };
    let asked = |rule: &Rule| rule.id != rule::RETRY_AFTER.id || case.asked_wait_s.is_some();
    let own = |rule: &Rule| families.iter().any(|family| rule.id.starts_with(family));
    rule::ALL.iter().copied().filter(|rule| own(rule) && asked(rule)).collect()
}
