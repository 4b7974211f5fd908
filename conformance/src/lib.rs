//! A conformance suite derived from API documents, for any client in any language.

pub mod document;
