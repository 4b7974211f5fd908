//! What cases are planned from. The cases of a large document need much more memory than the document, so they are planned a few
//! operations at a time, for a reader who looks at one case after the other.

use std::collections::HashSet;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;
use std::vec;

use super::answer::{self, Success};
use super::case::Case;
use super::fact::{self, Fact};
use super::given_sample::{self, GivenSample};
use super::operation_plan::OperationPlan;
use super::source::{PlanError, Source};
use super::unexercised::Skipped;
use super::{
    argument, caps, credential, malformed, provider_fit, response, sentence, transport, undocumented, upload,
};
use crate::document::{Document, Location, Operation, hash};
use crate::provider::{self, Provider};

/// How many operations each processor plans before their cases are taken.
const AT_ONCE: usize = 8;

/// The documents that can be planned, and the facts that they state.
#[derive(Debug)]
pub struct Outline {
    /// The documents, each with its provider.
    pub sources: Vec<Source>,
    /// Every fact of every document.
    pub facts: Vec<Fact>,
}

impl Outline {
    /// Checks that these documents can be planned.
    ///
    /// # Errors
    ///
    /// When the sentence of a prose rule is in no document of its provider, and one of them should have it; when a document exceeds a
    /// cap, when an operation has the name of a flow, and when something that a provider states does not fit its documents.
    pub fn of(documents: Vec<Document>, providers: &[Provider]) -> Result<Self, PlanError> {
        Self::with_samples(documents, providers, &[])
    }

    /// Checks that these documents can be planned with values that the server under test knows.
    ///
    /// # Errors
    ///
    /// Those of [`Outline::of`], and when a given sample has an unknown name or breaks its schema.
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
        Ok(Self { sources, facts })
    }

    /// Plans the cases, in document order: those of each operation, then those of the flow. No two have the same id.
    pub fn cases(&self) -> PlannedCases<'_, Case> {
        self.each(|case| case)
    }

    /// Plans the cases as [`Outline::cases`], and makes something of each. What is made is held instead of the case.
    pub fn each<T: Send>(&self, make: fn(Case) -> T) -> PlannedCases<'_, T> {
        PlannedCases {
            outline: self,
            units: self.units().into_iter(),
            make,
            planned: Vec::new().into_iter(),
            seen: HashSet::new(),
            taken: 0,
            skipped: Vec::new(),
        }
    }

    fn units(&self) -> Vec<Unit<'_>> {
        let mut units = Vec::new();
        for source in &self.sources {
            units.extend(
                source.document.operations.iter().map(|operation| Unit::Operation(source, operation)),
            );
            units.push(Unit::Flow(source));
        }
        units
    }

    /// Checks the id of the case with this index: every id must be unique, because reports, snapshots and lists of known failures name
    /// cases by it.
    fn check_id(&self, index: usize) -> Result<(), PlanError> {
        let cases = self.units().into_iter().flat_map(|unit| Planned::of(unit).cases);
        let mut places: Vec<(String, Location)> =
            cases.take(index + 1).map(|case| (case.id, case.location)).collect();
        let Some((id, place)) = places.pop() else { return Ok(()) };
        match places.into_iter().find(|(other, _)| *other == id) {
            None => Ok(()),
            Some((_, other)) => Err(PlanError(format!(
                "{place}: the case id {id} is taken by {other}; give one of the two operations or arguments another name in a copy \
                 of the document"
            ))),
        }
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

/// The cases of an outline, or what is made of them, one after the other. An error says that the next case has the id of an earlier
/// one. The cases of a few operations are held at a time.
#[derive(Debug)]
pub struct PlannedCases<'a, T> {
    outline: &'a Outline,
    /// What is not planned yet.
    units: vec::IntoIter<Unit<'a>>,
    make: fn(Case) -> T,
    /// What is planned and not taken yet.
    planned: vec::IntoIter<(u64, T)>,
    /// The hash of each id so far. Long ids of many cases need much memory.
    seen: HashSet<u64>,
    /// The number of cases that are taken.
    taken: usize,
    /// What no case exercises because of something in a document, as far as it is planned.
    pub(super) skipped: Vec<Skipped>,
}

impl<T: Send> Iterator for PlannedCases<'_, T> {
    type Item = Result<T, PlanError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((hash, made)) = self.planned.next() {
                self.taken += 1;
                // Two ids can have the same hash.
                let is_new = self.seen.insert(hash);
                let checked = if is_new { Ok(()) } else { self.outline.check_id(self.taken - 1) };
                return Some(checked.map(|()| made));
            }
            if self.units.as_slice().is_empty() {
                return None;
            }
            self.plan_more();
        }
    }
}

impl<T: Send> PlannedCases<'_, T> {
    /// Plans the next operations. They are independent of each other, so each processor plans some of them.
    fn plan_more(&mut self) {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        let units: Vec<_> = self.units.by_ref().take(processors * AT_ONCE).collect();
        let make = self.make;
        let shares: Vec<_> = thread::scope(|scope| {
            let shares = units.chunks(units.len().div_ceil(processors));
            let planning: Vec<_> = shares.map(|share| scope.spawn(move || made(share, make))).collect();
            let finished = planning.into_iter().map(thread::ScopedJoinHandle::join);
            finished.map(|share| share.unwrap_or_else(|panic| resume_unwind(panic))).collect()
        });
        let mut planned = Vec::new();
        for (made, skipped) in shares {
            planned.extend(made);
            self.skipped.extend(skipped);
        }
        self.planned = planned.into_iter();
    }
}

/// What is made of the cases of some units, and what they leave out.
fn made<T>(units: &[Unit<'_>], make: fn(Case) -> T) -> (Vec<(u64, T)>, Vec<Skipped>) {
    let (mut all, mut left_out) = (Vec::new(), Vec::new());
    for unit in units {
        let Planned { cases, skipped } = Planned::of(*unit);
        all.extend(cases.into_iter().map(|case| (hash(&case.id), make(case))));
        left_out.extend(skipped);
    }
    (all, left_out)
}

/// What is planned as a whole.
#[derive(Clone, Copy, Debug)]
enum Unit<'a> {
    Operation(&'a Source, &'a Operation),
    Flow(&'a Source),
}

/// The cases of a unit, and what it leaves out.
struct Planned {
    cases: Vec<Case>,
    skipped: Vec<Skipped>,
}

impl Planned {
    fn of(unit: Unit<'_>) -> Self {
        match unit {
            Unit::Operation(source, operation) => of_operation(source, operation),
            Unit::Flow(source) => Self { cases: upload::cases(source), skipped: Vec::new() },
        }
    }
}

fn of_operation(source: &Source, operation: &Operation) -> Planned {
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

#[cfg(test)]
mod tests {
    use super::Outline;
    use crate::document::Document;

    /// An outline of this many equal operations.
    fn outline(operations: usize) -> Outline {
        let operation = |number| {
            format!("  /things/{number}:\n    get: {{ responses: {{ '200': {{ description: d }} }} }}\n")
        };
        let paths: String = (0..operations).map(operation).collect();
        let text =
            format!("openapi: 3.0.3\ninfo: {{ title: t, version: '1' }}\nservers: []\npaths:\n{paths}");
        let document = Document::read("api.yaml", text.as_bytes()).unwrap();
        Outline::of(vec![document], &[]).unwrap()
    }

    /// The number of cases, and the most that are planned at any time and not taken yet.
    fn counted(outline: &Outline) -> (usize, usize) {
        let (mut all, mut most) = (0, 0);
        let mut cases = outline.cases();
        while let Some(case) = cases.next() {
            case.unwrap();
            all += 1;
            most = most.max(cases.planned.len());
        }
        (all, most)
    }

    #[test]
    fn a_document_with_more_operations_holds_no_more_cases_at_a_time() {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let operations = 2 * processors * super::AT_ONCE;
        let (few, most_of_few) = counted(&outline(operations));
        let (many, most_of_many) = counted(&outline(3 * operations));
        assert_eq!(many, 3 * few);
        assert_eq!(most_of_many, most_of_few);
        assert!(2 * most_of_few < few + operations, "{most_of_few} of {few}");
    }
}
