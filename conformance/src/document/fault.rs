//! What stops a reader.

use std::sync::Arc;

use super::ReadError;

/// What is wrong with a text, and at which line of its file.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) line: usize,
    pub(super) message: String,
}

impl Fault {
    pub(super) fn new(line: usize, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }

    /// The same, with the name of the document it was found in.
    pub(super) fn of(self, document: &Arc<str>) -> ReadError {
        ReadError { document: document.clone(), line: self.line, message: self.message }
    }
}
