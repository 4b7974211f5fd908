//! The findings of a run by rule, so that a report can tell once what many cases have in common.

use crate::check::finding::{Blame, Finding, Level, distinct};
use crate::check::rule::{Rule, RuleBasis};
use crate::result::CaseResult;

/// The findings of one rule with the same level and the same party to fix them.
pub(super) struct BrokenRule<'a> {
    pub(super) rule: &'static Rule,
    pub(super) level: Level,
    pub(super) blame: Blame,
    /// The cases, each once, in the order of the plan.
    pub(super) cases: Vec<&'a CaseResult>,
    /// What is different from case to case.
    findings: Vec<&'a Finding>,
}

impl<'a> BrokenRule<'a> {
    fn new(finding: &Finding) -> Self {
        let Finding { rule, level, blame, .. } = *finding;
        Self { rule, level, blame, cases: Vec::new(), findings: Vec::new() }
    }

    fn has(&self, finding: &Finding) -> bool {
        (self.rule, self.level, self.blame) == (finding.rule, finding.level, finding.blame)
    }

    fn add(&mut self, case: &'a CaseResult, finding: &'a Finding) {
        if self.cases.last().is_none_or(|last| last.case.id != case.case.id) {
            self.cases.push(case);
        }
        self.findings.push(finding);
    }

    /// Whether the rule rests on the places in the document that the cases are about. The reasons are then their purposes.
    pub(super) fn rests_on_place(&self) -> bool {
        self.level == Level::Must && self.rule.basis == RuleBasis::Document
    }

    /// The reasons, each once.
    pub(super) fn reasons(&self) -> Vec<&'a str> {
        distinct(self.findings.iter().map(|finding| finding.because.as_str()))
    }

    /// The places that state the rule, each once.
    pub(super) fn places(&self) -> Vec<String> {
        let place = |finding: &&Finding| format!("{}  {}", finding.location, finding.location.pointer);
        distinct(self.findings.iter().map(place))
    }

    /// What was expected and what happened, each pair once.
    pub(super) fn details(&self) -> Vec<(&'a str, &'a str)> {
        distinct(self.findings.iter().map(|finding| (finding.expected.as_str(), finding.actual.trim())))
    }
}

/// The broken rules: requirements first, otherwise in the order in which they occur.
pub(super) fn broken_rules<'a>(results: impl IntoIterator<Item = &'a CaseResult>) -> Vec<BrokenRule<'a>> {
    let mut rules: Vec<BrokenRule<'a>> = Vec::new();
    for result in results {
        for finding in &result.findings {
            let at = rules.iter().position(|rule| rule.has(finding)).unwrap_or_else(|| {
                rules.push(BrokenRule::new(finding));
                rules.len() - 1
            });
            rules[at].add(result, finding);
        }
    }
    rules.sort_by_key(|rule| rule.level);
    rules
}

/// The first value, and how many others there are.
pub(super) fn first_of<T: AsRef<str>>(values: &[T]) -> String {
    match values {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first, others @ ..] => format!("{} (and {} more)", first.as_ref(), others.len()),
    }
}
