//! The suite's own tests, in one binary. `tests/cases.rs` is the suite run as tests.

mod document_hostile;
mod document_openapi;
mod document_rst;
mod obedient;
mod outline;
mod saboteur;
mod wire;
