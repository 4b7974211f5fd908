//! Swagger 2.0, which is read into the same model as OpenAPI 3.

use media_upload_conformance::document::{Code, CredentialKind, Document, NoteKind};
use serde_json::{Value, json};

use super::notes;
use crate::outline::{outline, read};

/// A document with these top-level lines and these lines of its operation `POST /a`.
fn document(top: &str, operation: &str) -> Document {
    let indented: String = operation.lines().map(|line| format!("      {line}\n")).collect();
    let text = format!(
        "swagger: '2.0'\ninfo: {{title: t, version: '1'}}\n{top}paths:\n  /a:\n    post:\n      operationId: send\n{indented}"
    );
    Document::read("a.yaml", text.as_bytes()).unwrap()
}

const DONE: &str = "responses: {'204': {description: d}}\n";

/// A document whose operation has these parameters.
fn with_parameters(parameters: &str) -> Document {
    document("", &format!("parameters:\n{parameters}{DONE}"))
}

fn refusal(text: &str) -> String {
    Document::read("a.yaml", text.as_bytes()).map(|_| ()).unwrap_err().to_string()
}

fn only_body(document: &Document) -> &media_upload_conformance::document::Body {
    document.operations[0].body.as_ref().unwrap()
}

fn media_types(contents: &[media_upload_conformance::document::Content]) -> Vec<&str> {
    contents.iter().map(|content| content.media_type.as_str()).collect()
}

#[test]
fn a_whole_document_is_read_with_the_line_of_each_part() {
    let document = read("conformance/tests/documents/shop-2.0.yaml");
    insta::assert_snapshot!(outline(&document));
    assert_eq!(notes(&document), [""; 0]);
}

#[test]
fn the_version_can_be_a_number_and_other_versions_are_refused() {
    for version in ["'2.0'", "2.0", "2", "\"2.0\""] {
        let text = format!(
            "swagger: {version}\npaths: {{/a: {{get: {{responses: {{'204': {{description: d}}}}}}}}}}\n"
        );
        assert_eq!(Document::read("a.yaml", text.as_bytes()).unwrap().operations.len(), 1, "{version}");
    }
    let supported = "only Swagger 2.0 and OpenAPI 3.0, 3.1 and 3.2 are supported; convert the document";
    for (text, error) in [
        ("swagger: '1.2'\n", format!("a.yaml:1: the document is Swagger 1.2; {supported}")),
        ("info: {}\nswaggerVersion: 1.2\n", format!("a.yaml:2: the document is Swagger 1.2; {supported}")),
        ("swagger: 2.1\n", format!("a.yaml:1: the document is Swagger 2.1; {supported}")),
        ("openapi: 2.0.0\n", format!("a.yaml:1: the document is OpenAPI 2.0.0; {supported}")),
        (
            "swagger: [2]\n",
            "a.yaml:1: expected a string (quote it if it looks like another type) at /swagger, found a list"
                .to_owned(),
        ),
        (
            "openapi: 3.0.0\nswagger: '2.0'\n",
            "a.yaml:2: the top level has `swagger:` and `openapi:`; remove one of them".to_owned(),
        ),
    ] {
        assert_eq!(refusal(text), error);
    }
}

#[test]
fn base_urls_are_made_of_schemes_host_and_base_path() {
    let urls = |top: &str, operation: &str| {
        let document = document(top, &format!("{operation}{DONE}"));
        let servers = document.servers_of(&document.operations[0]).iter();
        servers.map(|server| format!("{} {}", server.location.line, server.url)).collect::<Vec<_>>()
    };
    assert_eq!(urls("host: a.example:8080\nbasePath: /v1/\n", ""), ["3 https://a.example:8080/v1"]);
    assert_eq!(
        urls("host: a.example\nschemes: [http,\n  https]\nbasePath: /\n", ""),
        ["4 http://a.example", "5 https://a.example"]
    );
    assert_eq!(urls("host: a.example\n", "schemes: [http]\n"), ["8 http://a.example"]);
    assert_eq!(urls("basePath: /v1\n", ""), ["3 /v1"]);
    assert_eq!(urls("", ""), [""; 0]);
    let document = document("host: a.example/v1\nbasePath: v2\nschemes: [wss, https]\n", DONE);
    assert_eq!(document.servers[0].url, "https://a.example/v1/v2");
    assert_eq!(
        notes(&document),
        [
            "3 `host: a.example/v1` must be a host name, with a port or without",
            "4 `basePath: v2` does not start with `/`; it is read as `/v2`",
            "5 the suite does not judge the scheme `wss`; it is ignored",
        ]
    );
}

#[test]
fn the_format_of_a_list_becomes_a_style() {
    let rows = [
        ("query", "", "form", false),
        ("query", "collectionFormat: csv, ", "form", false),
        ("query", "collectionFormat: ssv, ", "spaceDelimited", false),
        ("query", "collectionFormat: tsv, ", "tabDelimited", false),
        ("query", "collectionFormat: pipes, ", "pipeDelimited", false),
        ("query", "collectionFormat: multi, ", "form", true),
        ("header", "", "simple", false),
        ("header", "collectionFormat: pipes, ", "pipeDelimited", false),
    ];
    for (place, format, style, explode) in rows {
        let parameter = format!("- {{name: p, in: {place}, type: array, {format}items: {{type: string}}}}\n");
        let document = with_parameters(&parameter);
        let read = &document.operations[0].parameters[0].format;
        assert_eq!((read.style.word(), read.explode), (style, explode), "{place} {format}");
        assert_eq!(notes(&document), [""; 0]);
    }
    let document = with_parameters(
        "- {name: p, in: header, type: array, collectionFormat: multi, items: {type: array, collectionFormat: ssv, items: {type: string}}}\n",
    );
    assert_eq!(
        notes(&document),
        [
            "8 `collectionFormat: multi` is not allowed in this location; `csv` is used",
            "8 the suite does not judge `collectionFormat`; it is ignored",
        ]
    );
}

#[test]
fn a_parameter_is_its_own_schema() {
    let document = with_parameters(
        "- {name: p, in: query, type: integer, minimum: 1, exclusiveMinimum: true, default: 2, allowEmptyValue: true, description: d, x-other: 1, schema: {}}\n- {name: q, in: query}\n- {name: Accept, in: header, type: string}\n",
    );
    let parameters = &document.operations[0].parameters;
    assert_eq!(parameters[0].schema.value, json!({ "type": "integer", "exclusiveMinimum": 1, "default": 2 }));
    assert!(parameters[0].allow_empty && parameters[0].format.explode);
    assert_eq!(parameters[0].description, "d");
    assert_eq!(parameters.len(), 2);
    assert_eq!(
        notes(&document),
        [
            "8 Swagger 2.0 has no key `schema` here; it is ignored",
            "9 the key `type` is missing; every value is accepted",
            "10 the suite does not judge the header parameter `Accept`; it is ignored",
        ]
    );
    let error =
        refusal("swagger: '2.0'\npaths: {/a: {get: {parameters: [{name: a, in: cookie, type: string}]}}}\n");
    assert_eq!(
        error,
        "a.yaml:2: `in: cookie` is not a parameter location; use path, query, header, formData or body"
    );
}

#[test]
fn fields_make_a_form_and_each_keeps_its_place() {
    let document = document(
        "parameters:\n  Size:\n    name: size\n    in: formData\n    type: integer\n    minimum: 1\n",
        &format!(
            "parameters:\n- {{name: name, in: formData, required: true, type: string}}\n- $ref: '#/parameters/Size'\n- {{name: tags, in: formData, type: array, items: {{type: string}}}}\n{DONE}"
        ),
    );
    let body = only_body(&document);
    assert!(body.required);
    assert_eq!(media_types(&body.contents), ["application/x-www-form-urlencoded"]);
    let content = &body.contents[0];
    assert_eq!(content.encodings.keys().collect::<Vec<_>>(), ["tags"]);
    let schema = content.schema.as_ref().unwrap();
    let validator = document.validator(schema).unwrap();
    assert!(validator.is_valid(&json!({ "name": "a", "size": 1 })));
    assert!(!validator.is_valid(&json!({ "name": "a", "size": 0 })) && !validator.is_valid(&json!({})));
    let line = |step: &str| document.locate(&format!("{}{step}", schema.pointer)).line;
    assert_eq!([line("/properties/name"), line("/properties/size"), line("/required/0")], [14, 15, 14]);
    let reference = schema.value["properties"]["size"]["$ref"].as_str().unwrap();
    let (_, pointer) = document.definition(reference).unwrap();
    assert_eq!(pointer, "/parameters/Size");
    assert_eq!(document.locate(&format!("{pointer}/minimum")).line, 8);
}

#[test]
fn a_form_has_the_media_types_that_fit_it() {
    let types = |consumes: &str, kind: &str| {
        let document =
            document(consumes, &format!("parameters:\n- {{name: a, in: formData, type: {kind}}}\n{DONE}"));
        (media_types(&only_body(&document).contents).join(" "), notes(&document).len())
    };
    let (form, multipart) = ("application/x-www-form-urlencoded", "multipart/form-data");
    assert_eq!(types("", "string"), (form.to_owned(), 0));
    assert_eq!(types("", "file"), (multipart.to_owned(), 0));
    assert_eq!(types("consumes: [application/json]\n", "string"), (form.to_owned(), 1));
    assert_eq!(types("consumes: [application/json]\n", "file"), (multipart.to_owned(), 1));
    let both = format!("consumes: [{multipart}, {form}]\n");
    assert_eq!(types(&both, "string"), (format!("{multipart} {form}"), 0));
    assert_eq!(types(&both, "file"), (multipart.to_owned(), 0));
}

#[test]
fn a_body_has_the_media_types_of_the_operation_or_else_of_the_document() {
    let body = "parameters:\n- {name: b, in: body, required: true, schema: {type: object}}\n";
    let types = |top: &str, operation: &str| {
        let document = document(top, &format!("{operation}{body}{DONE}"));
        media_types(&only_body(&document).contents).join(" ")
    };
    assert_eq!(types("consumes: [text/csv]\n", ""), "text/csv");
    assert_eq!(types("consumes: [text/csv]\n", "consumes: [a/b, c/d, a/b]\n"), "a/b c/d");
    assert_eq!(types("", ""), "application/json");
    let two = with_parameters(
        "- {name: b, in: body, schema: {type: object}}\n- {name: c, in: body, schema: {}}\n- {name: d, in: formData, type: string}\n",
    );
    assert_eq!(
        notes(&two),
        [
            "8 no `consumes` is stated for this body; it is read as application/json",
            "9 another parameter is the whole body; this one is ignored",
            "10 another parameter is the whole body; this one is ignored",
        ]
    );
}

#[test]
fn a_response_has_the_media_types_of_the_operation_and_examples_by_media_type() {
    let contents = |operation: &str| {
        let document = document("", operation);
        let contents = &document.operations[0].responses[0].contents;
        let shown = contents.iter().map(|content| {
            let examples: Vec<&Value> = content.examples.iter().map(|example| &example.value).collect();
            format!("{} {} {}", content.media_type, content.schema.is_some(), json!(examples))
        });
        (shown.collect::<Vec<_>>(), notes(&document))
    };
    let (found, noted) = contents(
        "produces: [application/json, text/csv]\nresponses: {'200': {description: d, schema: {type: string, example: s}, examples: {text/csv: a, application/xml: b}}}\n",
    );
    assert_eq!(found, ["application/json true [\"s\"]", "text/csv true [\"a\",\"s\"]"]);
    assert_eq!(noted, ["8 `produces` does not have `application/xml`; the example is ignored"]);
    let (found, _) = contents("responses: {'200': {description: d, examples: {text/csv: a}}}\n");
    assert_eq!(found, ["text/csv false [\"a\"]"]);
    let (found, noted) = contents("responses: {'200': {description: d, schema: {type: file}}}\n");
    assert_eq!(found, ["*/* true []"]);
    assert_eq!(noted, ["7 no `produces` is stated for this response; it is read as */*"]);
    let (found, _) = contents("produces: [a/b]\nresponses: {'204': {description: d}}\n");
    assert_eq!(found, [""; 0]);
}

#[test]
fn keywords_of_schemas_are_those_of_swagger() {
    let schema = |text: &str| {
        let document = document(&format!("definitions:\n  A: {text}\n"), DONE);
        (document.definitions["definitions"]["A"].clone(), notes(&document))
    };
    let same = |text: &str, value: Value| assert_eq!(schema(text), (value, Vec::new()), "{text}");
    same("{type: string, x-nullable: true}", json!({ "type": ["string", "null"] }));
    same("{type: string, x-nullable: 1}", json!({ "type": "string" }));
    same("{type: [string, 'null'], x-nullable: true}", json!({ "type": ["string", "null"] }));
    same("{type: [string, integer], x-nullable: true}", json!({ "type": ["string", "integer", "null"] }));
    same("{minimum: 1, exclusiveMinimum: true}", json!({ "exclusiveMinimum": 1 }));
    same("{discriminator: kind}", json!({ "discriminator": { "propertyName": "kind" } }));
    let (value, noted) = schema("{type: string, nullable: true, oneOf: [{type: string}], const: a}");
    assert_eq!(value, json!({ "type": "string" }));
    assert_eq!(
        noted,
        ["nullable", "oneOf", "const"]
            .map(|key| format!("4 Swagger 2.0 has no key `{key}` here; it is ignored"))
    );
}

#[test]
fn credentials_are_basic_an_api_key_or_oauth() {
    let document = document(
        "securityDefinitions:\n  a: {type: basic}\n  b: {type: apiKey, in: query, name: key}\n  c: {type: oauth2, flow: implicit, authorizationUrl: 'https://a.example', scopes: {}}\nsecurity: [{a: []}, {b: [], c: [x]}, {d: []}]\n",
        DONE,
    );
    let kinds: Vec<_> = document.operations[0].credentials().map(|credential| &credential.kind).collect();
    assert!(matches!(
        kinds.as_slice(),
        [
            CredentialKind::Basic,
            CredentialKind::Parameter(..),
            CredentialKind::Bearer,
            CredentialKind::Other(_)
        ]
    ));
    assert_eq!(notes(&document), ["7 `d` is not defined in `securityDefinitions`; it cannot be sent"]);
}

#[test]
fn keys_of_openapi_3_are_unknown_and_extensions_are_not() {
    let document = document(
        "x-a: 1\nservers: []\ncomponents: {}\n",
        "x-b: 1\ncallbacks: {a: {}}\nrequestBody: {}\nresponses: {default: {description: d, x-c: 1, content: {}}}\n",
    );
    assert!(document.notes.iter().all(|note| note.kind == NoteKind::Defect));
    assert_eq!(document.operations[0].responses[0].code, Code::Default);
    let unknown =
        [(4, "servers"), (5, "components"), (11, "callbacks"), (12, "requestBody"), (13, "content")];
    assert_eq!(
        notes(&document),
        unknown.map(|(line, key)| format!("{line} Swagger 2.0 has no key `{key}` here; it is ignored"))
    );
}
