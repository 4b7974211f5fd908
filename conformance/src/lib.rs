//! A conformance suite derived from API documents, for any client in any language and for any server.
//!
//! Most people use the command `conformance`: see `conformance/README.md` in the repository. This library tests a Rust client in
//! process: implement [`Driver`] for the client, plan the cases of the documents, [`run`] them, and read the findings, or write
//! a [`Report`] with [`terminal`], [`json`], [`junit`] or [`html`].
//!
//! ```
//! use std::sync::Arc;
//!
//! use media_upload_conformance::{Options, OwnClients, Plan, VerdictKind, built_in_documents, providers, run};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut plan = Plan::of(built_in_documents()?, &providers()?)?;
//! plan.cases.retain(|case| case.provider == "pyannote" && case.operation == "getMediaUploadURL");
//! // Replace `OwnClients` by the driver of your client.
//! let outcome = run(&Arc::new(plan), Arc::new(OwnClients::default()), Options::default()).await?;
//! for result in &outcome.results {
//!     for finding in &result.findings {
//!         println!("{}: {}: {}", result.case.id, finding.rule.id, finding.actual);
//!     }
//! }
//! assert_eq!(outcome.count(VerdictKind::Fail), 0);
//! # Ok(())
//! # }
//! ```

pub use check::finding::{Blame, Finding, Level};
pub use check::rule::{Rule, RuleBasis, RuleFamily};
pub use check::transcript::{Answer, ErrorReport, Refusal};
pub use document::{Document, Location, ReadError};
pub use mock::virtual_clock::VirtualClock;
pub use plan::Plan;
pub use plan::case::Case;
pub use plan::fact::{Fact, FactKind};
pub use plan::outline::Outline;
pub use plan::source::PlanError;
pub use provider::Provider;
pub use provider::built_in::{documents as built_in_documents, providers};
pub use provider::config::{Client, Config};
pub use report::{Report, html, json, junit, terminal};
pub use result::{
    CaseResult, ClientName, DriverError, DriverInfo, Failure, OnResult, Options, Requirements, Run, Verdict,
    VerdictKind,
};
pub use run::built_in::OwnClients;
pub use run::driver::{Calling, CaseLog, Driver, Ending, LateFailure, Request};
pub use run::known_failing::{KnownFailing, ListError};
pub use run::process::{Patience, Process};
pub use run::{run, run_with_progress};

// Public for the command and the tests of this package only.
#[doc(hidden)]
pub mod check;
#[doc(hidden)]
pub mod command;
#[doc(hidden)]
pub mod diff;
#[doc(hidden)]
pub mod doctor;
#[doc(hidden)]
pub mod document;
#[doc(hidden)]
pub mod import;
#[doc(hidden)]
pub mod mock;
#[doc(hidden)]
pub mod plan;
#[doc(hidden)]
pub mod probe;
#[doc(hidden)]
pub mod provider;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod result;
#[doc(hidden)]
pub mod run;
mod style;
#[doc(hidden)]
pub mod wire;
