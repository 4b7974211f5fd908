//! Schemas and validators.

use serde_json::json;

use super::{notes, operation, parsed, validator};

#[test]
fn nullable_schemas_accept_null() {
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
fn constraints_patterns_and_formats_are_validated() {
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
        assert!(validator(schema).is_valid(&good), "{schema} accepts {good}");
        assert!(!validator(schema).is_valid(&bad), "{schema} refuses {bad}");
    }
}

#[test]
fn keywords_without_effect_are_noted_and_dropped() {
    let text = "openapi: 3.0.0\npaths: {/a: {get: {responses: {default: {description: d, content: {a/b: {schema: {\n  required: [],\n  enum: [a, a],\n  allOf: [],\n  exclusiveMinimum: true\n}}}}}}}}\n";
    let document = parsed(text);
    assert_eq!(
        notes(&document),
        [
            "2 `exclusiveMinimum` has no effect without `minimum`; it is ignored",
            "3 an empty list has no meaning here; it is ignored",
            "4 \"a\" is a duplicate in this list; it is ignored",
            "5 an empty list has no meaning here; it is ignored",
        ]
    );
    let schema = document.operations[0].responses[0].contents[0].schema.as_ref().unwrap();
    assert_eq!(schema.value, json!({ "enum": ["a"] }));
    document.validator(schema).unwrap();
}

#[test]
fn the_validator_error_names_the_location_of_an_invalid_pattern() {
    let document =
        parsed(&operation("parameters:\n- {name: q, in: query, schema: {type: string, pattern: '(['}}", ""));
    let error = document.validator(&document.operations[0].parameters[0].schema).map(|_| ()).unwrap_err();
    assert!(error.starts_with("a.yaml:7: "), "{error}");
}
