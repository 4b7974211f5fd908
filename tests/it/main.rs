//! Tests of the public API of the client crate, one module for each subject.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

// Cargo runs no tests of a build script, so its module tree is part of this crate too.
#[path = "../../build/mod.rs"]
mod build;
mod cielo24;
mod early_response;
mod expiry;
mod faulty_storage;
mod fuzz;
mod generation;
mod jobs;
mod mock_server;
mod pyannote;
mod refresh;
mod retry;
mod s3;
mod secrets;
#[cfg(feature = "cli")]
mod slow;
mod stall;
mod ten_operations;
mod testing;
mod tls;
#[cfg(feature = "cli")]
mod tool;
#[cfg(feature = "cli")]
mod tool_batch;
#[cfg(feature = "cli")]
mod tool_run;
mod trace;
mod transfer;
mod upload;
mod upload_all;
mod upload_fixture;
