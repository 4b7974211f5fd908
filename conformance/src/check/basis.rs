//! What a rule rests on in one case: it decides between must and should.

use super::finding::Level;
use super::rule::{self, Rule, RuleBasis, RuleFamily};
use crate::document::Location;
use crate::plan::case::{Basis, Case, Outcome};
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
        (RuleBasis::Document, _) => {
            let stated = case.basis == Basis::Document;
            let level = if stated { Level::Must } else { Level::Should };
            Rationale { level, because: case.purpose.clone(), stated: None }
        }
        (RuleBasis::Prose(practice) | RuleBasis::Practice(practice), _) => {
            Rationale { level: Level::Should, because: practice.to_owned(), stated: None }
        }
    }
}

/// The rules that are checked in a case.
pub fn applicable(case: &Case) -> Vec<&'static Rule> {
    rule::ALL.iter().copied().filter(|rule| applies(rule, case)).collect()
}

fn applies(rule: &Rule, case: &Case) -> bool {
    if case.outcome == Outcome::Refused {
        return rule == &rule::REFUSAL_MISSING || rule.family == RuleFamily::Secret;
    }
    match rule.family {
        RuleFamily::Request | RuleFamily::Response | RuleFamily::Secret => true,
        RuleFamily::Refusal => rule == &rule::REFUSAL_UNNEEDED,
        RuleFamily::Upload => case.upload.is_some(),
        RuleFamily::Retry => case.upload.as_ref().is_some_and(|upload| upload.asked_wait_s.is_some()),
        RuleFamily::Server => false,
    }
}
