//! References (`$ref`).

use serde_json::json;

use super::{notes, operation, parsed, refusal, validator};

#[test]
fn missing_external_and_circular_references_are_errors() {
    let with = |reference: &str, rest: &str| {
        refusal(&operation(&format!("parameters:\n- $ref: '{reference}'"), rest))
    };
    assert_eq!(
        with("#/components/parameters/A", ""),
        "a.yaml:7: `$ref: #/components/parameters/A` has no target in this document; correct the reference or add the target"
    );
    assert_eq!(
        with("common.yaml#/A", ""),
        "a.yaml:7: `$ref: common.yaml#/A` points to another file, and this document is not read from a folder; copy the content into this document"
    );
    assert_eq!(
        with("#/x-a", "x-a: {$ref: '#/x-b'}\nx-b: {$ref: '#/x-a'}\n"),
        "a.yaml:7: this `$ref` is circular; replace one of the references with its content"
    );
    let schemas = "openapi: 3.0.0\npaths: {}\ncomponents:\n  schemas:\n    A: {$ref: '#/components/schemas/B'}\n    B: {$ref: '#/components/schemas/A'}\n";
    assert_eq!(
        refusal(schemas),
        "a.yaml:5: this `$ref` is circular; replace one of the references with its content"
    );
    let missing = "openapi: 3.0.0\npaths: {}\ncomponents:\n  schemas:\n    A: {items: {$ref: '#/components/schemas/B'}}\n";
    assert_eq!(
        refusal(missing),
        "a.yaml:5: `$ref: #/components/schemas/B` has no target in this document; correct the reference or add the target"
    );
}

#[test]
fn references_are_followed_at_every_location() {
    let document = parsed(&operation(
        "parameters: [{$ref: '#/x-here/p'}]\nrequestBody: {$ref: '#/x-here/b'}\nresponses: {'200': {$ref: '#/x-here/r'}}",
        "x-here:\n  p: {name: p, in: query, schema: {$ref: '#/x-here/s'}}\n  b: {content: {text/plain: {schema: {$ref: '#/x-here/s'}, examples: {e: {$ref: '#/x-here/e'}}}}}\n  r: {description: d, headers: {H: {$ref: '#/x-here/h'}}, content: {application/json: {schema: {$ref: '#/x-here/a~1b%20c/items'}}}}\n  h: {schema: {type: integer}}\n  e: {value: text}\n  s: {type: string, maxLength: 3}\n  a/b c: {items: {type: integer}}\n",
    ));
    let operation = &document.operations[0];
    assert_eq!(operation.parameters[0].location.line, 10);
    assert!(!document.validator(&operation.parameters[0].schema).unwrap().is_valid(&json!("long")));
    let body = operation.body.as_ref().unwrap();
    assert_eq!((body.location.line, body.contents[0].examples[0].location.line), (11, 14));
    let response = &operation.responses[0];
    assert_eq!(
        (response.location.line, response.headers[0].location.line),
        (8, 13),
        "a response has the location of its status"
    );
    let schema = response.contents[0].schema.as_ref().unwrap();
    assert_eq!(schema.value, json!({ "$ref": "#/elsewhere/~1x-here~1a~01b%20c~1items" }));
    assert!(document.validator(schema).unwrap().is_valid(&json!(1)));
    assert!(!document.validator(schema).unwrap().is_valid(&json!("1")));
    assert_eq!(notes(&document), [""; 0]);
}

#[test]
fn a_path_item_may_be_a_reference() {
    let document = parsed(
        "openapi: 3.0.0\npaths:\n  /a: {$ref: '#/x-items/a', summary: s}\nx-items:\n  a:\n    get: {responses: {'204': {description: d}}}\n",
    );
    assert_eq!(document.operations[0].location.line, 6);
    assert_eq!(notes(&document), ["3 OpenAPI 3.0 ignores `summary` beside a `$ref`; it is ignored"]);
}

#[test]
fn a_schema_may_refer_to_itself_in_its_properties() {
    let tree = validator(
        "{type: object, properties: {left: {$ref: '#/components/schemas/A'}}, additionalProperties: false}",
    );
    assert!(tree.is_valid(&json!({ "left": { "left": {} } })));
    assert!(!tree.is_valid(&json!({ "left": { "right": {} } })));
}
