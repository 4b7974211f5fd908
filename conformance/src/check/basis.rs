//! What a rule rests on in one case: it decides between must and should.

use super::finding::Level;
use super::retry;
use super::rule::{self, Rule, RuleBasis, RuleFamily};
use crate::document::Location;
use crate::plan::case::{Basis, Case};
use crate::plan::fact;
use crate::plan::source::Source;

/// What a rule rests on in one case.
#[derive(Debug)]
pub struct Rationale {
    /// Must or should.
    pub level: Level,
    /// The sentence of the document, the purpose of the case, or the practice.
    pub because: String,
    /// The place of the sentence, if the rule rests on one.
    pub stated: Option<Location>,
}

/// What a rule rests on in a case: a quoted sentence, the place that the case is about, or a practice.
pub fn basis(source: &Source, case: &Case, rule: &Rule) -> Rationale {
    let sentence = source.provider.rules.iter().find(|prose| prose.rule == rule.id);
    let quoted = sentence.and_then(|prose| fact::prose(&source.document, prose));
    match (rule.basis, quoted) {
        (RuleBasis::Prose(_), Some(fact)) => Rationale {
            level: Level::Must,
            because: format!("\"{}\"", fact.says),
            stated: Some(fact.location),
        },
        (RuleBasis::Always(reason), _) => rationale(Level::Must, reason),
        (RuleBasis::Document, _) => match case.basis {
            Basis::Document => rationale(Level::Must, &case.purpose),
            Basis::Practice(practice) => rationale(Level::Should, practice),
        },
        (RuleBasis::Prose(practice) | RuleBasis::Practice(practice), _) => rationale(Level::Should, practice),
    }
}

fn rationale(level: Level, because: &str) -> Rationale {
    Rationale { level, because: because.to_owned(), stated: None }
}

/// Whether a rule about further attempts is checked in a case.
fn applies_retry(rule: &Rule, case: &Case) -> bool {
    (rule != &rule::RETRY_AFTER || retry::asked_wait(case).is_some())
        && (rule != &rule::RETRY_EXPIRED_URL || retry::expiry(case).is_some())
        && (rule != &rule::RETRY_UNUSED_URL || retry::uses_each_url(case))
}

/// The rules that are checked in a case.
pub fn applicable(case: &Case) -> Vec<&'static Rule> {
    rule::ALL.iter().copied().filter(|rule| applies(rule, case)).collect()
}

fn applies(rule: &Rule, case: &Case) -> bool {
    let is_refusal = case.outcome.is_refusal();
    match rule.family {
        RuleFamily::Request if is_refusal => {
            let of_allowed = [&rule::REQUEST_SENT, &rule::REQUEST_BODY_SCHEMA];
            case.request.is_some() && !of_allowed.contains(&rule)
        }
        RuleFamily::Request => true,
        RuleFamily::Response | RuleFamily::Secret => true,
        RuleFamily::Refusal => is_refusal == (rule == &rule::REFUSAL_MISSING),
        RuleFamily::Upload => case.upload.is_some(),
        RuleFamily::Retry => applies_retry(rule, case),
        RuleFamily::Server => false,
    }
}
