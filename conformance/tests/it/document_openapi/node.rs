//! Nodes of the wrong type.

use super::{operation, refusal};

#[test]
fn a_node_of_the_wrong_type_is_an_error_at_its_line() {
    let cases = [
        ("parameters: {a: 1}", "a.yaml:6: expected a list at /paths/~1a/get/parameters, found a mapping"),
        ("parameters:\n- a", "a.yaml:7: expected a mapping at /paths/~1a/get/parameters/0, found a string"),
        ("parameters:\n- {in: query}", "a.yaml:7: the key `name` is missing; add it"),
        (
            "parameters:\n- {name: a, in: body}",
            "a.yaml:7: `in: body` is not a parameter location; use path, query, header or cookie",
        ),
        ("responses: []", "a.yaml:6: expected a mapping at /paths/~1a/get/responses, found a list"),
        (
            "responses:\n  200: done",
            "a.yaml:7: expected a mapping at /paths/~1a/get/responses/200, found a string",
        ),
        (
            "requestBody:\n  required: 'yes'",
            "a.yaml:7: expected true or false at /paths/~1a/get/requestBody/required, found a string",
        ),
        (
            "operationId: 7",
            "a.yaml:6: expected a string (quote it if it looks like another type) at /paths/~1a/get/operationId, found a number",
        ),
        ("security: [a]", "a.yaml:6: expected a mapping at /paths/~1a/get/security/0, found a string"),
        ("servers: [{}]", "a.yaml:6: the key `url` is missing; add it"),
    ];
    for (lines, expected) in cases {
        assert_eq!(refusal(&operation(lines, "")), expected);
    }
}

#[test]
fn a_schema_keyword_of_the_wrong_type_is_an_error_at_its_line() {
    let schemas = [
        (
            "type: [string]",
            "a.yaml:6: expected a string (quote it if it looks like another type) at /components/schemas/A/type, found a list",
        ),
        ("required: true", "a.yaml:6: expected a list at /components/schemas/A/required, found a boolean"),
        (
            "maxLength: '9'",
            "a.yaml:6: expected an integer of 0 or more at /components/schemas/A/maxLength, found a string",
        ),
        ("minimum: a", "a.yaml:6: expected a number at /components/schemas/A/minimum, found a string"),
        (
            "exclusiveMinimum: 5",
            "a.yaml:6: expected true or false at /components/schemas/A/exclusiveMinimum, found a number",
        ),
        ("properties: [a]", "a.yaml:6: expected a mapping at /components/schemas/A/properties, found a list"),
        ("allOf: {}", "a.yaml:6: expected a list at /components/schemas/A/allOf, found a mapping"),
        ("items: x", "a.yaml:6: expected a mapping at /components/schemas/A/items, found a string"),
    ];
    for (line, expected) in schemas {
        let text = format!("openapi: 3.0.0\npaths: {{}}\ncomponents:\n  schemas:\n    A:\n      {line}\n");
        assert_eq!(refusal(&text), expected);
    }
}
