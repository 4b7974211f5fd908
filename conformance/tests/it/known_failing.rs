//! Lists of cases that a client is known to fail.

use crate::command::{conformance, file, refused, text};
use crate::refusing_driver::refusing_driver;

const SHORTEST: &str = "pyannote/getMediaUploadURL/argument/url/shortest";
const LONGEST: &str = "pyannote/getMediaUploadURL/argument/url/longest";
const TOO_LONG: &str = "pyannote/getMediaUploadURL/argument/url/too-long";

/// Runs the argument cases with a client that refuses every call. It fails [`SHORTEST`] and [`LONGEST`], because the document
/// allows these arguments. Returns the exit code and the report.
fn run(flags: &[&str]) -> (i32, String) {
    let command = refusing_driver(1, "nothing", ":");
    let mut arguments = vec![
        "--filter",
        "pyannote/getMediaUploadURL/argument/url/{empty,shortest,longest,too-long,pattern-broken,wrong-type,absent}",
    ];
    arguments.extend(flags);
    arguments.push("--");
    arguments.extend(command.iter().map(String::as_str));
    let output = conformance(&arguments);
    (output.status.code().unwrap(), text(&output.stdout))
}

/// Runs the same cases with a list of known failures.
fn run_with(list: &str) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    run(&["--known-failing", &file(&folder, "list", list.as_bytes())])
}

/// The error for a list, without the name of its file.
fn list_error(list: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let list = file(&folder, "list", list.as_bytes());
    refused(2, &["--known-failing", &list]).replace(&format!("error: {list}:"), "")
}

#[test]
fn without_a_list_the_cases_fail() {
    let (code, report) = run(&[]);
    assert_eq!(code, 1);
    assert!(report.contains("7 cases: 5 passed, 2 failed;"), "{report}");
}

#[test]
fn listed_cases_that_fail_do_not_fail_the_run_and_have_their_own_count() {
    let (code, report) = run_with(&format!("# ours\n\n{SHORTEST}  # refuses\n{LONGEST}\t# refuses too\n"));
    assert_eq!(code, 0, "{report}");
    assert!(report.contains("7 cases: 5 passed, 2 known-failing;"), "{report}");
    assert!(report.contains(&format!("known failing, 1 case: refuses too\n  {LONGEST}\n")), "{report}");
}

#[test]
fn a_glob_lists_every_case_that_it_matches() {
    let (code, report) = run_with("*/argument/url/*est  # it refuses everything\n");
    assert_eq!(code, 0, "{report}");
}

#[test]
fn a_listed_case_that_passes_fails_the_run_and_is_named() {
    let (code, report) = run_with(&format!("*est  # refuses\n{TOO_LONG}  # fixed\n"));
    assert_eq!(code, 1);
    assert!(report.contains(&format!("expected to fail {TOO_LONG}: but the verdict is pass")), "{report}");
}

#[test]
fn a_listed_case_that_is_unsupported_fails_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let list = file(&folder, "list", b"pyannote/upload/small # never\n");
    let command = refusing_driver(1, "nothing", ":");
    let mut arguments = vec!["--filter", "pyannote/upload/small", "--known-failing", &list, "--"];
    arguments.extend(command.iter().map(String::as_str));
    let output = conformance(&arguments);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("the verdict is unsupported"));
}

#[test]
fn an_error_in_the_list_names_its_line() {
    assert!(list_error("# one\nno/such/case  # gone\n").starts_with("2: 'no/such/case': no planned case"));
    assert!(list_error(&format!("{LONGEST} # a\n{LONGEST} # b\n")).starts_with("2: '"));
    assert!(list_error(&format!("{LONGEST}\n")).contains("has no reason"));
    assert!(list_error(&format!("{LONGEST} reason\n")).contains("has no reason"));
    assert!(list_error(&format!("{LONGEST} #\n")).contains("has no reason"));
    assert!(list_error("pyannote/[  # a\n").starts_with("1: "));
}

#[test]
fn an_error_names_a_list_that_cannot_be_read() {
    let line = refused(2, &["--known-failing", "no/such/list"]);
    assert!(line.contains("no/such/list: cannot be read"), "{line}");
    let folder = tempfile::tempdir().unwrap();
    let binary = file(&folder, "list", &[0xff, 0xfe]);
    assert!(refused(2, &["--known-failing", &binary]).contains(&binary));
}

#[test]
fn a_written_list_names_the_broken_rules_and_is_a_valid_list() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "list", b"what was there before");
    let (code, _) = run(&["--write-known-failing", &path]);
    assert_eq!(code, 1);
    let list = std::fs::read_to_string(&path).unwrap();
    assert!(list.starts_with("# Cases that refusing-client 1 is known to fail."), "{list}");
    assert!(list.contains(&format!("\n{LONGEST}  # TODO: reason? It breaks refusal/unneeded\n")), "{list}");
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "a temporary file was left next to the list"
    );
    let (code, report) = run(&["--known-failing", &path]);
    assert_eq!(code, 0, "{report}");
}

#[test]
fn reading_and_writing_a_list_in_one_run_is_a_usage_error() {
    let output = conformance(&["--known-failing", "a", "--write-known-failing", "b"]);
    assert_eq!(output.status.code(), Some(2));
}
