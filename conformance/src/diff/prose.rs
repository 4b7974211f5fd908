//! Prose, sentence by sentence, and the rules that quote it.

use std::collections::BTreeSet;

use super::change::Changes;
use super::operation::by_key;
use super::{Sides, rule};
use crate::document::{Document, Location, Prose, collapse};
use crate::plan::fact::{common_words, sentence, sentences, sentences_of};
use crate::provider::{ProseRule, Provider};

/// A sentence and where its paragraph begins.
type Sentence = (String, Location);

/// How many sentences that have gone are looked up among those that are new.
const PAIRED: usize = 300;

/// The sentences that came, went or changed, operation by operation, and the rules that lost theirs.
pub(super) fn compare(sides: Sides<'_>, provider: &Provider, changes: &mut Changes) {
    let mut gone = Gone::of(sides, provider);
    let (old, new) = (by_key(sides.old), by_key(sides.new));
    for (key, operation) in &old {
        if let Some(kept) = new.get(key) {
            gone.sentences(&BTreeSet::from([kept.id.clone()]), &operation.prose, &kept.prose, changes);
        }
    }
    gone.sentences(&BTreeSet::new(), &sides.old.prose, &sides.new.prose, changes);
    gone.left(sides, changes);
}

/// The rules of a provider that rest on a document, as far as one does.
pub(super) fn resting_on<'a>(document: &Document, provider: &'a Provider) -> Vec<&'a ProseRule> {
    provider.rules.iter().filter(|rule| sentence(document, &rule.sentence).is_some()).collect()
}

/// The rules whose sentence no longer stands.
struct Gone<'a> {
    provider: &'a Provider,
    rules: Vec<&'a ProseRule>,
    /// Those that have been told of.
    told: BTreeSet<&'a str>,
}

impl<'a> Gone<'a> {
    fn of(sides: Sides<'_>, provider: &'a Provider) -> Self {
        let mut rules = resting_on(sides.old, provider);
        rules.retain(|rule| sentence(sides.new, &rule.sentence).is_none());
        Self { provider, rules, told: BTreeSet::new() }
    }

    fn sentences(
        &mut self,
        operations: &BTreeSet<String>,
        old: &[Prose],
        new: &[Prose],
        changes: &mut Changes,
    ) {
        for (was, is) in changed(old, new) {
            let quoting = was.as_ref().map_or_else(Vec::new, |(text, _)| self.quoting(text));
            let says = match (&was, &is) {
                (Some((was, _)), Some((is, _))) => format!("\"{was}\" -> \"{is}\""),
                (Some((was, _)), None) => format!("\"{was}\" is gone"),
                (None, Some((is, _))) => format!("\"{is}\" is new"),
                (None, None) => continue,
            };
            let rule = match (&was, &is) {
                _ if !quoting.is_empty() => &rule::RULE_SENTENCE_GONE,
                (Some(_), Some(_)) => &rule::SENTENCE_CHANGED,
                (Some(_), None) => &rule::SENTENCE_REMOVED,
                (None, _) => &rule::SENTENCE_ADDED,
            };
            let place = |sentence: Option<Sentence>| sentence.map(|(_, place)| place);
            changes.add(rule, operations, self.naming(&quoting, &says), place(was), place(is));
        }
    }

    /// The rules that quote a sentence which has gone, or a part of it.
    fn quoting(&mut self, text: &str) -> Vec<&'a ProseRule> {
        let quotes = |rule: &ProseRule| {
            let quoted = collapse(&rule.sentence);
            text.contains(&quoted) || quoted.contains(text)
        };
        let quoting: Vec<_> = self.rules.iter().copied().filter(|rule| quotes(rule)).collect();
        self.told.extend(quoting.iter().map(|rule| rule.rule.as_str()));
        quoting
    }

    fn naming(&self, rules: &[&ProseRule], says: &str) -> String {
        let names: Vec<_> = rules.iter().map(|rule| rule.rule.as_str()).collect();
        match names.as_slice() {
            [] => says.to_owned(),
            _ => format!(
                "conformance/rules/{}.yaml, {}, rests on: {says}",
                self.provider.name,
                names.join(" and ")
            ),
        }
    }

    /// Rules whose sentence went with more than itself: with its whole operation, say.
    fn left(&self, sides: Sides<'_>, changes: &mut Changes) {
        for rule in self.rules.iter().filter(|rule| !self.told.contains(rule.rule.as_str())) {
            let standing = sentences(sides.new);
            let nearest = standing.into_iter().max_by_key(|(text, _)| common_words(text, &rule.sentence));
            let says = self.naming(&[rule], &format!("\"{}\" is gone", rule.sentence));
            let old = sentence(sides.old, &rule.sentence);
            changes.add(
                &rule::RULE_SENTENCE_GONE,
                &BTreeSet::new(),
                says,
                old,
                nearest.map(|(_, place)| place),
            );
        }
    }
}

/// Sentences that have gone, each beside the new one that is most like it, and those that are new.
fn changed(old: &[Prose], new: &[Prose]) -> Vec<(Option<Sentence>, Option<Sentence>)> {
    let (old, new) = (all(old), all(new));
    let only = |some: &[Sentence], others: &[Sentence]| -> Vec<Sentence> {
        let known: BTreeSet<&str> = others.iter().map(|(text, _)| text.as_str()).collect();
        some.iter().filter(|(text, _)| !known.contains(text.as_str())).cloned().collect()
    };
    let mut fresh = only(&new, &old);
    let mut found = Vec::new();
    for (index, gone) in only(&old, &new).into_iter().enumerate() {
        let alike = fresh
            .iter()
            .enumerate()
            .take(if index < PAIRED { PAIRED } else { 0 })
            .map(|(at, (text, _))| (common_words(text, &gone.0), at))
            .filter(|(common, at)| 2 * common >= words(&gone.0).max(words(&fresh[*at].0)))
            .max_by_key(|(common, at)| (*common, usize::MAX - at));
        let is = alike.map(|(_, at)| fresh.remove(at));
        found.push((Some(gone), is));
    }
    found.extend(fresh.into_iter().map(|sentence| (None, Some(sentence))));
    found
}

fn all(prose: &[Prose]) -> Vec<Sentence> {
    prose.iter().flat_map(sentences_of).collect()
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}
