//! The generator in `build/`: the client that it generates, and its errors.

mod alternatives;
mod edition;
mod growth;
mod left_out;

use std::path::Path;

/// A copy of the vendor's document, so that a change of `openapi/pyannote.yaml` does not break these tests.
const DOCUMENT: &str = include_str!("../fixtures/pyannote.yaml");

pub(crate) fn generate(document: &str) -> Result<String, String> {
    generate_without("", document)
}

/// Asserts that the client generated from a document is the one that is compiled here. `root` is the module that has what the
/// generated client expects at the root of its crate.
#[track_caller]
pub(crate) fn assert_reviewed(document: &str, name: &str, root: &str) {
    let accept = format!(
        "INSTA_UPDATE=always cargo test -p media-upload --test it {}",
        root.trim_start_matches("crate::")
    );
    let source = generate(document).unwrap().replace("crate::", root);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name);
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&file, &source).unwrap();
    }
    let reviewed = std::fs::read_to_string(&file).unwrap();
    let line = source.lines().zip(reviewed.lines()).position(|(new, old)| new != old);
    assert!(
        source == reviewed,
        "{} differs from line {} on. If the change is meant, accept it with:\n{accept}\nand read `git diff`",
        file.display(),
        line.map_or(reviewed.lines().count(), |line| line + 1),
    );
}

/// Generates the client with a list of operations to leave out.
fn generate_without(left_out: &str, document: &str) -> Result<String, String> {
    let list = ("openapi/pyannote.left-out.yaml", left_out);
    crate::build::generate(("openapi/pyannote.yaml", document), list)
}

/// The document with `from` replaced by `to`.
fn edited(from: &str, to: &str) -> String {
    assert!(DOCUMENT.contains(from), "the document does not contain {from:?}");
    DOCUMENT.replacen(from, to, 1)
}

/// The error for a document, which is one line.
fn error(document: &str) -> String {
    let line = generate(document).unwrap_err();
    assert!(!line.contains('\n'), "more than one line: {line}");
    line
}

/// The document with `response` added to its operation.
fn with_response(response: &str) -> String {
    edited("        '402':\n", &format!("{response}        '402':\n"))
}

#[test]
fn the_generated_client_is_the_reviewed_one() {
    let document = ("openapi/pyannote.yaml", include_str!("../../openapi/pyannote.yaml"));
    let source = crate::build::generate_for_this_crate(document, ("", "")).unwrap();
    insta::with_settings!({
        snapshot_path => "../snapshots",
        prepend_module_to_snapshot => false,
        omit_expression => true,
        description => "The client generated from openapi/pyannote.yaml. If the change is meant, accept it with:\n\
                        INSTA_UPDATE=always cargo test -p media-upload --test it the_generated_client_is",
    }, {
        insta::assert_snapshot!("pyannote.rs", source);
    });
}

#[test]
fn a_status_added_to_the_document_becomes_a_variant() {
    let source = generate(&with_response(
        "        '403':\n          description: Forbidden\n          content:\n            application/json:\n              \
         schema:\n                $ref: '#/components/schemas/ApiError'\n",
    ))
    .unwrap();
    assert!(source.contains("///Forbidden\n    Status403(types::ApiError),"), "{source}");
    assert!(source.contains("403 => ::serde_json::from_slice(body).ok().map(|body| Self::Status403(body)),"));
}

#[test]
fn the_variants_of_ranges_and_of_the_default_have_the_status() {
    let body = "content: { application/json: { schema: { $ref: '#/components/schemas/ApiError' } } }";
    let source = generate(&with_response(&format!(
        "        default: {{ description: Anything, {body} }}\n        5XX: {{ description: Broken, {body} }}\n        404: {{ description: Gone }}\n"
    )))
    .unwrap();
    for part in [
        "Status404,",
        "Status5xx(u16, types::ApiError),",
        "Default(u16, types::ApiError),",
        "404 => Some(Self::Status404),",
        "500..=599 =>",
        "_ => {\n                ::serde_json::from_slice(body)",
    ] {
        assert!(source.contains(part), "no {part:?} in {source}");
    }
}

#[test]
fn an_inline_error_schema_gets_a_name() {
    let source = generate(&with_response(
        "        '409': { description: '', content: { application/problem+json: { schema: { type: object, properties: { why: { type: string } } } } } }\n",
    ))
    .unwrap();
    assert!(source.contains("Status409(types::GetMediaUploadUrlStatus409Body),"), "{source}");
    assert!(source.contains("pub struct GetMediaUploadUrlStatus409Body"));
}

#[test]
fn without_a_documented_success_the_default_is_the_success() {
    let source =
        generate(&edited("'201':\n          description: ''", "default:\n          description: ''"))
            .unwrap();
    assert!(source.contains("200..=299 => ResponseValue::from_response(response).await,"), "{source}");
}

#[test]
fn a_server_has_the_defaults_of_its_variables() {
    let variable = "https://{region}.pyannote.ai/\n    variables: { region: { default: eu } }";
    let own = edited("https://api.pyannote.ai", variable).replace(
        "      operationId: getMediaUploadURL\n",
        "      operationId: getMediaUploadURL\n      servers: [{ url: https://eu.pyannote.ai }]\n",
    );
    assert!(generate(&own).unwrap().contains("SERVER: &str = \"https://eu.pyannote.ai/\""));
}

#[test]
fn the_delimiters_of_a_pattern_are_removed() {
    assert!(generate(DOCUMENT).unwrap().contains(r#"Regex::new("^media:\\/\\/[a-zA-Z0-9\\-_\\.\\/]+$")"#));
}

#[test]
fn a_pattern_with_flags_is_an_error() {
    let document = edited(r"/^media:\/\/[a-zA-Z0-9\-_\.\/]+$/", "/x/g");
    insta::assert_snapshot!(error(&document), @"openapi/pyannote.yaml:68: /components/schemas/GetMediaUploadUrl/properties/url/pattern: the pattern `/x/g` has the flags `g`, which OpenAPI does not support; write `x`, if it means the same without flags");
}

#[test]
fn a_text_that_is_not_yaml_or_not_openapi_is_an_error() {
    insta::assert_snapshot!(error("openapi: 3.0.0\n paths: ]\n"), @"openapi/pyannote.yaml:2: the YAML is invalid: mapping values are not allowed in this context; fix the syntax, or import the page again");
    insta::assert_snapshot!(error("<html>\n"), @"openapi/pyannote.yaml:1: this is not an OpenAPI document: it has no `openapi`; put the OpenAPI block of the vendor's page here");
    insta::assert_snapshot!(error(""), @"openapi/pyannote.yaml:1: this is not an OpenAPI document: it has no `openapi`; put the OpenAPI block of the vendor's page here");
    insta::assert_snapshot!(error("openapi: 3.0.0\nx: !secret y\n"), @"openapi/pyannote.yaml:2: the tag of `y` is not supported; remove the tag");
}

#[test]
fn a_reference_without_a_target_in_the_document_is_an_error() {
    insta::assert_snapshot!(error(&edited("schemas/ApiError'", "schemas/ApiErrors'")), @"openapi/pyannote.yaml:51: /paths/~1v1~1media~1input/post/responses/402/content/application~1json/schema/$ref: the target of the reference `#/components/schemas/ApiErrors` is not in this document; add the target to this document, or correct the reference");
    insta::assert_snapshot!(error(&edited("'#/components/schemas/ApiError'", "other.yaml")), @"openapi/pyannote.yaml:51: /paths/~1v1~1media~1input/post/responses/402/content/application~1json/schema/$ref: the target of the reference `other.yaml` is not in this document; add the target to this document, or correct the reference");
}

#[test]
fn a_circle_of_references_is_an_error() {
    let document = edited(
        "    ApiError:\n",
        "    A: { $ref: '#/components/schemas/B' }\n    B: { $ref: '#/components/schemas/A' }\n    ApiError:\n",
    );
    insta::assert_snapshot!(error(&document), @"openapi/pyannote.yaml:98: /components/schemas/A/$ref: the reference `#/components/schemas/B` is part of a circle of references; replace one reference of the circle by a schema");
}

#[test]
fn another_version_of_openapi_is_an_error() {
    insta::assert_snapshot!(error(&edited("openapi: 3.0.0", "openapi: 4.0.0")), @r#"openapi/pyannote.yaml:1: /openapi: the version is "4.0.0", but the generator supports only OpenAPI 3.0.x and 3.1.x; convert the document to OpenAPI 3.1"#);
}

#[test]
fn a_missing_server_and_an_invalid_status_are_errors() {
    insta::assert_snapshot!(error(&edited("servers:", "x-servers:")), @"openapi/pyannote.yaml:1: /servers: the document has no server; add `servers` with a `url`");
    insta::assert_snapshot!(error(&edited("https://api.pyannote.ai", "/")), @"openapi/pyannote.yaml:9: /servers/0/url: the server URL `/` is not absolute; write an absolute URL, such as https://api.example.com");
    insta::assert_snapshot!(error(&edited("'402'", "'4O2'")), @"openapi/pyannote.yaml:46: /paths/~1v1~1media~1input/post/responses/4O2: `4O2` is not a status; write three digits, a range such as 4XX, or default");
}

#[test]
fn keys_that_would_be_ignored_are_errors() {
    insta::assert_snapshot!(
        [
            edited("  /v1/media/input:\n", "  v1/media/input:\n"),
            edited("    post:\n", "    POST:\n"),
            edited("        '402':\n", "        400: { description: again }\n        '402':\n"),
            edited("  version: local\n", "  version: 1.0\n"),
            edited("    ApiError:\n", "    Merged: { <<: text }\n    ApiError:\n"),
        ]
        .map(|document| error(&document))
        .join("\n"), @r"
    openapi/pyannote.yaml:16: /paths/v1~1media~1input: the path does not start with a slash; write `/v1/media/input`, or remove it
    openapi/pyannote.yaml:17: /paths/~1v1~1media~1input/POST: `POST` is neither a method nor another key of a path item; write a method in lower case; remove any other key
    openapi/pyannote.yaml:46: the key `400` is in this mapping twice; remove one of the two
    openapi/pyannote.yaml:5: /info/version: a string is required here; add it, or quote it
    openapi/pyannote.yaml:98: `<<` merges a value that is not a mapping; merge a mapping or a list of mappings
    ");
}
