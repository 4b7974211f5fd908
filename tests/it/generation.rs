//! The steps of build.rs, and the whole of what they generate.

#[allow(dead_code, unused_imports)]
#[path = "../../build.rs"]
mod build;

mod growth;
mod left_out;

/// The vendor's document as it was when these tests were written, so that another does not break them.
const DOCUMENT: &str = include_str!("../fixtures/pyannote.yaml");

pub(crate) fn generate(document: &str) -> Result<String, String> {
    generate_without("", document)
}

/// With a list of what is left out.
fn generate_without(left_out: &str, document: &str) -> Result<String, String> {
    let list = ("openapi/pyannote.left-out.yaml", left_out);
    build::generate(("openapi/pyannote.yaml", document), list).map_err(|defects| defects.to_string())
}

/// The document with one text in it replaced by another.
fn edited(from: &str, to: &str) -> String {
    assert!(DOCUMENT.contains(from), "the document no longer says {from:?}");
    DOCUMENT.replacen(from, to, 1)
}

/// The one line with which a document is refused.
fn refusal(document: &str) -> String {
    let line = generate(document).unwrap_err();
    assert!(!line.contains('\n'), "not one line: {line}");
    line
}

/// The document with `response` added to those of its operation.
fn with_response(response: &str) -> String {
    edited("        '402':\n", &format!("{response}        '402':\n"))
}

#[test]
fn the_generated_client_is_the_reviewed_one() {
    let source = generate(include_str!("../../openapi/pyannote.yaml")).unwrap();
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
fn ranges_and_the_default_carry_the_status() {
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
fn a_default_stands_for_the_success_that_is_not_documented() {
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
fn a_pattern_is_freed_of_its_delimiters() {
    assert!(generate(DOCUMENT).unwrap().contains(r#"Regex::new("^media:\\/\\/[a-zA-Z0-9\\-_\\.\\/]+$")"#));
    for (pattern, parts) in [
        ("/x/", Some(("x", ""))),
        ("/x/g", Some(("x", "g"))),
        (r"/a\/[/]b/i", Some((r"a\/[/]b", "i"))),
        ("/a/b/", None),
        ("/api/v1/d", None),
        ("^x$", None),
        ("/x", None),
        ("//", None),
        ("/home/user", None),
        ("/", None),
    ] {
        assert_eq!(build::literal(pattern), parts, "{pattern}");
    }
}

#[test]
fn a_pattern_with_flags_is_refused() {
    let document = edited(r"/^media:\/\/[a-zA-Z0-9\-_\.\/]+$/", "/x/g");
    insta::assert_snapshot!(refusal(&document), @"openapi/pyannote.yaml:68: /components/schemas/GetMediaUploadUrl/properties/url/pattern: the pattern `/x/g` has the flags `g`, which an OpenAPI pattern cannot have; write it without flags, as `x`, if that says the same");
}

#[test]
fn what_is_not_yaml_is_refused() {
    insta::assert_snapshot!(refusal("openapi: 3.0.0\n paths: ]\n"), @"openapi/pyannote.yaml:2: this is not YAML: mapping values are not allowed in this context; mend the syntax, or import the page again");
    insta::assert_snapshot!(refusal("<html>\n"), @"openapi/pyannote.yaml:1: this is not an OpenAPI document: it has no `openapi`; put the fenced OpenAPI block of the vendor's page here");
    insta::assert_snapshot!(refusal(""), @"openapi/pyannote.yaml:1: this is not an OpenAPI document: it has no `openapi`; put the fenced OpenAPI block of the vendor's page here");
    insta::assert_snapshot!(refusal("openapi: 3.0.0\nx: !secret y\n"), @"openapi/pyannote.yaml:1: the tag `!secret` cannot stand in an OpenAPI document; use plain strings as keys, each once, and no tags");
}

#[test]
fn a_reference_that_leads_nowhere_is_refused() {
    insta::assert_snapshot!(refusal(&edited("schemas/ApiError'", "schemas/ApiErrors'")), @"openapi/pyannote.yaml:51: /paths/~1v1~1media~1input/post/responses/402/content/application~1json/schema/$ref: `#/components/schemas/ApiErrors` leads nowhere; add what it names to this document, or correct it");
    insta::assert_snapshot!(refusal(&edited("'#/components/schemas/ApiError'", "other.yaml")), @"openapi/pyannote.yaml:51: /paths/~1v1~1media~1input/post/responses/402/content/application~1json/schema/$ref: `other.yaml` leads nowhere; add what it names to this document, or correct it");
}

#[test]
fn a_reference_that_leads_in_a_circle_is_refused() {
    let document = edited(
        "    ApiError:\n",
        "    A: { $ref: '#/components/schemas/B' }\n    B: { $ref: '#/components/schemas/A' }\n    ApiError:\n",
    );
    insta::assert_snapshot!(refusal(&document), @"openapi/pyannote.yaml:98: /components/schemas/A/$ref: `#/components/schemas/B` leads in a circle; let one of its references give a schema");
}

#[test]
fn another_version_of_openapi_is_refused() {
    insta::assert_snapshot!(refusal(&edited("openapi: 3.0.0", "openapi: 3.1.0")), @r#"openapi/pyannote.yaml:1: /openapi: the version is "3.1.0"; the generator takes OpenAPI 3.0.x: convert the document"#);
}

#[test]
fn a_document_without_a_server_or_with_a_bad_status_is_refused() {
    insta::assert_snapshot!(refusal(&edited("servers:", "x-servers:")), @"openapi/pyannote.yaml:1: /servers: the document names no server; add `servers` with a `url`");
    insta::assert_snapshot!(refusal(&edited("https://api.pyannote.ai", "/")), @"openapi/pyannote.yaml:9: /servers/0/url: the server `/` is no place by itself; put a whole URL first, like https://api.example.com");
    insta::assert_snapshot!(refusal(&edited("'402'", "'4O2'")), @"openapi/pyannote.yaml:46: /paths/~1v1~1media~1input/post/responses/4O2: `4O2` is no status; write three digits, a range such as 4XX, or default");
}

#[test]
fn nothing_that_the_document_states_is_passed_over() {
    insta::assert_snapshot!(
        [
            edited("  /v1/media/input:\n", "  v1/media/input:\n"),
            edited("    post:\n", "    POST:\n"),
            edited("        '402':\n", "        400: { description: again }\n        '402':\n"),
            edited("  version: local\n", "  version: 1.0\n"),
            edited("    ApiError:\n", "    Merged: { <<: text }\n    ApiError:\n"),
        ]
        .map(|document| refusal(&document))
        .join("\n"), @r"
    openapi/pyannote.yaml:16: /paths/v1~1media~1input: the path does not begin with a slash; write `/v1/media/input`, or leave it out
    openapi/pyannote.yaml:17: /paths/~1v1~1media~1input/POST: `POST` is no method, and nothing else that a path has; write methods in lower case; leave out what is none
    openapi/pyannote.yaml:1: the key `400`, twice in one mapping, cannot stand in an OpenAPI document; use plain strings as keys, each once, and no tags
    openapi/pyannote.yaml:5: /info/version: OpenAPI wants a text here; add it, or put it in quotes
    openapi/pyannote.yaml:1: `<<` with what is no mapping cannot stand in an OpenAPI document; use plain strings as keys, each once, and no tags
    ");
}

#[test]
fn places_are_found_in_the_text() {
    let lines =
        build::lines("a:\n  - b: 1\n  - c:\n      d/e: [1,\n        2]\n'f~': 1\n? [g]\n: 1\nf~: 2\nh: 1\n");
    for (pointer, line) in [
        ("", 1),
        ("/a", 1),
        ("/a/0", 2),
        ("/a/1/c", 3),
        ("/a/1/c/d~1e", 4),
        ("/a/1/c/d~1e/1", 5),
        // The first of two; and one after a key that no pointer can name.
        ("/f~0", 6),
        ("/h", 10),
    ] {
        assert_eq!(build::line(&lines, pointer), line, "{pointer}");
    }
    // The nearest place above it that there is.
    assert_eq!(build::line(&lines, "/a/1/x/y"), 3);
    assert_eq!(build::line(&build::lines("]"), "/a"), 1);
}
