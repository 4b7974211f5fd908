//! The census: what a plan leaves out is named, whatever it is.

use media_upload_conformance::document::Document;
use media_upload_conformance::plan::fact::FactKind;
use media_upload_conformance::plan::{Case, Plan};
use media_upload_conformance::provider;

fn built_in() -> Plan {
    Plan::of(provider::built_in().unwrap(), &provider::known().unwrap()).unwrap()
}

#[test]
fn every_fact_of_both_documents_is_exercised_by_a_case() {
    let plan = built_in();
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
    let mut plan = built_in();
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
        let mut plan = built_in();
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
    assert!(missed_without("/402").iter().any(|id| id.ends_with("/responses/402")));
    assert!(missed_without("cielo24/upload/").iter().any(|id| id.ends_with("(upload/authorization)")));
    assert!(missed_without("/job_id/").iter().any(|id| id.contains("job_id") && id.ends_with("/pattern")));
}

#[test]
fn a_limit_added_to_a_document_is_a_fact_and_a_case() {
    let text = std::fs::read_to_string("../openapi/pyannote.yaml").unwrap();
    let text =
        text.replace("          maxLength: 255\n", "          maxLength: 255\n          minLength: 12\n");
    let document = Document::read("pyannote.yaml", text.as_bytes()).unwrap();
    let plan = Plan::of(vec![document], &provider::known().unwrap()).unwrap();
    assert!(plan.facts.iter().any(|fact| fact.id.ends_with("/properties/url/minLength")));
    for id in ["shortest", "too-short"] {
        assert!(plan.cases.iter().any(|case| case.id.ends_with(&format!("/argument/url/{id}"))), "{id}");
    }
    assert!(plan.unexercised().is_empty(), "{:#?}", plan.unexercised());
}
