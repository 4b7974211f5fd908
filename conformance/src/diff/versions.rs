//! The two documents that are compared.

use crate::document::Document;

/// The old and the new version of a document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Versions<'a> {
    pub(super) old: &'a Document,
    pub(super) new: &'a Document,
}
