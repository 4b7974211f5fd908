//! YAML, JSON, and docs pages.

use media_upload_conformance::document::Document;
use serde_json::json;

use super::{operation, parsed, refusal};

#[test]
fn scalars_follow_the_core_schema_and_keys_are_strings() {
    let document = parsed(&operation(
        "responses:\n  200:\n    description: d\n    content:\n      a/b:\n        example: {on: yes, no: 0o17, hex: 0xff, float: 1.50, exp: 1e3, null: ~, date: 2025-01-31, big: 18446744073709551615, neg: -7, quoted: '7', tagged: !!str 7, 1: one}",
        "",
    ));
    assert_eq!(
        document.operations[0].responses[0].contents[0].examples[0].value,
        json!({ "on": "yes", "no": 15, "hex": 255, "float": 1.5, "exp": 1000.0, "null": null, "date": "2025-01-31", "big": 18446744073709551615u64, "neg": -7, "quoted": "7", "tagged": "7", "1": "one" })
    );
}

#[test]
fn aliases_and_merge_keys_are_expanded() {
    let document = parsed(
        "openapi: 3.0.0\nx-base: &base\n  description: d\n  content: {a/b: {example: 1}}\npaths:\n  /a:\n    get:\n      responses:\n        200: *base\n        201:\n          <<: *base\n          description: mine\n",
    );
    let responses = &document.operations[0].responses;
    assert_eq!(responses[0].description, "d");
    assert_eq!(responses[1].description, "mine");
    assert_eq!(responses[1].contents[0].location.line, 4, "a merged entry has the location of its source");
}

#[test]
fn invalid_yaml_and_json_are_errors_with_a_line() {
    let cases = [
        (
            "openapi: 3.0.0\ninfo: {}\ninfo: {}\n",
            "a.yaml:3: the key `info` is a duplicate of the one at line 2; remove one of them",
        ),
        (
            "{\"a\": 1,\n \"a\": 2}",
            "a.yaml:2: the key `a` is a duplicate of the one at line 1; remove one of them",
        ),
        (
            "a: 1\n---\nb: 2\n",
            "a.yaml:2: a second YAML document starts here; put each document in its own file",
        ),
        ("", "a.yaml:1: the document is empty; it must contain a mapping"),
        ("# nothing\n", "a.yaml:2: the document is empty; it must contain a mapping"),
        ("a: !env X\n", "a.yaml:1: the tag `!env` is not supported; remove it"),
        (
            "a: &a\n  b: *a\n",
            "a.yaml:2: the alias (`*name`) is inside its own anchor; write the content out in full",
        ),
        ("? [a]\n: b\n", "a.yaml:1: the key is a mapping or a list; use a string as the key"),
        ("a: .inf\n", "a.yaml:1: JSON has no number `.inf`; use a finite number, or quote the value"),
        ("a: 1e999\n", "a.yaml:1: the number `1e999` is too large; use a smaller number, or quote the value"),
        (
            "a:\n  <<: 1\n",
            "a.yaml:2: the value of the merge key (`<<`) is neither a mapping nor a list of mappings; correct or remove it",
        ),
        ("{\"a\": tru}", "a.yaml:1: invalid JSON: `tru` is not a JSON value"),
        ("{\"a\": 1", "a.yaml:1: invalid JSON: expected `,`, found the end of the text"),
        ("{\"a\": \"b", "a.yaml:1: invalid JSON: the string that starts here has no closing quote"),
        ("{\"a\": 1} x", "a.yaml:1: invalid JSON: unexpected text after the end of the document; remove it"),
    ];
    for (text, expected) in cases {
        assert_eq!(refusal(text), expected);
    }
}

#[test]
fn a_page_needs_exactly_one_closed_openapi_block() {
    let refusal = |page: &str| Document::read("a.md", page.as_bytes()).map(|_| ()).unwrap_err().to_string();
    assert_eq!(
        refusal("# Page\n\n```yaml\nname: x\n```\n"),
        "a.md: no fenced block that starts with ```yaml or ```json contains an `openapi:` or `swagger:` key; check that this is the page's Markdown source"
    );
    assert_eq!(
        refusal("```yaml\nopenapi: 3.0.0\n```\n\n~~~json\n{\"openapi\": \"3.0.0\"}\n~~~\n"),
        "a.md:5: the page has a second OpenAPI block (the first is at line 1); keep one block per page"
    );
    assert_eq!(
        refusal("text\n````yaml\nopenapi: 3.0.0\n```\n"),
        "a.md:2: the fenced block that starts here with ```` has no end; close it with the same fence"
    );
}
