//! A document that nobody here wrote. `tests/public-documents.sh` fetches some and runs this test for each.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use media_upload_conformance::{Document, Options, Plan, VerdictKind, run};
use serde_json::Value;

use crate::documents::shortened;
use crate::reference::client::IndependentClient;

/// The variable with the path of the document.
const DOCUMENT: &str = "CONFORMANCE_DOCUMENT";

/// The document as JSON. An operation without an id gets one, by which the client and the suite both know it.
fn text_of(path: &str) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let mut document = with_text_keys(serde_yaml::from_str(&text).unwrap());
    let items = document["paths"].as_object_mut().unwrap().values_mut();
    let operations = items.flat_map(|item| item.as_object_mut().unwrap().values_mut());
    for (index, operation) in operations.filter(|one| one.get("responses").is_some()).enumerate() {
        if operation.get("operationId").is_none() {
            operation["operationId"] = format!("operation{index}").into();
        }
    }
    document.to_string()
}

/// YAML with text for each key: a status can be a number.
fn with_text_keys(value: serde_yaml::Value) -> Value {
    match value {
        serde_yaml::Value::Mapping(entries) => {
            let key = |key: serde_yaml::Value| match key {
                serde_yaml::Value::String(text) => text,
                other => serde_yaml::to_string(&other).unwrap().trim().to_owned(),
            };
            entries.into_iter().map(|(name, value)| (key(name), with_text_keys(value))).collect()
        }
        serde_yaml::Value::Sequence(all) => all.into_iter().map(with_text_keys).collect(),
        other => serde_json::to_value(other).unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the path of a document in CONFORMANCE_DOCUMENT"]
async fn a_right_client_passes_each_case_of_a_public_document() {
    let path = std::env::var(DOCUMENT).unwrap();
    let text = text_of(&path);
    let began = Instant::now();
    let document = Document::read("public.json", text.as_bytes()).unwrap();
    let operations = document.operations.len();
    let plan = Arc::new(shortened(Plan::of(vec![document], &[]).unwrap()));
    let unexercised = plan.unexercised();
    println!("planned in {:.1} s", began.elapsed().as_secs_f64());
    let client = Arc::new(IndependentClient::new(&text, 0, None));
    let run = run(&plan, client, Options { strict: true, ..Options::default() }).await.unwrap();
    let failed: Vec<_> =
        run.results.iter().filter(|result| result.verdict.kind() != VerdictKind::Pass).collect();
    let mut by_rule: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for result in &failed {
        let rules: Vec<_> = result.findings.iter().map(|finding| finding.rule.id).collect();
        let shown = format!("{} {:#?}\n{}", result.case.id, result.findings, result.exchange);
        by_rule.entry(format!("{:?} {rules:?}", result.verdict.kind())).or_default().push(shown);
    }
    for (rule, all) in &by_rule {
        println!("{} times {rule}, for example:\n{}", all.len(), all[0]);
    }
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    unexercised.iter().for_each(|one| *reasons.entry(&one.reason).or_default() += 1);
    println!("{reasons:#?}");
    println!(
        "| {operations} | {} | {} | {} | {} of {} |",
        run.results.len(),
        run.results.len() - failed.len(),
        failed.len(),
        unexercised.len(),
        plan.facts.len()
    );
}
