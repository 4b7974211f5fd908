//! A client that reads the raw document with code of its own. It shares nothing with the suite, so it notices a wrong plan: it must
//! pass each case, and must fail when it is wrong about one thing.

mod body;
pub(crate) mod client;
pub(crate) mod defect;
mod description;
mod judge;
mod server;
mod styles;
mod swagger;
mod writing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use media_upload_conformance::plan::case::Outcome;
use media_upload_conformance::{Config, Document, Level, Options, Plan, Run, VerdictKind, run};

use self::client::IndependentClient;
use self::defect::Defect;
use crate::documents::{shortened, source};

/// The documents: parameters, bodies, credentials, and all of them in Swagger 2.0.
const DOCUMENTS: [&str; 4] = ["styles.yaml", "bodies.yaml", "security.yaml", "shop-2.0.yaml"];

fn text(name: &str) -> String {
    source(&format!("conformance/tests/documents/{name}"))
}

fn plan(name: &str) -> Arc<Plan> {
    let document = Document::read(name, text(name).as_bytes()).unwrap();
    let providers = Config::read("conformance.yaml", text("conformance.yaml").as_bytes()).unwrap().providers;
    Arc::new(shortened(Plan::of(vec![document], &providers).unwrap()))
}

async fn run_with(name: &str, plan: &Arc<Plan>, choice: usize, defect: Option<Defect>) -> Run {
    let client = Arc::new(IndependentClient::new(&text(name), choice, defect));
    run(plan, client, Options { strict: true, ..Options::default() }).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_client_passes_each_case_of_each_document() {
    for name in DOCUMENTS {
        let plan = plan(name);
        // An operation has up to four media types, or four alternatives of credentials.
        for choice in 0..4 {
            let run = run_with(name, &plan, choice, None).await;
            let failed = run
                .results
                .iter()
                .filter(|result| result.verdict.kind() != VerdictKind::Pass || !result.findings.is_empty());
            let failed: Vec<String> = failed
                .map(|result| {
                    format!(
                        "{} {:?} {:#?}\n{}",
                        result.case.id, result.verdict, result.findings, result.exchange
                    )
                })
                .collect();
            let first = failed[..failed.len().min(6)].join("\n");
            assert!(
                failed.is_empty(),
                "{name}: {} of {} cases failed: {first}",
                failed.len(),
                run.results.len()
            );
        }
    }
}

#[test]
fn each_fact_of_the_documents_is_exercised() {
    let unexercised: Vec<String> = DOCUMENTS
        .iter()
        .flat_map(|name| {
            plan(name).unexercised().into_iter().map(|one| one.fact.id.to_string()).collect::<Vec<_>>()
        })
        .collect();
    insta::assert_debug_snapshot!(unexercised, @"[]");
}

/// What a client can be wrong about, and where it shows: the document, the operation, and the rule that is broken.
const DEFECTS: &[(Defect, &str, &str, &str)] = &[
    (Defect::ListAsJson, "styles.yaml", "simplePaths", "request/path"),
    (Defect::ListAsJson, "styles.yaml", "forms", "request/query-value"),
    (Defect::ListAsJson, "styles.yaml", "delimiters", "request/query-value"),
    (Defect::ListAsJson, "styles.yaml", "headers", "request/header-value"),
    (Defect::ListAsJson, "styles.yaml", "cookies", "request/header-value"),
    (Defect::ListAsJson, "bodies.yaml", "form", "request/body-schema"),
    (Defect::WrongDelimiter, "styles.yaml", "labels", "request/path"),
    (Defect::WrongDelimiter, "styles.yaml", "delimiters", "request/query-value"),
    (Defect::WrongDelimiter, "styles.yaml", "headers", "request/header-value"),
    (Defect::ExplodeIgnored, "styles.yaml", "matrices", "request/path"),
    (Defect::ExplodeIgnored, "styles.yaml", "forms", "request/query-value"),
    (Defect::ExplodeIgnored, "styles.yaml", "headers", "request/header-value"),
    (Defect::ExplodeIgnored, "bodies.yaml", "form", "request/body-schema"),
    (Defect::NamesConfused, "styles.yaml", "collisions", "request/query-value"),
    (Defect::DroppedPart, "bodies.yaml", "form", "request/body-schema"),
    (Defect::DroppedPart, "bodies.yaml", "multipart", "request/body"),
    (Defect::DroppedPart, "bodies.yaml", "pet", "request/body"),
    (Defect::WrongMediaType, "bodies.yaml", "mergePatch", "request/media-type"),
    (Defect::WrongMediaType, "bodies.yaml", "bytes", "request/media-type"),
    (Defect::RangeSent, "bodies.yaml", "picture", "request/media-type"),
    (Defect::RangeSent, "bodies.yaml", "anything", "request/media-type"),
    (Defect::JsonBody, "bodies.yaml", "form", "request/body-schema"),
    (Defect::JsonBody, "bodies.yaml", "multipart", "request/body"),
    (Defect::JsonBody, "bodies.yaml", "text", "request/body"),
    (Defect::JsonBody, "bodies.yaml", "pet", "request/body"),
    (Defect::FileAsText, "bodies.yaml", "multipart", "request/body"),
    (Defect::FileAsText, "bodies.yaml", "bytes", "request/body"),
    (Defect::WrongPartType, "bodies.yaml", "multipart", "request/body"),
    (Defect::XmlNamesIgnored, "bodies.yaml", "pet", "request/body"),
    (Defect::CredentialElsewhere, "security.yaml", "header", "request/credential"),
    (Defect::CredentialElsewhere, "security.yaml", "query", "request/credential"),
    (Defect::CredentialElsewhere, "security.yaml", "cookie", "request/credential"),
    (Defect::NoCredential, "security.yaml", "basic", "request/credential"),
    (Defect::NoCredential, "security.yaml", "bearer", "request/credential"),
    (Defect::NoCredential, "security.yaml", "oauth", "request/credential"),
    (Defect::NoCredential, "security.yaml", "openid", "request/credential"),
    (Defect::NoCredential, "security.yaml", "header", "request/credential"),
    (Defect::NoCredential, "security.yaml", "query", "request/credential"),
    (Defect::NoCredential, "security.yaml", "cookie", "request/credential"),
    (Defect::NoCredential, "security.yaml", "alternatives", "request/credential"),
    (Defect::NoCredential, "security.yaml", "digest", "request/credential"),
    (Defect::OneCredential, "security.yaml", "together", "request/credential"),
    (Defect::OneCredential, "security.yaml", "alternatives", "request/credential"),
    (Defect::NoUserName, "security.yaml", "basic", "request/credential"),
    (Defect::NoUserName, "security.yaml", "optionalLogin", "request/credential"),
    (Defect::OneCredential, "security.yaml", "digestWithKey", "request/credential"),
];

/// The plan without the calls that a client should refuse.
pub(crate) fn accepted(plan: Arc<Plan>) -> Arc<Plan> {
    let mut plan = Arc::into_inner(plan).unwrap();
    plan.cases.retain(|case| matches!(case.outcome, Outcome::Success(_)));
    Arc::new(plan)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_wrong_about_one_thing_breaks_a_must() {
    let mut runs: BTreeMap<(String, &str), Run> = BTreeMap::new();
    for (defect, name, operation, rule) in DEFECTS {
        let key = (format!("{defect:?}"), *name);
        if !runs.contains_key(&key) {
            runs.insert(key.clone(), run_with(name, &accepted(plan(name)), 0, Some(*defect)).await);
        }
        let results = runs[&key].results.iter().filter(|result| result.case.operation == *operation);
        let findings = results.flat_map(|result| &result.findings);
        let musts = findings.filter(|finding| finding.level == Level::Must);
        let broken: BTreeSet<&str> = musts.map(|finding| finding.rule.id).collect();
        assert!(broken.contains(rule), "{defect:?} in {operation}: {broken:?}");
    }
}
