//! The suite's own tests.

mod document_hostile;
mod document_openapi;
mod document_rst;
mod outline;
