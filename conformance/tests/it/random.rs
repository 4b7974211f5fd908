//! Documents made at random: the client that reads the raw document by itself must pass each case of each of them, and must fail
//! when it is wrong about one thing.

mod body;
mod document;
mod parameter;
mod shrink;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use media_upload_conformance::{Config, Document, Options, Plan, Run, VerdictKind, run};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config as Settings, RngSeed, TestRunner};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::documents::shortened;
use crate::reference::accepted;
use crate::reference::client::IndependentClient;
use crate::reference::defect::Defect;

/// The variable that asks for another number of documents than in each test run.
const NUMBER: &str = "CONFORMANCE_RANDOM_DOCUMENTS";

/// The variable that asks for other documents.
const SEED: &str = "CONFORMANCE_RANDOM_SEED";

/// The least share of operations that have cases. Some schemas allow no value.
const LEAST_PLANNED: f64 = 0.5;

fn number_in(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|number| number.parse().ok()).unwrap_or(usual)
}

/// The documents of a run.
fn documents(usual: u64) -> impl Iterator<Item = Value> {
    let seed = RngSeed::Fixed(number_in(SEED, 14));
    let mut runner = TestRunner::new(Settings { rng_seed: seed, ..Settings::default() });
    let strategy = document::document();
    (0..number_in(NUMBER, usual)).map(move |_| strategy.new_tree(&mut runner).unwrap().current())
}

fn plan(document: &Value) -> Arc<Plan> {
    let config = document::config(document);
    let document = Document::read("random.json", document.to_string().as_bytes()).unwrap();
    let providers = Config::read("conformance.yaml", config.as_bytes()).unwrap().providers;
    Arc::new(shortened(Plan::of(vec![document], &providers).unwrap()))
}

/// What happened to the documents.
#[derive(Debug, Default)]
struct Counts {
    documents: usize,
    operations: usize,
    planned: usize,
    cases: usize,
    facts: usize,
    unexercised: usize,
    /// How many facts are not exercised, by reason.
    reasons: BTreeMap<String, usize>,
}

impl Counts {
    fn add(&mut self, plan: &Plan) {
        let operations = || plan.sources.iter().flat_map(|source| &source.document.operations);
        let has_cases = |id: &str| plan.cases.iter().any(|case| case.operation == id);
        self.documents += 1;
        self.operations += operations().count();
        self.planned += operations().filter(|operation| has_cases(&operation.id)).count();
        self.cases += plan.cases.len();
        self.facts += plan.facts.len();
        for unexercised in plan.unexercised() {
            self.unexercised += 1;
            *self.reasons.entry(unexercised.reason).or_default() += 1;
        }
    }
}

async fn run_with(client: IndependentClient, plan: &Arc<Plan>) -> Run {
    run(plan, Arc::new(client), Options { strict: true, ..Options::default() }).await.unwrap()
}

/// A case that a right client does not pass.
struct Failure {
    /// The broken rules, or the verdict.
    kind: String,
    text: String,
}

/// The cases that a right client does not pass.
async fn failures(document: &Value, plan: &Arc<Plan>) -> Vec<Failure> {
    let mut failed = Vec::new();
    for choice in 0..2 {
        let run = run_with(IndependentClient::new(&document.to_string(), choice, None), plan).await;
        let wrong = run
            .results
            .iter()
            .filter(|result| result.verdict.kind() != VerdictKind::Pass || !result.findings.is_empty());
        failed.extend(wrong.map(|result| {
            let (case, findings) = (&result.case, &result.findings);
            let rules: Vec<_> = findings.iter().map(|finding| finding.rule.id).collect();
            let kind = format!("{:?} {rules:?}", result.verdict.kind());
            let text = format!("{} {kind}, choice {choice}: {findings:#?}\n{}", case.id, result.exchange);
            Failure { kind, text }
        }));
    }
    failed
}

/// The smallest document with a failure of this kind. A document that cannot be read has none.
fn shrunk(runtime: &Runtime, document: &Value, kind: &str) -> Value {
    let mut fails = |document: &Value| {
        let found = catch_unwind(AssertUnwindSafe(|| runtime.block_on(failures(document, &plan(document)))));
        found.is_ok_and(|found| found.iter().any(|failure| failure.kind == kind))
    };
    shrink::smallest(document, &mut fails)
}

#[test]
fn a_right_client_passes_each_case_of_documents_made_at_random() {
    let runtime = Runtime::new().unwrap();
    let mut counts = Counts::default();
    let mut wrong = BTreeMap::new();
    for document in documents(25) {
        let plan = plan(&document);
        counts.add(&plan);
        for failure in runtime.block_on(failures(&document, &plan)) {
            wrong.entry(failure.kind).or_insert_with(|| (document.clone(), failure.text));
        }
    }
    println!("{counts:#?}");
    // Shrinking takes time: the failures are shown before it.
    wrong.values().for_each(|(_, text)| println!("{text}"));
    let shown: Vec<String> = wrong
        .iter()
        .map(|(kind, (document, text))| format!("{}\n{text}", shrunk(&runtime, document, kind)))
        .collect();
    assert!(shown.is_empty(), "{}", shown.join("\n\n"));
    let share = counts.planned as f64 / counts.operations as f64;
    assert!(share > LEAST_PLANNED, "only {share:.2} of the operations have cases");
}

/// What a wrong client did in a document.
#[derive(Default)]
struct Misdeeds {
    /// The operations in which its defect changed a request.
    acted: BTreeSet<String>,
    /// The operations in which no case noticed it, with the exchange of one.
    missed: BTreeMap<String, String>,
}

/// What the suite finds out about a client with this defect.
async fn judged(document: &Value, plan: &Arc<Plan>, defect: Defect) -> Misdeeds {
    let client = IndependentClient::new(&document.to_string(), 0, Some(defect));
    let cases = client.acted();
    let run = run_with(client, plan).await;
    let cases = cases.lock().unwrap();
    let results = || run.results.iter().filter(|result| cases.contains(&result.case.id));
    let mut found = Misdeeds::default();
    for result in results().filter(|result| !is_lawful(document, defect, &result.case.operation)) {
        found.acted.insert(result.case.operation.clone());
        found
            .missed
            .insert(result.case.operation.clone(), format!("{}\n{}", result.case.id, result.exchange));
    }
    let failed = results().filter(|result| result.verdict.kind() == VerdictKind::Fail);
    failed.for_each(|result| drop(found.missed.remove(&result.case.operation)));
    found
}

/// Whether a request without a part of its credentials is right: one alternative is a part of another one. OpenAPI 3.0.3, 4.7.9:
/// "To make security optional, an empty security requirement (`{}`) can be included in the array."
fn is_lawful(document: &Value, defect: Defect, operation: &str) -> bool {
    let is_about =
        [Defect::NoCredential, Defect::OneCredential, Defect::CredentialElsewhere].contains(&defect);
    let items =
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let own = items.into_iter().find(|own| own["operationId"] == operation).unwrap();
    let stated = own.get("security").unwrap_or(&document["security"]).as_array().unwrap();
    let names =
        |alternative: &Value| alternative.as_object().unwrap().keys().cloned().collect::<BTreeSet<String>>();
    let sets: BTreeSet<BTreeSet<String>> = stated.iter().map(names).collect();
    let has_part = sets.iter().any(|one| sets.iter().any(|other| one != other && other.is_subset(one)));
    is_about && has_part
}

#[test]
fn a_client_that_is_wrong_about_one_thing_is_found_in_documents_made_at_random() {
    let runtime = Runtime::new().unwrap();
    let (mut acted, mut missed) = (BTreeMap::<String, usize>::new(), Vec::new());
    for document in documents(10) {
        let plan = accepted(plan(&document));
        for defect in Defect::ALL {
            let found = runtime.block_on(judged(&document, &plan, defect));
            *acted.entry(format!("{defect:?}")).or_default() += found.acted.len();
            let texts = found.missed.into_values();
            missed.extend(
                texts.map(|text| format!("{defect:?}: {}\n{document}\n{text}", document["security"])),
            );
        }
    }
    println!("operations in which each defect showed: {acted:#?}");
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n\n"));
}
