//! Documents that ask for too much, or for what cannot be sent: refused with their place, or planned
//! without it, and never at the cost of time or memory.

use media_upload_conformance::document::Document;
use media_upload_conformance::plan::{Plan, PlanError};

/// A document with one operation, whose body and answer have this property and this media type.
fn plan(property: &str, media_type: &str) -> Result<Plan, PlanError> {
    let schema = format!(r#"{{"type":"object","required":["p"],"properties":{{"p":{property}}}}}"#);
    let content = format!(r#"{{"{media_type}":{{"schema":{schema}}}}}"#);
    let text = format!(
        r#"{{"openapi":"3.0.3","info":{{"title":"t","version":"1"}},"paths":{{"/x":{{"post":{{"operationId":"x",
        "requestBody":{{"required":true,"content":{content}}},
        "responses":{{"200":{{"description":"d","content":{content}}}}}}}}}}}}}"#
    );
    Plan::of(vec![Document::read("limits.json", text.as_bytes()).unwrap()], &[])
}

#[test]
fn lengths_that_no_memory_holds_are_not_tried_and_not_counted_as_exercised() {
    for limit in ["minLength", "maxLength"] {
        for length in ["1000000000", "9223372036854775807", "18446744073709551615"] {
            let plan =
                plan(&format!(r#"{{"type":"string","{limit}":{length}}}"#), "application/json").unwrap();
            let missed = plan.unexercised();
            assert!(missed.iter().any(|fact| fact.id.ends_with(limit)), "{limit} {length}");
        }
    }
}

#[test]
fn patterns_and_arrays_that_explode_are_left_alone() {
    for property in [
        r#"{"type":"string","pattern":"^(a|aa)+b{1000}{1000}{1000}$"}"#,
        r#"{"type":"string","pattern":"^((a{1,1000}){1,1000}){1,1000}$"}"#,
        r#"{"type":"array","minItems":1000,"items":{"type":"array","minItems":1000,"items":{"type":"array","minItems":1000,"items":{}}}}"#,
        r#"{"type":"array","minItems":69000,"items":{"type":"string","minLength":69000}}"#,
    ] {
        assert!(!plan(property, "application/json").unwrap().cases.is_empty(), "{property}");
    }
}

#[test]
fn what_http_cannot_carry_is_refused_with_its_place() {
    for media_type in [r"application/json\r\nX: y", r"application/\u001b[31m"] {
        let error = plan(r#"{"type":"string"}"#, media_type).unwrap_err().to_string();
        assert!(error.starts_with("limits.json:2: the media type is none"), "{error}");
    }
}

#[test]
fn a_name_with_a_line_break_is_one_line_in_a_cases_id() {
    let text = "openapi: 3.0.3\ninfo: { title: t, version: '1' }\npaths:\n  /x:\n    get:\n      operationId: \"a\\nb # c\"\n      \
                responses: { '200': { description: d } }\n";
    let plan = Plan::of(vec![Document::read("names.yaml", text.as_bytes()).unwrap()], &[]).unwrap();
    assert!(plan.cases.iter().any(|case| case.id == "names/a_b___c/200"), "{}", plan.cases[0].id);
}

#[test]
fn a_name_that_cannot_be_seen_is_refused() {
    for name in ["a\\u001b[2J", "a\\u202e", "a\\uffff"] {
        let text = format!(
            "openapi: 3.0.3\ninfo: {{ title: t, version: '1' }}\npaths:\n  /x:\n    get:\n      operationId: \"{name}\"\n      \
             responses: {{ '200': {{ description: d }} }}\n"
        );
        let document = Document::read("names.yaml", text.as_bytes()).unwrap();
        let error = Plan::of(vec![document], &[]).unwrap_err().to_string();
        assert!(error.starts_with("names.yaml:5: its name holds characters that cannot be seen"), "{error}");
    }
}
