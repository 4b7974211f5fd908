//! The command line: output, exit codes and invalid input.

use std::path::Path;
use std::process::{Command, Output};

use crate::documents::{PYANNOTE, case, cielo24_with_a_broken_rule, edited, source, whole_plan};

pub(crate) fn conformance(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_conformance"))
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap())
        .output()
        .unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What a command printed to standard error, without the lines that a slow machine prints about the progress of a run.
pub(crate) fn messages(output: &Output) -> String {
    let is_progress =
        |line: &str| line.contains(" cases, ") && line.starts_with(|c: char| c.is_ascii_digit());
    text(&output.stderr).split_inclusive('\n').filter(|line| !is_progress(line)).collect()
}

/// Runs a command that must fail with one line on standard error, and returns the line.
pub(crate) fn refused(code: i32, arguments: &[&str]) -> String {
    let output = conformance(arguments);
    let line = messages(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {line}");
    assert_eq!(line.lines().count(), 1, "{line}");
    assert!(output.stdout.is_empty());
    line
}

pub(crate) fn file(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

#[test]
fn without_a_subcommand_our_clients_are_run_and_conform() {
    let output = conformance(&[]);
    let report = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{report}");
    assert!(report.contains("getMediaUploadURL") && report.contains("request_upload_url"), "{report}");
    let summary = report.lines().last().unwrap();
    let counts =
        regex::Regex::new(r"^\d+ cases: \d+ passed; 0 warnings; (\d+) of (\d+) facts exercised; [\d.]+ s$");
    let counts = counts.unwrap().captures(summary).unwrap_or_else(|| panic!("{summary}"));
    assert_eq!(counts[1], counts[2]);
    assert!(!report.contains('\u{1b}'), "styles without a terminal");
    assert_eq!(messages(&output), "");
}

#[test]
fn a_filter_runs_the_cases_that_match() {
    let output = conformance(&["run", "--filter", "pyannote/getMediaUploadURL/400"]);
    assert_eq!(output.status.code(), Some(0));
    let output = text(&output.stdout);
    assert!(output.contains("\n1 case: 1 passed") && !output.contains("cielo24"), "{output}");
}

#[test]
fn a_filter_that_matches_nothing_is_a_usage_error() {
    let line = refused(2, &["--filter", "nothing/*"]);
    assert!(line.contains("no case id matches 'nothing/*'"), "{line}");
}

#[test]
fn a_glob_that_is_too_long_is_a_usage_error() {
    for glob in ["*".repeat(100_000), format!("{}{}", "{".repeat(40_000), "}".repeat(40_000))] {
        let line = refused(2, &["--filter", &glob]);
        assert!(line.contains("the longest allowed has 500"), "{line}");
    }
}

#[test]
fn a_report_that_cannot_be_written_is_a_usage_error_before_any_case_runs() {
    for (flag, place) in [
        ("--json", "/no/such/dir/x"),
        ("--json", ""),
        ("--json", "/"),
        ("--write-known-failing", "/no/such/dir/x"),
    ] {
        let line = refused(2, &[flag, place]);
        assert!(line.contains("cannot be written"), "{line}");
    }
    for (one, other) in [
        ("--json", "--junit"),
        ("--junit", "--html"),
        ("--json", "--html"),
        ("--junit", "--write-known-failing"),
    ] {
        let line = refused(2, &[one, "same", other, "same"]);
        assert!(line.contains(&format!("{one} and {other} name the same file")), "{line}");
    }
}

#[test]
fn an_error_names_an_unreadable_document_and_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let line = refused(2, &["plan", "no/such/file.yaml"]);
    assert!(line.contains("no/such/file.yaml: cannot be read"), "{line}");
    let broken = file(&folder, "broken.yaml", b"openapi: 3.0.0\npaths: [\n");
    let line = refused(2, &["plan", &broken]);
    assert!(line.contains(&format!("{broken}:")), "{line}");
    let newer = file(&folder, "newer.yaml", b"openapi: 4.0.0\ninfo: {title: t, version: v}\npaths: {}\n");
    let line = refused(2, &["plan", &newer]);
    assert!(line.contains("4.0.0"), "{line}");
    let binary = file(&folder, "binary.yaml", &[0xff, 0xfe, 0x00]);
    refused(2, &["plan", &binary]);
    let empty = file(&folder, "empty.yaml", b"");
    refused(2, &["plan", &empty]);
}

#[test]
fn a_quoted_sentence_missing_in_the_document_is_an_error_with_the_most_similar_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let changed = file(&folder, "request_upload_url.rst", cielo24_with_a_broken_rule().as_bytes());
    let line = refused(2, &["plan", &changed]);
    assert!(line.contains("upload/authorization"), "{line}");
    assert!(line.contains(" and content type"), "{line}");
}

#[test]
fn a_document_of_an_unknown_provider_is_planned_under_its_file_name() {
    let output = conformance(&["conformance/tests/fixtures/other.yaml"]);
    // Every case is unsupported. A run without a judged case must not look successful.
    assert_eq!(output.status.code(), Some(1));
    let report = text(&output.stdout);
    assert!(report.contains("unsupported"), "{report}");
    assert!(report.starts_with("other  conformance/tests/fixtures/other.yaml"), "{report}");
}

#[test]
fn a_fact_in_no_case_and_an_operation_that_is_not_offered_fail_a_run_only_where_they_are_required() {
    let folder = tempfile::tempdir().unwrap();
    let document = source(PYANNOTE);
    let property = "    MediaResponse:\n      type: object\n      properties:\n";
    let never = format!("{property}        never:\n          not: {{}}\n");
    let without_value = edited(&document, property, &never);
    let other = "paths:\n  /v1/other:\n    get:\n      operationId: other\n      responses:\n        '204': {description: d}\n";
    let more = edited(&document, "paths:\n", other);
    for (name, text) in [("facts", without_value), ("operations", more)] {
        let document = file(&folder, "pyannote.yaml", text.as_bytes());
        let code = |options: &[&str]| conformance(&[&[document.as_str()], options].concat()).status.code();
        assert_eq!(code(&[]), Some(0), "{name}");
        assert_eq!(code(&["--require", name]), Some(1), "{name}");
        assert_eq!(code(&["--require", "facts,operations"]), Some(1), "{name}");
        assert_eq!(code(&["--require", "all"]), Some(2), "{name}");
    }
}

#[test]
fn a_status_added_to_the_document_gets_a_case() {
    let folder = tempfile::tempdir().unwrap();
    let document = source("openapi/pyannote.yaml");
    let forbidden = "        '403':\n          description: Forbidden\n          content:\n            application/json:\n              \
                     schema:\n                $ref: '#/components/schemas/ApiError'\n        '400':\n";
    let more = file(&folder, "pyannote.yaml", edited(&document, "        '400':\n", forbidden).as_bytes());
    let plan = text(&conformance(&["plan", &more]).stdout);
    assert!(plan.contains("pyannote/getMediaUploadURL/403 "), "{plan}");
    assert!(!plan.contains("pyannote/getMediaUploadURL/undocumented/403"), "{plan}");
}

#[test]
fn plan_lists_every_case_with_its_location() {
    let plan = text(&conformance(&["plan"]).stdout);
    let line = plan.lines().find(|line| line.starts_with("pyannote/getMediaUploadURL/400 ")).unwrap();
    let planned = whole_plan();
    let place = case(&planned, "pyannote/getMediaUploadURL/400").location.to_string();
    assert!(place.starts_with("openapi/pyannote.yaml:") && line.contains(&place), "{line}");
    let json = conformance(&["plan", "--json"]).stdout;
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["cases"].as_array().unwrap().len() + 1, plan.lines().count());
}

#[test]
fn explain_shows_the_excerpt_the_request_and_the_outcome() {
    let output = conformance(&["explain", "pyannote/getMediaUploadURL/400"]);
    insta::assert_snapshot!(text(&output.stdout));
}

#[test]
fn explain_of_a_forbidden_value_shows_the_refusal_and_the_request_that_a_client_may_send() {
    let output =
        text(&conformance(&["explain", "pyannote/getMediaUploadURL/argument/url/other-scheme"]).stdout);
    for part in [
        "another scheme, which is forbidden",
        "The client should refuse the call and send no request.",
        "The request, if the client sends one, as a command:",
        "if a request is sent: an error with status 400",
        "should  refusal/missing",
        "must    request/body  ",
    ] {
        assert!(output.contains(part), "{part}: {output}");
    }
    assert!(!output.contains("request/sent") && !output.contains("request/body-schema"), "{output}");
}

#[test]
fn explain_shows_the_request_to_the_server_of_the_operation() {
    let speech_api = "conformance/tests/fixtures/speech-api.yaml";
    for (id, document, url) in [
        ("pyannote/getMediaUploadURL/400", "openapi/pyannote.yaml", "https://api.pyannote.ai/v1/media/input"),
        ("pyannote/upload/small", "openapi/pyannote.yaml", "https://api.pyannote.ai/v1/media/input"),
        ("speech-api/sendFeedback/202", speech_api, "https://feedback.speech.example/v1/feedback"),
    ] {
        let output = text(&conformance(&["explain", id, document]).stdout);
        assert!(output.contains(&format!("curl -X POST '{url}'")), "{output}");
    }
}

#[test]
fn explain_of_an_unknown_case_names_the_most_similar_id() {
    for (id, nearest) in [
        ("pyannote/getMediaUploadURL/404", "; the most similar id is 'pyannote/getMediaUploadURL/40"),
        ("getMediaUploadURL/402", "; the most similar id is 'pyannote/getMediaUploadURL/402';"),
        ("nope", "'nope'; `conformance plan`"),
    ] {
        let line = refused(2, &["explain", id]);
        assert!(line.contains(nearest), "{line}");
    }
}

#[test]
fn doctor_finds_the_defects_of_both_documents() {
    let output = conformance(&["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(text(&output.stdout));
}

#[test]
fn doctor_finds_no_defect_in_a_sound_document() {
    let folder = tempfile::tempdir().unwrap();
    let sound = b"openapi: 3.0.3\ninfo: { title: Sound, version: '1' }\npaths:\n  /things:\n    get:\n      operationId: things\n      \
                  responses:\n        '200': { description: All, content: { application/json: { schema: { type: object }, \
                  example: {} } } }\n";
    let output = conformance(&["doctor", &file(&folder, "sound.yaml", sound)]);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(0), "0 defects\n"));
}

#[test]
fn help_names_the_subcommands_and_the_exit_codes() {
    let help = text(&conformance(&["--help"]).stdout);
    for subcommand in ["run", "plan", "explain", "doctor", "diff", "import"] {
        let help = text(&conformance(&[subcommand, "--help"]).stdout);
        assert!(help.contains("Exit codes: 0"), "{subcommand}: {help}");
    }
    for word in [
        "run",
        "plan",
        "explain",
        "doctor",
        "diff",
        "import",
        "Exit codes: 0",
        "1 something does not conform",
        "2 usage",
        "3 the suite",
    ] {
        assert!(help.contains(word), "{word}: {help}");
    }
}

#[test]
fn a_case_timeout_that_is_no_number_of_seconds_is_a_usage_error() {
    for wrong in ["0", "-1", "ten", "", "10s", "NaN", "inf", "1e9"] {
        let line = refused(2, &["--case-timeout", wrong]);
        let expected = "is not a number of seconds from 0.001 to 86400, for example 60\n";
        assert_eq!(line, format!("error: --case-timeout: '{wrong}' {expected}"));
    }
}

#[test]
fn an_unknown_flag_is_a_usage_error() {
    assert_eq!(conformance(&["--no-such-flag"]).status.code(), Some(2));
}

#[test]
fn completions_and_manual_pages_have_every_subcommand_and_flag() {
    for shell in ["bash", "zsh", "fish"] {
        let script = text(&conformance(&["completions", shell]).stdout);
        assert!(["doctor", "import", "known-failing"].iter().all(|word| script.contains(word)), "{shell}");
    }
    let page = text(&conformance(&["man", "run"]).stdout);
    for flag in [
        "server",
        "allow\\-remote",
        "yes",
        "sample",
        "follow\\-uploads",
        "filter",
        "strict",
        "case\\-timeout",
        "json",
        "junit",
        "html",
    ] {
        assert!(page.contains(&format!("\\-\\-{flag}")), "{flag}: {page}");
    }
    assert!(text(&conformance(&["man"]).stdout).contains("Exit codes"));
    assert!(refused(2, &["man", "nothing"]).contains("unknown subcommand 'nothing'"));
}

#[test]
fn cases_for_servers_are_listed_and_explained() {
    let listed = conformance(&["plan", "--server"]);
    let id = "pyannote/getMediaUploadURL/server/wrong-credential";
    assert!(text(&listed.stdout).contains(id));
    let explained = conformance(&["explain", id]);
    assert_eq!(explained.status.code(), Some(0));
    assert!(text(&explained.stdout).contains("Only servers have this case."));
}
