//! The suite's own tests, in one binary. `tests/cases.rs` runs the cases of the suite as tests.

// In a test an unexpected error is a failure.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod answers;
mod argument_values;
mod broken_upload;
mod browser;
mod caps;
mod command;
mod config;
mod defect;
mod diff;
mod doctor;
mod document_files;
mod document_hostile;
mod document_openapi;
mod document_rst;
mod documents;
mod driver_end;
mod facts;
mod forbidden_values;
mod generated_clients;
mod html;
mod import;
mod known_failing;
mod lawful;
mod markup;
mod mutants;
mod official_sdk;
mod outline;
mod plan;
mod probe;
mod process;
mod protocol;
mod reference;
mod reference_client;
mod refusing_driver;
mod report;
mod report_size;
mod report_terminal;
mod saboteur;
mod samples;
mod servers;
mod tampering_proxy;
mod tidy;
mod unanswered;
