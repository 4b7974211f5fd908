//! Why a document cannot be taken, in one line that names the place and the mend.

use std::fmt;

/// What is wrong with a document, where, and what to do about it.
#[derive(Debug)]
pub(crate) struct Defect {
    pub(super) file: String,
    pub(super) line: usize,
    /// JSON pointer; empty for the document as a whole.
    pub(super) pointer: String,
    pub(super) problem: String,
    pub(super) mend: String,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, pointer, problem, mend } = self;
        let place = if pointer.is_empty() { "" } else { &format!(" {pointer}:") };
        let text = format!("{file}:{line}:{place} {problem}; {mend}");
        // A generator's own message may have several lines, and a line is all a build shows.
        f.write_str(&text.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

impl std::error::Error for Defect {}
