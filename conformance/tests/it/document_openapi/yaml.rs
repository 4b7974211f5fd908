//! The text that OpenAPI documents are written in.

use serde_json::json;

use super::{operation, parsed, refusal};

#[test]
fn yaml_is_read_by_its_core_schema_and_keys_are_texts() {
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
fn anchors_and_merge_keys_are_written_out() {
    let document = parsed(
        "openapi: 3.0.0\nx-base: &base\n  description: d\n  content: {a/b: {example: 1}}\npaths:\n  /a:\n    get:\n      responses:\n        200: *base\n        201:\n          <<: *base\n          description: mine\n",
    );
    let responses = &document.operations[0].responses;
    assert_eq!(responses[0].description, "d");
    assert_eq!(responses[1].description, "mine");
    assert_eq!(responses[1].contents[0].location.line, 4, "what is merged stands where it is written");
}

#[test]
fn yaml_that_cannot_be_meant_is_refused_with_its_line() {
    let cases = [
        (
            "openapi: 3.0.0\ninfo: {}\ninfo: {}\n",
            "a.yaml:3: the key `info` stands here and at line 2 already; keep one of them",
        ),
        (
            "{\"a\": 1,\n \"a\": 2}",
            "a.yaml:2: the key `a` stands here and at line 1 already; keep one of them",
        ),
        (
            "a: 1\n---\nb: 2\n",
            "a.yaml:2: a second YAML document begins here; put each document in a file of its own",
        ),
        ("", "a.yaml:1: the document is empty; it should hold an API description"),
        ("# nothing\n", "a.yaml:2: the document is empty; it should hold an API description"),
        ("a: !env X\n", "a.yaml:1: the tag `!env` is not one that API descriptions use; remove it"),
        ("a: &a\n  b: *a\n", "a.yaml:2: an alias (`*name`) that contains itself; write its content out"),
        ("? [a]\n: b\n", "a.yaml:1: a key that is a mapping or a list; keys must be plain texts"),
        (
            "a: .inf\n",
            "a.yaml:1: `.inf` is a number that JSON does not have; write a text or a finite number",
        ),
        ("a: 1e999\n", "a.yaml:1: the number `1e999` is too large to be read"),
        (
            "a:\n  <<: 1\n",
            "a.yaml:2: a merge key (`<<`) with neither a mapping nor a list of mappings to merge",
        ),
        ("{\"a\": tru}", "a.yaml:1: not JSON: `tru` is not a JSON value"),
        ("{\"a\": 1", "a.yaml:1: not JSON: the text ends where `,` should stand"),
        ("{\"a\": \"b", "a.yaml:1: not JSON: a string begins here and does not end"),
        ("{\"a\": 1} x", "a.yaml:1: not JSON: something stands after the end of the document; remove it"),
    ];
    for (text, expected) in cases {
        assert_eq!(refusal(text), expected);
    }
}
