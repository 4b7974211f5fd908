//! The two documents that are compared.

use crate::document::Document;

/// The old and the new version of a document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Versions<'a> {
    pub(super) old: &'a Document,
    pub(super) new: &'a Document,
}

impl Versions<'_> {
    /// Whether the same statement has the same JSON pointer in both documents. OpenAPI 3 has other places than Swagger 2.0.
    pub(super) fn have_the_same_layout(&self) -> bool {
        self.old.kind == self.new.kind
    }
}
