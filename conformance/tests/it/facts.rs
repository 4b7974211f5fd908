//! The facts of a plan: each is exercised by a case, and the plan names each fact that is not.

use std::collections::BTreeSet;
use std::sync::Arc;

use media_upload_conformance::document::Code;
use media_upload_conformance::plan::case::{Family, Serve};
use media_upload_conformance::{Case, Document, Driver, FactKind, Options, Plan, VerdictKind, run};
use serde_json::{Value, json};

use crate::documents::{PYANNOTE, case, edited, shortened, source, whole_plan};
use crate::reference_client::ReferenceClient;

#[test]
fn a_case_exercises_each_fact_of_the_built_in_documents() {
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
        assert!(plan.facts.iter().any(|fact| fact.kind == kind), "no fact has the kind {kind:?}");
    }
}

#[test]
fn a_fact_without_cases_is_unexercised() {
    let mut plan = whole_plan();
    for fact in plan.facts.clone() {
        let exercises = |case: &Case| case.facts.contains(&fact.id);
        let (removed, kept): (Vec<_>, Vec<_>) =
            std::mem::take(&mut plan.cases).into_iter().partition(exercises);
        assert!(!removed.is_empty());
        plan.cases = kept;
        assert!(
            plan.unexercised().iter().any(|unexercised| unexercised.fact.id == fact.id),
            "{} is not unexercised",
            fact.id
        );
        plan.cases.extend(removed);
    }
}

/// The facts that no case exercises when these cases of the built-in documents are removed.
fn unexercised_without(is_removed: impl Fn(&Case) -> bool) -> Vec<String> {
    let mut plan = whole_plan();
    let before = plan.cases.len();
    plan.cases.retain(|case| !is_removed(case));
    assert!(plan.cases.len() < before, "no case was removed");
    plan.unexercised().into_iter().map(|unexercised| unexercised.fact.id.to_string()).collect()
}

#[test]
fn the_facts_that_only_one_family_exercises_are_unexercised_without_it() {
    let pyannote = "openapi/pyannote.yaml#/components/schemas";
    let url = format!("{pyannote}/GetMediaUploadUrl/properties/url");
    let is_about = |case: &Case, name: &str| case.family == Family::Argument(name.to_owned());
    let is_wrong_type = |case: &Case| is_about(case, "url") && !case.params["url"].is_string();
    assert_eq!(unexercised_without(is_wrong_type), [format!("{url}/type")]);
    let is_absent = |case: &Case| case.family == Family::MissingArgument("url".to_owned());
    assert_eq!(unexercised_without(is_absent), [format!("{pyannote}/GetMediaUploadUrl/required/0")]);
    let of_url = unexercised_without(|case| is_about(case, "url"));
    for constraint in ["maxLength", "pattern"] {
        assert!(of_url.contains(&format!("{url}/{constraint}")), "{of_url:?}");
    }
    let without_field = "pyannote/getMediaUploadURL/400/missing/errors.0.field";
    let required = format!("{pyannote}/ValidationError/required/0");
    assert_eq!(unexercised_without(|case| case.id == without_field), [required]);
}

#[test]
fn a_response_and_a_prose_rule_are_unexercised_without_their_cases() {
    let is_400 = |case: &Case| {
        let code = Code::Exact(400);
        case.family == Family::Response(code) || case.family == Family::ResponseVariation(code)
    };
    assert!(unexercised_without(is_400).iter().any(|id| id.ends_with("/responses/400")));
    let uploads = unexercised_without(|case| case.provider == "cielo24" && case.upload.is_some());
    assert!(uploads.iter().any(|id| id.ends_with("(upload/authorization)")));
    let job_id = unexercised_without(|case| case.family == Family::Argument("job_id".to_owned()));
    assert!(job_id.iter().any(|id| id.contains("job_id") && id.ends_with("/pattern")));
}

#[test]
fn a_constraint_added_to_a_document_makes_a_fact_and_cases() {
    let constraint = "          maxLength: 255\n";
    let text = edited(&source(PYANNOTE), constraint, &format!("{constraint}          minLength: 12\n"));
    let document = Document::read("pyannote.yaml", text.as_bytes()).unwrap();
    let plan = Plan::of(vec![document], &[]).unwrap();
    assert!(plan.facts.iter().any(|fact| fact.id.ends_with("/properties/url/minLength")));
    for variation in ["shortest", "too-short"] {
        case(&plan, &format!("pyannote/getMediaUploadURL/argument/url/{variation}"));
    }
    assert!(plan.unexercised().is_empty(), "{:#?}", plan.unexercised());
}

#[test]
fn what_the_suite_cannot_exercise_is_listed_with_its_reason_and_the_rest_has_cases() {
    let text = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n  /a:\n    get:\n      operationId: a\n      parameters:\n      - {name: q, in: query, schema: {type: string, not: {maxLength: 3}}, example: ab}\n      responses:\n        '200': {description: d, content: {application/json: {schema: {type: integer}, example: one}}}\n        '400': {description: d, content: {application/json: {schema: false}}}\n  /b:\n    get:\n      operationId: b\n      parameters: [{name: p, in: query, required: true, schema: {type: integer, minimum: 2, maximum: 1}}]\n      responses: {'204': {description: d}}\n";
    let plan = Plan::of(vec![Document::read("a.yaml", text.as_bytes()).unwrap()], &[]).unwrap();
    let unexercised = plan.unexercised();
    let reason = |end: &str| {
        let found = unexercised.iter().find(|one| one.fact.id.ends_with(end));
        found.map_or("exercised", |one| one.reason.as_str())
    };
    assert_eq!(reason("/parameters/0/schema/not"), "exercised");
    assert_eq!(reason("/parameters/0/example"), "the example breaks its schema");
    assert_eq!(reason("application~1json/example"), "the example breaks its schema");
    assert_eq!(reason("/responses/400"), "the suite found no body of the response that satisfies its schema");
    assert_eq!(reason("/paths/~1b/get"), "the suite found no value for the required argument p");
    assert_eq!(reason("/paths/~1b/get/parameters/0"), "the suite found no value for the required argument p");
    assert_eq!(reason("/responses/200"), "exercised");
    assert!(plan.cases.iter().all(|case| case.operation == "a"));
}

#[test]
fn a_keyword_that_constrains_a_value_together_with_others_is_broken_by_a_case() {
    let cases = [
        (json!({ "type": "string", "not": { "maxLength": 3 } }), "not"),
        (
            json!({ "type": "object", "properties": { "a": { "type": "string" }, "b": { "type": "string" } }, "if": { "required": ["a"] }, "then": { "required": ["b"] } }),
            "if",
        ),
        (
            json!({ "type": "array", "items": { "type": "integer" }, "contains": { "minimum": 5 } }),
            "contains",
        ),
        (json!({ "type": "object", "propertyNames": { "maxLength": 3 } }), "propertyNames"),
        (
            json!({ "type": "object", "patternProperties": { "^x-": { "type": "integer" } } }),
            "patternProperties",
        ),
        (
            json!({ "type": "object", "properties": { "a": { "type": "string" }, "b": {} }, "dependentRequired": { "a": ["b"] } }),
            "dependentRequired",
        ),
        (json!({ "type": "object", "dependentSchemas": { "a": { "required": ["b"] } } }), "dependentSchemas"),
        (
            json!({ "type": "object", "properties": { "a": {} }, "unevaluatedProperties": false }),
            "unevaluatedProperties",
        ),
        (
            json!({ "type": "array", "prefixItems": [{ "type": "string" }], "unevaluatedItems": false }),
            "unevaluatedItems",
        ),
    ];
    for (schema, keyword) in cases {
        let responses =
            json!({ "200": { "description": "d", "content": { "application/json": { "schema": schema } } } });
        let paths = json!({ "/a": { "get": { "operationId": "a", "responses": responses } } });
        let text = json!({ "openapi": "3.1.0", "info": { "title": "t", "version": "1" }, "paths": paths })
            .to_string();
        let plan = Plan::of(vec![Document::read("a.json", text.as_bytes()).unwrap()], &[]).unwrap();
        let case = case(&plan, &format!("a/a/200/{keyword}/body"));
        let [Serve::Response(served)] = &case.serve[..] else { panic!("{keyword}: {:?}", case.serve) };
        let value: Value = serde_json::from_str(&served.body).unwrap();
        let is_allowed = |schema: &Value| jsonschema::draft202012::is_valid(schema, &value);
        let mut rest = schema.clone();
        rest.as_object_mut().unwrap().retain(|own, _| ![keyword, "then"].contains(&own.as_str()));
        assert!(!is_allowed(&schema) && is_allowed(&rest), "{schema}: {value}");
        assert!(case.facts.iter().any(|fact| fact.ends_with(keyword)), "{:?}", case.facts);
    }
}

/// The fixture documents, which the tests also use for other things.
const FIXTURES: [&str; 9] = [
    "conformance/tests/documents/styles.yaml",
    "conformance/tests/documents/bodies.yaml",
    "conformance/tests/documents/security.yaml",
    "conformance/tests/fixtures/speech-api.yaml",
    "conformance/tests/fixtures/other.yaml",
    "conformance/tests/fixtures/pets-3.0.yaml",
    "conformance/tests/fixtures/pets-3.1.yaml",
    "tests/fixtures/ten-operations.yaml",
    "tests/fixtures/pyannote.yaml",
];

#[test]
fn few_facts_of_the_fixtures_are_not_exercised_and_each_has_a_reason() {
    let (mut total, mut listed) = (0, Vec::new());
    for name in FIXTURES {
        let document = Document::read(name, source(name).as_bytes()).unwrap();
        let plan = Plan::of(vec![document], &[]).unwrap();
        total += plan.facts.len();
        listed.extend(
            plan.unexercised()
                .iter()
                .map(|one| format!("{}: {}", one.fact.id, one.reason))
                .collect::<Vec<_>>(),
        );
    }
    insta::assert_debug_snapshot!(listed);
    println!("{} of {total} facts are not exercised", listed.len());
    assert!(listed.len() * 50 < total, "{} of {total} facts are not exercised", listed.len());
}

/// Plans of larger APIs, with nested bodies, arrays, nested alternatives, and several examples.
fn larger_apis() -> Vec<Plan> {
    let texts: [(&str, &[u8]); 3] = [
        ("ten-operations.yaml", include_bytes!("../../../tests/fixtures/ten-operations.yaml")),
        ("speech-api.yaml", include_bytes!("../fixtures/speech-api.yaml")),
        ("other.yaml", include_bytes!("../fixtures/other.yaml")),
    ];
    let plan =
        |(name, text): (&str, &[u8])| Plan::of(vec![Document::read(name, text).unwrap()], &[]).unwrap();
    texts.into_iter().map(plan).collect()
}

#[test]
fn a_larger_api_has_no_unexercised_fact_and_unique_case_ids() {
    for plan in larger_apis() {
        assert!(plan.unexercised().is_empty(), "{:#?}", plan.unexercised());
        let ids: BTreeSet<&str> = plan.cases.iter().map(|case| case.id.as_str()).collect();
        assert_eq!(ids.len(), plan.cases.len());
    }
}

#[test]
fn a_credential_that_the_suite_cannot_send_is_unexercised() {
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
    for scheme in ["      type: mutualTLS\n", "      type: http\n      scheme: negotiate\n"] {
        let plan = plan(scheme);
        let [unexercised] = &plan.unexercised()[..] else { panic!("{scheme}: {:?}", plan.unexercised()) };
        assert!(!is_sent(&plan) && unexercised.fact.id.ends_with("/security/0/api-key"), "{unexercised:?}");
    }
}

#[test]
fn a_request_path_begins_with_the_path_of_the_server_of_its_operation() {
    let plans = larger_apis();
    let check_prefix = |operation: &str, prefix: &str| {
        let cases = plans[1].cases.iter().filter(|case| case.operation == operation);
        let mut requests = cases.filter_map(|case| case.request.as_ref()).peekable();
        assert!(requests.peek().is_some());
        assert!(requests.all(|request| request.uri.starts_with(prefix)), "{operation}");
    };
    check_prefix("sendFeedback", "/v1/feedback");
    check_prefix("setWebhook", "/v1/webhook");
    check_prefix("diarize", "/api/v1/");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_follows_the_plan_of_a_larger_api_breaks_no_rule() {
    for plan in larger_apis() {
        let plan = Arc::new(shortened(plan));
        let driver: Arc<dyn Driver> = Arc::new(ReferenceClient::new(&plan));
        let run = run(&plan, driver, Options { strict: true, ..Options::default() }).await.unwrap();
        let failed = run.results.iter().filter(|result| result.verdict.kind() != VerdictKind::Pass);
        let failed: Vec<String> = failed
            .map(|result| format!("{} {:#?}\n{}", result.case.id, result.findings, result.exchange))
            .collect();
        let first = failed[..failed.len().min(5)].join("\n");
        assert!(failed.is_empty(), "{} of {} cases failed: {first}", failed.len(), plan.cases.len());
    }
}
