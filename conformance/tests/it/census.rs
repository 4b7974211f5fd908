//! The census: what a plan leaves out is named, whatever it is.

use std::collections::BTreeSet;
use std::sync::Arc;

use media_upload_conformance::document::Document;
use media_upload_conformance::plan::fact::FactKind;
use media_upload_conformance::plan::{Case, Plan};
use media_upload_conformance::run::driver::Driver;
use media_upload_conformance::run::{Options, Verdict, run};

use crate::documents::{PYANNOTE, case, edited, shortened, source, whole_plan};
use crate::obedient::Obedient;

#[test]
fn every_fact_of_both_documents_is_exercised_by_a_case() {
    let plan = whole_plan();
    assert!(plan.unexercised().is_empty(), "{:#?}", plan.unexercised());
    for kind in [
        FactKind::Operation,
        FactKind::Response,
        FactKind::Parameter,
        FactKind::Property,
        FactKind::Constraint,
        FactKind::Credential,
        FactKind::Example,
        FactKind::Prose,
    ] {
        assert!(plan.facts.iter().any(|fact| fact.kind == kind), "no fact is a {kind:?}");
    }
}

#[test]
fn a_fact_whose_cases_are_taken_away_is_named_whichever_it_is() {
    let mut plan = whole_plan();
    for fact in plan.facts.clone() {
        let exercises = |case: &Case| case.facts.contains(&fact.id);
        let (taken, kept): (Vec<_>, Vec<_>) =
            std::mem::take(&mut plan.cases).into_iter().partition(exercises);
        assert!(!taken.is_empty());
        plan.cases = kept;
        assert!(plan.unexercised().iter().any(|missed| missed.id == fact.id), "{} is not missed", fact.id);
        plan.cases.extend(taken);
    }
}

/// Which facts a family alone exercises: without it they are missed.
#[test]
fn a_family_taken_away_leaves_its_facts_unexercised() {
    let missed_without = |part: &str| {
        let mut plan = whole_plan();
        plan.cases.retain(|case| !case.id.contains(part));
        plan.unexercised().into_iter().map(|fact| fact.id.to_string()).collect::<Vec<_>>()
    };
    let pyannote = "openapi/pyannote.yaml#/components/schemas";
    let url = format!("{pyannote}/GetMediaUploadUrl/properties/url");
    assert_eq!(missed_without("/argument/url/wrong-type"), [format!("{url}/type")]);
    assert_eq!(missed_without("/argument/url/absent"), [format!("{pyannote}/GetMediaUploadUrl/required/0")]);
    let limits = missed_without("/argument/url/");
    assert!(
        limits.contains(&format!("{url}/maxLength")) && limits.contains(&format!("{url}/pattern")),
        "{limits:?}"
    );
    assert_eq!(missed_without("/missing/errors.0.field"), [format!("{pyannote}/ValidationError/required/0")]);
    assert!(missed_without("/400").iter().any(|id| id.ends_with("/responses/400")));
    assert!(missed_without("cielo24/upload/").iter().any(|id| id.ends_with("(upload/authorization)")));
    assert!(missed_without("/job_id/").iter().any(|id| id.contains("job_id") && id.ends_with("/pattern")));
}

#[test]
fn a_limit_added_to_a_document_is_a_fact_and_a_case() {
    let limit = "          maxLength: 255\n";
    let text = edited(&source(PYANNOTE), limit, &format!("{limit}          minLength: 12\n"));
    let document = Document::read("pyannote.yaml", text.as_bytes()).unwrap();
    let plan = Plan::of(vec![document], &[]).unwrap();
    assert!(plan.facts.iter().any(|fact| fact.id.ends_with("/properties/url/minLength")));
    for id in ["shortest", "too-short"] {
        assert!(plan.cases.iter().any(|case| case.id.ends_with(&format!("/argument/url/{id}"))), "{id}");
    }
    assert!(plan.unexercised().is_empty(), "{:#?}", plan.unexercised());
}

/// Documents of whole APIs: nested bodies, lists, alternatives within alternatives, several examples.
fn whole_apis() -> Vec<Plan> {
    let texts: [(&str, &[u8]); 3] = [
        ("growth.yaml", include_bytes!("../../../tests/fixtures/ten-operations.yaml")),
        ("ten-operations.yaml", include_bytes!("../fixtures/ten-operations.yaml")),
        ("other.yaml", include_bytes!("../fixtures/other.yaml")),
    ];
    let plan =
        |(name, text): (&str, &[u8])| Plan::of(vec![Document::read(name, text).unwrap()], &[]).unwrap();
    texts.into_iter().map(plan).collect()
}

#[test]
fn no_fact_of_a_whole_api_is_missed_and_no_two_cases_have_one_id() {
    for plan in whole_apis() {
        assert!(plan.unexercised().is_empty(), "{:#?}", plan.unexercised());
        let ids: BTreeSet<&str> = plan.cases.iter().map(|case| case.id.as_str()).collect();
        assert_eq!(ids.len(), plan.cases.len());
    }
}

#[test]
fn a_credential_that_the_suite_cannot_send_is_not_exercised() {
    let plan = |scheme: &str| {
        let known = "      scheme: bearer\n      bearerFormat: JWT\n      type: http\n";
        let text = edited(&source(PYANNOTE), known, scheme);
        Plan::of(vec![Document::read("pyannote.yaml", text.as_bytes()).unwrap()], &[]).unwrap()
    };
    let is_sent = |plan: &Plan| {
        let request = case(plan, "pyannote/getMediaUploadURL/201").request.as_ref().unwrap();
        request.headers.get("authorization").is_some_and(|value| value.starts_with("Bearer "))
    };
    for scheme in
        ["      type: http\n      scheme: bearer\n", "      type: openIdConnect\n      openIdConnectUrl: x\n"]
    {
        let plan = plan(scheme);
        assert!(is_sent(&plan) && plan.unexercised().is_empty(), "{scheme}");
    }
    for scheme in
        ["      type: http\n      scheme: basic\n", "      type: apiKey\n      in: cookie\n      name: id\n"]
    {
        let plan = plan(scheme);
        let [missed] = &plan.unexercised()[..] else { panic!("{scheme}: {:?}", plan.unexercised()) };
        assert!(!is_sent(&plan) && missed.id.ends_with("/security/0/api-key"), "{missed:?}");
    }
}

#[test]
fn a_request_begins_with_the_path_of_its_operations_own_server() {
    let plans = whole_apis();
    let begins = |operation: &str, path: &str| {
        let cases = plans[1].cases.iter().filter(|case| case.operation == operation);
        let mut requests = cases.filter_map(|case| case.request.as_ref()).peekable();
        assert!(requests.peek().is_some());
        assert!(requests.all(|request| request.uri.starts_with(path)), "{operation}");
    };
    begins("sendFeedback", "/v1/feedback");
    begins("setWebhook", "/v1/webhook");
    begins("diarize", "/api/v1/");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_what_the_plan_of_a_whole_api_asks_breaks_no_rule() {
    for plan in whole_apis() {
        let plan = Arc::new(shortened(plan));
        let driver: Arc<dyn Driver> = Arc::new(Obedient::new(&plan));
        let run = run(&plan, &driver, Options { strict: true, ..Options::default() }).await.unwrap();
        let broken = run.results.iter().filter(|result| result.verdict != Verdict::Pass);
        let told: Vec<String> = broken
            .map(|result| format!("{} {:#?}\n{}", result.case.id, result.findings, result.exchange))
            .collect();
        assert!(
            told.is_empty(),
            "{} of {}: {}",
            told.len(),
            plan.cases.len(),
            told[..told.len().min(5)].join("\n")
        );
    }
}
