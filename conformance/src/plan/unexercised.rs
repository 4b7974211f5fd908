//! Facts that no case exercises, and why.

use super::fact::{Fact, FactId, FactKind};

/// A fact that no case exercises.
#[derive(Clone, Debug)]
pub struct Unexercised<'a> {
    /// The fact.
    pub fact: &'a Fact,
    /// Why no case exercises it, in a few words.
    pub reason: String,
}

/// Something of a document that planning left out.
#[derive(Clone, Debug)]
pub(crate) struct Skipped {
    /// The fact. What is stated within it is left out too.
    pub(crate) id: FactId,
    /// Why, in a few words.
    pub(crate) reason: String,
}

/// Why no case exercises a fact: because planning left it out, or the fact that has it; otherwise because of its kind.
pub(super) fn reason(fact: &Fact, skipped: &[Skipped]) -> String {
    let has_fact = |skipped: &&Skipped| {
        let within = fact.id.strip_prefix(&*skipped.id);
        within.is_some_and(|within| within.is_empty() || within.starts_with('/'))
    };
    let nearest = skipped.iter().filter(has_fact).max_by_key(|skipped| skipped.id.len());
    let by_kind = match fact.kind {
        FactKind::Credential => "the suite cannot send this kind of credential",
        FactKind::Constraint => "no value that the suite makes depends on it alone",
        FactKind::Property => "no value that the suite makes has it",
        FactKind::Operation
        | FactKind::Response
        | FactKind::Header
        | FactKind::Parameter
        | FactKind::Example
        | FactKind::Prose => "no case uses it",
    };
    nearest.map_or_else(|| by_kind.to_owned(), |skipped| skipped.reason.clone())
}
