//! Tests of the table of changes: each rule has an edit that triggers it, and CHANGES.md shows the same table.

use std::collections::BTreeSet;

use media_upload_conformance::diff::rule::ALL;

use super::changes;
use crate::documents::{CIELO24_TODAY, cielo24_with_a_broken_rule, edited, source};

const FIXTURE: &str = "conformance/tests/fixtures/changing.yaml";

/// Edits of the fixture: the rule that the edit triggers, the rule that the reverse edit triggers (empty: any), the old text
/// and the new text.
const EDITS: &[(&str, &str, &str, &str)] = &[
    (
        "operation-removed",
        "operation-added",
        "    get:\n      operationId: getThing\n      security: [{ grant: [see] }]\n      parameters:\n        - { name: id, in: path, required: true, schema: { type: string } }\n      responses:\n        '200': { description: Here }\n",
        "",
    ),
    ("operation-id-changed", "", "getThing", "readThing"),
    ("path-parameter-renamed", "", "/things/{id}", "/things/{key}"),
    (
        "server-added",
        "server-removed",
        "changing.example\n",
        "changing.example\n  - url: https://second.example\n",
    ),
    ("credential-changed", "", "scheme: bearer", "scheme: basic"),
    ("credential-removed", "credential-added", "- key: []", "- {}"),
    ("credential-alternative-added", "", "- key: []", "- key: []\n        - basic: []"),
    (
        "request-parameter-required-added",
        "request-parameter-removed",
        "        - { name: may,",
        "        - { name: more, in: query, required: true, schema: {} }\n        - { name: may,",
    ),
    (
        "request-parameter-optional-added",
        "",
        "        - { name: may,",
        "        - { name: more, in: query, schema: {} }\n        - { name: may,",
    ),
    (
        "request-parameter-became-required",
        "request-parameter-became-optional",
        "{ name: may,",
        "{ name: may, required: true,",
    ),
    ("request-parameter-written-otherwise", "", "{ name: many,", "{ name: many, explode: false,"),
    (
        "request-parameter-written-otherwise",
        "",
        "{ name: many,",
        "{ name: many, style: pipeDelimited, explode: true,",
    ),
    (
        "request-parameter-written-otherwise",
        "",
        "schema: { type: array, items: { type: string } } }",
        "content: { application/json: { schema: { type: array, items: { type: string } } } } }",
    ),
    (
        "request-parameter-written-otherwise",
        "request-parameter-reserved-allowed",
        "allowReserved: true, ",
        "",
    ),
    ("request-parameter-format-without-effect", "", "{ name: may,", "{ name: may, explode: false,"),
    ("request-parameter-empty-forbidden", "request-parameter-empty-allowed", "allowEmptyValue: true, ", ""),
    ("request-encoding-changed", "", "contentType: image/png", "contentType: image/gif"),
    (
        "request-encoding-widened",
        "request-encoding-changed",
        "contentType: image/png",
        "contentType: 'image/png, image/gif'",
    ),
    ("request-encoding-changed", "", "{ contentType: image/png }", "{ style: deepObject }"),
    ("credential-scope-added", "", "[{ grant: [see] }]", "[{ grant: [see, set] }]"),
    ("credential-scope-added", "", "[{ grant: [see] }]", "[{ grant: [set] }]"),
    ("xml-changed", "", "xml: { name: wanted }", "xml: { name: wanted, attribute: true }"),
    ("request-property-removed", "request-property-optional-added", "other: {", "other: { readOnly: true,"),
    ("response-property-optional-removed", "response-property-added", "more: {", "more: { writeOnly: true,"),
    (
        "request-limit-stricter",
        "request-limit-looser",
        "want: { type: integer",
        "want: { type: integer, exclusiveMinimum: true, minimum: 3",
    ),
    ("request-body-removed", "request-body-required-added", BODY, ""),
    (
        "request-body-became-optional",
        "request-body-became-required",
        "      requestBody:\n        required: true\n",
        "      requestBody:\n",
    ),
    ("request-media-type-removed", "request-media-type-added", "          text/plain: {}\n", ""),
    (
        "request-property-required-added",
        "request-property-removed",
        "required: [need]\n      properties:\n",
        "required: [need, more]\n      properties:\n        more: { type: string }\n",
    ),
    (
        "request-property-optional-added",
        "request-property-removed",
        "        want:",
        "        more: { type: string }\n        want:",
    ),
    (
        "request-property-became-required",
        "request-property-became-optional",
        "required: [need]",
        "required: [need, want]",
    ),
    ("request-type-changed", "", "want: { type: integer", "want: { type: boolean"),
    ("request-type-widened", "request-type-changed", "want: { type: integer", "want: { type: number"),
    (
        "request-became-nullable",
        "request-became-not-nullable",
        "want: { type: integer",
        "want: { type: integer, nullable: true",
    ),
    (
        "request-became-nullable",
        "request-became-not-nullable",
        "shape: { oneOf",
        "shape: { nullable: true, oneOf",
    ),
    ("request-limit-stricter", "request-limit-looser", "maxLength: 9", "maxLength: 5"),
    ("request-limit-stricter", "request-limit-looser", "need: {", "need: { minLength: 1,"),
    ("request-pattern-changed", "", "pattern: ^a", "pattern: ^c"),
    ("request-pattern-removed", "request-pattern-changed", "pattern: ^a,", ""),
    ("request-format-changed", "", "format: uuid", "format: email"),
    ("request-format-removed", "request-format-changed", ", format: uuid", ""),
    ("request-enum-value-removed", "request-enum-value-added", "[one, two]", "[one]"),
    ("request-enum-opened", "request-became-enum", ", enum: [one, two]", ""),
    (
        "request-other-properties-forbidden",
        "request-other-properties-allowed",
        "other: {",
        "other: { additionalProperties: false,",
    ),
    (
        "request-alternative-removed",
        "request-alternative-added",
        "shape: { oneOf: [{ $ref: '#/components/schemas/Round' }, ",
        "shape: { oneOf: [",
    ),
    (
        "request-part-removed",
        "request-part-added",
        "whole: { allOf: [{ $ref: '#/components/schemas/Round' }, ",
        "whole: { allOf: [",
    ),
    ("response-success-removed", "response-success-added", "'200':\n", "'201':\n"),
    ("response-error-removed", "response-error-added", "'404':", "'410':"),
    ("response-media-type-removed", "response-media-type-added", "            text/csv: {}\n", ""),
    (
        "response-header-required-removed",
        "response-header-added",
        "            X-Must: { required: true, schema: { type: string } }\n",
        "",
    ),
    (
        "response-header-optional-removed",
        "response-header-added",
        "            X-May: { schema: { type: string } }\n",
        "",
    ),
    (
        "response-header-became-required",
        "response-header-became-optional",
        "X-May: {",
        "X-May: { required: true,",
    ),
    (
        "response-property-required-removed",
        "response-property-added",
        "required: [sure]\n      properties:\n        sure: { type: string, maxLength: 8, pattern: ^b, format: date }\n",
        "properties:\n",
    ),
    (
        "response-property-optional-removed",
        "response-property-added",
        "        unsure: { type: number }\n",
        "",
    ),
    (
        "response-property-became-required",
        "response-property-became-optional",
        "required: [sure]",
        "required: [sure, unsure]",
    ),
    ("response-type-changed", "", "more: { type: object }", "more: { type: string }"),
    (
        "response-type-narrowed",
        "response-type-changed",
        "unsure: { type: number }",
        "unsure: { type: integer }",
    ),
    ("response-became-nullable", "response-became-not-nullable", "unsure: {", "unsure: { nullable: true,"),
    ("response-limit-looser", "response-limit-stricter", "maxLength: 8", "maxLength: 12"),
    ("response-pattern-changed", "response-pattern-changed", "pattern: ^b", "pattern: ^d"),
    ("response-pattern-changed", "response-pattern-added", "pattern: ^b,", ""),
    ("response-format-changed", "", "format: date", "format: uuid"),
    ("response-format-removed", "response-format-added", ", format: date", ""),
    ("response-enum-value-added", "response-enum-value-removed", "[new, old]", "[new, old, lost]"),
    ("response-enum-opened", "response-became-enum", ", enum: [new, old]", ""),
    ("response-other-properties-changed", "", "more: {", "more: { additionalProperties: false,"),
    (
        "response-alternative-removed",
        "response-alternative-added",
        "form: { oneOf: [{ $ref: '#/components/schemas/Round' }, ",
        "form: { oneOf: [",
    ),
    (
        "response-part-removed",
        "response-part-added",
        "sum: { allOf: [{ $ref: '#/components/schemas/Round' }, ",
        "sum: { allOf: [",
    ),
    ("default-changed", "", "default: little", "default: great"),
    ("schema-changed-otherwise", "", "{ required: [no] }", "{ required: [no], minProperties: 3 }"),
    ("example-changed", "", "example: much", "example: less"),
    ("description-changed", "", "What is wanted", "What is hoped for"),
    ("description-changed", "", "description: Done", "description: Finished"),
    ("annotation-changed", "", "What is asked", "What is begged"),
    ("sentence-changed", "", "of this text stands here", "of this text stands there"),
    ("sentence-removed", "sentence-added", "The first sentence stands. ", ""),
    ("component-removed", "component-added", "    Unused: { type: string }\n", ""),
    ("callback-changed", "", "Thanks", "No thanks"),
    ("unread-changed", "", "version: '1'", "version: '2'"),
];

const BODY: &str = "      requestBody:\n        required: true\n        content:\n          application/json: { schema: { $ref: '#/components/schemas/Ask' } }\n          text/plain: {}\n          multipart/form-data:\n            schema: { type: object, properties: { file: { type: string, format: binary } } }\n            encoding: { file: { contentType: image/png } }\n";

/// The rules that an edit of the fixture triggers.
fn triggered(old: &str, new: &str) -> BTreeSet<&'static str> {
    changes(FIXTURE, old, new).iter().map(|change| change.rule).collect()
}

#[test]
fn every_rule_is_triggered_by_an_edit() {
    let text = source(FIXTURE);
    let mut seen = BTreeSet::new();
    let mut expect = |rule: &'static str, found: BTreeSet<&'static str>, from: &str| {
        assert!(rule.is_empty() || found.contains(rule), "{rule} is not in {found:?} for {from:?}");
        seen.insert(rule);
    };
    for (rule, reverse, from, to) in EDITS {
        let new = edited(&text, from, to);
        expect(rule, triggered(&text, &new), from);
        expect(reverse, triggered(&new, &text), from);
    }
    let bodiless = edited(&text, BODY, "");
    let optional = edited(&text, "      requestBody:\n        required: true\n", "      requestBody:\n");
    expect("request-body-optional-added", triggered(&bodiless, &optional), "a body");
    let gone = changes(CIELO24_TODAY, &source(CIELO24_TODAY), &cielo24_with_a_broken_rule());
    expect("rule-sentence-gone", gone.iter().map(|change| change.rule).collect(), "a sentence");
    let missed: Vec<_> = ALL.iter().map(|rule| rule.id).filter(|id| !seen.contains(id)).collect();
    assert!(missed.is_empty(), "no edit triggers {missed:?}");
}

#[test]
fn an_edit_triggers_only_one_rule() {
    // These edits make several changes.
    const SEVERAL: &[&str] =
        &["path-parameter-renamed", "response-success-removed", "response-error-removed"];
    let text = source(FIXTURE);
    for (rule, _, from, to) in EDITS.iter().filter(|(rule, ..)| !SEVERAL.contains(rule)) {
        let found = changes(FIXTURE, &text, &edited(&text, from, to));
        assert_eq!(found.len(), 1, "{rule}: {found:#?}");
    }
}

#[test]
fn changes_md_lists_every_rule_with_its_class_and_reason() {
    let docs = source("conformance/CHANGES.md");
    let rows: Vec<&str> = docs.lines().filter(|line| line.starts_with("| `")).collect();
    let expected: Vec<String> =
        ALL.iter().map(|rule| format!("| `{}` | {} | {} |", rule.id, rule.class, rule.reason)).collect();
    assert_eq!(rows, expected, "conformance/CHANGES.md must have these rows:\n{}", expected.join("\n"));
}
