//! OpenAPI 3.1, whose schemas are JSON Schema 2020-12, and its difference from 3.0.

use media_upload_conformance::document::{Document, NoteKind};
use media_upload_conformance::{Plan, document::Schema};
use serde_json::{Value, json};

use super::notes;

/// The same API in both versions.
const PETS_3_0: &str = include_str!("../../fixtures/pets-3.0.yaml");
const PETS_3_1: &str = include_str!("../../fixtures/pets-3.1.yaml");

/// The same API in three versions.
const SHOP_2_0: &str = include_str!("../../documents/shop-2.0.yaml");
const SHOP_3_0: &str = include_str!("../../documents/shop-3.0.yaml");
const SHOP_3_1: &str = include_str!("../../documents/shop-3.1.yaml");

/// A document of 3.1 with this schema in a response, at `components/schemas/A`.
fn document(schema: &str) -> Document {
    let text = format!(
        "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths:\n  /a:\n    get:\n      responses:\n        '200': {{description: d, content: {{application/json: {{schema: {{$ref: '#/components/schemas/A'}}}}}}}}\ncomponents:\n  schemas:\n    A: {schema}\n"
    );
    Document::read("a.yaml", text.as_bytes()).unwrap()
}

fn schema(document: &Document) -> Schema {
    document.operations[0].responses[0].contents[0].schema.clone().unwrap()
}

fn definition(document: &Document) -> &Value {
    &document.definitions["components"]["schemas"]["A"]
}

#[test]
fn the_keywords_of_json_schema_2020_12_are_validated() {
    let cases = [
        ("{type: [string, integer]}", json!(1), json!(true)),
        ("{const: a}", json!("a"), json!("b")),
        ("{const: a, enum: [a, b]}", json!("a"), json!("b")),
        ("{exclusiveMinimum: 1, exclusiveMaximum: 3}", json!(2), json!(3)),
        ("{prefixItems: [{type: string}], items: {type: integer}}", json!(["a", 1]), json!([1, 1])),
        ("{prefixItems: [{type: string}], items: false}", json!(["a"]), json!(["a", 1])),
        ("{contains: {const: a}, minContains: 2}", json!(["a", "a"]), json!(["a"])),
        (
            "{$ref: '#/components/schemas/A/$defs/b', maxLength: 2, $defs: {b: {type: string}}}",
            json!("ab"),
            json!("abc"),
        ),
        ("{if: {type: string}, then: {minLength: 2}, else: {type: integer}}", json!("ab"), json!("a")),
        ("{if: {type: string}, then: {minLength: 2}, else: {type: integer}}", json!(1), json!(true)),
        ("{dependentRequired: {a: [b]}}", json!({ "a": 1, "b": 1 }), json!({ "a": 1 })),
        ("{dependentSchemas: {a: {required: [b]}}}", json!({ "b": 1 }), json!({ "a": 1 })),
        (
            "{allOf: [{properties: {a: {}}}], unevaluatedProperties: false}",
            json!({ "a": 1 }),
            json!({ "a": 1, "b": 1 }),
        ),
        ("{prefixItems: [{}], unevaluatedItems: false}", json!([1]), json!([1, 2])),
        ("{patternProperties: {^x: {type: integer}}}", json!({ "xa": 1 }), json!({ "xa": "1" })),
        ("{propertyNames: {maxLength: 1}}", json!({ "a": 1 }), json!({ "ab": 1 })),
        ("{properties: {a: true, b: false}}", json!({ "a": 1 }), json!({ "b": 1 })),
        ("{type: 'null'}", json!(null), json!(1)),
    ];
    for (text, good, bad) in cases {
        let document = document(text);
        let validator = document.validator(&schema(&document)).unwrap();
        assert!(validator.is_valid(&good), "{text} accepts {good}");
        assert!(!validator.is_valid(&bad), "{text} refuses {bad}");
        assert_eq!(notes(&document), [""; 0], "{text}");
    }
}

#[test]
fn each_meaning_has_one_form_whatever_the_version() {
    let forms = [
        ("{type: [string]}", json!({ "type": "string" })),
        ("{const: a}", json!({ "enum": ["a"] })),
        ("{examples: [a, b]}", json!({ "example": "a" })),
        ("{items: true}", json!({ "items": {} })),
        ("{$ref: '#/components/schemas/B', description: d}", json!({ "$ref": "#/components/schemas/B" })),
        (
            "{$ref: '#/components/schemas/B', maxLength: 1}",
            json!({ "maxLength": 1, "allOf": [{ "$ref": "#/components/schemas/B" }] }),
        ),
    ];
    for (text, form) in forms {
        assert_eq!(*definition(&document(&format!("{text}\n    B: {{type: string}}"))), form, "{text}");
    }
}

#[test]
fn a_keyword_that_the_model_names_otherwise_keeps_its_line() {
    let document = document("\n      type: string\n      examples:\n      - a\n");
    assert_eq!(document.locate("/components/schemas/A/example").line, 13);
    let document = self::document("\n      description: d\n      const: a\n");
    assert_eq!(document.locate("/components/schemas/A/enum").line, 12);
}

#[test]
fn what_is_not_judged_is_named_and_is_no_defect() {
    let text = "openapi: 3.2.0\ninfo: {title: t, version: '1'}\nwebhooks:\n  a: {post: {responses: {'204': {description: d}}}}\npaths:\n  /a:\n    query: {responses: {'204': {description: d}}}\n    get:\n      callbacks: {a: {'{$url}': {post: {responses: {'204': {description: d}}}}}}\n      responses: {'204': {description: d}}\ncomponents:\n  schemas:\n    A: {$id: https://a.example/b, $dynamicRef: '#c'}\n";
    let document = Document::read("a.yaml", text.as_bytes()).unwrap();
    assert!(document.notes.iter().all(|note| note.kind == NoteKind::NotJudged));
    assert_eq!(
        notes(&document),
        [
            "3 the suite does not judge `webhooks`; it is ignored",
            "7 the suite does not judge `query`; it is ignored",
            "9 the suite does not judge `callbacks`; it is ignored",
            "13 the suite does not judge `$id`; it is ignored",
            "13 the suite does not judge `$dynamicRef`; it is ignored",
        ]
    );
    assert_eq!(media_upload_conformance::doctor::not_judged(&[document]).len(), 5);
}

#[test]
fn keywords_of_one_version_are_unknown_to_the_other() {
    let found = notes(&document("{type: string, nullable: true}"));
    assert_eq!(found, ["10 OpenAPI 3.1 has no key `nullable` here; it is ignored"]);
    let text = PETS_3_0.replace("type: string\n          nullable: true", "type: [string, 'null']");
    assert_ne!(text, PETS_3_0);
    let error = Document::read("a.yaml", text.as_bytes()).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("expected a string"), "{error}");
}

#[test]
fn a_keyword_in_the_form_of_another_version_is_a_defect_and_is_read_or_ignored() {
    let document =
        document("{type: number, minimum: 1, exclusiveMinimum: true, examples: {a: 1}, description: {a: b}}");
    assert_eq!(*definition(&document), json!({ "type": "number", "exclusiveMinimum": 1 }));
    assert_eq!(
        notes(&document),
        [
            "10 `exclusiveMinimum: true` is the form of OpenAPI 3.0, and later versions have a number; it is read as in 3.0",
            "10 `examples` of a schema must be a list; it is ignored",
            "10 `description` must be a string; it is ignored",
        ]
    );
    let document = self::document("{type: number, minimum: 1, exclusiveMinimum: false}");
    assert_eq!(*definition(&document), json!({ "type": "number", "minimum": 1 }));
}

/// The cases of a document of which every fact is exercised.
fn cases(text: &str) -> Vec<Value> {
    let plan = Plan::of(vec![Document::read("a.yaml", text.as_bytes()).unwrap()], &[]).unwrap();
    assert!(plan.unexercised().is_empty(), "{:#?}", plan.unexercised());
    let case = |case: &media_upload_conformance::Case| {
        let mut case = serde_json::to_value(case).unwrap();
        // The lines and pointers of the two texts differ.
        case.as_object_mut().unwrap().retain(|key, _| !["location", "facts"].contains(&key.as_str()));
        case
    };
    plan.cases.iter().map(case).collect()
}

#[test]
fn an_api_has_the_same_cases_in_each_version() {
    for (older, newer) in [(PETS_3_0, PETS_3_1), (SHOP_2_0, SHOP_3_0), (SHOP_3_0, SHOP_3_1)] {
        let (older, newer) = (cases(older), cases(newer));
        assert!(older.len() > 100);
        for (older, newer) in older.iter().zip(&newer) {
            assert_eq!(older, newer);
        }
        assert_eq!(older.len(), newer.len());
    }
}

#[test]
fn a_request_has_no_read_only_properties_and_a_response_no_write_only_ones() {
    let document = Document::read("pets.yaml", PETS_3_1.as_bytes()).unwrap();
    let plan = Plan::of(vec![document], &[]).unwrap();
    let made = plan.cases.iter().find(|case| case.id == "pets/createPet/201").unwrap();
    let sent = made.request.as_ref().unwrap().body.clone().unwrap();
    assert!(sent.get("secret").is_some() && sent.get("id").is_none(), "{sent}");
    let media_upload_conformance::plan::case::Serve::Response(served) = &made.serve[0] else { panic!() };
    let served: Value = serde_json::from_str(&served.body).unwrap();
    assert!(served.get("secret").is_none() && served.get("id").is_some(), "{served}");
    assert!(!plan.cases.iter().any(|case| case.id.contains("argument/id")));
}

#[test]
fn a_sample_names_its_alternative_in_the_property_of_the_discriminator() {
    let document = Document::read("pets.yaml", PETS_3_1.as_bytes()).unwrap();
    let plan = Plan::of(vec![document], &[]).unwrap();
    let kinds: Vec<Value> = plan
        .cases
        .iter()
        .filter(|case| case.id.starts_with("pets/getFavourite/200"))
        .filter_map(|case| match &case.serve[0] {
            media_upload_conformance::plan::case::Serve::Response(served) => {
                let body: Value = serde_json::from_str(&served.body).ok()?;
                body.get("barks")
                    .or(body.get("lives"))
                    .is_some()
                    .then(|| json!([body.get("barks").is_some(), body["kind"]]))
            }
            _ => None,
        })
        .filter(|kind| kind[1].is_string())
        .collect();
    assert!(kinds.contains(&json!([true, "dog"])) && kinds.contains(&json!([false, "Cat"])), "{kinds:?}");
}
