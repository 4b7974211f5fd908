//! The bodies that cases serve: other values than in the example, unknown fields, and malformed ones.

use std::collections::BTreeSet;

use media_upload_conformance::plan::case::{Outcome, Serve, ServedResponse};
use media_upload_conformance::{Case, Document, Plan, providers};
use serde_json::{Value, json};

use crate::documents::{case, edited, source, whole_plan};

/// The plan of a document with one operation `getThing`, whose responses are these.
fn plan(responses: &str) -> Plan {
    let head =
        "openapi: 3.0.3\ninfo: { title: t, version: '1' }\nservers: [{ url: 'https://api.example' }]\n";
    let operation = "paths:\n  /things:\n    get:\n      operationId: getThing\n      responses:\n";
    let text = format!("{head}{operation}{responses}");
    Plan::of(vec![Document::read("api.yaml", text.as_bytes()).unwrap()], &[]).unwrap()
}

/// The plan of a document with one operation, whose status 200 has a body with this schema.
fn plan_of(schema: &str) -> Plan {
    let schema = schema.replace('\n', " ");
    plan(&format!(
        "        '200': {{ description: d, content: {{ application/json: {{ schema: {schema} }} }} }}\n"
    ))
}

fn served(case: &Case) -> &ServedResponse {
    let Some(Serve::Response(response)) = case.serve.first() else {
        panic!("{} serves no response", case.id)
    };
    response
}

fn body(case: &Case) -> Value {
    serde_json::from_str(&served(case).body).unwrap()
}

fn planned<'a>(plan: &'a Plan, id: &str) -> Option<&'a Case> {
    plan.cases.iter().find(|case| case.id == format!("api/getThing/{id}"))
}

const THINGS: &str = "{ type: array, items: { type: object, properties: {
    name: { type: string, example: Mia }, note: { type: string, default: none }, short: { type: string, maxLength: 4 },
    long: { type: string, minLength: 100 }, at: { type: string, format: date-time }, key: { type: string, format: uuid },
    link: { type: string, format: uri }, kind: { type: string, enum: [a, b, c] }, big: { type: integer, format: int64 },
    small: { type: integer, format: int32 }, level: { type: integer, minimum: 1, maximum: 9 }, rate: { type: number }, share: { type: number, minimum: 0, maximum: 1 },
    on: { type: boolean }, off: { type: boolean } } } }";

#[test]
fn every_field_of_a_body_gets_another_value() {
    let plan = plan_of(THINGS);
    let case = case(&plan, "api/getThing/200/distinct-values");
    let body = body(case);
    assert_eq!(case.outcome, Outcome::Success(body.clone()));
    let [one, other] = body.as_array().unwrap().as_slice() else { panic!("{body} has not two elements") };
    for (name, value) in one.as_object().unwrap() {
        assert_ne!(value, &other[name], "{name}");
    }
    let texts = ["name", "note", "long"].map(|name| one[name].as_str().unwrap());
    assert!(texts.iter().all(|text| !text.is_ascii()) && texts.iter().collect::<BTreeSet<_>>().len() == 3);
    assert_ne!(one["on"], one["off"]);
    assert!(!one["rate"].as_f64().unwrap().fract().eq(&0.0));
    let big = one["big"].as_i64().unwrap();
    assert_ne!(big as f64 as i64, big, "a double can hold it");
    assert_eq!(one["small"].as_i64().unwrap() as f64 as i64, one["small"].as_i64().unwrap());
}

#[test]
fn every_body_with_other_values_satisfies_its_schema() {
    let schemas = [
        THINGS,
        "{ type: object, properties: { code: { type: string, pattern: '^[A-Z]{3}$' }, list: { type: array, uniqueItems: true, maxItems: 1, items: { type: integer } } } }",
        "{ type: object, required: [a], properties: { a: { type: number, minimum: 0, maximum: 1, multipleOf: 0.25 } } }",
        "{ type: object, additionalProperties: { type: string, format: ipv4 } }",
    ];
    for schema in schemas {
        let plan = plan_of(schema);
        let document = &plan.sources[0].document;
        let stated = document.operations[0].responses[0].contents[0].schema.as_ref().unwrap();
        let case = case(&plan, "api/getThing/200/distinct-values");
        assert!(document.validator(stated).unwrap().is_valid(&body(case)), "{}", served(case).body);
    }
}

#[test]
fn a_schema_that_forbids_every_other_body_has_no_case_with_other_values() {
    let plan = plan_of(
        "{ type: object, required: [a], properties: { a: { type: string, not: { minLength: 7 } } } }",
    );
    assert!(planned(&plan, "200/distinct-values").is_none());
}

#[test]
fn an_integer_without_a_format_is_larger_than_a_double_holds_only_in_a_case_of_its_own() {
    let plan = plan_of("{ type: object, properties: { n: { type: integer } } }");
    let number = |id: &str| body(planned(&plan, id).unwrap())["n"].as_i64().unwrap();
    assert!(number("200/distinct-values") < 1_000);
    assert_ne!(number("200/large-integers") as f64 as i64, number("200/large-integers"));
    let plan = plan_of("{ type: object, properties: { n: { type: integer, maximum: 100 } } }");
    assert!(planned(&plan, "200/large-integers").is_none());
}

#[test]
fn a_body_without_a_schema_gets_other_sentences_and_the_same_words() {
    let plan = whole_plan();
    let body = body(case(&plan, "cielo24/request_upload_url/400/distinct-values"));
    assert_eq!(body["ErrorType"], "INVALID_QUERY");
    assert!(!body["ErrorComment"].as_str().unwrap().is_ascii());
}

#[test]
fn a_presigned_url_keeps_its_value() {
    let schema = "    MediaResponse:\n      type: object\n      properties:\n";
    let with_note = format!("{schema}        note:\n          type: string\n");
    let text = edited(&source("openapi/pyannote.yaml"), schema, &with_note);
    let document = Document::read("pyannote.yaml", text.as_bytes()).unwrap();
    let plan = Plan::of(vec![document], &providers().unwrap()).unwrap();
    let [documented, distinct] = ["", "/distinct-values"]
        .map(|variation| body(case(&plan, &format!("pyannote/getMediaUploadURL/201{variation}"))));
    assert_eq!(documented["url"], distinct["url"]);
    assert_ne!(documented["note"], distinct["note"]);
}

#[test]
fn an_unknown_field_repeats_the_names_of_the_others_before_them() {
    let plan = plan_of(
        "{ type: object, properties: { name: { type: string, example: Mia }, list: { type: array, items: { type: object, properties: { name: { type: string, example: Leo } } } } } }",
    );
    let case = case(&plan, "api/getThing/200/unknown-fields");
    let documented = json!({ "name": "Mia", "list": [{ "name": "Leo" }] });
    assert_eq!(case.outcome, Outcome::Success(documented));
    let text = &served(case).body;
    let first = text.split("\"name\":").nth(1).unwrap();
    assert!(first.starts_with("\"conformance\""), "{text}");
    let element = text.rsplit("\"list\":").next().unwrap();
    assert!(element.starts_with("[{\"conformanceUnknown\":"), "{text}");
}

#[test]
fn an_object_that_allows_no_unknown_field_gets_none() {
    let closed = "{ type: object, additionalProperties: false, properties: { name: { type: string } } }";
    assert!(planned(&plan_of(closed), "200/unknown-fields").is_none());
    let plan = plan_of(&format!("{{ type: object, properties: {{ inner: {closed} }} }}"));
    let body = body(planned(&plan, "200/unknown-fields").unwrap());
    assert!(body["conformanceUnknown"].is_array() && body["inner"]["conformanceUnknown"].is_null(), "{body}");
}

#[test]
fn null_and_a_list_are_malformed_where_the_body_is_an_object() {
    let of = |schema: &str| {
        let plan = plan_of(schema);
        ["200/null", "200/list", "200/twice"].map(|id| planned(&plan, id).is_some())
    };
    assert_eq!(of("{ type: object, properties: { a: { type: string } } }"), [true; 3]);
    assert_eq!(
        of("{ type: object, nullable: true, properties: { a: { type: string } } }"),
        [false, false, true]
    );
    assert_eq!(of("{ type: array, items: { type: string } }"), [false, false, true]);
    assert_eq!(of("{ description: anything }"), [false, false, true]);
}

#[test]
fn an_undocumented_success_may_be_reported_as_a_success_only_with_the_documented_body() {
    let plan = plan_of("{ type: object, properties: { a: { type: string } } }");
    let documented = json!({ "a": "sample" });
    for status in [201, 202, 203, 206] {
        let case = planned(&plan, &format!("undocumented/{status}")).unwrap();
        assert_eq!((served(case).code, body(case)), (status, documented.clone()));
        assert_eq!(case.outcome, Outcome::Either { status, body: documented.clone() });
    }
    for status in [204, 205] {
        let case = planned(&plan, &format!("undocumented/{status}")).unwrap();
        assert_eq!((served(case).code, &*served(case).body), (status, ""));
        assert_eq!(case.outcome, Outcome::Failure { status, body: None });
    }
    let without_body = self::plan("        '200': { description: d }\n");
    let case = planned(&without_body, "undocumented/204").unwrap();
    assert_eq!(case.outcome, Outcome::Either { status: 204, body: Value::Null });
}

#[test]
fn a_response_without_a_documented_body_is_not_cut_off() {
    let cut_off = ["reset-in-answer", "stall-in-answer", "short-body"];
    let without = plan("        '204': { description: d }\n");
    let with = plan_of("{ type: object, properties: { name: { type: string } } }");
    for fault in cut_off {
        assert!(planned(&without, &format!("transport/{fault}")).is_none(), "{fault}");
        assert!(planned(&with, &format!("transport/{fault}")).is_some(), "{fault}");
    }
    assert!(planned(&without, "transport/no-answer").is_some());
}

#[test]
fn only_a_success_has_a_presigned_url() {
    let text = source("openapi/pyannote.yaml");
    let schema = "    ApiError:\n      type: object\n      properties:\n";
    let text = edited(&text, schema, &format!("{schema}        url: {{ type: string }}\n"));
    let document = Document::read("openapi/pyannote.yaml", text.as_bytes()).unwrap();
    let plan = Plan::of(vec![document], &providers().unwrap()).unwrap();
    let shows_url = |id: &str| served(case(&plan, id)).body.contains("{storage}");
    assert!(shows_url("pyannote/getMediaUploadURL/201"));
    for status in ["402", "402/distinct-values"] {
        assert!(!shows_url(&format!("pyannote/getMediaUploadURL/{status}")), "{status}");
    }
}
