//! Documents that grow into a whole API: what is mended on the way, so that operations come out typed and with names of their own.

use super::generate;

/// A document with these paths and schemas, in YAML's flow style.
pub(super) fn document(paths: &str, schemas: &str) -> String {
    format!(
        "openapi: 3.0.0\ninfo: {{ title: T, version: '1' }}\nservers: [{{ url: https://api.test }}]\n\
         paths:\n{paths}\ncomponents:\n  schemas:\n    Thing: {{ type: object, properties: {{ id: {{ type: string }} }} }}\n{schemas}\n"
    )
}

const DONE: &str = "responses: { '204': { description: '' } }";

/// The document with one operation of this text.
fn operation(text: &str) -> String {
    document(&format!("  /things: {{ post: {{ operationId: makeThing, {text} }} }}"), "")
}

/// Whether the client has each of these parts, however its lines are broken.
#[track_caller]
fn assert_says(document: &str, parts: &[&str]) {
    let bare = |text: &str| text.split_whitespace().collect::<String>().replace(",)", ")").replace(",>", ">");
    let source = generate(document).unwrap();
    for part in parts {
        assert!(bare(&source).contains(&bare(part)), "no {part:?} in {source}");
    }
}

#[test]
fn operations_without_a_name_of_their_own_are_named_as_the_suite_names_them() {
    let unnamed = document(
        &format!(
            "  /things/{{id}}: {{ get: {{ {DONE} }}, delete: {{ {DONE} }} }}\n  /old/things: {{ get: {{ {DONE} }} }}\n  /{{id}}: {{ put: {{ {DONE} }} }}"
        ),
        "",
    );
    assert_says(
        &unnamed,
        &[
            "pub async fn things<'a>(&'a self, id: &'a str)",
            "pub async fn delete_things<'a>(&'a self, id: &'a str)",
            "pub async fn get_things<'a>(&'a self)",
            "pub async fn put<'a>(&'a self, id: &'a str)",
            "const OPERATION: &'static str = \"delete_things\";",
        ],
    );
}

#[test]
fn names_that_are_one_in_rust_are_told_apart() {
    let operations = document(
        &format!(
            "  /a: {{ get: {{ operationId: makeThing, {DONE} }} }}\n  /b: {{ get: {{ operationId: make_thing, {DONE} }} }}\n  \
             /c: {{ get: {{ operationId: post, {DONE} }}, put: {{ operationId: move, {DONE} }} }}\n  \
             /d: {{ get: {{ operationId: '\u{1f389}', {DONE} }}, put: {{ operationId: '', {DONE} }} }}"
        ),
        "",
    );
    assert_says(
        &operations,
        &[
            "pub async fn make_thing<'a>",
            "pub async fn get_make_thing<'a>",
            "const OPERATION: &'static str = \"make_thing\";",
            // `post` is a hook that every call goes through.
            "pub async fn get_post<'a>",
            "pub async fn move_<'a>",
            "pub async fn x<'a>",
            "pub async fn put<'a>",
        ],
    );
    let schemas = document(
        &format!("  /a: {{ get: {{ operationId: a, {DONE} }} }}"),
        "    a-thing: { type: object, properties: { kind: { type: string, enum: [x, y] } } }\n    \
             aThing: { type: object, properties: { of: { $ref: '#/components/schemas/a-thing' } } }\n    \
             AThingKind: { type: string, enum: [z] }\n    Self: { type: string }\n    Client: { type: object }\n    \
             Error: { type: object }\n    error: { type: object }\n    ResponseValue: { type: object }",
    );
    assert_says(
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
fn titles_name_no_two_types() {
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
    assert_says(
        &document,
        &["ResponseValue<types::Error>", "ResponseValue<types::Error2>", "one: ", "two: "],
    );
}

#[test]
fn several_types_of_success_are_an_enum_by_status() {
    let json = "content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } }";
    assert_says(
        &operation(&format!(
            "responses: {{ '200': {{ description: Made, {json} }}, '204': {{ description: Known }}, 2XX: {{ description: '', content: {{ text/plain: {{}} }} }} }}"
        )),
        &[
            "Result<ResponseValue<MakeThingSuccess>, Error<()>>",
            "///Made\n    Status200(types::Thing),",
            "///Known\n    Status204,",
            "Status2xx(ByteStream),",
            "204 => ResponseValue::empty(response).map(|()| MakeThingSuccess::Status204),",
        ],
    );
    // Of one type they are that type.
    assert_says(
        &operation(&format!(
            "responses: {{ '200': {{ description: '', {json} }}, '202': {{ description: '', {json} }} }}"
        )),
        &["Result<ResponseValue<types::Thing>, Error<()>>"],
    );
}

#[test]
fn parameters_are_held_to_their_path_and_ignored_where_openapi_says_so() {
    let document = document(
        &format!(
            "  /things/{{id}}/{{part}}:\n    parameters: [{{ name: id, in: path, schema: {{ type: string }} }}, {{ name: lost, in: path, schema: {{ type: string }} }},\n      \
             {{ name: Accept, in: header, schema: {{ type: string }} }}, {{ name: in, in: query, schema: {{ type: string }} }}]\n    \
             get: {{ operationId: part, {DONE}, parameters: [{{ name: in, in: query, required: true, schema: {{ type: string }} }}] }}"
        ),
        "",
    );
    assert_says(
        &document,
        &[
            "pub async fn part<'a>(\n        &'a self,\n        id: &'a str,\n        part: &'a str,\n        in_: &'a str,\n    )",
        ],
    );
}

#[test]
fn the_generators_own_header_goes_and_a_documented_one_of_its_name_stays() {
    let versioned =
        "parameters: [{ name: api-version, in: header, required: true, schema: { type: string } }]";
    let source = generate(&operation(&format!("{DONE}, {versioned}"))).unwrap();
    assert!(source.contains("append(\"api-version\", api_version.to_string()"), "{source}");
    assert!(!source.contains("Self::api_version()"), "{source}");
}

#[test]
fn of_several_forms_of_a_body_json_is_sent_and_any_json_without_a_schema() {
    let forms = "content: { multipart/form-data: { schema: { type: object } }, application/json: {}, text/plain: { schema: { type: string } } }";
    assert_says(
        &operation(&format!(
            "requestBody: {{ {forms} }}, responses: {{ '200': {{ description: '', content: {{ application/json: {{}} }} }} }}"
        )),
        &["body: &'a ::serde_json::Value", "ResponseValue<::serde_json::Value>"],
    );
    let bytes = "content: { application/octet-stream: { schema: { type: string, format: binary } } }";
    assert_says(
        &operation(&format!("requestBody: {{ {bytes} }}, {DONE}")),
        &["pub async fn make_thing<'a, B: Into<reqwest::Body>>", "body: B"],
    );
}

#[test]
fn formats_that_want_another_crate_are_texts() {
    let schemas = "    When: { type: object, properties: { at: { type: string, format: date-time }, id: { type: string, format: uuid } } }";
    let source =
        generate(&document(&format!("  /a: {{ get: {{ operationId: a, {DONE} }} }}"), schemas)).unwrap();
    assert!(!source.contains("::chrono") && !source.contains("::uuid"), "{source}");
}

#[test]
fn an_alternative_is_told_by_its_discriminator() {
    let one = "{ type: object, required: [kind], properties: { kind: { type: string } } }";
    let schemas = format!(
        "    One: {one}\n    Two: {one}\n    Either: {{ oneOf: [{{ $ref: '#/components/schemas/One' }}, {{ $ref: '#/components/schemas/Two' }}],\n      \
         discriminator: {{ propertyName: kind, mapping: {{ first: '#/components/schemas/One' }} }} }}"
    );
    let document = document(&format!("  /a: {{ get: {{ operationId: a, {DONE} }} }}"), &schemas);
    assert_says(&document, &["rename = \"first\"", "pub enum OneKind", "pub enum TwoKind"]);
}

#[test]
fn references_are_followed_wherever_they_lead() {
    let document = document(
        "  /a: { get: { operationId: a, responses: { '200': { description: '', content: { application/json: { schema: { $ref: '#/components/schemas/Deep/properties/part' } } } } } } }\n  /b: { $ref: '#/paths/~1c' }\n  /c: { get: { responses: { '204': { description: '' } } } }",
        "    Deep: { type: object, properties: { part: { type: object, properties: { x: { type: string } } } } }",
    );
    assert_says(&document, &["ResponseValue<types::Part>", "pub async fn b<'a>", "pub async fn c<'a>"]);
}

#[test]
fn a_long_name_is_a_name() {
    let id = "a".repeat(300);
    let document = document(&format!("  /a: {{ get: {{ operationId: {id}, {DONE} }} }}"), "");
    assert_says(&document, &[&format!("pub async fn {id}<'a>")]);
}

#[test]
fn an_alternative_made_of_parts_is_told_by_its_discriminator_too() {
    let part = "{ allOf: [{ $ref: '#/components/schemas/Base' }, { type: object, properties: { n: { type: integer } } }] }";
    let schemas = format!(
        "    Base: {{ type: object, required: [kind], properties: {{ kind: {{ type: string }} }} }}\n    One: {part}\n    Two: {part}\n    \
         Either: {{ oneOf: [{{ $ref: '#/components/schemas/One' }}, {{ $ref: '#/components/schemas/Two' }}], discriminator: {{ propertyName: kind, mapping: {{ first: One }} }} }}"
    );
    let document = document(&format!("  /a: {{ get: {{ operationId: a, {DONE} }} }}"), &schemas);
    assert_says(&document, &["rename = \"first\"", "pub enum OneKind", "pub enum TwoKind"]);
}

#[test]
fn json_by_another_name_has_its_type() {
    let schema = "{ schema: { $ref: '#/components/schemas/Thing' } }";
    for name in ["application/hal+json", "'*/*'"] {
        let responses = format!(
            "responses: {{ '200': {{ description: '', content: {{ {name}: {schema} }} }}, '404': {{ description: '', content: {{ {name}: {schema} }} }} }}"
        );
        assert_says(
            &operation(&responses),
            &["Result<ResponseValue<types::Thing>", "Status404(types::Thing)"],
        );
    }
}

#[test]
fn what_is_merged_is_there() {
    let text = format!(
        "x-common: &common {{ get: {{ operationId: a, {DONE} }} }}\n{}",
        document(
            "  /a: { <<: *common }",
            "    Base: &base { type: object, properties: { x: { type: string } } }\n    More: { <<: [*base], required: [x] }",
        )
    );
    assert_says(&text, &["pub async fn a<'a>", "pub struct More { pub x: ::std::string::String"]);
}

#[test]
fn what_is_no_schema_becomes_no_type() {
    let other = "headers: { X: { $ref: '#/components/headers/X' } }, content: { application/json: { \
                 examples: { a: { $ref: '#/components/examples/Sample' } }, schema: { type: object, properties: { x: { type: string, \
                 example: { $ref: 'elsewhere', pattern: /a/i } } } } } }";
    let text = operation(&format!("responses: {{ '200': {{ description: '', {other} }} }}"));
    let text = format!(
        "{text}  headers: {{ X: {{ required: true, schema: {{ type: string }} }} }}\n  examples: {{ Sample: {{ value: 1 }} }}\n"
    );
    let source = generate(&text).unwrap();
    assert!(source.contains("pub async fn make_thing") && !source.contains("Sample"), "{source}");
}

#[test]
fn a_reference_may_be_percent_encoded_and_a_schema_part_of_itself() {
    let encoded = "responses: { '200': { description: '', content: { application/json: { schema: { $ref: '#/components/schemas/Th%69ng' } } } } }";
    assert_says(&operation(encoded), &["ResponseValue<types::Thing>"]);
    let looped = document(
        &format!(
            "  /a/{{id}}: {{ get: {{ operationId: a, parameters: [{{ name: id, in: path, required: true, schema: {{ $ref: '#/components/schemas/Loop' }} }}], {DONE} }} }}"
        ),
        "    Loop: { allOf: [{ $ref: '#/components/schemas/Loop' }] }",
    );
    assert!(generate(&looped).unwrap_err().contains("the path parameter `id` is not a text"));
}
