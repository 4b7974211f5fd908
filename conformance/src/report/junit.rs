//! The report as JUnit XML, which continuous integration systems read. A provider is a test suite, a case is a test case.

use quick_junit::{NonSuccessKind, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::{Report, broken_rules, terminal};
use crate::result::{CaseResult, Verdict};

/// The report as XML.
///
/// # Errors
///
/// Any error of the XML writer.
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
        let mut test = TestCase::new(result.case.id.as_str(), status(report, result));
        test.set_classname(format!("{provider}.{}", result.case.operation)).set_time(result.elapsed);
        suites[at].add_test_case(test);
    }
    whole.add_test_suites(suites);
    whole.to_string()
}

fn status(report: &Report<'_>, result: &CaseResult) -> TestCaseStatus {
    let (kind, message) = match &result.verdict {
        verdict if result.unexpected_pass().is_some() => {
            let message = format!("expected to fail, but the verdict is {}", verdict.kind().word());
            (NonSuccessKind::Failure, message)
        }
        Verdict::Pass => return TestCaseStatus::success(),
        Verdict::Fail => (NonSuccessKind::Failure, broken_rules(result)),
        Verdict::Error(cause) => (NonSuccessKind::Error, cause.message.clone()),
        Verdict::Unsupported(reason) => return skipped(format!("unsupported: {reason}")),
        Verdict::KnownFailing(reason) => return skipped(format!("known failing: {reason}")),
    };
    // The writer removes the escape sequences of the styles, which XML does not allow.
    let mut description = String::new();
    terminal::put_result(&mut description, report, result);
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(message).set_description(description);
    status
}

fn skipped(message: String) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(message);
    status
}
