//! The suite's own tests.

// Helpers may panic as tests do; clippy.toml exempts only the tests themselves.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod document_hostile;
mod document_openapi;
mod document_rst;
mod outline;
