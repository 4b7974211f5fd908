//! The client crate from outside: one module for each thing that is promised.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod cielo24;
mod clock;
mod fuzz;
mod generation;
mod many;
mod place;
mod pyannote;
mod retry;
mod s3;
mod secrets;
mod server;
mod storage;
mod ten_operations;
mod tls;
#[cfg(feature = "cli")]
mod tool;
mod trace;
mod transfer;
mod upload;
