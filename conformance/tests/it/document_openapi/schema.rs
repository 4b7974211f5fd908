//! Schemas, and the validators made of them.

use serde_json::json;

use super::{notes, operation, parsed, validator};

#[test]
fn null_is_taken_where_a_schema_says_nullable() {
    for schema in [
        "{type: string, nullable: true}",
        "{nullable: true, oneOf: [{type: string}]}",
        "{type: string, enum: [a], nullable: true}",
    ] {
        assert!(validator(schema).is_valid(&json!(null)), "{schema}");
        assert!(validator(schema).is_valid(&json!("a")), "{schema}");
        assert!(!validator(schema).is_valid(&json!(1)), "{schema}");
    }
    assert!(!validator("{type: string, nullable: false}").is_valid(&json!(null)));
}

#[test]
fn limits_patterns_and_formats_are_checked() {
    let cases = [
        ("{type: number, minimum: 1, exclusiveMinimum: true}", json!(1.5), json!(1)),
        ("{type: string, pattern: '/^a\\/b$/'}", json!("a/b"), json!("/a/b/")),
        ("{type: string, format: uuid}", json!("37a4c3a0-b034-4e8c-9ed9-76da6645544a"), json!("37a4")),
        ("{type: string, format: date-time}", json!("2025-01-31T12:00:00Z"), json!("yesterday")),
        ("{type: string, format: uri}", json!("https://a.example/b"), json!("not one")),
        ("{type: array, items: {type: integer}, uniqueItems: true}", json!([1, 2]), json!([1, 1])),
        ("{allOf: [{minLength: 2}, {maxLength: 3}]}", json!("ab"), json!("a")),
        ("{not: {type: string}}", json!(1), json!("a")),
    ];
    for (schema, good, bad) in cases {
        assert!(validator(schema).is_valid(&good), "{schema} takes {good}");
        assert!(!validator(schema).is_valid(&bad), "{schema} refuses {bad}");
    }
}

#[test]
fn keywords_that_say_nothing_are_noted_and_left_out() {
    let text = "openapi: 3.0.0\npaths: {/a: {get: {responses: {default: {description: d, content: {a/b: {schema: {\n  required: [],\n  enum: [a, a],\n  allOf: [],\n  exclusiveMinimum: true\n}}}}}}}}\n";
    let document = parsed(text);
    assert_eq!(
        notes(&document),
        [
            "2 `exclusiveMinimum` without `minimum`, which says nothing; it is not read",
            "3 an empty list, which says nothing; it is not read",
            "4 \"a\" stands in this list already; once is enough",
            "5 an empty list, which says nothing; it is not read",
        ]
    );
    let schema = document.operations[0].responses[0].contents[0].schema.as_ref().unwrap();
    assert_eq!(schema.value, json!({ "enum": ["a"] }));
    document.validator(schema).unwrap();
}

#[test]
fn a_pattern_that_is_no_regular_expression_is_named_by_the_validator() {
    let document =
        parsed(&operation("parameters:\n- {name: q, in: query, schema: {type: string, pattern: '(['}}", ""));
    let error = document.validator(&document.operations[0].parameters[0].schema).map(|_| ()).unwrap_err();
    assert!(error.starts_with("a.yaml:7: "), "{error}");
}
