//! The strings that are made from the patterns of one document. Each is made once, because a document repeats its patterns.

use std::sync::Arc;

use super::breaking::{Broken, breaking};
use super::covering::covering;
use super::matching::{Matcher, matching, mismatching};
use super::searching::candidates;
use crate::document::cache::Cache;

/// The fewest and the most characters of a string.
type LengthRange = (usize, Option<usize>);

/// The strings that are made from the patterns of one document.
#[derive(Clone, Debug, Default)]
pub(crate) struct PatternStrings {
    /// By pattern.
    one: Cache<(String, LengthRange), Option<String>>,
    /// By patterns.
    all: Cache<(Vec<String>, LengthRange), Arc<Vec<String>>>,
    /// By pattern and sample, with the most characters that the schema allows and those of a string that covers the pattern.
    around: Cache<(String, String, Option<usize>, usize), Arc<AroundSample>>,
}

/// What is made from a pattern and a sample that matches it.
#[derive(Debug)]
pub(crate) struct AroundSample {
    /// A string close to the sample that does not match.
    pub(crate) mismatching: Option<String>,
    /// Strings that together use every part of the pattern.
    pub(crate) covering: Vec<String>,
    /// Strings that each break a part of the pattern.
    pub(crate) breaking: Vec<Broken>,
}

impl PatternStrings {
    /// A string that matches the pattern, between `least` and `most` characters long; none when the suite makes none.
    pub(crate) fn matching(&self, pattern: &str, least: usize, most: Option<usize>) -> Option<String> {
        self.one.get(&(pattern.to_owned(), (least, most)), || matching(pattern, least, most))
    }

    /// A string of exactly this many characters that matches the pattern.
    pub(crate) fn of_length(&self, pattern: &str, length: usize) -> Option<String> {
        self.matching(pattern, length, Some(length)).filter(|found| found.chars().count() == length)
    }

    /// Strings that match all patterns; none when a pattern cannot be compiled.
    pub(crate) fn matching_all(
        &self,
        patterns: &[&str],
        least: usize,
        most: Option<usize>,
    ) -> Arc<Vec<String>> {
        let key = (patterns.iter().map(|pattern| (*pattern).to_owned()).collect(), (least, most));
        self.all.get(&key, || Arc::new(matching_all(patterns, least, most).unwrap_or_default()))
    }

    /// What is made from a pattern and a sample that matches it.
    pub(crate) fn around(
        &self,
        pattern: &str,
        sample: &str,
        most: Option<usize>,
        longest: usize,
    ) -> Arc<AroundSample> {
        self.around.get(&(pattern.to_owned(), sample.to_owned(), most, longest), || {
            Arc::new(AroundSample {
                mismatching: mismatching(pattern, sample, most),
                covering: covering(pattern, longest),
                breaking: breaking(pattern, sample),
            })
        })
    }
}

fn matching_all(patterns: &[&str], least: usize, most: Option<usize>) -> Option<Vec<String>> {
    let matchers: Vec<_> = patterns.iter().map(|pattern| Matcher::of(pattern)).collect::<Option<_>>()?;
    let matches_all = |text: &String| {
        let length = text.chars().count();
        length >= least
            && most.is_none_or(|most| length <= most)
            && matchers.iter().all(|matcher| matcher.accepts(text))
    };
    Some(candidates(patterns, least, most).into_iter().filter(matches_all).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::PatternStrings;

    #[test]
    fn the_strings_of_a_pattern_are_made_once() {
        let strings = PatternStrings::default();
        let around = |sample| strings.around("^[a-z]{3}$", sample, Some(9), 9);
        assert!(Arc::ptr_eq(&around("abc"), &around("abc")));
        assert!(!Arc::ptr_eq(&around("abc"), &around("xyz")));
        assert_eq!(around("abc").breaking[0].text, " abc");
        assert_eq!(around("xyz").breaking[0].text, " xyz");
    }
}
