//! Excerpts: the lines of a document around a location.

/// The number of lines in an excerpt.
const QUOTED: usize = 8;

/// A string split into lines once, so that many excerpts are cheap.
#[derive(Debug)]
pub struct Excerpts<'a>(Vec<&'a str>);

impl<'a> Excerpts<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self(text.lines().collect())
    }

    /// The excerpt that starts at this line (from 1): line numbers and lines.
    pub fn at(&self, line: usize) -> impl Iterator<Item = (usize, &'a str)> {
        let first = line.max(1);
        (first..).zip(self.0.iter().skip(first - 1).take(QUOTED).copied())
    }
}
