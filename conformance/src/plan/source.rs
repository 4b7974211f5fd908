//! What cases are planned from.

use std::fmt;

use crate::document::{Document, Operation};
use crate::provider::Provider;

/// A document and its provider.
#[derive(Debug)]
pub struct Source {
    /// The document.
    pub document: Document,
    /// The provider that publishes it.
    pub provider: Provider,
}

impl Source {
    /// The operation with this id.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.document.operations.iter().find(|operation| operation.id == id)
    }

    /// The first step of the flow `upload`, if this document has it.
    pub fn upload_operation(&self) -> Option<&Operation> {
        self.operation(&self.provider.flows.upload.as_ref()?.operation)
    }
}

/// Whether all documents that a provider lists are planned. A part of them cannot show that a name is unknown.
pub(super) fn is_whole(provider: &Provider, own: &[&Source]) -> bool {
    let is_planned = |name: &String| own.iter().any(|source| *source.document.name == **name);
    !provider.documents.is_empty() && provider.documents.iter().all(is_planned)
}

/// Why a plan cannot be made: one line that names the document and says what to do.
#[derive(Debug)]
pub struct PlanError(pub(super) String);

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PlanError {}
