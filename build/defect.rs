//! Build errors: one line for each defect of a document, with its place and what to do.

use std::fmt;

/// A defect of a document: where it is, what is wrong, and how to fix it.
#[derive(Clone, Debug)]
pub(crate) struct Defect {
    pub(crate) file: String,
    pub(crate) line: usize,
    /// JSON pointer; empty for the whole document.
    pub(crate) pointer: String,
    pub(crate) problem: String,
    pub(crate) fix: String,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, pointer, problem, fix } = self;
        let place = if pointer.is_empty() { "" } else { &format!(" {pointer}:") };
        let text = format!("{file}:{line}:{place} {problem}; {fix}");
        // A message of progenitor may have several lines, but cargo shows one line for each error.
        f.write_str(&text.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

impl From<Defect> for String {
    fn from(defect: Defect) -> Self {
        defect.to_string()
    }
}
