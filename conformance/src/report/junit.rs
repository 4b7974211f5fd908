//! The report as JUnit XML, which every continuous integration reads: a provider is a suite, a
//! case is a test case.

use quick_junit::{NonSuccessKind, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::{Report, terminal};
use crate::run::{CaseResult, Verdict};

/// The report as XML.
///
/// # Errors
///
/// The XML writer's.
pub fn text(report: &Report<'_>) -> Result<String, SerializeError> {
    let mut whole = quick_junit::Report::new(env!("CARGO_PKG_NAME"));
    whole.set_time(report.run.elapsed);
    let mut suites: Vec<TestSuite> = Vec::new();
    for result in &report.run.results {
        let provider = result.case.provider.as_str();
        let at = suites.iter().position(|suite| suite.name.as_str() == provider).unwrap_or_else(|| {
            suites.push(TestSuite::new(provider));
            suites.len() - 1
        });
        suites[at].add_test_case(test_case(report, result));
    }
    whole.add_test_suites(suites);
    whole.to_string()
}

fn test_case(report: &Report<'_>, result: &CaseResult) -> TestCase {
    let case = &result.case;
    let mut test = TestCase::new(case.id.as_str(), status(report, result));
    test.set_classname(format!("{}.{}", case.provider, case.operation)).set_time(result.elapsed);
    test
}

fn status(report: &Report<'_>, result: &CaseResult) -> TestCaseStatus {
    if result.is_listed_in_vain() {
        let message = format!("listed as known failing, and the verdict is {}", result.verdict.word());
        return told(TestCaseStatus::non_success(NonSuccessKind::Failure), message, report, result);
    }
    let failure = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let error = TestCaseStatus::non_success(NonSuccessKind::Error);
    match result.verdict {
        Verdict::Pass => TestCaseStatus::success(),
        Verdict::Fail => told(failure, broken_rules(result), report, result),
        Verdict::Error => told(error, trouble(result), report, result),
        Verdict::Unsupported => {
            let why = result.unsupported.as_deref().unwrap_or("the client has no such call");
            skipped(&format!("unsupported: {why}"))
        }
        Verdict::KnownFailing => {
            skipped(&format!("known failing: {}", result.known_failing.as_deref().unwrap_or_default()))
        }
    }
}

/// A status with a message, and with all that the terminal shows of the case.
fn told(
    mut status: TestCaseStatus,
    message: String,
    report: &Report<'_>,
    result: &CaseResult,
) -> TestCaseStatus {
    let mut text = String::new();
    terminal::put_result(&mut text, report, result);
    // The colours are no characters of XML: the writer leaves them out.
    status.set_message(message).set_description(text);
    status
}

fn skipped(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(message);
    status
}

fn broken_rules(result: &CaseResult) -> String {
    let rules: Vec<&str> = result.findings.iter().map(|finding| finding.rule).collect();
    rules.join(", ")
}

fn trouble(result: &CaseResult) -> String {
    result.trouble.as_ref().map(|trouble| trouble.says.clone()).unwrap_or_default()
}
