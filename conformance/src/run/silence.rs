//! A driver that is silent in several cases in a row: it neither answers, nor does its client send a request. Then it would be
//! silent in the other cases too, each for the whole time of a case.

use super::driver::Driver;
use super::known_failing::KnownFailing;
use crate::check::finding::Blame;
use crate::plan::case::{Case, Serve, TransportFault};
use crate::result::{CaseResult, Failure, Verdict};

/// The number of silent cases in a row that ends a run.
const MAX_SILENT: usize = 5;

/// Counts silent cases.
pub(super) struct Silence<'a> {
    pub(super) driver: &'a dyn Driver,
    known_failing: Option<&'a KnownFailing>,
    in_a_row: usize,
}

impl<'a> Silence<'a> {
    pub(super) fn new(driver: &'a dyn Driver, known_failing: Option<&'a KnownFailing>) -> Self {
        Self { driver, known_failing, in_a_row: 0 }
    }

    /// Counts a result.
    pub(super) fn count(&mut self, result: &CaseResult) {
        if !self.counts(&result.case) {
            return;
        }
        match &result.verdict {
            Verdict::Error(error) if error.failure == Failure::Silent => self.in_a_row += 1,
            // Another case or the suite is the cause.
            Verdict::Error(error) if error.failure == Failure::Uncertain || error.blame == Blame::Suite => {}
            _ => self.in_a_row = 0,
        }
    }

    /// Whether the result of a case can show that the driver is silent, or that it is not.
    fn counts(&self, case: &Case) -> bool {
        let is_known = self.known_failing.is_some_and(|list| list.has(&case.id));
        // No server can see the requests of such a case.
        let is_invisible = matches!(case.serve.first(), Some(Serve::Fault(TransportFault::Refused)));
        !is_known && !is_invisible && self.driver.offers(&case.provider, &case.operation)
    }

    /// Whether the run must end.
    pub(super) fn ends_the_run(&self) -> bool {
        self.in_a_row >= MAX_SILENT
    }

    /// Why the run must end.
    pub(super) fn reason(&self) -> String {
        format!("the driver neither answered nor sent a request in {MAX_SILENT} cases in a row")
    }
}
