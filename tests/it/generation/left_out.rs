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
    insta::assert_snapshot!(refusals("", &beyond()), @r"
    openapi/pyannote.yaml:6: /paths/~1a/get: the generator cannot express `eat`: the cookie parameter `c` cannot be sent; teach build.rs, or list it with a reason in openapi/pyannote.left-out.yaml
    openapi/pyannote.yaml:8: /paths/~1b/put: the generator cannot express `send`: a body of `multipart/form-data` cannot be sent; teach build.rs, or list it with a reason in openapi/pyannote.left-out.yaml
    ");
}

#[test]
fn what_is_listed_is_left_out_and_said_so() {
    let source = generate_without(BOTH, &beyond()).unwrap();
    assert!(source.contains("pub async fn fine<'a>"), "{source}");
    assert!(!source.contains("fn eat") && !source.contains("EatError"), "{source}");
    let said = "- `eat`: cookies are for browsers
- `send`: forms are not spoken here";
    assert!(source.contains(said), "{source}");
    assert!(source.contains("(\"eat\", \"cookies are for browsers\")"), "{source}");
}

#[test]
fn a_list_that_is_stale_or_damaged_is_refused() {
    let stale = format!(
        "{BOTH}- operation: fine\n  reason: why not\n- operation: gone\n  reason: it was there\n- operation: eat\n  reason: again\n"
    );
    insta::assert_snapshot!(refusals(&stale, &beyond()), @r"
    openapi/pyannote.left-out.yaml:7: /2: `fine` can be generated; take it off this list
    openapi/pyannote.left-out.yaml:9: /3: the document has no operation `gone`; take it off this list
    openapi/pyannote.left-out.yaml:11: /4: `eat` stands in this list already; take it off this list
    ");
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
    insta::assert_snapshot!(refusals("- operation: eat\n  reason: x\n  until: y\n", &beyond()), @"openapi/pyannote.left-out.yaml:1: /0: an entry has an `operation` and a `reason`, and nothing else; write both, in words");
    insta::assert_snapshot!(refusals("eat", &beyond()), @"openapi/pyannote.left-out.yaml:1: this is not a list; write `- operation: id` and, below it, `reason: words`");
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
        reason("parameters: [{ name: Content-Length, in: header, schema: { type: string } }]"),
        reason("parameters: [{ name: id, in: query, schema: { type: string } }]"),
        reason("requestBody: { content: { application/octet-stream: { schema: { type: object } } } }"),
        reason("requestBody: { content: { audio/wav: { schema: { type: string, format: binary } } } }"),
        reason("security: [{ cookie: [] }]"),
        reason("servers: [{ url: https://files.test }]"),
    ].join("\n"), @r"
    the query parameter `p` has the style deepObject
    the query parameter `p` is a list in one value, and would be sent as several
    the header parameter `p` is not a text, a number or a boolean
    the query parameter `p` has no schema
    the query parameter `x_id` would have the name of another argument in Rust, `x_id`
    the header parameter `x id` has a name that no header can have
    the header parameter `Content-Length` is HTTP's own, and no caller's to choose
    the path parameter `id` would have the name of another argument in Rust, `id`
    a body of `application/octet-stream` that is not a text of format binary cannot be sent
    a body of `audio/wav` cannot be sent
    its credential `cookie` is not a bearer token
    it has a server of its own, https://files.test
    ");
}

#[test]
fn a_schema_at_fault_is_named_with_its_operations() {
    insta::assert_snapshot!(refusals("", &edited("maxLength: 255", "maxLength: many")), @r#"openapi/pyannote.yaml:17: /paths/~1v1~1media~1input/post: the generator cannot express `getMediaUploadURL`: its schema `GetMediaUploadUrl` on line 62: invalid type: string "many", expected usize; teach build.rs, or list it with a reason in openapi/pyannote.left-out.yaml"#);
    let broken = edited("maxLength: 255", "maxLength: many");
    let without =
        generate_without("- operation: getMediaUploadURL\n  reason: its limit is no number\n", &broken)
            .unwrap();
    assert!(without.contains("#/components/schemas/GetMediaUploadUrl"), "{without}");
}

#[test]
fn a_field_that_two_properties_would_be_is_a_limit() {
    let twice = edited("        errors:\n", "        Message: { type: string }\n        errors:\n");
    insta::assert_snapshot!(refusals("", &twice), @"openapi/pyannote.yaml:17: /paths/~1v1~1media~1input/post: the generator cannot express `getMediaUploadURL`: its schema `ValidationErrorResponse` on line 83: two fields would have the name `message` in Rust; teach build.rs, or list it with a reason in openapi/pyannote.left-out.yaml");
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
