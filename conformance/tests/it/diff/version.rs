//! Tests of `diff` between versions of OpenAPI: another way to write the same is no difference, and another meaning is one.

use media_upload_conformance::diff::{Change, Class};
use proptest::prelude::*;

use super::{changes, diff};
use crate::documents::edited;

const PETS_3_0: &str = include_str!("../../fixtures/pets-3.0.yaml");
const PETS_3_1: &str = include_str!("../../fixtures/pets-3.1.yaml");

/// The same API in three versions.
const SHOP_2_0: &str = include_str!("../../documents/shop-2.0.yaml");
const SHOP_3_0: &str = include_str!("../../documents/shop-3.0.yaml");
const SHOP_3_1: &str = include_str!("../../documents/shop-3.1.yaml");

/// A document of a version with this schema in a request and in a response.
fn document(version: &str, schema: &str) -> String {
    format!(
        "openapi: {version}
info: {{ title: Both, version: '1' }}
paths:
  /a:
    post:
      operationId: send
      requestBody: {{ content: {{ application/json: {{ schema: {schema} }} }} }}
      responses: {{ '200': {{ description: Done, content: {{ application/json: {{ schema: {schema} }} }} }} }}
components:
  schemas:
    Shared: {{ type: object, required: [id], properties: {{ id: {{ type: string }}, text: {{ type: string }} }} }}
    Other: {{ type: object, properties: {{ size: {{ type: number }} }} }}
    Unused: {schema}
"
    )
}

fn between(old: &str, new: &str) -> Vec<Change> {
    changes("both.yaml", &document("3.0.3", old), &document("3.1.0", new))
}

/// Schemas of OpenAPI 3.0 and of 3.1 with the same meaning.
const SAME: &[(&str, &str)] = &[
    ("{ type: string, nullable: true }", "{ type: [string, 'null'] }"),
    ("{ type: string, nullable: true }", "{ type: ['null', string] }"),
    (
        "{ type: string, nullable: true, title: T }",
        "{ anyOf: [{ type: string }, { type: 'null' }], title: T }",
    ),
    ("{ type: string, nullable: false }", "{ type: string }"),
    ("{ type: string, nullable: true, enum: [a, null] }", "{ type: [string, 'null'], enum: [a, null] }"),
    (
        "{ nullable: true, allOf: [{ $ref: '#/components/schemas/Shared' }] }",
        "{ anyOf: [{ $ref: '#/components/schemas/Shared' }, { type: 'null' }] }",
    ),
    (
        "{ nullable: true, allOf: [{ $ref: '#/components/schemas/Shared' }] }",
        "{ oneOf: [{ type: 'null' }, { $ref: '#/components/schemas/Shared' }] }",
    ),
    (
        "{ nullable: true, oneOf: [{ $ref: '#/components/schemas/Shared' }, { $ref: '#/components/schemas/Other' }] }",
        "{ oneOf: [{ $ref: '#/components/schemas/Shared' }, { $ref: '#/components/schemas/Other' }, { type: 'null' }] }",
    ),
    ("{ allOf: [{ $ref: '#/components/schemas/Shared' }] }", "{ $ref: '#/components/schemas/Shared' }"),
    ("{ type: number, minimum: 1, exclusiveMinimum: true }", "{ type: number, exclusiveMinimum: 1 }"),
    ("{ type: number, maximum: 1, exclusiveMaximum: true }", "{ type: number, exclusiveMaximum: 1 }"),
    ("{ type: number, maximum: 1, exclusiveMaximum: false }", "{ type: number, maximum: 1 }"),
    ("{ type: integer, minimum: 1 }", "{ type: integer, exclusiveMinimum: 0 }"),
    ("{ type: string, enum: [a] }", "{ const: a, type: string }"),
    ("{ type: string, example: a }", "{ type: string, examples: [a] }"),
    ("{ type: string, format: byte }", "{ type: string, contentEncoding: base64 }"),
    ("{ type: string, format: binary }", "{ contentMediaType: application/octet-stream }"),
    (
        "{ type: object, properties: { a: { type: string, nullable: true } } }",
        "{ type: object, properties: { a: { type: [string, 'null'] } } }",
    ),
];

/// Schemas of OpenAPI 3.0 and of 3.1 with another meaning, and the rule of the most severe change.
const DIFFERENT: &[(&str, &str, &str)] = &[
    ("{ type: string, nullable: true }", "{ type: string }", "request-became-not-nullable"),
    ("{ type: string }", "{ type: [string, 'null'] }", "response-became-nullable"),
    (
        "{ $ref: '#/components/schemas/Shared' }",
        "{ anyOf: [{ $ref: '#/components/schemas/Shared' }, { type: 'null' }] }",
        "response-became-nullable",
    ),
    (
        "{ type: number, minimum: 1, exclusiveMinimum: true }",
        "{ type: number, minimum: 1 }",
        "response-limit-looser",
    ),
    ("{ type: number, minimum: 1 }", "{ type: number, exclusiveMinimum: 1 }", "request-limit-stricter"),
    ("{ type: string, enum: [a] }", "{ const: b, type: string }", "request-enum-value-removed"),
    ("{ type: string, example: a }", "{ type: string, examples: [b] }", "example-changed"),
    (
        "{ type: string, format: byte }",
        "{ type: string, contentEncoding: base64url }",
        "request-format-changed",
    ),
    ("{ type: string }", "{ type: [string, integer] }", "response-type-changed"),
];

#[test]
fn another_way_to_write_the_same_is_no_difference() {
    for (old, new) in SAME {
        let there = between(old, new);
        assert!(there.is_empty(), "{old} -> {new}: {there:#?}");
        let back = changes("both.yaml", &document("3.1.0", new), &document("3.0.3", old));
        assert!(back.is_empty(), "{new} -> {old}: {back:#?}");
    }
}

#[test]
fn another_meaning_is_a_difference() {
    for (old, new, rule) in DIFFERENT {
        let found = between(old, new);
        assert_eq!(found.first().map(|change| change.rule), Some(*rule), "{old} -> {new}: {found:#?}");
    }
}

#[test]
fn bytes_are_a_binary_string_or_have_no_schema() {
    let with = |version: &str, content: &str| {
        document(version, "{}").replace("application/json: { schema: {} }", content)
    };
    let old = with("3.0.3", "image/png: { schema: { type: string, format: binary } }");
    let found = changes("both.yaml", &old, &with("3.1.0", "image/png: {}"));
    assert!(found.is_empty(), "{found:#?}");
    let found =
        changes("both.yaml", &old, &with("3.1.0", "image/png: { schema: { type: string, maxLength: 9 } }"));
    assert!(found.iter().any(|change| change.rule == "request-limit-stricter"), "{found:#?}");
}

#[test]
fn a_document_that_moved_to_another_version_has_no_difference() {
    let pairs = [(PETS_3_0, PETS_3_1), (SHOP_2_0, SHOP_3_0), (SHOP_2_0, SHOP_3_1), (SHOP_3_0, SHOP_3_1)];
    for (older, newer) in pairs {
        for (old, new) in [(older, newer), (newer, older)] {
            let diff = diff("pets.yaml", old, new);
            assert!(diff.is_empty() && !diff.same_text, "{diff:#?}");
        }
    }
}

/// Edits of the Swagger document, and the rules of the changes.
const SWAGGER_EDITS: &[(&str, &str, &[&str])] = &[
    (
        "name: text, in: formData, required: true, type: string, maxLength: 80",
        "name: text, in: formData, required: true, type: string, maxLength: 8",
        &["request-limit-stricter"],
    ),
    ("collectionFormat: pipes", "collectionFormat: tsv", &["request-parameter-written-otherwise"]),
    ("maximum: 10", "maximum: 9", &["request-limit-stricter"]),
    (
        "consumes: [application/json, application/xml]",
        "consumes: [application/json]",
        &["request-media-type-removed"],
    ),
    (
        "produces: [image/png]",
        "produces: [image/jpeg]",
        &["response-media-type-removed", "response-media-type-added"],
    ),
    (
        "name: { type: string, minLength: 1, maxLength: 20",
        "name: { type: string, minLength: 2, maxLength: 20",
        &["request-limit-stricter"],
    ),
    ("title: Shop", "title: Store", &["unread-changed"]),
];

#[test]
fn a_change_of_a_swagger_document_is_found_once_and_in_the_other_version_too() {
    for (old, new, rules) in SWAGGER_EDITS {
        let edited = edited(SHOP_2_0, old, new);
        for (document, found) in [
            ("2.0", changes("shop.yaml", SHOP_2_0, &edited)),
            ("3.0", changes("shop.yaml", SHOP_3_0, &edited)),
        ] {
            let found: Vec<_> = found.iter().map(|change| change.rule).collect();
            assert_eq!(found, *rules, "{document}: {old} -> {new}");
        }
    }
}

#[test]
fn a_real_change_is_found_beside_a_change_of_version() {
    let found = diff("pets.yaml", PETS_3_0, &edited(PETS_3_1, "maxLength: 20", "maxLength: 10")).changes;
    let rules: Vec<_> = found.iter().map(|change| (change.rule, change.class)).collect();
    assert_eq!(rules, [("request-limit-stricter", Class::Breaking)], "{found:#?}");
}

/// Keywords of OpenAPI 3.1: the old and the new schema, the rule of the most severe change, and of that of the reverse edit.
const KEYWORDS: &[(&str, &str, &str, &str)] = &[
    (
        "{ prefixItems: [{ type: string }] }",
        "{ prefixItems: [{ type: integer }] }",
        "request-type-changed",
        "request-type-changed",
    ),
    (
        "{ prefixItems: [{ type: string }] }",
        "{ prefixItems: [{ type: string }, { type: string }] }",
        "request-limit-stricter",
        "response-limit-looser",
    ),
    (
        "{ prefixItems: [{}], items: false }",
        "{ prefixItems: [{}, {}], items: false }",
        "response-limit-looser",
        "request-limit-stricter",
    ),
    (
        "{ contains: { minimum: 1 } }",
        "{ contains: { minimum: 2 } }",
        "request-limit-stricter",
        "response-limit-looser",
    ),
    (
        "{ contains: { minimum: 1 } }",
        "{ contains: { minimum: 1 }, minContains: 2 }",
        "request-limit-stricter",
        "response-limit-looser",
    ),
    (
        "{ type: object }",
        "{ type: object, propertyNames: { maxLength: 3 } }",
        "request-limit-stricter",
        "response-limit-looser",
    ),
    (
        "{ patternProperties: { ^a: { maxLength: 3 } } }",
        "{ patternProperties: { ^a: { maxLength: 4 } } }",
        "response-limit-looser",
        "request-limit-stricter",
    ),
    (
        "{ type: object }",
        "{ type: object, patternProperties: { ^a: { maxLength: 3 } } }",
        "request-limit-stricter",
        "response-limit-looser",
    ),
    (
        "{ type: object }",
        "{ type: object, dependentRequired: { a: [b] } }",
        "request-limit-stricter",
        "response-limit-looser",
    ),
    (
        "{ type: object }",
        "{ type: object, dependentSchemas: { a: { minProperties: 2 } } }",
        "request-limit-stricter",
        "response-limit-looser",
    ),
    (
        "{ type: object }",
        "{ type: object, unevaluatedProperties: false }",
        "request-other-properties-forbidden",
        "request-other-properties-allowed",
    ),
    (
        "{ type: array }",
        "{ type: array, unevaluatedItems: { type: string } }",
        "request-limit-stricter",
        "response-limit-looser",
    ),
    (
        "{ type: object }",
        "{ type: object, not: { required: [a] } }",
        "request-limit-stricter",
        "response-limit-looser",
    ),
    (
        "{ not: { minLength: 3 } }",
        "{ not: { minLength: 4 } }",
        "schema-changed-otherwise",
        "schema-changed-otherwise",
    ),
    (
        "{ if: { minLength: 3 }, then: { pattern: a } }",
        "{ if: { minLength: 4 }, then: { pattern: a } }",
        "schema-changed-otherwise",
        "schema-changed-otherwise",
    ),
    (
        "{ if: { minLength: 3 }, then: { maxLength: 9 } }",
        "{ if: { minLength: 3 }, then: { maxLength: 8 } }",
        "request-limit-stricter",
        "response-limit-looser",
    ),
    (
        "{ if: { minLength: 3 } }",
        "{ if: { minLength: 3 }, else: { maxLength: 8 } }",
        "request-limit-stricter",
        "response-limit-looser",
    ),
    ("{ const: a }", "{ const: b }", "request-enum-value-removed", "request-enum-value-removed"),
    (
        "{ type: string }",
        "{ type: string, contentEncoding: base64 }",
        "request-format-changed",
        "response-format-removed",
    ),
    (
        "{ contentMediaType: text/plain }",
        "{ contentMediaType: text/html }",
        "request-format-changed",
        "request-format-changed",
    ),
    ("{ type: string }", "{ type: string, xml: { name: a } }", "xml-changed", "xml-changed"),
];

#[test]
fn changes_of_every_keyword_of_json_schema_have_a_class() {
    for (old, new, rule, reverse) in KEYWORDS {
        let (old, new) = (document("3.1.0", old), document("3.1.0", new));
        for (old, new, rule) in [(&old, &new, rule), (&new, &old, reverse)] {
            let found = changes("both.yaml", old, new);
            assert_eq!(found.first().map(|change| change.rule), Some(*rule), "{old} -> {new}: {found:#?}");
        }
    }
}

#[test]
fn a_read_only_property_anywhere_does_not_change_other_schemas() {
    let old = document(
        "3.1.0",
        "{ oneOf: [{ $ref: '#/components/schemas/Shared' }, { $ref: '#/components/schemas/Other' }] }",
    );
    let new = edited(&old, "size: { type: number }", "size: { type: number, readOnly: true }");
    let found = changes("both.yaml", &old, &new);
    let says: Vec<_> = found.iter().map(|change| (change.rule, change.says.as_str())).collect();
    assert_eq!(
        says,
        [
            ("request-property-removed", "Other.size: became readOnly"),
            ("annotation-changed", "Other.size, readOnly: none -> true"),
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, rng_seed: prop::test_runner::RngSeed::Fixed(14), ..ProptestConfig::default() })]

    /// An object with schemas of 3.0 is the same as the object with their forms of 3.1.
    #[test]
    fn schemas_within_objects_are_the_same_too(picked in prop::collection::vec(0..SAME.len(), 1..5)) {
        let object = |schemas: Vec<&str>| {
            let fields: Vec<_> = schemas.iter().enumerate().map(|(index, schema)| format!("p{index}: {schema}")).collect();
            format!("{{ type: object, properties: {{ {} }} }}", fields.join(", "))
        };
        let old = object(picked.iter().map(|index| SAME[*index].0).collect());
        let new = object(picked.iter().map(|index| SAME[*index].1).collect());
        let found = between(&old, &new);
        prop_assert!(found.is_empty(), "{old} -> {new}: {found:#?}");
    }
}
