//! Planning: from documents and prose rules to facts and cases. Nothing here uses the network.

use std::collections::{HashMap, HashSet};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

use crate::document::{Document, Operation};
use crate::provider::{self, Provider};

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

use answer::Success;
use case::Case;
use fact::{Fact, FactId};
use given_sample::GivenSample;
use operation_plan::OperationPlan;
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

/// The cases of some operations.
#[derive(Default)]
struct Planned {
    cases: Vec<Case>,
    skipped: Vec<Skipped>,
}

impl Plan {
    /// Plans every case of these documents.
    ///
    /// # Errors
    ///
    /// When the sentence of a prose rule is in no document of its provider, and one of them should have it; when a document exceeds a cap, when an operation
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
        let mut planned = Planned::default();
        sources.iter().for_each(|source| planned.add(cases(source)));
        let Planned { cases, skipped } = planned;
        check_ids(&cases)?;
        Ok(Self { sources, facts, cases, skipped })
    }

    /// The source that a case was planned from.
    pub fn source(&self, case: &Case) -> Option<&Source> {
        self.sources.iter().find(|source| case.is_of(source))
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

/// All cases of one document: those of each operation, then those of the flow. Operations are independent of each other, so
/// each processor plans a share of them.
fn cases(source: &Source) -> Planned {
    let operations = &source.document.operations;
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let shares = operations.chunks(operations.len().div_ceil(processors).max(1));
    let shares: Vec<Planned> = thread::scope(|scope| {
        let planning: Vec<_> = shares.map(|share| scope.spawn(|| cases_of(source, share))).collect();
        planning.into_iter().map(|share| share.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    let mut planned = Planned::default();
    shares.into_iter().for_each(|share| planned.add(share));
    planned.cases.extend(upload::cases(source));
    planned
}

fn cases_of(source: &Source, operations: &[Operation]) -> Planned {
    let mut planned = Planned::default();
    for operation in operations {
        planned.add(cases_of_operation(source, operation));
    }
    planned
}

fn cases_of_operation(source: &Source, operation: &Operation) -> Planned {
    let plan = OperationPlan::new(source, operation);
    let (answers, mut skipped) = answer::documented(&plan);
    let success = plan.check_samples().and_then(|()| Success::of(&plan, &answers));
    let success = match success {
        Ok(success) => success,
        Err(reason) => {
            return Planned { cases: Vec::new(), skipped: vec![plan.skipped(&operation.location, reason)] };
        }
    };
    let mut cases: Vec<Case> = answers.iter().flat_map(response::cases).collect();
    cases.extend(answers.iter().flat_map(malformed::cases));
    cases.extend(undocumented::cases(&plan, &success));
    cases.extend(argument::cases(&plan, &answers, &success));
    cases.extend(credential::cases(&plan, &success));
    cases.extend(transport::cases(&plan, &success));
    skipped.extend(plan.wrong_examples());
    Planned { cases, skipped }
}

impl Planned {
    fn add(&mut self, other: Self) {
        self.cases.extend(other.cases);
        self.skipped.extend(other.skipped);
    }
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
