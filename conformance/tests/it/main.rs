//! The suite's own tests, in one binary. `tests/cases.rs` is the suite run as tests.

// A test that cannot get what it needs has failed: there is nobody to hand the error to.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod browser;
mod census;
mod command;
mod diff;
mod document_hostile;
mod document_openapi;
mod document_rst;
mod documents;
mod html;
mod import;
mod known_failing;
mod limits;
mod markup;
mod obedient;
mod official_sdk;
mod outline;
mod process;
mod refuser;
mod report;
mod saboteur;
mod server;
mod tidy;
mod wire;
