//! Why a document cannot be taken: a line for each defect, that names the place and the mend.

use std::fmt;

/// What is wrong with a document, where, and what to do about it.
#[derive(Clone, Debug)]
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

/// All that keeps a document from being taken, in the order of the text.
#[derive(Debug)]
pub(crate) struct Defects(Vec<Defect>);

impl Defects {
    /// Nothing, if there is no defect.
    pub(super) fn none_of(mut defects: Vec<Defect>) -> Result<(), Self> {
        defects.sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
        if defects.is_empty() { Ok(()) } else { Err(Self(defects)) }
    }
}

impl From<Defect> for Defects {
    fn from(defect: Defect) -> Self {
        Self(vec![defect])
    }
}

impl fmt::Display for Defects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(Defect::to_string).collect::<Vec<_>>().join("\n"))
    }
}

impl std::error::Error for Defects {}
