//! JSON Schemas of documents: what they refer to, what they allow, and values that satisfy or break them.

mod combined;
mod definition;
mod flat;
pub(crate) mod mutation;
pub(crate) mod pattern;
pub(crate) mod published;
pub(crate) mod sample;
mod scalar;
mod synthesis;
mod turns;
pub(crate) mod validator;
pub(crate) mod walk;

pub(crate) use definition::shared_name;
pub(super) use definition::{MessageDirection, collect_references, definition_of, put, uri_fragment};
