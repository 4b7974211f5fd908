//! Documents of OpenAPI 3.1.

use super::growth::{assert_contains, document};
use super::{edited, error};

const DONE: &str = "responses: { '204': { description: '' } }";

/// A document of OpenAPI 3.1 with these schemas.
fn with_schemas(schemas: &str) -> String {
    let text = document(&format!("  /a: {{ get: {{ operationId: a, {DONE} }} }}"), schemas);
    text.replacen("openapi: 3.0.0", "openapi: 3.1.1", 1)
}

#[test]
fn keywords_of_3_1_mean_the_same_as_those_of_3_0() {
    let schemas = "    Many:\n      type: object\n      required: [nothing, referred]\n      properties:\n        \
                   either: { type: [string, integer, 'null'] }\n        \
                   nothing: { type: 'null' }\n        \
                   constant: { const: fixed }\n        \
                   referred: { $ref: '#/components/schemas/Thing', description: A thing }\n        \
                   optional: { oneOf: [{ $ref: '#/components/schemas/Thing' }, { type: 'null' }] }\n        \
                   anything: true\n        \
                   tuple: { type: array, prefixItems: [{ type: string }] }\n        \
                   bytes: { type: string, contentEncoding: base64 }\n        \
                   above: { type: number, exclusiveMinimum: 0, examples: [1] }\n        \
                   words: { type: object, patternProperties: { '^a': { type: string } } }";
    assert_contains(
        &with_schemas(schemas),
        &[
            "pub either: ::std::option::Option<::std::option::Option<ManyEither>>",
            "pub constant: ::std::option::Option<ManyConstant>",
            "///A thing\n pub referred: Thing",
            "pub optional: ::std::option::Option<::std::option::Option<Thing>>",
            "pub anything: ::std::option::Option<::serde_json::Value>",
            "pub tuple: ::std::option::Option<::std::vec::Vec<::serde_json::Value>>",
            "///Limits: more than 0.",
            "HashMap<::std::string::String, ::std::string::String>",
        ],
    );
}

#[test]
fn a_keyword_without_an_equivalent_is_an_error() {
    let with = |keyword: &str| {
        let document = edited("    ApiError:\n", &format!("    Tree: {{ {keyword} }}\n    ApiError:\n"));
        error(&document.replacen("openapi: 3.0.0", "openapi: 3.1.0", 1))
    };
    insta::assert_snapshot!([with("$dynamicRef: '#node'"), with("$id: 'https://schemas.test/tree'")].join("\n"), @r"
    openapi/pyannote.yaml:98: /components/schemas/Tree/$dynamicRef: `$dynamicRef` has no equivalent in OpenAPI 3.0, which the generator needs; leave it out, or refer to schemas by their place, such as `#/components/schemas/Job`
    openapi/pyannote.yaml:98: /components/schemas/Tree/$id: `$id` has no equivalent in OpenAPI 3.0, which the generator needs; leave it out, or refer to schemas by their place, such as `#/components/schemas/Job`
    ");
}
