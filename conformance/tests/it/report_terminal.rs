//! The terminal report: equal findings are told once, and lines fit the width of the terminal.

use anstream::adapter::strip_str;
use media_upload_conformance::check::rule::{RESPONSE_STATUS, RETRY_AFTER, UPLOAD_STORED};
use media_upload_conformance::{
    Blame, CaseResult, DriverError, Finding, Level, Options, Rule, Run, Verdict, terminal,
};
use textwrap::core::display_width;

use crate::documents::whole_plan;
use crate::html::{passed, report_of, run_of};

pub(crate) fn finding(result: &CaseResult, rule: &'static Rule, level: Level, actual: &str) -> Finding {
    let location = result.case.location.clone();
    let [because, expected] = ["the reason for the rule", "what was expected"].map(str::to_owned);
    Finding { rule, level, blame: Blame::Client, location, because, expected, actual: actual.to_owned() }
}

/// A run in which most of the first cases break rules.
fn broken() -> Run {
    let plan = whole_plan();
    let mut results: Vec<CaseResult> = plan.cases.iter().take(24).map(passed).collect();
    for (index, result) in results.iter_mut().enumerate() {
        let error = |log: &str| DriverError { log: log.to_owned(), ..DriverError::from("the driver ended") };
        result.exchange = format!("> POST /{index} {}\n= error\n", "\u{6587}".repeat(60));
        match index {
            0..6 => {
                result.findings = vec![finding(result, &RETRY_AFTER, Level::Should, "no wait")];
            }
            6..9 => {
                result.verdict = Verdict::Fail;
                let actual = format!("actual {index}");
                result.findings = vec![
                    finding(result, &RESPONSE_STATUS, Level::Must, "always the same"),
                    finding(result, &UPLOAD_STORED, Level::Must, &actual),
                ];
            }
            9..12 => result.verdict = Verdict::Error(error(&format!("log {index}"))),
            12..15 => result.verdict = Verdict::Unsupported("the client has no such call".into()),
            15..18 => result.verdict = Verdict::Unsupported("still retrying after 10 s".into()),
            18..20 => result.verdict = Verdict::KnownFailing("not yet repaired".into()),
            _ => {}
        }
    }
    run_of("client", results)
}

fn text(run: &Run, width: Option<usize>) -> String {
    strip_str(&terminal::text(&report_of(&whole_plan(), run), width)).to_string()
}

#[test]
fn equal_findings_of_several_cases_are_told_once() {
    let report = text(&broken(), None);
    for once in [
        "fail response/status (must), 3 cases: The caller sees the status of the response.",
        "fail upload/stored (must), 3 cases: ",
        "  actual    always the same\n",
        "warning retry/after (should), 6 cases: ",
        "  actual    no wait\n",
        "error, 3 cases:\n  the driver ended\n  the driver's log:\n    log 9\n",
        "unsupported, 3 cases: the client has no such call\n  pyannote/getMediaUploadURL/",
        "unsupported, 3 cases: still retrying after 10 s\n  pyannote/getMediaUploadURL/",
        "known failing, 2 cases: not yet repaired\n  pyannote/getMediaUploadURL/",
        "> POST /6 ",
        "> POST /7 ",
    ] {
        assert_eq!(report.matches(once).count(), 1, "{once}\n{report}");
    }
    for each in ["actual 6", "actual 7", "actual 8"] {
        assert!(report.contains(each), "{report}");
    }
    for never in ["> POST /0 ", "> POST /8 ", "log 10"] {
        assert!(!report.contains(never), "{never}\n{report}");
    }
    let summary = report.lines().last().unwrap();
    let counts = "24 cases: 10 passed, 3 failed, 6 unsupported, 2 known-failing, 3 error; 6 warnings; ";
    assert!(summary.starts_with(counts), "{summary}");
}

#[test]
fn a_rule_says_how_many_other_values_its_cases_have() {
    let mut run = broken();
    for result in &mut run.results[..6] {
        result.findings[0].actual = format!("waited for {}", result.case.id);
    }
    let report = text(&run, None);
    assert!(report.contains("waited for pyannote/getMediaUploadURL/201 (and 5 more)\n"), "{report}");
}

#[test]
fn under_strict_there_are_no_warnings() {
    let mut run = broken();
    run.options = Options { strict: true, ..Options::default() };
    let report = text(&run, None);
    assert!(report.contains("fail retry/after (should), 6 cases: ") && report.contains("; 0 warnings; "));
}

#[test]
fn every_line_but_a_command_fits_the_width_of_the_terminal() {
    for width in [40, 80, 120] {
        for line in text(&broken(), Some(width)).lines() {
            let is_command = ["  run only this case: ", "see the exchange of "];
            let is_command = is_command.iter().any(|beginning| line.starts_with(beginning));
            assert!(is_command || display_width(line) <= width, "{width}: {line}");
        }
    }
}
