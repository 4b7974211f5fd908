//! The JSON and JUnit reports, and properties of every report.

use media_upload_conformance::check::rule::RETRY_AFTER;
use media_upload_conformance::{CaseResult, DriverError, Level, Verdict, junit};
use serde_json::Value;

use crate::command::{conformance, file, refused, text};
use crate::documents::whole_plan;
use crate::html::{passed, report_of, run_of};
use crate::refusing_driver::refusing_driver;
use crate::report_terminal::finding;

/// The arguments of a run with every verdict. The client refuses every call and has no upload. The driver exits at one case.
/// Another case is listed as known failing.
fn every_verdict(list: &str, flags: &[&str]) -> Vec<String> {
    let filter = "pyannote/{getMediaUploadURL/argument/url/{empty,shortest,longest,too-long,pattern-broken,wrong-type,absent},upload/small}";
    let known = ["--filter", filter, "--known-failing", list];
    let mut arguments: Vec<String> = known.iter().chain(flags).map(|&flag| flag.to_owned()).collect();
    arguments.push("--".to_owned());
    arguments.extend(refusing_driver(1, "*/too-long", r#"echo "$line" >&2; exit 3"#));
    arguments
}

fn list(folder: &tempfile::TempDir) -> String {
    file(folder, "list", b"*/longest  # it refuses <everything> & more\n")
}

pub(crate) fn run(flags: &[&str]) -> std::process::Output {
    let folder = tempfile::tempdir().unwrap();
    let arguments = every_verdict(&list(&folder), flags);
    let output = conformance(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(output.status.code(), Some(1));
    output
}

fn json(flags: &[&str]) -> Value {
    let flags = [flags, &["--json", "-"]].concat();
    serde_json::from_slice(&run(&flags).stdout).unwrap()
}

/// The published schema without additional properties: the report may only have the described fields.
fn schema() -> jsonschema::Validator {
    let mut schema: Value = serde_json::from_str(include_str!("../../report.schema.json")).unwrap();
    close(&mut schema);
    jsonschema::validator_for(&schema).unwrap()
}

fn close(schema: &mut Value) {
    let parts: Vec<&mut Value> = match schema {
        Value::Object(fields) => fields.values_mut().collect(),
        Value::Array(elements) => elements.iter_mut().collect(),
        _ => return,
    };
    parts.into_iter().for_each(close);
    if schema.get("required").is_some_and(Value::is_array) {
        schema["additionalProperties"] = false.into();
    }
}

#[test]
fn the_json_report_conforms_to_its_published_schema() {
    let schema = schema();
    let ours: Value = serde_json::from_slice(&conformance(&["--json", "-"]).stdout).unwrap();
    for report in [json(&[]), ours] {
        let broken: Vec<String> =
            schema.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(broken.is_empty(), "{broken:#?}");
    }
}

#[test]
fn the_counts_of_the_json_report_add_up() {
    let report = json(&[]);
    let counts = report["counts"].as_object().unwrap();
    let count = |name: &str| counts[name].as_u64().unwrap();
    assert_eq!((count("pass"), count("fail"), count("unsupported")), (4, 1, 1));
    assert_eq!((count("known-failing"), count("error"), count("planned")), (1, 1, 8));
    assert_eq!(report["cases"].as_array().unwrap().len(), 8);
}

#[test]
fn the_json_report_has_the_findings_and_the_exchange_of_each_case() {
    let report = json(&[]);
    let case = |end: &str| {
        let cases = report["cases"].as_array().unwrap();
        cases.iter().find(|case| case["id"].as_str().unwrap().ends_with(end)).unwrap().clone()
    };
    let finding = &case("/shortest")["findings"][0];
    assert_eq!((&finding["rule"], &finding["level"]), (&"refusal/unneeded".into(), &"must".into()));
    let location = finding["location"].as_str().unwrap();
    assert!(
        location.starts_with("openapi/pyannote.yaml:") && location.ends_with("/url/pattern"),
        "{finding}"
    );
    assert_eq!(case("/longest")["known_failing"], "it refuses <everything> & more");
    assert_eq!(case("/too-long")["trouble"]["says"], "the driver ended (exit status: 3)");
    assert!(case("/shortest")["exchange"].as_str().unwrap().contains("= refused: never"));
    let facts = report["facts"].as_array().unwrap();
    let exercised = facts.iter().filter(|fact| fact["exercised"] == true).count();
    assert!(exercised > 0 && exercised < facts.len(), "{exercised} of {}", facts.len());
}

#[test]
fn the_junit_report_has_the_counts_of_the_run() {
    let output = run(&["--junit", "-"]);
    let xml = text(&output.stdout);
    let report = roxmltree::Document::parse(&xml).unwrap();
    let cases: Vec<_> = report.descendants().filter(|node| node.has_tag_name("testcase")).collect();
    assert_eq!(cases.len(), 8);
    let with =
        |tag: &str| cases.iter().filter(|case| case.children().any(|node| node.has_tag_name(tag))).count();
    assert_eq!((with("failure"), with("error"), with("skipped")), (1, 1, 2));
    let root = report.root_element();
    for (attribute, count) in [("tests", "8"), ("failures", "1"), ("errors", "1"), ("skipped", "2")] {
        assert_eq!(root.attribute(attribute), Some(count), "{attribute}");
    }
    let failure = report.descendants().find(|node| node.has_tag_name("failure")).unwrap();
    assert_eq!(failure.attribute("message"), Some("refusal/unneeded"));
    assert!(failure.text().unwrap().contains("openapi/pyannote.yaml:"), "{xml}");
    let known =
        report.descendants().find(|node| node.attribute("message").is_some_and(|m| m.contains("known")));
    assert_eq!(known.unwrap().attribute("message"), Some("known failing: it refuses <everything> & more"));
}

#[test]
fn the_junit_report_has_the_warnings_of_a_passed_case_in_system_out() {
    let plan = whole_plan();
    let mut results: Vec<CaseResult> = plan.cases.iter().take(2).map(passed).collect();
    results[0].findings = vec![finding(&results[0], &RETRY_AFTER, Level::Should, "no wait")];
    let xml = junit::text(&report_of(&plan, &run_of("client", results))).unwrap();
    let report = roxmltree::Document::parse(&xml).unwrap();
    assert_eq!(report.root_element().attribute("timestamp"), Some("2026-12-01T12:00:00.000+00:00"));
    let out: Vec<_> = report.descendants().filter(|node| node.has_tag_name("system-out")).collect();
    let [warning] = out.as_slice() else { panic!("{xml}") };
    let case = warning.parent().unwrap();
    assert_eq!(case.attribute("name"), Some(plan.cases[0].id.as_str()));
    assert!(case.children().all(|node| !node.has_tag_name("failure")));
    let text = warning.text().unwrap();
    assert!(text.contains("  retry/after (should): ") && text.contains("    actual    no wait\n"), "{text}");
}

#[test]
fn the_junit_report_is_valid_xml_whatever_the_strings_contain() {
    // XML 1.0 allows few control characters and not U+FFFE and U+FFFF, even when they are escaped.
    let hostile: String = (0..0xA0).chain(0xFFF0..=0xFFFF).filter_map(char::from_u32).collect();
    let hostile = format!("{hostile}]]><!-- & \u{1b}[31m\u{1b}]0;title\u{7}");
    let plan = whole_plan();
    let verdicts = [
        Verdict::Pass,
        Verdict::Fail,
        Verdict::Unsupported(hostile.clone()),
        Verdict::KnownFailing(hostile.clone()),
        Verdict::Error(DriverError { log: hostile.clone(), ..DriverError::from(hostile.clone()) }),
    ];
    let mut results: Vec<CaseResult> = plan.cases.iter().take(verdicts.len()).map(passed).collect();
    for (result, verdict) in results.iter_mut().zip(verdicts) {
        result.verdict = verdict;
        result.findings = vec![finding(result, &RETRY_AFTER, Level::Should, &hostile)];
        result.exchange.clone_from(&hostile);
        result.case.id.push_str(&hostile);
        [&mut result.case.provider, &mut result.case.operation, &mut result.case.purpose]
            .into_iter()
            .for_each(|text| text.clone_from(&hostile));
    }
    let xml = junit::text(&report_of(&plan, &run_of(&hostile, results))).unwrap();
    let report = roxmltree::Document::parse(&xml).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(report.descendants().filter(|node| node.has_tag_name("testcase")).count(), 5);
    let forbidden = |c: char| (c.is_control() && !"\n\t\r".contains(c)) || "\u{FFFE}\u{FFFF}".contains(c);
    assert!(!xml.contains(forbidden));
}

#[test]
fn an_unexpected_pass_is_a_failure_in_the_junit_report() {
    let folder = tempfile::tempdir().unwrap();
    let list = file(&folder, "list", b"pyannote/getMediaUploadURL/400 # fixed\n");
    let output = conformance(&[
        "--filter",
        "pyannote/getMediaUploadURL/400",
        "--known-failing",
        &list,
        "--junit",
        "-",
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("expected to fail, but the verdict is pass"));
}

#[test]
fn a_report_on_standard_output_sends_the_terminal_report_to_standard_error() {
    let output = run(&["--json", "-"]);
    assert!(text(&output.stderr).contains("8 cases: 4 passed"));
    let line = refused(2, &["--json", "-", "--junit", "-"]);
    assert!(line.contains("--json and --junit name the same file"), "{line}");
}

#[test]
fn reports_are_written_to_files_and_an_error_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let output = run(&["--json", &path("report.json"), "--junit", &path("report.xml")]);
    assert!(text(&output.stdout).contains("8 cases: 4 passed"));
    let json = std::fs::read_to_string(path("report.json")).unwrap();
    assert!(serde_json::from_str::<Value>(&json).is_ok());
    assert!(roxmltree::Document::parse(&std::fs::read_to_string(path("report.xml")).unwrap()).is_ok());
    let output = conformance(&["--filter", "*/400", "--json", "/no/such/folder/report.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("'/no/such/folder/report.json' cannot be written"));
}

#[test]
fn no_report_contains_a_secret() {
    let reports = [run(&["--json", "-"]), run(&["--junit", "-"]), run(&["--html", "-"])];
    for report in reports.iter().flat_map(|output| [text(&output.stdout), text(&output.stderr)]) {
        assert!(report.contains("[api_key]"), "the driver logs its credential: {report}");
        for provider in media_upload_conformance::providers().unwrap() {
            let mut credentials = provider.credentials().into_iter();
            assert!(credentials.all(|own| !report.contains(&own.sample())), "{report}");
        }
    }
}

#[test]
fn an_operation_id_with_a_slash_or_the_name_of_a_flow_has_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("steps.yaml");
    let steps = "openapi: 3.0.3\ninfo: { title: t, version: '1' }\nservers: [{ url: https://api.test }]\npaths:\n  /repos:\n    get:\n      \
                operationId: repos/get\n      responses: { '200': { description: d } }\n  /uploads:\n    post:\n      operationId: upload\n      \
                responses: { '201': { description: d } }\n";
    std::fs::write(&path, steps).unwrap();
    let report = self::text(&conformance(&["run", &path.display().to_string()]).stdout);
    for (operation, column) in [("repos/get", "200 unsupported"), ("upload", "201 unsupported")] {
        let row = report
            .lines()
            .find(|line| line.trim_start().starts_with(operation))
            .unwrap_or_else(|| panic!("{report}"));
        assert!(row.contains(column), "{report}");
    }
}

#[test]
fn the_terminal_report_counts_the_cases_of_each_family_in_a_column() {
    let filter = "pyannote/{getMediaUploadURL/{402,402/*,undocumented/*,argument/*/{empty,absent},transport/*},upload/*}";
    let report = text(&conformance(&["--filter", filter]).stdout);
    let rows: Vec<_> = report
        .lines()
        .skip(1)
        .flat_map(|line| line.split("  ").map(str::trim))
        .filter(|cell| !cell.is_empty())
        .collect();
    let expected = [
        "getMediaUploadURL",
        "402 17 pass",
        "undocumented 13 pass",
        "argument 2 pass",
        "transport 6 pass",
        "upload",
        "27 pass",
    ];
    assert_eq!(rows[..expected.len()], expected, "{report}");
}
