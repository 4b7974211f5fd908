//! Errors of the readers.

use std::fmt;
use std::sync::Arc;

use crate::style::cut;

/// The reason why a document cannot be read, as one line: what is wrong, where, and what to do.
#[derive(Debug)]
pub struct ReadError {
    /// The document's name.
    pub document: Arc<str>,
    /// The line, from 1; 0 if the error is about the whole file.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.document, self.message),
            line => write!(f, "{}:{line}: {}", self.document, self.message),
        }
    }
}

impl std::error::Error for ReadError {}

/// An error at a line of a file.
#[derive(Clone, Debug)]
pub(super) struct LineError {
    /// The name of the file; none for the document itself, whose name the reader does not know.
    pub(super) document: Option<Arc<str>>,
    pub(super) line: usize,
    pub(super) message: String,
}

/// The result of a reader.
pub(super) type Result<T> = std::result::Result<T, LineError>;

/// The longest message, in bytes. It can quote a value of the document.
const MAX_MESSAGE: usize = 1000;

/// A message as one line of limited length, whatever it quotes.
fn one_line(message: &str) -> String {
    cut(message, MAX_MESSAGE).chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

impl LineError {
    pub(super) fn new(line: usize, message: impl Into<String>) -> Self {
        Self { document: None, line, message: message.into() }
    }

    /// Adds the name of the document.
    pub(super) fn of(self, document: &Arc<str>) -> ReadError {
        let document = self.document.unwrap_or_else(|| document.clone());
        ReadError { document, line: self.line, message: one_line(&self.message) }
    }
}
