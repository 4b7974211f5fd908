//! Compares prose by sentences, and finds the conformance rules whose quoted sentence was removed.

use std::collections::BTreeSet;

use super::change::Changes;
use super::operation::by_key;
use super::rule;
use super::versions::Versions;
use super::wording::Wording;
use crate::document::{Document, Location, Prose, collapse};
use crate::plan::sentence;
use crate::provider::{ProseRule, Provider};

/// A sentence and the place where its paragraph begins.
type Sentence = (String, Location);

/// The most removed sentences that are compared with added ones, and the most added ones of each comparison.
const MAX_COMPARED: usize = 300;

/// Compares the sentences of each operation and those of the document, and the rules that quote them.
pub(super) fn compare(versions: Versions<'_>, provider: &Provider, changes: &mut Changes) {
    let mut broken = BrokenRules::of(versions, provider);
    let (old, new) = (by_key(versions.old), by_key(versions.new));
    for (key, operation) in &old {
        if let Some(kept) = new.get(key) {
            broken.sentences(&BTreeSet::from([kept.id.clone()]), &operation.prose, &kept.prose, changes);
        }
    }
    broken.sentences(&BTreeSet::new(), &versions.old.prose, &versions.new.prose, changes);
    broken.unreported(versions, changes);
}

/// The rules of a provider that quote a sentence of this document.
pub(super) fn quoted_rules<'a>(document: &Document, provider: &'a Provider) -> Vec<&'a ProseRule> {
    provider.rules.iter().filter(|rule| sentence::find(document, &rule.sentence).is_some()).collect()
}

/// The rules whose quoted sentence is not in the new document.
struct BrokenRules<'a> {
    provider: &'a Provider,
    rules: Vec<&'a ProseRule>,
    /// The rules that a change names already.
    reported: BTreeSet<&'a str>,
}

impl<'a> BrokenRules<'a> {
    fn of(versions: Versions<'_>, provider: &'a Provider) -> Self {
        let mut rules = quoted_rules(versions.old, provider);
        rules.retain(|rule| sentence::find(versions.new, &rule.sentence).is_none());
        Self { provider, rules, reported: BTreeSet::new() }
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
            let (rule, says) = match (&was, &is) {
                (Some((was, _)), Some((is, _))) => {
                    (&rule::SENTENCE_CHANGED, Wording::between_texts(was, is).after("sentence changed: "))
                }
                (Some((was, _)), None) => {
                    (&rule::SENTENCE_REMOVED, format!("sentence removed: \"{was}\"").into())
                }
                (None, Some((is, _))) => (&rule::SENTENCE_ADDED, format!("sentence added: \"{is}\"").into()),
                (None, None) => continue,
            };
            let rule = if quoting.is_empty() { rule } else { &rule::RULE_SENTENCE_GONE };
            let place = |sentence: Option<Sentence>| sentence.map(|(_, place)| place);
            changes.add(rule, operations, self.naming(&quoting, says), place(was), place(is));
        }
    }

    /// The broken rules that quote a removed sentence or a part of it.
    fn quoting(&mut self, text: &str) -> Vec<&'a ProseRule> {
        let quotes = |rule: &ProseRule| {
            let quoted = collapse(&rule.sentence);
            text.contains(&quoted) || quoted.contains(text)
        };
        let quoting: Vec<_> = self.rules.iter().copied().filter(|rule| quotes(rule)).collect();
        self.reported.extend(quoting.iter().map(|rule| rule.rule.as_str()));
        quoting
    }

    fn naming(&self, rules: &[&ProseRule], says: Wording) -> Wording {
        let names: Vec<_> = rules.iter().map(|rule| rule.rule.as_str()).collect();
        match names.as_slice() {
            [] => says,
            _ => {
                let names = names.join(" and ");
                let file = self.provider.locate("").document;
                says.after(format_args!("{file}, {names}: quoted "))
            }
        }
    }

    /// Adds the broken rules that no change names: their sentence was removed together with its operation, for example.
    fn unreported(&self, versions: Versions<'_>, changes: &mut Changes) {
        for rule in self.rules.iter().filter(|rule| !self.reported.contains(rule.rule.as_str())) {
            let sentences = sentence::all(versions.new).into_iter();
            let nearest = sentences.max_by_key(|(text, _)| sentence::common_words(text, &rule.sentence));
            let says = self.naming(&[rule], format!("sentence removed: \"{}\"", rule.sentence).into());
            let old = sentence::find(versions.old, &rule.sentence);
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

/// The removed sentences, each with the most similar added one, and the added sentences that are left.
fn changed(old: &[Prose], new: &[Prose]) -> Vec<(Option<Sentence>, Option<Sentence>)> {
    let (old, new) = (all(old), all(new));
    let only = |some: &[Sentence], others: &[Sentence]| -> Vec<Sentence> {
        let known: BTreeSet<&str> = others.iter().map(|(text, _)| text.as_str()).collect();
        some.iter().filter(|(text, _)| !known.contains(text.as_str())).cloned().collect()
    };
    let mut added = only(&new, &old);
    let mut found = Vec::new();
    for (index, removed) in only(&old, &new).into_iter().enumerate() {
        let similar = added
            .iter()
            .enumerate()
            .take(if index < MAX_COMPARED { MAX_COMPARED } else { 0 })
            .map(|(at, (text, _))| (sentence::common_words(text, &removed.0), at))
            .filter(|(common, at)| 2 * common >= words(&removed.0).max(words(&added[*at].0)))
            .max_by_key(|(common, at)| (*common, usize::MAX - at));
        let is = similar.map(|(_, at)| added.remove(at));
        found.push((Some(removed), is));
    }
    found.extend(added.into_iter().map(|sentence| (None, Some(sentence))));
    found
}

fn all(prose: &[Prose]) -> Vec<Sentence> {
    prose.iter().flat_map(sentence::of).collect()
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}
