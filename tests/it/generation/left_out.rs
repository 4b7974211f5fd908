//! Operations and schemas that cannot be generated, and the list of operations to leave out.

use super::growth::document;
use super::{edited, generate, generate_without};

/// A document with two operations that cannot be generated, and one that can.
fn unsupported() -> String {
    document(
        "  /a:\n    get: { operationId: eat, parameters: [{ name: c, in: cookie, schema: { type: string } }], responses: { '204': { description: '' } } }\n  \
           /b:\n    put: { operationId: send, requestBody: { content: { multipart/form-data: { schema: { type: object } } } }, responses: { '204': { description: '' } } }\n  \
           /c:\n    get: { operationId: fine, responses: { '204': { description: '' } } }",
        "",
    )
}

const BOTH: &str = "- operation: eat\n  reason: cookies are for browsers\n- operation: send\n  reason: >-\n    forms are not\n    spoken here\n";

fn errors(left_out: &str, document: &str) -> String {
    generate_without(left_out, document).unwrap_err()
}

#[test]
fn the_build_reports_all_operations_that_cannot_be_generated() {
    insta::assert_snapshot!(errors("", &unsupported()), @r"
    openapi/pyannote.yaml:6: /paths/~1a/get: the operation `eat` cannot be generated: the cookie parameter `c` is not supported: cookies cannot be sent; list it in openapi/pyannote.left-out.yaml with a reason, or add support for it to build/
    openapi/pyannote.yaml:8: /paths/~1b/put: the operation `send` cannot be generated: a body of type `multipart/form-data` is not supported; list it in openapi/pyannote.left-out.yaml with a reason, or add support for it to build/
    ");
}

#[test]
fn listed_operations_are_left_out_and_the_client_says_why() {
    let source = generate_without(BOTH, &unsupported()).unwrap();
    assert!(source.contains("pub fn fine<'a>"), "{source}");
    assert!(!source.contains("fn eat") && !source.contains("EatError"), "{source}");
    let listed = "- `eat`: cookies are for browsers
- `send`: forms are not spoken here";
    assert!(source.contains(listed), "{source}");
    assert!(source.contains("(\"eat\", \"cookies are for browsers\")"), "{source}");
}

#[test]
fn a_stale_or_malformed_list_is_an_error() {
    let stale = format!(
        "{BOTH}- operation: fine\n  reason: why not\n- operation: gone\n  reason: it was there\n- operation: eat\n  reason: again\n"
    );
    insta::assert_snapshot!(errors(&stale, &unsupported()), @r"
    openapi/pyannote.left-out.yaml:7: /2: the operation `fine` can be generated; remove this entry
    openapi/pyannote.left-out.yaml:9: /3: the document has no operation `gone`; remove this entry
    openapi/pyannote.left-out.yaml:11: /4: the operation `eat` is in this list already; remove this entry
    ");
    for malformed in [
        "- operation: eat\n  raison: x\n",
        "eat: x\n",
        "- eat\n",
        "- operation: eat\n  reason: ' '\n",
        "- a: [\n",
    ] {
        let line = errors(malformed, &unsupported());
        assert!(line.starts_with("openapi/pyannote.left-out.yaml:") && !line.contains('\n'), "{line}");
    }
    insta::assert_snapshot!(errors("- operation: eat\n  reason: x\n  until: y\n", &unsupported()), @"openapi/pyannote.left-out.yaml:1: /0: an entry must have the keys `operation` and `reason`, and no other; write a string for both");
    insta::assert_snapshot!(errors("eat", &unsupported()), @"openapi/pyannote.left-out.yaml:1: the file is not a list; write `- operation: id` and, below it, `reason: why`");
}

#[test]
fn each_unsupported_feature_has_its_reason() {
    let reason = |text: &str| {
        let document = document(
            &format!(
                "  /a/{{id}}: {{ get: {{ operationId: a, responses: {{ '204': {{ description: '' }} }}, {text} }} }}"
            ),
            "",
        );
        let line = errors("", &document);
        let reason = line.split("`a` cannot be generated: ").nth(1).unwrap_or(&line);
        reason.split("; list it").next().unwrap().to_owned()
    };
    let of = |parameter: &str| reason(&format!("parameters: [{{ name: p, {parameter} }}]"));
    insta::assert_snapshot!([
        of("in: query, style: deepObject, schema: { type: object }"),
        of("in: query, explode: false, schema: { type: object }"),
        of("in: header, schema: { type: array, items: { type: object } }"),
        of("in: query, content: { application/json: {} }"),
        reason("parameters: [{ name: x-id, in: header, schema: { type: string } }, { name: x_id, in: query, schema: { type: string } }]"),
        reason("parameters: [{ name: 'x id', in: header, schema: { type: string } }]"),
        reason("parameters: [{ name: Content-Length, in: header, schema: { type: string } }]"),
        reason("parameters: [{ name: id, in: query, schema: { type: string } }]"),
        reason("requestBody: { content: { application/octet-stream: { schema: { type: object } } } }"),
        reason("requestBody: { content: { audio/wav: { schema: { type: object } } } }"),
        reason("security: [{ cookie: [] }]"),
        reason("servers: [{ url: https://files.test }]"),
    ].join("\n"), @r"
    the query parameter `p` has the style deepObject, which is not supported
    the query parameter `p` is a list in one value (`explode: false`), which is not supported
    the header parameter `p` is not a string, a number or a boolean
    the query parameter `p` has no schema
    the query parameter `x_id` has the same Rust name as another argument, `x_id`
    the header parameter `x id` has a name that is not a valid header name
    the header parameter `Content-Length` cannot be set, because the HTTP client sets this header
    the path parameter `id` has the same Rust name as another argument, `id`
    a body of type `application/octet-stream` must have a schema of type string and format binary
    a body of type `audio/wav` is not supported
    its security scheme `cookie` is not a bearer token
    it has a server of its own, https://files.test
    ");
}

#[test]
fn an_error_in_a_schema_is_reported_with_the_operations_that_need_it() {
    insta::assert_snapshot!(errors("", &edited("maxLength: 255", "maxLength: many")), @r#"openapi/pyannote.yaml:17: /paths/~1v1~1media~1input/post: the operation `getMediaUploadURL` cannot be generated: its schema `GetMediaUploadUrl` on line 62: invalid type: string "many", expected usize; list it in openapi/pyannote.left-out.yaml with a reason, or add support for it to build/"#);
    let broken = edited("maxLength: 255", "maxLength: many");
    let without = generate_without(
        "- operation: getMediaUploadURL\n  reason: its maximum length is not a number\n",
        &broken,
    )
    .unwrap();
    assert!(without.contains("#/components/schemas/GetMediaUploadUrl"), "{without}");
}

#[test]
fn two_properties_with_the_same_rust_name_are_not_supported() {
    let twice = edited("        errors:\n", "        Message: { type: string }\n        errors:\n");
    insta::assert_snapshot!(errors("", &twice), @"openapi/pyannote.yaml:17: /paths/~1v1~1media~1input/post: the operation `getMediaUploadURL` cannot be generated: its schema `ValidationErrorResponse` on line 83: two fields have the same Rust name, `message`; list it in openapi/pyannote.left-out.yaml with a reason, or add support for it to build/");
}

#[test]
fn a_value_that_is_not_a_mapping_is_an_error_in_one_line() {
    for (from, to) in [
        ("paths:", "paths: 7\nx-paths:"),
        ("  schemas:", "  schemas: []\n  x-schemas:"),
        ("components:", "components: x\nx-components:"),
    ] {
        let line = generate(&edited(from, to)).unwrap_err();
        assert!(!line.contains('\n') && line.starts_with("openapi/pyannote.yaml:"), "{line}");
    }
}

#[test]
fn alternatives_with_a_schema_that_cannot_be_generated_are_not_supported() {
    let schemas = "    Twice: { type: object, properties: { a-b: { type: string }, a_b: { type: string } } }\n    \
                   Either: { oneOf: [{ $ref: '#/components/schemas/Thing' }, { $ref: '#/components/schemas/Twice' }] }";
    let response = |schema: &str| {
        format!(
            "responses: {{ '200': {{ description: '', content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/{schema}' }} }} }} }} }}"
        )
    };
    let paths = |schema: &str| format!("  /a: {{ get: {{ operationId: a, {} }} }}", response(schema));
    let line = errors("", &document(&paths("Either"), schemas));
    assert!(line.contains("the operation `a` cannot be generated: its schema `"), "{line}");
    let both = format!("{}\n  /b: {{ get: {{ operationId: b, {} }} }}", paths("Either"), response("Thing"));
    let source = generate_without("- operation: a\n  reason: x\n", &document(&both, schemas)).unwrap();
    assert!(source.contains("#/components/schemas/Either") && !source.contains("enum Either"), "{source}");
}
