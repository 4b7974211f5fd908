//! JSON Schemas of documents: what they refer to, what they allow, and values that satisfy or break them.

mod definition;
pub(crate) mod mutation;
pub(crate) mod pattern;
pub(crate) mod published;
pub(crate) mod sample;
pub(crate) mod validator;
pub(crate) mod walk;

pub(super) use definition::{definition_of, pointer_of, put, uri_fragment};
