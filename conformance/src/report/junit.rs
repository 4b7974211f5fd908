//! The report as JUnit XML, which continuous integration systems read. A provider is a test suite, a case is a test case.

use quick_junit::{NonSuccessKind, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::matrix::grouped;
use super::{Report, broken_rules, case_text, fitted};
use crate::result::{CaseResult, Verdict};
use crate::style::visible;

/// The report as XML.
///
/// # Errors
///
/// Any error of the XML writer.
pub fn text(report: &Report<'_>) -> Result<String, SerializeError> {
    fitted(report, whole)
}

fn whole(report: &Report<'_>) -> Result<String, SerializeError> {
    let mut whole = quick_junit::Report::new(env!("CARGO_PKG_NAME"));
    whole.set_time(report.run.elapsed).set_timestamp(report.utc());
    let providers = grouped(report.run.results.iter(), |result| xml(&result.case.provider));
    whole.add_test_suites(providers.into_iter().map(|(provider, results)| {
        let mut suite = TestSuite::new(provider);
        suite.add_test_cases(results.into_iter().map(|result| test_case(report, result)));
        suite
    }));
    whole.to_string()
}

fn test_case(report: &Report<'_>, result: &CaseResult) -> TestCase {
    let class = format!("{}.{}", result.case.provider, result.case.operation);
    let mut test = TestCase::new(xml(&result.case.id), status(report, result));
    test.set_classname(xml(&class)).set_time(result.elapsed);
    if result.has_warning() {
        test.set_system_out(xml(&case_text::text(report, result)));
    }
    test
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
        Verdict::Unsupported(reason) => return skipped(&format!("unsupported: {reason}")),
        Verdict::KnownFailing(reason) => return skipped(&format!("known failing: {reason}")),
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(xml(&message)).set_description(xml(&case_text::text(report, result)));
    status
}

fn skipped(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(xml(message));
    status
}

/// A string without styles, and without the characters that XML 1.0 forbids even when they are escaped.
fn xml(text: &str) -> String {
    visible(text)
}
