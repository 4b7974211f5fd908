//! Mutants: for each fact of the documents, clients that are wrong about just that fact. The suite must find each of them. A
//! mutant alters the bytes of its requests, or its answer, or it was written from a document with one altered constraint. It never
//! sees the plan.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::{StreamExt, stream};
use media_upload_conformance::plan::fact::FactId;
use media_upload_conformance::run::run_case;
use media_upload_conformance::{Answer, Case, FactKind, Options, Plan, Verdict};

mod derive;
mod pattern;
mod place;
mod requests;
mod responses;
pub(crate) mod spec_client;
mod uploads;
mod value;

use crate::documents::{shortened, whole_plan};
use derive::{Defect, Mutant, mutants};
use spec_client::{Alters, SpecClient};

/// Mutants that break no documented rule: a part of the name of each, and the place in a document or RFC that allows it.
const EQUIVALENT: &[(&str, &str)] = &[];

/// The smallest number of mutants.
const MIN_MUTANTS: usize = 300;

/// The largest share of mutants that may be listed as equivalent.
const MAX_EQUIVALENT: f64 = 0.03;

/// A mutant after its cases.
struct Judged {
    /// The fact and what the mutant does.
    name: String,
    fact: FactId,
    fate: Fate,
}

/// What happened to a mutant.
#[derive(Debug, PartialEq)]
enum Fate {
    /// A case found it.
    Killed,
    /// No case found it.
    Survived,
    /// In no case did it do anything else than a correct client.
    Idle,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_written_from_the_document_breaks_no_rule() {
    let plan = shortened(whole_plan());
    let folder = tempfile::tempdir().unwrap();
    for source in &plan.sources {
        let client = SpecClient::new(&source.document);
        for case in plan.cases.iter().filter(|case| case.location.document == source.document.name) {
            let result = run_case(source, case, &client, options(case), folder.path()).await;
            assert!(
                matches!(result.verdict, Verdict::Pass),
                "{}: {:#?}\n{}",
                case.id,
                result.findings,
                result.exchange
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_suite_finds_a_client_that_is_wrong_about_any_fact() {
    let plan = Arc::new(shortened(whole_plan()));
    let mut all = Vec::new();
    for fact in &plan.facts {
        let source = plan.sources.iter().find(|source| source.document.name == fact.location.document);
        let derived = mutants(&source.unwrap().document, fact);
        all.extend(derived);
    }
    let judged = all.into_iter().map(|mutant| {
        let plan = Arc::clone(&plan);
        async move { tokio::spawn(judge(plan, mutant)).await.unwrap() }
    });
    let mut judged: Vec<Judged> = stream::iter(judged).buffer_unordered(4).collect().await;
    judged.retain(|mutant| mutant.fate != Fate::Idle);
    let total = judged.len();
    let (killed, survived): (Vec<Judged>, Vec<Judged>) =
        judged.into_iter().partition(|mutant| mutant.fate == Fate::Killed);
    let is_listed = |mutant: &&Judged| EQUIVALENT.iter().any(|(part, _)| mutant.name.contains(part));
    let (listed, missed): (Vec<&Judged>, Vec<&Judged>) = survived.iter().partition(is_listed);
    println!("{} of {total} mutants killed, {} listed as equivalent", killed.len(), listed.len());
    let mut missed: Vec<&String> = missed.into_iter().map(|mutant| &mutant.name).collect();
    missed.sort();
    assert!(missed.is_empty(), "the suite did not find {} of {total}:\n{missed:#?}", missed.len());
    assert!(listed.len() as f64 <= MAX_EQUIVALENT * total as f64, "{} of {total} are listed", listed.len());
    assert!(total >= MIN_MUTANTS, "only {total} mutants");
    let found: BTreeSet<&FactId> = killed.iter().map(|mutant| &mutant.fact).collect();
    let untested: Vec<_> = plan.facts.iter().filter(|fact| !found.contains(&fact.id)).collect();
    assert!(untested.is_empty(), "no mutant is wrong about {untested:#?}");
}

/// How the suite judges a case. The client does not retry uploads, which is a recommendation.
fn options(case: &Case) -> Options {
    Options { strict: case.upload.is_none(), ..Options::default() }
}

/// Runs the cases until one finds the mutant. The cases of its fact come first.
async fn judge(plan: Arc<Plan>, mutant: Mutant) -> Judged {
    let Mutant { name, fact, defect } = mutant;
    let name = format!("{} ({}): {name}", fact.id, fact.says);
    let source = plan.sources.iter().find(|source| source.document.name == fact.location.document).unwrap();
    let acted = Arc::new(AtomicBool::new(false));
    let client = client(&source.document, defect, &acted);
    let folder = tempfile::tempdir().unwrap();
    let is_about = |case: &&Case| {
        case.location.document == fact.location.document
            && case.upload.is_some() == (fact.kind == FactKind::Prose)
    };
    let (first, rest): (Vec<&Case>, Vec<&Case>) =
        plan.cases.iter().filter(is_about).partition(|case| case.facts.contains(&fact.id));
    for case in first.into_iter().chain(rest) {
        let result = run_case(source, case, &client, options(case), folder.path()).await;
        if matches!(result.verdict, Verdict::Fail) {
            return Judged { name, fact: fact.id, fate: Fate::Killed };
        }
    }
    let fate = if acted.load(Ordering::Relaxed) { Fate::Survived } else { Fate::Idle };
    Judged { name, fact: fact.id, fate }
}

/// The client with a defect. It notes in `acted` whether the defect changed anything.
fn client(
    document: &media_upload_conformance::Document,
    defect: Defect,
    acted: &Arc<AtomicBool>,
) -> SpecClient {
    let mut client = SpecClient::new(document);
    match defect {
        Defect::Document(altered) => {
            acted.store(true, Ordering::Relaxed);
            client = SpecClient::new(&altered);
        }
        Defect::Request(alter) => client.alters_request = noted(alter, acted),
        Defect::Put(alter) => client.alters_put = noted(alter, acted),
        Defect::Answer(alter) => {
            let acted = Arc::clone(acted);
            client.alters_answer = Box::new(move |answer: &mut Answer| {
                let before = serde_json::to_value(&*answer).unwrap();
                alter(answer);
                let is_changed = before != serde_json::to_value(&*answer).unwrap();
                acted.fetch_or(is_changed, Ordering::Relaxed);
            });
        }
    }
    client
}

fn noted<T: Clone + PartialEq + 'static>(alter: Alters<T>, acted: &Arc<AtomicBool>) -> Alters<T> {
    let acted = Arc::clone(acted);
    Box::new(move |value: &mut T| {
        let before = value.clone();
        alter(value);
        acted.fetch_or(before != *value, Ordering::Relaxed);
    })
}
