//! Several pages of one provider, each planned alone and all together.

use std::fmt::Write;
use std::sync::Arc;

use media_upload_conformance::plan::fact::FactKind;
use media_upload_conformance::{Case, Config, Document, Plan, PlanError, Provider};

use crate::command::{conformance, file, messages, refused, text};
use crate::documents::{edited, shortened, source};
use crate::outline::read;
use crate::reference_client::ReferenceClient;
use crate::saboteur::assert_breaks_no_rule;

/// The folder of the pages, from the root of the repository.
const FOLDER: &str = "conformance/tests/fixtures/pages";

fn providers() -> Vec<Provider> {
    let name = format!("{FOLDER}/conformance.yaml");
    Config::read(&name, source(&name).as_bytes()).unwrap().providers
}

/// The pages that describe operations.
fn names() -> Vec<String> {
    let mut names = providers().remove(0).documents;
    names.retain(|name| !name.ends_with("errors.rst"));
    names
}

fn plan(names: &[String]) -> Plan {
    Plan::of(names.iter().map(|name| read(name)).collect(), &providers()).unwrap()
}

fn planned(cases: &[Case]) -> Vec<String> {
    cases.iter().map(|case| format!("{case:?}")).collect()
}

#[test]
fn a_page_has_the_same_cases_alone_as_with_the_others() {
    let alone: Vec<String> = names().into_iter().flat_map(|name| planned(&plan(&[name]).cases)).collect();
    assert_eq!(alone, planned(&plan(&names()).cases));
}

/// A summary of a page: its operations, the facts that no case exercises, and the notes of the reader.
fn summary(name: &str, plan: &Plan) -> String {
    let mut out = format!("{name}: {} cases, {} facts\n", plan.cases.len(), plan.facts.len());
    let document = &plan.sources[0].document;
    for operation in &document.operations {
        let parameters: Vec<&str> = operation.parameters.iter().map(|one| one.name.as_str()).collect();
        let statuses: Vec<String> = operation.responses.iter().map(|one| one.code.to_string()).collect();
        let _ = writeln!(
            out,
            "  {} {} {} [{}]{} -> {}",
            operation.id,
            operation.method,
            operation.path,
            parameters.join(", "),
            operation.body.as_ref().map_or("", |_| " with a body"),
            statuses.join(", ")
        );
    }
    for rule in plan.facts.iter().filter(|fact| fact.kind == FactKind::Prose) {
        let _ = writeln!(out, "  line {}: rule: {}", rule.location.line, rule.says);
    }
    for one in plan.unexercised() {
        let _ = writeln!(out, "  not exercised: {}: {}", one.fact.id, one.reason);
    }
    for note in &document.notes {
        let _ = writeln!(out, "  line {}: {}", note.location.line, note.text);
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_client_passes_each_page() {
    let mut summaries = String::new();
    for name in names() {
        let plan = plan(std::slice::from_ref(&name));
        summaries.push_str(&summary(name.rsplit('/').next().unwrap(), &plan));
    }
    // The test above shows that these are the cases of each page alone.
    assert_passes(plan(&names())).await;
    insta::assert_snapshot!(summaries);
}

/// Runs all cases but those of the flow, which is not a request of one page.
async fn assert_passes(mut plan: Plan) {
    plan.cases.retain(|case| case.upload.is_none());
    let plan = Arc::new(shortened(plan));
    assert_breaks_no_rule(&plan, Arc::new(ReferenceClient::new(&plan))).await;
}

#[test]
fn a_page_without_an_operation_is_skipped_among_several_and_an_error_alone() {
    let config = format!("{FOLDER}/conformance.yaml");
    let output = conformance(&["plan", "--config", &config]);
    assert!(output.status.success());
    let note = format!("note: {FOLDER}/errors.rst: no operation is described; the page is skipped");
    assert_eq!(messages(&output).trim_end(), note);
    let (errors, login) = (format!("{FOLDER}/errors.rst"), format!("{FOLDER}/login.rst"));
    assert!(messages(&conformance(&["doctor", &errors, &login])).contains(&note));
    for arguments in [&["plan", &errors] as &[&str], &["diff", &login, &errors]] {
        let line = refused(2, arguments);
        assert!(line.contains(&format!("{errors}:1: the page has no directive")), "{line}");
    }
}

#[test]
fn a_skipped_page_does_not_hide_a_name_that_no_page_has() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["errors.rst", "login.rst"] {
        file(&folder, name, source(&format!("{FOLDER}/{name}")).as_bytes());
    }
    let config = "providers: { speech: { documents: [errors.rst, login.rst], parameters: { user: {} } } }";
    let config = file(&folder, "conformance.yaml", config.as_bytes());
    let output = conformance(&["plan", "--config", &config]);
    assert_eq!(output.status.code(), Some(2));
    let printed = messages(&output);
    assert!(printed.contains("the documents of the provider have no parameter `user`"), "{printed}");
}

/// The plan of one page under another name, such as a newly downloaded one.
fn downloaded(page: &str) -> Result<Plan, PlanError> {
    Plan::of(vec![Document::read("new.rst", page.as_bytes()).unwrap()], &providers())
}

#[test]
fn the_sentence_of_a_rule_must_be_in_the_page_with_the_upload_and_in_no_other() {
    let upload = source(&format!("{FOLDER}/request_upload_url.rst"));
    let other = source(&format!("{FOLDER}/logout.rst"));
    for page in [&upload, &other] {
        let plan = downloaded(page).unwrap();
        assert!(plan.cases.iter().all(|case| case.provider == "speech"));
    }
    let changed = edited(&upload, "make sure to omit", "omit");
    let error = downloaded(&changed).unwrap_err().to_string();
    assert!(error.contains("rule upload/authorization quotes a sentence that is not in"), "{error}");
}

#[test]
fn the_cases_of_one_page_are_listed_with_its_provider() {
    let config = format!("{FOLDER}/conformance.yaml");
    let output = conformance(&["plan", "--config", &config, &format!("{FOLDER}/logout.rst")]);
    assert!(output.status.success(), "{}", messages(&output));
    let listed = text(&output.stdout);
    assert!(
        listed.lines().all(|line| line.starts_with("speech/logout/") || line.ends_with(" facts")),
        "{listed}"
    );
}
