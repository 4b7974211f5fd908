//! Planning: from documents and prose rules to facts and cases. Nothing here uses the network.

use std::collections::HashSet;

use crate::document::Document;
use crate::provider::Provider;

mod answer;
mod argument;
mod argument_schema;
mod caps;
pub mod case;
mod credential;
pub mod fact;
pub mod given_sample;
mod malformed;
pub(crate) mod operation_plan;
pub mod outline;
pub(crate) mod planned_argument;
pub(crate) mod practice;
pub mod presigned;
mod provider_fit;
mod response;
pub(crate) mod sentence;
pub(crate) mod server;
pub mod server_request;
pub mod source;
mod strings;
mod transport;
mod undocumented;
mod unexercised;
pub(crate) mod upload;
mod variation;

use case::Case;
use fact::{Fact, FactId};
use given_sample::GivenSample;
use outline::Outline;
use source::{PlanError, Source};
use unexercised::Skipped;

pub use unexercised::Unexercised;

/// Everything that a run needs: the documents, the facts they state, and the cases that exercise the facts.
#[derive(Debug)]
pub struct Plan {
    /// The documents, each with its provider.
    pub sources: Vec<Source>,
    /// Every fact of every document.
    pub facts: Vec<Fact>,
    /// The cases, in document order. Each id is unique.
    pub cases: Vec<Case>,
    /// What no case exercises because of something in a document.
    skipped: Vec<Skipped>,
}

impl Plan {
    /// Plans every case of these documents.
    ///
    /// # Errors
    ///
    /// Those of [`Outline::of`], and when two cases would have the same id.
    pub fn of(documents: Vec<Document>, providers: &[Provider]) -> Result<Self, PlanError> {
        Self::with_samples(documents, providers, &[])
    }

    /// Plans every case of these documents, with values that the server under test knows.
    ///
    /// # Errors
    ///
    /// Those of [`Plan::of`], and when a given sample has an unknown name or breaks its schema.
    pub fn with_samples(
        documents: Vec<Document>,
        providers: &[Provider],
        samples: &[GivenSample],
    ) -> Result<Self, PlanError> {
        let outline = Outline::with_samples(documents, providers, samples)?;
        let mut planning = outline.cases();
        let cases = planning.by_ref().collect::<Result<_, _>>()?;
        let skipped = planning.skipped;
        let Outline { sources, facts } = outline;
        Ok(Self { sources, facts, cases, skipped })
    }

    /// The source that a case was planned from.
    pub fn source(&self, case: &Case) -> Option<&Source> {
        case.source(&self.sources)
    }

    /// Keeps the facts that the cases exercise. After a selection of cases, a report does not list the others as missed.
    pub(crate) fn keep_exercised_facts(&mut self) {
        let exercised: HashSet<&FactId> = self.cases.iter().flat_map(|case| &case.facts).collect();
        self.facts.retain(|fact| exercised.contains(&fact.id));
    }

    /// The facts that no case of the plan exercises, each with the reason.
    pub fn unexercised(&self) -> Vec<Unexercised<'_>> {
        let exercised: HashSet<&FactId> = self.cases.iter().flat_map(|case| &case.facts).collect();
        let unexercised = self.facts.iter().filter(|fact| !exercised.contains(&fact.id));
        unexercised
            .map(|fact| Unexercised { fact, reason: unexercised::reason(fact, &self.skipped) })
            .collect()
    }
}
