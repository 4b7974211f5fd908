//! Documents with many operations: the fixes that progenitor needs for them.

use super::generate;

/// A document with these paths and schemas, which are in YAML.
pub(super) fn document(paths: &str, schemas: &str) -> String {
    format!(
        "openapi: 3.0.0\ninfo: {{ title: T, version: '1' }}\nservers: [{{ url: https://api.test }}]\n\
         paths:\n{paths}\ncomponents:\n  schemas:\n    Thing: {{ type: object, properties: {{ id: {{ type: string }} }} }}\n{schemas}\n"
    )
}

/// A response without a body.
const DONE: &str = "responses: { '204': { description: '' } }";

/// A document with one operation, `makeThing`.
fn operation(text: &str) -> String {
    document(&format!("  /things: {{ post: {{ operationId: makeThing, {text} }} }}"), "")
}

/// Asserts that the client contains each of these parts. White space does not count.
#[track_caller]
pub(super) fn assert_contains(document: &str, parts: &[&str]) {
    let without_space =
        |text: &str| text.split_whitespace().collect::<String>().replace(",)", ")").replace(",>", ">");
    let source = generate(document).unwrap();
    for part in parts {
        assert!(without_space(&source).contains(&without_space(part)), "no {part:?} in {source}");
    }
}

#[test]
fn operations_without_an_id_get_the_same_id_as_in_the_suite() {
    let unnamed = document(
        &format!(
            "  /things/{{id}}: {{ get: {{ {DONE} }}, delete: {{ {DONE} }} }}\n  /old/things: {{ get: {{ {DONE} }} }}\n  /{{id}}: {{ put: {{ {DONE} }} }}"
        ),
        "",
    );
    assert_contains(
        &unnamed,
        &[
            "pub fn things<'a>(&'a self, id: &'a str)",
            "pub fn delete_things<'a>(&'a self, id: &'a str)",
            "pub fn get_things<'a>(&'a self)",
            "pub fn put<'a>(&'a self, id: &'a str)",
            "const OPERATION: &'static str = \"delete_things\";",
        ],
    );
}

#[test]
fn operations_and_schemas_with_the_same_rust_name_get_unique_names() {
    let operations = document(
        &format!(
            "  /a: {{ get: {{ operationId: makeThing, {DONE} }} }}\n  /b: {{ get: {{ operationId: make_thing, {DONE} }} }}\n  \
             /c: {{ get: {{ operationId: post, {DONE} }}, put: {{ operationId: move, {DONE} }} }}\n  \
             /d: {{ get: {{ operationId: '\u{1f389}', {DONE} }}, put: {{ operationId: '', {DONE} }} }}"
        ),
        "",
    );
    assert_contains(
        &operations,
        &[
            "pub fn make_thing<'a>",
            "pub fn get_make_thing<'a>",
            "const OPERATION: &'static str = \"make_thing\";",
            // `post` is a hook of the generated client.
            "pub fn get_post<'a>",
            "pub fn move_<'a>",
            "pub fn x<'a>",
            "pub fn put<'a>",
        ],
    );
    let schemas = document(
        &format!("  /a: {{ get: {{ operationId: a, {DONE} }} }}"),
        "    a-thing: { type: object, properties: { kind: { type: string, enum: [x, y] } } }\n    \
             aThing: { type: object, properties: { of: { $ref: '#/components/schemas/a-thing' } } }\n    \
             AThingKind: { type: string, enum: [z] }\n    Self: { type: string }\n    Client: { type: object }\n    \
             Error: { type: object }\n    error: { type: object }\n    ResponseValue: { type: object }",
    );
    assert_contains(
        &schemas,
        &[
            "struct AThing ",
            "struct AThing2 ",
            "enum AThingKind ",
            "enum AThingKind2 ",
            "Self_(",
            "struct Error2",
        ],
    );
}

#[test]
fn two_schemas_with_the_same_title_get_two_types() {
    let titled = |kind: &str| {
        format!("{{ type: object, title: Error, properties: {{ {kind}: {{ type: boolean }} }} }}")
    };
    let body = |kind: &str| format!("content: {{ application/json: {{ schema: {} }} }}", titled(kind));
    let document = document(
        &format!(
            "  /a: {{ get: {{ operationId: a, responses: {{ '200': {{ description: '', {} }} }} }},\n        \
             put: {{ operationId: b, responses: {{ '200': {{ description: '', {} }} }} }} }}",
            body("one"),
            body("two")
        ),
        "",
    );
    assert_contains(
        &document,
        &["ResponseValue<types::Error>", "ResponseValue<types::Error2>", "one: ", "two: "],
    );
}

#[test]
fn several_types_of_success_become_an_enum_by_status() {
    let json = "content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } }";
    assert_contains(
        &operation(&format!(
            "responses: {{ '200': {{ description: Made, {json} }}, '204': {{ description: Known }}, 2XX: {{ description: '', content: {{ text/plain: {{}} }} }} }}"
        )),
        &[
            "Result<ResponseValue<MakeThingSuccess>, Error<()>>",
            "///Made\n    Status200(types::Thing),",
            "///Known\n    Status204,",
            "Status2xx(ByteStream),",
            "ResponseValue::empty(response).map(|()| MakeThingSuccess::Status204)",
        ],
    );
    // Successes of one type become that type.
    assert_contains(
        &operation(&format!(
            "responses: {{ '200': {{ description: '', {json} }}, '202': {{ description: '', {json} }} }}"
        )),
        &["Result<ResponseValue<types::Thing>, Error<()>>"],
    );
}

#[test]
fn path_parameters_match_the_template_and_ignored_headers_are_removed() {
    let document = document(
        &format!(
            "  /things/{{id}}/{{part}}:\n    parameters: [{{ name: id, in: path, schema: {{ type: string }} }}, {{ name: lost, in: path, schema: {{ type: string }} }},\n      \
             {{ name: Accept, in: header, schema: {{ type: string }} }}, {{ name: in, in: query, schema: {{ type: string }} }}]\n    \
             get: {{ operationId: part, {DONE}, parameters: [{{ name: in, in: query, required: true, schema: {{ type: string }} }}] }}"
        ),
        "",
    );
    assert_contains(
        &document,
        &[
            "pub fn part<'a>(\n        &'a self,\n        id: &'a str,\n        part: &'a str,\n        in_: &'a str,\n    )",
        ],
    );
}

#[test]
fn the_version_header_is_sent_only_if_the_document_has_it() {
    let versioned =
        "parameters: [{ name: api-version, in: header, required: true, schema: { type: string } }]";
    let source = generate(&operation(&format!("{DONE}, {versioned}"))).unwrap();
    assert!(source.contains("append(\"api-version\", api_version.to_string()"), "{source}");
    assert!(!source.contains("Self::api_version()"), "{source}");
}

#[test]
fn of_several_media_types_of_a_body_json_is_sent() {
    let forms = "content: { multipart/form-data: { schema: { type: object } }, application/json: {}, text/plain: { schema: { type: string } } }";
    assert_contains(
        &operation(&format!(
            "requestBody: {{ {forms} }}, responses: {{ '200': {{ description: '', content: {{ application/json: {{}} }} }} }}"
        )),
        &["body: Option<&'a ::serde_json::Value>", "ResponseValue<::serde_json::Value>"],
    );
    let bytes = "content: { application/octet-stream: { schema: { type: string, format: binary } } }";
    assert_contains(
        &operation(&format!("requestBody: {{ required: true, {bytes} }}, {DONE}")),
        &["pub fn make_thing<'a>", "body: impl Into<reqwest::Body>", "body: body.into()"],
    );
}

#[test]
fn formats_that_need_another_crate_become_strings() {
    let schemas = "    When: { type: object, properties: { at: { type: string, format: date-time }, id: { type: string, format: uuid } } }";
    let source =
        generate(&document(&format!("  /a: {{ get: {{ operationId: a, {DONE} }} }}"), schemas)).unwrap();
    assert!(!source.contains("::chrono") && !source.contains("::uuid"), "{source}");
}

#[test]
fn alternatives_are_told_apart_by_their_discriminator() {
    let one = "{ type: object, required: [kind], properties: { kind: { type: string } } }";
    let schemas = format!(
        "    One: {one}\n    Two: {one}\n    Either: {{ oneOf: [{{ $ref: '#/components/schemas/One' }}, {{ $ref: '#/components/schemas/Two' }}],\n      \
         discriminator: {{ propertyName: kind, mapping: {{ first: '#/components/schemas/One' }} }} }}"
    );
    let document = document(&format!("  /a: {{ get: {{ operationId: a, {DONE} }} }}"), &schemas);
    assert_contains(
        &document,
        &[
            "match value.get(\"kind\")",
            "Some(\"first\") =>",
            "Some(\"Two\") =>",
            "Unknown(::serde_json::Value)",
        ],
    );
}

#[test]
fn references_to_inline_schemas_and_to_paths_are_followed() {
    let document = document(
        "  /a: { get: { operationId: a, responses: { '200': { description: '', content: { application/json: { schema: { $ref: '#/components/schemas/Deep/properties/part' } } } } } } }\n  /b: { $ref: '#/paths/~1c' }\n  /c: { get: { responses: { '204': { description: '' } } } }",
        "    Deep: { type: object, properties: { part: { type: object, properties: { x: { type: string } } } } }",
    );
    assert_contains(&document, &["ResponseValue<types::Part>", "pub fn b<'a>", "pub fn c<'a>"]);
}

#[test]
fn a_long_operation_id_is_a_valid_name() {
    let id = "a".repeat(300);
    let document = document(&format!("  /a: {{ get: {{ operationId: {id}, {DONE} }} }}"), "");
    assert_contains(&document, &[&format!("pub fn {id}<'a>")]);
}

#[test]
fn alternatives_with_all_of_are_told_apart_by_their_discriminator() {
    let part = "{ allOf: [{ $ref: '#/components/schemas/Base' }, { type: object, properties: { n: { type: integer } } }] }";
    let schemas = format!(
        "    Base: {{ type: object, required: [kind], properties: {{ kind: {{ type: string }} }} }}\n    One: {part}\n    Two: {part}\n    \
         Either: {{ oneOf: [{{ $ref: '#/components/schemas/One' }}, {{ $ref: '#/components/schemas/Two' }}], discriminator: {{ propertyName: kind, mapping: {{ first: One }} }} }}"
    );
    let document = document(&format!("  /a: {{ get: {{ operationId: a, {DONE} }} }}"), &schemas);
    assert_contains(
        &document,
        &[
            "match value.get(\"kind\")",
            "Some(\"first\") =>",
            "Some(\"Two\") =>",
            "Unknown(::serde_json::Value)",
        ],
    );
}

#[test]
fn other_json_media_types_are_typed_as_json() {
    let schema = "{ schema: { $ref: '#/components/schemas/Thing' } }";
    for name in ["application/hal+json", "'*/*'"] {
        let responses = format!(
            "responses: {{ '200': {{ description: '', content: {{ {name}: {schema} }} }}, '404': {{ description: '', content: {{ {name}: {schema} }} }} }}"
        );
        assert_contains(
            &operation(&responses),
            &["Result<ResponseValue<types::Thing>", "Status404(types::Thing)"],
        );
    }
}

#[test]
fn merged_yaml_mappings_are_generated() {
    let text = format!(
        "x-common: &common {{ get: {{ operationId: a, {DONE} }} }}\n{}",
        document(
            "  /a: { <<: *common }",
            "    Base: &base { type: object, properties: { x: { type: string } } }\n    More: { <<: [*base], required: [x] }",
        )
    );
    assert_contains(&text, &["pub fn a<'a>", "pub struct More { pub x: ::std::string::String"]);
}

#[test]
fn examples_and_headers_become_no_types() {
    let other = "headers: { X: { $ref: '#/components/headers/X' } }, content: { application/json: { \
                 examples: { a: { $ref: '#/components/examples/Sample' } }, schema: { type: object, properties: { x: { type: string, \
                 example: { $ref: 'elsewhere', pattern: /a/i } } } } } }";
    let text = operation(&format!("responses: {{ '200': {{ description: '', {other} }} }}"));
    let text = format!(
        "{text}  headers: {{ X: {{ required: true, schema: {{ type: string }} }} }}\n  examples: {{ Sample: {{ value: 1 }} }}\n"
    );
    let source = generate(&text).unwrap();
    assert!(source.contains("pub fn make_thing") && !source.contains("Sample"), "{source}");
}

#[test]
fn percent_encoded_references_and_schemas_that_contain_themselves_are_supported() {
    let encoded = "responses: { '200': { description: '', content: { application/json: { schema: { $ref: '#/components/schemas/Th%69ng' } } } } }";
    assert_contains(&operation(encoded), &["ResponseValue<types::Thing>"]);
    let looped = document(
        &format!(
            "  /a/{{id}}: {{ get: {{ operationId: a, parameters: [{{ name: id, in: path, required: true, schema: {{ $ref: '#/components/schemas/Loop' }} }}], {DONE} }} }}"
        ),
        "    Loop: { allOf: [{ $ref: '#/components/schemas/Loop' }] }",
    );
    assert!(generate(&looped).unwrap_err().contains("the path parameter `id` is not a string"));
}

#[test]
fn a_renamed_schema_replaces_no_other_schema() {
    let schemas = "    a-thing: { type: object, properties: { one: { type: string } } }\n    \
                   aThing: { type: object, properties: { two: { type: string } } }\n    \
                   aThing2: { type: object, properties: { three: { type: string } } }";
    let document = document(&format!("  /a: {{ get: {{ operationId: a, {DONE} }} }}"), schemas);
    assert_contains(
        &document,
        &["struct AThing ", "struct AThing2 ", "struct AThing22 ", "one:", "two:", "three:"],
    );
}
