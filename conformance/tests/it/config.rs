//! `conformance.yaml`: a provider and a client without Rust, and one line for each mistake.

mod fit;
mod refusal;

use std::path::Path;
use std::process::{Command, Output};

use media_upload_conformance::Config;
use serde_json::Value;
use tempfile::TempDir;

use crate::command::{file, text};

/// A document of an unknown vendor.
pub(crate) const SHOP: &str = r#"openapi: 3.0.3
info: { title: Shop, version: "1" }
servers: [{ url: "https://api.shop.example/v2" }]
paths:
  /things/{id}:
    get:
      operationId: getThing
      security: [{ key: [] }]
      parameters: [{ name: id, in: path, required: true, schema: { type: string, pattern: "^t-[0-9]+$" } }]
      responses:
        "200": { description: d, content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } } }
        "404": { description: d }
  /health:
    get:
      operationId: health
      parameters: [{ name: version, in: query, required: true, schema: { type: integer } }]
      responses: { "204": { description: d } }
components:
  securitySchemes: { key: { type: apiKey, in: header, name: X-Key } }
  schemas: { Thing: { type: object, required: [id], properties: { id: { type: string, example: t-1 } } } }
"#;

/// A configuration with every key of the schema, each on a line of its own.
const EVERY_KEY: &str = "providers:
  shop:
    documents: [api.yaml]
    host: api.shop.example
    base_url: https://api.shop.example/v3
    credentials:
      shop_key:
        scheme: key
        sample: shop-key-0123456789
        variable: SHOP_KEY
      shop_id:
        parameter: id
    parameters:
      id:
        sample: t-7
        server_value: true
        client_supplied: false
    operations:
      getThing:
        parameters: { id: { sample: t-8 } }
    bodies: { \"404\": none }
    rules:
      - rule: upload/url
        sentence: PUT it there.
    flows:
      upload:
        operation: getThing
        url: /id
        method: POST
        success: [201]
clients:
  curl:
    command: [sh, driver.sh]
    known_failing: list.txt
";

/// A driver that calls `getThing` with curl.
const DRIVER: &str = r#"read -r line
echo '{"protocol":1,"client":{"name":"curl"},"operations":["shop/getThing"]}'
field() { printf %s "$line" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
while read -r line; do
  body=$(curl -sf -H "x-key: $(field shop_key)" "$(field base_url)/things/$(field id)") && outcome="\"result\":$body" ||
    outcome='"error":{"status":null,"message":"curl failed"}'
  echo "{\"case\":\"$(field case)\",$outcome}"
done
"#;

/// A folder with the document, the driver and a configuration.
fn folder(config: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    file(&folder, "api.yaml", SHOP.as_bytes());
    file(&folder, "driver.sh", DRIVER.as_bytes());
    file(&folder, "conformance.yaml", config.as_bytes());
    folder
}

/// Runs the command in a folder.
fn conformance(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
    command.args(arguments).current_dir(folder).output().unwrap()
}

/// The one line on standard error with which a command is refused.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = conformance(folder, arguments);
    let line = text(&output.stderr);
    assert_eq!((output.status.code(), line.lines().count()), (Some(2), 1), "{arguments:?}: {line}");
    line
}

/// What is wrong with a configuration.
fn problem(config: &str) -> String {
    let line = Config::read("conformance.yaml", config.as_bytes()).unwrap_err().to_string();
    assert!(line.starts_with("conformance.yaml:") && line.lines().count() == 1, "{line}");
    line
}

const THIRD: &str = "providers:
  shop:
    documents: [api.yaml]
    credentials: { shop_key: { scheme: key } }
    parameters: { id: { sample: t-42 } }
clients:
  curl: { command: [sh, driver.sh], known_failing: list.txt }
";

#[cfg(unix)]
#[test]
fn a_third_provider_and_its_client_need_no_rust() {
    let folder = folder(THIRD);
    let plan = text(&conformance(folder.path(), &["plan"]).stdout);
    assert!(plan.starts_with("shop/getThing/200 ") && !plan.contains("pyannote"), "{plan}");
    if Command::new("curl").arg("--version").output().is_err() {
        return println!("skipped: curl is not installed");
    }
    let run = |filter, more: &[&str]| {
        let arguments = [&["run", "--client", "curl", "--filter", filter], more].concat();
        let output = conformance(folder.path(), &arguments);
        (output.status.code(), text(&output.stdout) + &text(&output.stderr))
    };
    file(&folder, "list.txt", b"shop/getThing/404  # it does not report errors\n");
    let (code, report) = run("shop/getThing/200", &[]);
    assert!(code == Some(0) && report.contains("1 case: 1 passed"), "{report}");
    let (code, report) = run("shop/getThing/404", &[]);
    assert!(code == Some(0) && report.contains("1 known-failing"), "{report}");
    file(&folder, "none.txt", b"");
    let (code, report) = run("shop/getThing/404", &["--known-failing", "none.txt"]);
    assert!(code == Some(1), "an explicit list replaces that of the client: {report}");
    assert!(report.contains("--client curl"), "the command that runs the case again: {report}");
}

#[cfg(unix)]
#[test]
fn only_a_run_of_the_client_starts_its_command() {
    let config = "clients: { mine: { command: [sh, -c, 'touch started'] } }";
    let folder = folder(config);
    let started = folder.path().join("started");
    for arguments in [&["plan"][..], &["doctor"], &["explain", "pyannote/getMediaUploadURL/402"], &["run"]] {
        let output = conformance(folder.path(), arguments);
        assert!(text(&output.stdout).contains("pyannote"), "without a document, the built-in ones are used");
        assert!(!started.exists(), "{arguments:?}");
    }
    assert_eq!(conformance(folder.path(), &["run", "--client", "mine"]).status.code(), Some(3));
    assert!(started.exists());
}

#[test]
fn a_client_is_chosen_by_its_name() {
    let folder = folder("clients: { python: { command: [python3, driver.py] } }");
    let line = refused(folder.path(), &["run", "--client", "pyton"]);
    assert!(line.contains("the configuration has no client `pyton`; did you mean `python`?"), "{line}");
    for more in [&["--server", "http://127.0.0.1:1"][..], &["--", "sh"]] {
        let output = conformance(folder.path(), &[&["run", "--client", "python"], more].concat());
        let line = text(&output.stderr);
        assert!(output.status.code() == Some(2) && line.contains("cannot be used with"), "{line}");
    }
}

#[test]
fn a_typing_error_in_any_key_is_one_line_with_the_place_and_the_known_key() {
    let schema: Value = serde_json::from_str(include_str!("../../conformance.schema.json")).unwrap();
    let mut keys = Vec::new();
    collect_keys(&schema, &mut keys);
    Config::read("conformance.yaml", EVERY_KEY.as_bytes()).unwrap();
    assert!(keys.len() > 20, "{keys:?}");
    for key in keys {
        let written = format!("{key}: ");
        let has = |line: &str| line.trim_start_matches([' ', '-']).starts_with(written.trim_end());
        let index = EVERY_KEY.lines().position(has).unwrap_or_else(|| panic!("no line has {key}"));
        let wrong = |(at, line): (usize, &str)| match at == index {
            true => line.replacen(&format!("{key}:"), &format!("{key}x:"), 1),
            false => line.to_owned(),
        };
        let config: Vec<_> = EVERY_KEY.lines().enumerate().map(wrong).collect();
        let line = problem(&config.join("\n"));
        let place = format!("conformance.yaml:{}: unknown key `{key}x` in ", index + 1);
        assert!(line.starts_with(&place) && line.ends_with(&format!("did you mean `{key}`?")), "{line}");
    }
    let folder = folder(&EVERY_KEY.replace("documents", "docments"));
    let line = refused(folder.path(), &["plan"]);
    let expected = "conformance.yaml:3: unknown key `docments` in providers.shop; did you mean `documents`?";
    assert_eq!(line.trim_end(), format!("error: {expected}"));
}

/// The names of all properties of a schema.
fn collect_keys(schema: &Value, keys: &mut Vec<String>) {
    let Some(fields) = schema.as_object() else { return };
    for (name, value) in fields {
        if let Some(properties) = value.as_object().filter(|_| name == "properties") {
            keys.extend(properties.keys().cloned());
        }
        collect_keys(value, keys);
    }
}

#[test]
fn without_a_client_a_run_needs_an_operation_of_the_built_in_clients() {
    let folder = folder(THIRD);
    file(&folder, "list.txt", b"");
    let line = refused(folder.path(), &["run"]);
    let expected =
        "the built-in clients have none of these operations; use --client NAME (one of curl) or -- COMMAND";
    assert_eq!(line.trim_end(), format!("error: {expected}"));
}

#[test]
fn a_document_belongs_to_the_provider_that_lists_it_then_to_the_one_whose_host_it_names() {
    let folder = folder(
        "providers: { listed: { documents: [api.yaml] }, hosted: { documents: [b.yaml], host: api.shop.example } }",
    );
    let copy = file(&folder, "copy.yaml", SHOP.as_bytes());
    file(&folder, "elsewhere.yaml", SHOP.replace("api.shop", "api.other").as_bytes());
    for (document, provider) in [
        ("api.yaml", "listed"),
        ("./api.yaml", "listed"),
        (copy.as_str(), "hosted"),
        ("elsewhere.yaml", "elsewhere"),
    ] {
        let plan = text(&conformance(folder.path(), &["plan", document]).stdout);
        assert!(plan.starts_with(&format!("{provider}/getThing/200")), "{document}: {plan}");
    }
    // Paths are relative to the configuration.
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    file(&folder, "sub/conformance.yaml", b"providers: { above: { documents: [../api.yaml] } }");
    let plan = conformance(folder.path(), &["plan", "--config", "sub/conformance.yaml"]);
    assert!(
        text(&plan.stdout).starts_with("above/getThing/200  api.yaml:")
            || text(&plan.stdout).contains("  api.yaml:")
    );
}
