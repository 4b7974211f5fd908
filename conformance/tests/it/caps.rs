//! Documents with huge constraints, or with values that HTTP cannot carry. Planning refuses them with a location, or plans them
//! without these values. Its time and memory are bounded.

use media_upload_conformance::{Document, Plan, PlanError};

/// The plan of a document with one operation. Its request and response have this property and media type.
fn plan(property: &str, media_type: &str) -> Result<Plan, PlanError> {
    let schema = format!(r#"{{"type":"object","required":["p"],"properties":{{"p":{property}}}}}"#);
    let content = format!(r#"{{"{media_type}":{{"schema":{schema}}}}}"#);
    let text = format!(
        r#"{{"openapi":"3.0.3","info":{{"title":"t","version":"1"}},"paths":{{"/x":{{"post":{{"operationId":"x",
        "requestBody":{{"required":true,"content":{content}}},
        "responses":{{"200":{{"description":"d","content":{content}}}}}}}}}}}}}"#
    );
    Plan::of(vec![Document::read("caps.json", text.as_bytes()).unwrap()], &[])
}

#[test]
fn no_value_of_a_huge_length_is_generated_and_the_constraint_is_unexercised() {
    for constraint in ["minLength", "maxLength"] {
        for length in ["1000000000", "9223372036854775807", "18446744073709551615"] {
            let plan =
                plan(&format!(r#"{{"type":"string","{constraint}":{length}}}"#), "application/json").unwrap();
            let unexercised = plan.unexercised();
            assert!(unexercised.iter().any(|one| one.fact.id.ends_with(constraint)), "{constraint} {length}");
        }
    }
}

#[test]
fn no_value_of_a_huge_pattern_or_array_is_generated() {
    for property in [
        r#"{"type":"string","pattern":"^(a|aa)+b{1000}{1000}{1000}$"}"#,
        r#"{"type":"string","pattern":"^((a{1,1000}){1,1000}){1,1000}$"}"#,
        r#"{"type":"array","minItems":1000,"items":{"type":"array","minItems":1000,"items":{"type":"array","minItems":1000,"items":{}}}}"#,
        r#"{"type":"array","minItems":69000,"items":{"type":"string","minLength":69000}}"#,
    ] {
        let plan = plan(property, "application/json").unwrap();
        let unexercised = plan.unexercised();
        assert!(plan.cases.is_empty() && unexercised.len() == plan.facts.len(), "{property}");
        assert!(
            unexercised.iter().any(|one| one.reason.contains("argument p")),
            "{property}: {unexercised:#?}"
        );
    }
}

#[test]
fn a_media_type_that_http_cannot_carry_is_an_error_with_its_location() {
    for media_type in [r"application/json\r\nX: y", r"application/\u001b[31m"] {
        let error = plan(r#"{"type":"string"}"#, media_type).unwrap_err().to_string();
        assert!(error.starts_with("caps.json:2: HTTP cannot carry this media type"), "{error}");
    }
}

#[test]
fn a_line_break_in_a_name_is_replaced_in_the_case_id() {
    let text = "openapi: 3.0.3\ninfo: { title: t, version: '1' }\npaths:\n  /x:\n    get:\n      operationId: \"a\\nb # c\"\n      \
                responses: { '200': { description: d } }\n";
    let plan = Plan::of(vec![Document::read("names.yaml", text.as_bytes()).unwrap()], &[]).unwrap();
    assert!(plan.cases.iter().any(|case| case.id == "names/a_b___c/200"), "{}", plan.cases[0].id);
}

#[test]
fn a_name_with_invisible_characters_is_an_error() {
    for name in ["a\\u001b[2J", "a\\u202e", "a\\uffff"] {
        let text = format!(
            "openapi: 3.0.3\ninfo: {{ title: t, version: '1' }}\npaths:\n  /x:\n    get:\n      operationId: \"{name}\"\n      \
             responses: {{ '200': {{ description: d }} }}\n"
        );
        let document = Document::read("names.yaml", text.as_bytes()).unwrap();
        let error = Plan::of(vec![document], &[]).unwrap_err().to_string();
        assert!(error.starts_with("names.yaml:5: its name has invisible characters"), "{error}");
    }
}
