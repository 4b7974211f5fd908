//! The progress of a run, on standard error: a bar on a terminal, otherwise a line from time to time.

use std::convert::Infallible;
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::{Instant, interval_at};

use crate::result::{CaseResult, VerdictKind};
use crate::run::known_failing::KnownFailing;

/// How often a line is written.
const PERIOD: Duration = Duration::from_secs(10);

/// The progress of a run.
pub(super) struct RunProgress<'a> {
    bar: ProgressBar,
    cases: usize,
    known_failing: Option<&'a KnownFailing>,
    failed: AtomicUsize,
    errors: AtomicUsize,
}

impl<'a> RunProgress<'a> {
    /// The progress of this number of cases. The bar is hidden when standard error is not a terminal.
    pub(super) fn new(cases: usize, known_failing: Option<&'a KnownFailing>) -> Self {
        let style = ProgressStyle::with_template("{pos}/{len} [{bar:20}] {wide_msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ");
        let bar = ProgressBar::new(cases as u64).with_style(style);
        let [failed, errors] = Default::default();
        Self { bar, cases, known_failing, failed, errors }
    }

    /// Counts a result.
    pub(super) fn count(&self, result: &CaseResult) {
        self.bar.set_message(result.case.id.clone());
        self.bar.inc(1);
        let is_known = || self.known_failing.is_some_and(|list| list.has(&result.case.id));
        match result.verdict.kind() {
            VerdictKind::Fail if !is_known() => self.failed.fetch_add(1, Ordering::Relaxed),
            VerdictKind::Error => self.errors.fetch_add(1, Ordering::Relaxed),
            _ => 0,
        };
    }

    /// Removes the bar.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// Writes a line in each period, unless standard error is a terminal. It does not end.
    pub(super) async fn write_lines(&self) -> Infallible {
        if std::io::stderr().is_terminal() {
            return std::future::pending().await;
        }
        let mut ticks = interval_at(Instant::now() + PERIOD, PERIOD);
        let tick = async || {
            ticks.tick().await;
        };
        self.write_at(tick, &mut anstream::stderr()).await
    }

    /// Writes a line after each tick.
    async fn write_at(&self, mut tick: impl AsyncFnMut(), out: &mut impl Write) -> Infallible {
        loop {
            tick().await;
            // When standard error is closed, the run goes on.
            let _ = writeln!(out, "{}", self.line());
        }
    }

    /// For example `120 of 293 cases, 2 failed`.
    fn line(&self) -> String {
        let done = self.bar.position();
        let [failed, errors] = [&self.failed, &self.errors].map(|count| count.load(Ordering::Relaxed));
        let errors = if errors == 0 { String::new() } else { format!(", {errors} in error") };
        format!("{done} of {} cases, {failed} failed{errors}", self.cases)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::plan::Plan;
    use crate::provider::built_in::{documents, providers};
    use crate::result::Verdict;

    #[test]
    fn a_line_counts_the_cases_at_each_tick() {
        let plan = Plan::of(documents().unwrap(), &providers().unwrap()).unwrap();
        let [first, second, third, ..] = &plan.cases[..] else { panic!("too few cases") };
        let list = KnownFailing::read(&format!("{}  # known\n", first.id), &plan).unwrap();
        let progress = RunProgress::new(plan.cases.len(), Some(&list));
        let mut results = [
            CaseResult::new(first, Verdict::Fail),
            CaseResult::new(second, Verdict::Fail),
            CaseResult::new(third, Verdict::Error("it ended".into())),
        ]
        .into_iter();
        // Each tick comes after one more result. After the last one there are no more ticks.
        let tick = async || match results.next() {
            Some(result) => progress.count(&result),
            None => std::future::pending().await,
        };
        let mut out = Vec::new();
        assert!(progress.write_at(tick, &mut out).now_or_never().is_none());
        let cases = plan.cases.len();
        let expected = format!(
            "1 of {cases} cases, 0 failed\n2 of {cases} cases, 1 failed\n3 of {cases} cases, 1 failed, 1 in error\n"
        );
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
