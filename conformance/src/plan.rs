//! Planning: from documents and prose rules to facts and cases. Nothing here uses the network.

use std::collections::{HashMap, HashSet};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

use crate::document::schema::validator::ValidatorCache;
use crate::document::{Document, Operation};
use crate::provider::{self, Provider};

mod answer;
mod argument;
mod argument_schema;
mod caps;
pub mod case;
pub mod fact;
pub mod given_sample;
mod malformed;
pub(crate) mod operation_plan;
pub(crate) mod practice;
pub mod presigned;
mod provider_fit;
mod response;
pub(crate) mod sentence;
pub(crate) mod server;
pub mod source;
mod strings;
mod transport;
mod undocumented;
pub(crate) mod upload;
mod variation;

use answer::Success;
use case::Case;
use fact::{Fact, FactId};
use given_sample::GivenSample;
use operation_plan::OperationPlan;
use source::{PlanError, Source};

/// Everything that a run needs: the documents, the facts they state, and the cases that exercise the facts.
#[derive(Debug)]
pub struct Plan {
    /// The documents, each with its provider.
    pub sources: Vec<Source>,
    /// Every fact of every document.
    pub facts: Vec<Fact>,
    /// The cases, in document order. Each id is unique.
    pub cases: Vec<Case>,
}

impl Plan {
    /// Plans every case of these documents.
    ///
    /// # Errors
    ///
    /// When the sentence of a prose rule is in no document of its provider, when a document exceeds a cap, when an operation
    /// has the name of a flow, when something that a provider states does not fit its documents, and when two cases would have
    /// the same id.
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
        let mut sources: Vec<_> = documents
            .into_iter()
            .map(|document| Source { provider: provider::of(&document, providers), document })
            .collect();
        given_sample::apply(&mut sources, samples)?;
        sentence::check(&sources)?;
        for source in &sources {
            caps::check(source)?;
            check_flow_name(source)?;
        }
        provider_fit::check(&sources)?;
        let facts = sources.iter().flat_map(|s| fact::census(&s.document, &s.provider)).collect();
        let cases: Vec<_> = sources.iter().flat_map(cases).collect();
        check_ids(&cases)?;
        Ok(Self { sources, facts, cases })
    }

    /// The source that a case was planned from.
    pub fn source(&self, case: &Case) -> Option<&Source> {
        self.sources.iter().find(|source| source.document.name == case.location.document)
    }

    /// Keeps the facts that the cases exercise. After a selection of cases, a report does not list the others as missed.
    pub(crate) fn keep_exercised_facts(&mut self) {
        let exercised: HashSet<&FactId> = self.cases.iter().flat_map(|case| &case.facts).collect();
        self.facts.retain(|fact| exercised.contains(&fact.id));
    }

    /// The facts that no case of the plan exercises.
    pub fn unexercised(&self) -> Vec<&Fact> {
        let exercised: HashSet<&FactId> = self.cases.iter().flat_map(|case| &case.facts).collect();
        self.facts.iter().filter(|fact| !exercised.contains(&fact.id)).collect()
    }
}

/// All cases of one document: those of each operation, then those of the flow. Operations are independent of each other, so
/// each processor plans a share of them.
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
    let mut validators = ValidatorCache::new(&source.document);
    for operation in operations {
        let plan = OperationPlan::new(source, operation);
        let answers = answer::documented(&plan);
        let success = Success::of(&plan, &answers);
        cases.extend(answers.iter().flat_map(|answer| response::cases(answer, &mut validators)));
        cases.extend(answers.iter().flat_map(malformed::cases));
        cases.extend(undocumented::cases(&plan, &success));
        cases.extend(argument::cases(&plan, &answers, &success, &mut validators));
        cases.extend(transport::cases(&plan, &success));
    }
    cases
}

/// An operation must not have the name of a flow of its provider: a driver could not tell which one a case asks for.
fn check_flow_name(source: &Source) -> Result<(), PlanError> {
    let named = source.provider.flows.upload.as_ref().and_then(|_| source.operation(upload::FLOW));
    named.map_or(Ok(()), |operation| {
        Err(PlanError(format!(
            "{}: the operation `{}` has the name of a flow of provider {}; give it another operationId in a copy of the document",
            operation.location, operation.id, source.provider.name
        )))
    })
}

/// Every case id must be unique: reports, snapshots and lists of known failures name cases by it.
fn check_ids(cases: &[Case]) -> Result<(), PlanError> {
    let mut known: HashMap<&str, &Case> = HashMap::new();
    for case in cases {
        if let Some(other) = known.insert(&case.id, case) {
            return Err(PlanError(format!(
                "{}: the case id {} is taken by {}; give one of the two operations or arguments another name in a copy of the document",
                case.location, case.id, other.location
            )));
        }
    }
    Ok(())
}
