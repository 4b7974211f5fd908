//! Planning: documents and prose rules in, cases out. Nothing here touches the network.

use std::collections::HashSet;
use std::fmt;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

use serde::Serializer;
use serde_json::{Map, Value};

use crate::document::{Document, Location, Operation};
use crate::provider::{self, Provider};

pub mod answer;
pub mod argument;
pub mod call;
pub mod case;
pub mod fact;
pub mod limit;
pub mod malformed;
mod part;
pub mod pattern;
pub(crate) mod request;
pub mod response;
pub mod sample;
pub mod transport;
pub mod undocumented;
pub mod upload;

use argument::Judges;
pub use call::Call;
pub use case::Case;
pub use fact::{Fact, FactId};

/// Everything a run needs: the documents, what they state, and the cases that exercise it.
#[derive(Debug)]
pub struct Plan {
    /// The documents, each with its provider.
    pub sources: Vec<Source>,
    /// Every fact of every document.
    pub facts: Vec<Fact>,
    /// The cases, in document order.
    pub cases: Vec<Case>,
}

/// A document and whose it is.
#[derive(Debug)]
pub struct Source {
    /// The document.
    pub document: Document,
    /// The provider it belongs to.
    pub provider: Provider,
}

/// Why no plan can be made: one line that names the document and what to do.
#[derive(Debug)]
pub struct PlanError(String);

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PlanError {}

impl Plan {
    /// Plans every case of these documents.
    ///
    /// # Errors
    ///
    /// When a prose rule quotes a sentence that no longer stands in its provider's documents.
    pub fn of(documents: Vec<Document>, known: &[Provider]) -> Result<Self, PlanError> {
        let sources: Vec<_> = documents
            .into_iter()
            .map(|document| Source { provider: provider::of(&document, known), document })
            .collect();
        check_sentences(&sources)?;
        sources.iter().try_for_each(limit::check)?;
        let facts = sources.iter().flat_map(|s| fact::census(&s.document, &s.provider)).collect();
        let cases = sources.iter().flat_map(cases).collect();
        Ok(Self { sources, facts, cases })
    }

    /// The source a case was planned from.
    pub fn source(&self, case: &Case) -> Option<&Source> {
        source_of(&self.sources, case)
    }

    /// The facts no case of the plan exercises.
    pub fn unexercised(&self) -> Vec<&Fact> {
        let exercised: HashSet<&FactId> = self.cases.iter().flat_map(|case| &case.facts).collect();
        self.facts.iter().filter(|fact| !exercised.contains(&fact.id)).collect()
    }
}

/// The source that a case was planned from.
pub(crate) fn source_of<'a>(sources: &'a [Source], case: &Case) -> Option<&'a Source> {
    sources.iter().find(|source| source.document.name == case.location.document)
}

/// All cases of one document: each operation's families, then the flows. Operations have nothing to do
/// with each other, so that each processor takes its share of them.
fn cases(source: &Source) -> Vec<Case> {
    let operations = &source.document.operations;
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let shares = operations.chunks(operations.len().div_ceil(processors).max(1));
    let planned: Vec<Vec<Case>> = thread::scope(|scope| {
        let planning: Vec<_> = shares.map(|share| scope.spawn(|| cases_of(source, share))).collect();
        planning.into_iter().map(|share| share.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    let mut cases: Vec<Case> = planned.into_iter().flatten().collect();
    cases.extend(upload::cases(source));
    cases
}

fn cases_of(source: &Source, operations: &[Operation]) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut judges = Judges::new(&source.document);
    for operation in operations {
        let call = Call::new(source, operation);
        let answers: Vec<_> = answer::documented(&call).collect();
        cases.extend(response::cases(&call, &answers));
        cases.extend(malformed::cases(&call, &answers));
        cases.extend(undocumented::cases(&call));
        cases.extend(argument::cases(&call, &mut judges));
        cases.extend(transport::cases(&call));
    }
    cases
}

fn check_sentences(sources: &[Source]) -> Result<(), PlanError> {
    let mut providers: Vec<&Provider> = Vec::new();
    for source in sources {
        if !providers.iter().any(|provider| provider.name == source.provider.name) {
            providers.push(&source.provider);
        }
    }
    for provider in providers {
        let own: Vec<_> = sources.iter().filter(|source| source.provider.name == provider.name).collect();
        for rule in &provider.rules {
            if !own.iter().any(|source| fact::sentence(&source.document, &rule.sentence).is_some()) {
                return Err(gone(provider, &rule.rule, &rule.sentence, &own));
            }
        }
    }
    Ok(())
}

/// The error for a quotation that no longer stands, with the nearest sentence that does.
fn gone(provider: &Provider, rule: &str, sentence: &str, sources: &[&Source]) -> PlanError {
    let nearest = sources
        .iter()
        .flat_map(|source| fact::sentences(&source.document))
        .max_by_key(|(stands, _)| fact::common_words(stands, sentence));
    let hint = nearest.map_or_else(String::new, |(stands, location)| {
        format!("; the nearest that stands, at {location}: \"{stands}\"")
    });
    let documents: Vec<&str> = sources.iter().map(|source| &*source.document.name).collect();
    PlanError(format!(
        "{}: rule {rule} of conformance/rules/{}.yaml rests on a sentence that no longer stands: \"{sentence}\"{hint}; \
         read the new text, then mend the rule",
        documents.join(", "),
        provider.name,
    ))
}

/// A location as text in machine-readable output.
pub(crate) fn location_text<S: Serializer>(location: &Location, out: S) -> Result<S::Ok, S::Error> {
    out.collect_str(&format_args!("{location}#{}", location.pointer))
}

/// The arguments a base call needs, by name.
pub(crate) type Params = Map<String, Value>;

/// The operation of a flow's first step.
pub(crate) fn operation<'a>(document: &'a Document, id: &str) -> Option<&'a Operation> {
    document.operations.iter().find(|operation| operation.id == id)
}
