//! No sample that the suite sends or serves breaks its schema: documents made at random, in both dialects of OpenAPI, judged by the
//! `jsonschema` crate over the schema as it was made.

use jsonschema::{Draft, Validator};
use media_upload_conformance::plan::case::{Basis, Outcome, Serve};
use media_upload_conformance::{Case, Document, Plan};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::{Map, Value, json};

/// The number of schemas in one document.
const PER_DOCUMENT: usize = 25;

/// The variable that asks for another number of schemas than in each test run.
const NUMBER: &str = "CONFORMANCE_RANDOM_SCHEMAS";

/// The least share of operations with cases: both of its schemas have a sample. Many schemas allow no value.
const LEAST_MADE: f64 = 0.5;

const FORMATS: [&str; 8] = ["uuid", "date", "date-time", "uri", "email", "ipv4", "ipv6", "hostname"];
const PATTERNS: [&str; 8] = [
    "^[a-z]+$",
    "^[A-Z]{2,4}-[0-9]{3}$",
    "[0-9]",
    r"^(?=.*[A-Z])(?=.*\d).{6,}$",
    "^(?!a)[a-z]{2,}$",
    "^(on|off)?$",
    r"^\w+@\w+$",
    "é",
];

/// Keywords with random values, each present or not.
fn keywords(choices: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Map<String, Value>> {
    let names: Vec<_> = (0..choices.len()).collect();
    subsequence(names, 0..=choices.len().min(3))
        .prop_flat_map(move |chosen| {
            let chosen: Vec<_> = chosen.into_iter().map(|index| choices[index].clone()).collect();
            chosen
                .into_iter()
                .map(|(name, value)| value.prop_map(move |value| (name.to_owned(), value)))
                .collect::<Vec<_>>()
        })
        .prop_map(Map::from_iter)
        .boxed()
}

fn of_type(name: &'static str, choices: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    keywords(choices)
        .prop_map(move |mut schema| {
            schema.insert("type".to_owned(), json!(name));
            Value::Object(schema)
        })
        .boxed()
}

fn count(most: u64) -> BoxedStrategy<Value> {
    (0..=most).prop_map(|number| json!(number)).boxed()
}

fn number() -> BoxedStrategy<Value> {
    prop_oneof![
        (-20_i64..20).prop_map(|number| json!(number)),
        (-40_i64..40).prop_map(|half| json!(half as f64 / 4.0))
    ]
    .boxed()
}

pub(crate) fn scalar() -> BoxedStrategy<Value> {
    let listed = |values: Vec<Value>| subsequence(values, 1..=2).prop_map(|values| json!(values)).boxed();
    let bounds = || {
        vec![
            ("minimum", number()),
            ("maximum", number()),
            ("exclusiveMinimum", number()),
            ("exclusiveMaximum", number()),
            ("multipleOf", select(vec![json!(1), json!(3), json!(0.5), json!(0.1), json!(7)]).boxed()),
            ("default", number()),
        ]
    };
    prop_oneof![
        3 => of_type("string", vec![
            ("minLength", count(12)),
            ("maxLength", count(14)),
            ("pattern", select(&PATTERNS).prop_map(|pattern| json!(pattern)).boxed()),
            ("format", select(&FORMATS).prop_map(|format| json!(format)).boxed()),
            ("example", select(vec![json!("a"), json!("AB-123")]).boxed()),
            ("enum", listed(vec![json!("a"), json!("AB-123"), json!("on")])),
        ]),
        2 => of_type("integer", bounds()),
        1 => of_type("number", bounds()),
        1 => Just(json!({ "type": "boolean" })),
        1 => listed(vec![json!("a"), json!(1), json!(true)]).prop_map(|values| json!({ "enum": values })),
    ]
    .boxed()
}

/// A schema of any kind. `is_new` also uses keywords that OpenAPI 3.0 does not have.
pub(crate) fn schema(is_new: bool) -> BoxedStrategy<Value> {
    let leaf = prop_oneof![9 => scalar(), 1 => Just(json!({ "$ref": "#/components/schemas/Tree" }))].boxed();
    leaf.prop_recursive(3, 16, 4, move |inner| {
        let inner = inner.boxed();
        let list = |inner: &BoxedStrategy<Value>| {
            proptest::collection::vec(inner.clone(), 1..3).prop_map(|schemas| json!(schemas)).boxed()
        };
        let some = |keyword: &'static str, list: BoxedStrategy<Value>| {
            list.prop_map(move |list| json!({ keyword: list }))
        };
        let composed = prop_oneof![
            some("allOf", list(&inner)),
            some("oneOf", list(&inner)),
            some("anyOf", list(&inner)),
            (scalar(), inner.clone()).prop_map(|(one, not)| json!({ "allOf": [one], "not": not })),
        ];
        let base = prop_oneof![object(&inner, is_new), array(&inner, is_new), composed];
        match is_new {
            true => prop_oneof![5 => base, 1 => added(&inner)].boxed(),
            false => base.boxed(),
        }
    })
    .boxed()
}

fn object(inner: &BoxedStrategy<Value>, is_new: bool) -> BoxedStrategy<Value> {
    let names = ["alpha", "beta", "gamma", "delta"];
    let properties =
        proptest::collection::btree_map(select(names.to_vec()).prop_map(str::to_owned), inner.clone(), 0..4);
    let required = subsequence(names.to_vec(), 0..2).prop_map(|names| json!(names)).boxed();
    let mut choices = vec![
        ("minProperties", count(5)),
        ("maxProperties", count(5)),
        (
            "additionalProperties",
            prop_oneof![any::<bool>().prop_map(|allows| json!(allows)), inner.clone()].boxed(),
        ),
    ];
    if is_new {
        choices.extend([
            (
                "propertyNames",
                select(vec![json!({ "maxLength": 5 }), json!({ "pattern": "^[a-z]+$" })]).boxed(),
            ),
            ("dependentRequired", Just(json!({ "alpha": ["beta"], "beta": ["omega"] })).boxed()),
            ("patternProperties", inner.clone().prop_map(|inner| json!({ "^x[0-9]$": inner })).boxed()),
            ("unevaluatedProperties", any::<bool>().prop_map(|allows| json!(allows)).boxed()),
        ]);
    }
    (properties, required, of_type("object", choices))
        .prop_map(|(properties, required, mut schema)| {
            schema["properties"] = json!(properties);
            if !required.as_array().unwrap().is_empty() {
                schema["required"] = required;
            }
            schema
        })
        .boxed()
}

fn array(inner: &BoxedStrategy<Value>, is_new: bool) -> BoxedStrategy<Value> {
    let mut choices = vec![
        ("minItems", count(4)),
        ("maxItems", count(4)),
        ("uniqueItems", any::<bool>().prop_map(|unique| json!(unique)).boxed()),
    ];
    if is_new {
        choices.extend([
            (
                "prefixItems",
                proptest::collection::vec(inner.clone(), 1..3).prop_map(|schemas| json!(schemas)).boxed(),
            ),
            ("contains", inner.clone()),
        ]);
    }
    (inner.clone(), of_type("array", choices))
        .prop_map(|(items, mut schema)| {
            schema["items"] = items;
            schema
        })
        .boxed()
}

/// Schemas that only JSON Schema 2020-12 has.
fn added(inner: &BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let constant = select(vec![json!("a"), json!(3), json!({ "a": [1] }), json!(null)]);
    prop_oneof![
        constant.prop_map(|value| json!({ "const": value })),
        (inner.clone(), inner.clone(), inner.clone())
            .prop_map(|(one, two, three)| json!({ "if": one, "then": two, "else": three })),
        Just(json!({ "type": ["null", "integer"], "minimum": 3 })),
        Just(json!({ "type": ["string", "integer"], "minimum": 3, "minLength": 2 })),
        inner.clone().prop_map(|inner| json!({ "$ref": "#/components/schemas/Tree", "not": inner })),
        Just(json!(true)),
    ]
    .boxed()
}

pub(crate) fn components() -> Value {
    json!({ "schemas": { "Tree": {
        "type": "object",
        "required": ["value"],
        "properties": {
            "value": { "type": "integer", "minimum": 1 },
            "left": { "$ref": "#/components/schemas/Tree" },
            "more": { "type": "array", "items": { "$ref": "#/components/schemas/Tree" } },
        },
    } } })
}

/// The index of the schema in the response of an operation, from the index of the schema in its request.
fn of_response(index: usize) -> usize {
    (index + 1) % PER_DOCUMENT
}

/// A document with an operation for each schema, which stands in its request; its response has the next schema.
fn document(schemas: &[Value], is_new: bool) -> Plan {
    let path = |(index, schema): (usize, &Value)| {
        let stated = |schema: &Value| if is_new { schema.clone() } else { in_3_0(schema) };
        let (stated, answered) = (stated(schema), stated(&schemas[of_response(index)]));
        let body = json!({ "type": "object", "required": ["given"], "properties": { "given": stated, "other": { "type": "string" } } });
        let operation = json!({ "post": {
            "operationId": format!("op{index}"),
            "requestBody": { "required": true, "content": { "application/json": { "schema": body } } },
            "responses": { "200": { "description": "d", "content": { "application/json": { "schema": answered } } } },
        } });
        (format!("/op{index}"), operation)
    };
    let paths: Map<String, Value> = schemas.iter().enumerate().map(path).collect();
    let version = if is_new { "3.1.0" } else { "3.0.3" };
    let text = json!({ "openapi": version, "info": { "title": "t", "version": "1" }, "paths": paths, "components": components() });
    let document = Document::read("random.json", text.to_string().as_bytes()).unwrap();
    Plan::of(vec![document], &[]).unwrap()
}

/// The same schema in the dialect of OpenAPI 3.0.
pub(crate) fn in_3_0(schema: &Value) -> Value {
    match schema {
        Value::Object(keywords) => {
            let mut keywords: Map<String, Value> =
                keywords.iter().map(|(key, value)| (key.clone(), in_3_0(value))).collect();
            for (exclusive, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
                let Some(limit) = keywords.get(exclusive).filter(|limit| limit.is_number()).cloned() else {
                    continue;
                };
                let is_weaker = keywords.get(bound).and_then(Value::as_f64).is_some_and(|inclusive| {
                    let limit = limit.as_f64().unwrap();
                    if bound == "minimum" { inclusive > limit } else { inclusive < limit }
                });
                if is_weaker {
                    keywords.remove(exclusive);
                } else {
                    keywords.insert(bound.to_owned(), limit);
                    keywords.insert(exclusive.to_owned(), json!(true));
                }
            }
            Value::Object(keywords)
        }
        Value::Array(items) => items.iter().map(in_3_0).collect(),
        other => other.clone(),
    }
}

/// The validator of a schema as it was made.
fn judge(schema: &Value) -> Validator {
    let whole = json!({ "allOf": [schema], "components": components() });
    jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true).build(&whole).unwrap()
}

/// The values of the schema that a case sends and serves although they break it.
fn wrong(case: &Case, sent_judge: &Validator, served_judge: &Validator) -> Vec<Value> {
    let sent = case.request.as_ref().filter(|_| !case.outcome.is_refusal());
    let sent = sent.and_then(|request| request.body.as_ref()?.get("given").cloned());
    let expected = match &case.outcome {
        Outcome::Success(body) => Some(body.clone()),
        _ => None,
    };
    let served = case
        .serve
        .iter()
        .filter(|_| matches!(case.basis, Basis::Document) && matches!(case.outcome, Outcome::Success(_)));
    let served = served.filter_map(|serve| match serve {
        Serve::Response(response) => serde_json::from_str(&response.body).ok(),
        _ => None,
    });
    let served = expected.into_iter().chain(served).filter(|value| !served_judge.is_valid(value));
    sent.into_iter().filter(|value| !sent_judge.is_valid(value)).chain(served).collect()
}

/// Checks random schemas, and that enough operations have cases.
fn check(is_new: bool) {
    let number = std::env::var(NUMBER).ok().and_then(|number| number.parse().ok()).unwrap_or(50_usize);
    let mut runner = TestRunner::new(Config { rng_seed: RngSeed::Fixed(14), ..Config::default() });
    let strategy = schema(is_new);
    let (mut made, mut total) = (0_u32, 0_u32);
    for _ in 0..number.div_ceil(PER_DOCUMENT) {
        let schemas: Vec<Value> =
            (0..PER_DOCUMENT).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect();
        let plan = document(&schemas, is_new);
        let judges: Vec<Validator> = schemas.iter().map(judge).collect();
        let unexercised = plan.unexercised();
        for (index, schema) in schemas.iter().enumerate() {
            let cases: Vec<&Case> =
                plan.cases.iter().filter(|case| case.operation == format!("op{index}")).collect();
            for case in &cases {
                let wrong = wrong(case, &judges[index], &judges[of_response(index)]);
                assert!(wrong.is_empty(), "{}: {} breaks {schema}", case.id, wrong[0]);
            }
            let operation = format!("POST /op{index}");
            let is_unexercised = unexercised.iter().any(|one| one.fact.says == operation);
            assert_eq!(cases.is_empty(), is_unexercised, "{schema}");
            made += u32::from(!cases.is_empty());
            total += 1;
        }
    }
    let share = f64::from(made) / f64::from(total);
    println!("{share:.3} of the operations have cases");
    assert!(share > LEAST_MADE, "{share}");
}

#[test]
fn no_sample_of_a_random_schema_of_3_0_breaks_it() {
    check(false);
}

#[test]
fn no_sample_of_a_random_schema_of_3_1_breaks_it() {
    check(true);
}
