//! A document's own words: the lines that stand at a place.

/// How many lines are quoted from a place on.
const QUOTED: usize = 8;

/// A text by its lines, so that many places of it are quoted without reading it again for each.
#[derive(Debug)]
pub struct Words<'a>(Vec<&'a str>);

impl<'a> Words<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self(text.lines().collect())
    }

    /// The lines from this one (from 1) on, as many as are quoted, each with its number.
    pub fn at(&self, line: usize) -> impl Iterator<Item = (usize, &'a str)> {
        let first = line.max(1);
        (first..).zip(self.0.iter().skip(first - 1).take(QUOTED).copied())
    }
}
