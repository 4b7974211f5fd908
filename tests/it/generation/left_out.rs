//! What the generator cannot express, and the list of it.

use super::growth::document;
use super::{edited, generate, generate_without};

/// Two operations that cannot be generated, and one that can.
fn beyond() -> String {
    document(
        "  /a:\n    get: { operationId: eat, parameters: [{ name: c, in: cookie, schema: { type: string } }], responses: { '204': { description: '' } } }\n  \
           /b:\n    put: { operationId: send, requestBody: { content: { multipart/form-data: { schema: { type: object } } } }, responses: { '204': { description: '' } } }\n  \
           /c:\n    get: { operationId: fine, responses: { '204': { description: '' } } }",
        "",
    )
}

const BOTH: &str = "- operation: eat\n  reason: cookies are for browsers\n- operation: send\n  reason: >-\n    forms are not\n    spoken here\n";

fn refusals(left_out: &str, document: &str) -> String {
    generate_without(left_out, document).unwrap_err()
}

#[test]
fn all_that_cannot_be_generated_is_named_at_once() {
    insta::assert_snapshot!(refusals("", &beyond()), @"");
}

#[test]
fn what_is_listed_is_left_out_and_said_so() {
    let source = generate_without(BOTH, &beyond()).unwrap();
    assert!(source.contains("pub async fn fine<'a>"), "{source}");
    assert!(!source.contains("fn eat") && !source.contains("EatError"), "{source}");
    assert!(
        source.contains("///- `eat`: cookies are for browsers\n///- `send`: forms are not spoken here"),
        "{source}"
    );
    assert!(source.contains("(\"eat\", \"cookies are for browsers\")"), "{source}");
}

#[test]
fn a_list_that_is_stale_or_damaged_is_refused() {
    let stale = format!(
        "{BOTH}- operation: fine\n  reason: why not\n- operation: gone\n  reason: it was there\n- operation: eat\n  reason: again\n"
    );
    insta::assert_snapshot!(refusals(&stale, &beyond()), @"");
    for damaged in [
        "- operation: eat\n  raison: x\n",
        "eat: x\n",
        "- eat\n",
        "- operation: eat\n  reason: ' '\n",
        "- a: [\n",
    ] {
        let line = refusals(damaged, &beyond());
        assert!(line.starts_with("openapi/pyannote.left-out.yaml:") && !line.contains('\n'), "{line}");
    }
    insta::assert_snapshot!(refusals("- operation: eat\n  reason: x\n  until: y\n", &beyond()), @"");
    insta::assert_snapshot!(refusals("eat", &beyond()), @"");
}

#[test]
fn each_limit_has_its_reason() {
    let reason = |text: &str| {
        let document = document(
            &format!(
                "  /a/{{id}}: {{ get: {{ operationId: a, responses: {{ '204': {{ description: '' }} }}, {text} }} }}"
            ),
            "",
        );
        let line = refusals("", &document);
        let reason = line.split("cannot express `a`: ").nth(1).unwrap_or(&line);
        reason.split("; teach").next().unwrap().to_owned()
    };
    let of = |parameter: &str| reason(&format!("parameters: [{{ name: p, {parameter} }}]"));
    insta::assert_snapshot!([
        of("in: query, style: deepObject, schema: { type: object }"),
        of("in: query, explode: false, schema: { type: array, items: { type: string } }"),
        of("in: header, schema: { type: array, items: { type: string } }"),
        of("in: query, content: { application/json: {} }"),
        reason("parameters: [{ name: x-id, in: header, schema: { type: string } }, { name: x_id, in: query, schema: { type: string } }]"),
        reason("parameters: [{ name: 'x id', in: header, schema: { type: string } }]"),
        reason("parameters: [{ name: id, in: query, schema: { type: string } }]"),
        reason("requestBody: { content: { application/octet-stream: {} } }"),
        reason("requestBody: { content: { application/octet-stream: { schema: { type: object } } } }"),
        reason("requestBody: { content: { audio/wav: { schema: { type: string, format: binary } } } }"),
    ].join("\n"), @"");
}

#[test]
fn a_schema_at_fault_is_named_with_its_operations() {
    insta::assert_snapshot!(refusals("", &edited("maxLength: 255", "maxLength: many")), @"");
    let broken = edited("maxLength: 255", "maxLength: many");
    let without =
        generate_without("- operation: getMediaUploadURL\n  reason: its limit is no number\n", &broken)
            .unwrap();
    assert!(without.contains("#/components/schemas/GetMediaUploadUrl"), "{without}");
}

#[test]
fn a_field_that_two_properties_would_be_is_a_limit() {
    let twice = edited("        errors:\n", "        Message: { type: string }\n        errors:\n");
    insta::assert_snapshot!(refusals("", &twice), @"");
}

#[test]
fn documents_that_are_no_documents_are_refused_in_one_line() {
    for (from, to) in [
        ("paths:", "paths: 7\nx-paths:"),
        ("  schemas:", "  schemas: []\n  x-schemas:"),
        ("components:", "components: x\nx-components:"),
    ] {
        let line = generate(&edited(from, to)).unwrap_err();
        assert!(!line.contains('\n') && line.starts_with("openapi/pyannote.yaml:"), "{line}");
    }
}
