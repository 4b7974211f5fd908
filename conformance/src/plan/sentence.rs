//! Sentences of prose, on which prose rules rest.

use std::collections::BTreeSet;

use super::source::{PlanError, Source, is_whole};
use crate::document::{Document, Location, Prose, collapse};

/// Checks that the sentence of each prose rule is in a document of its provider. A rule binds the documents that have its
/// sentence, so that others can be planned without them.
pub(super) fn check(sources: &[Source]) -> Result<(), PlanError> {
    let mut checked = BTreeSet::new();
    for Source { provider, .. } in sources.iter().filter(|source| checked.insert(&source.provider.name)) {
        let own: Vec<_> = sources.iter().filter(|source| source.provider.name == provider.name).collect();
        // Another document with the upload is a new version of the one that the rules quote.
        let is_new_version =
            |source: &&Source| !provider.lists(&source.document) && source.upload_operation().is_some();
        let has_all = is_whole(provider, &own) || own.iter().any(is_new_version);
        for (index, rule) in provider.rules.iter().enumerate().filter(|_| has_all) {
            if !own.iter().any(|source| find(&source.document, &rule.sentence).is_some()) {
                let place = provider.locate(&format!("/rules/{index}/sentence"));
                return Err(missing(&place, &rule.rule, &rule.sentence, &own));
            }
        }
    }
    Ok(())
}

/// The error for a quoted sentence that no document has, with the most similar sentence.
fn missing(place: &Location, rule: &str, sentence: &str, sources: &[&Source]) -> PlanError {
    let all = sources.iter().flat_map(|source| all(&source.document));
    let nearest = all.max_by_key(|(text, _)| common_words(text, sentence));
    let hint = nearest.map_or_else(String::new, |(text, location)| {
        format!("; the most similar sentence, at {location}: \"{text}\"")
    });
    let documents: Vec<&str> = sources.iter().map(|source| &*source.document.name).collect();
    PlanError(format!(
        "{place}: rule {rule} quotes a sentence that is not in the document {}: \"{sentence}\"{hint}; the suite looks in the \
         descriptions of the document, its tags, paths and operations; read the text, then correct the rule",
        documents.join(", "),
    ))
}

/// The place of a sentence in the prose of a document.
pub(crate) fn find(document: &Document, sentence: &str) -> Option<Location> {
    let wanted = collapse(sentence);
    let mut holders = paragraphs(document).filter(|prose| collapse(&prose.text).contains(&wanted));
    holders.next().map(|prose| prose.location.clone())
}

fn paragraphs(document: &Document) -> impl Iterator<Item = &Prose> {
    document.operations.iter().flat_map(|operation| &operation.prose).chain(&document.prose)
}

/// Every sentence in the prose of a document, with white space collapsed.
pub(crate) fn all(document: &Document) -> Vec<(String, Location)> {
    paragraphs(document).flat_map(of).collect()
}

/// The sentences of a paragraph, each with the place where the paragraph begins.
pub(crate) fn of(prose: &Prose) -> Vec<(String, Location)> {
    let text = collapse(&prose.text);
    text.split_inclusive(". ").map(|s| (s.trim().to_owned(), prose.location.clone())).collect()
}

/// The number of words that two sentences share: a measure of similarity.
pub(crate) fn common_words(one: &str, other: &str) -> usize {
    let words: BTreeSet<&str> = one.split_whitespace().collect();
    other.split_whitespace().filter(|word| words.contains(word)).count()
}
