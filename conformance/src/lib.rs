//! A conformance suite derived from API documents, for any client in any language.
//!
//! One way, no loops: a [`document`] is read into a model, a [`plan`] of cases is made from it,
//! each case is [`run`] through a driver against mock servers, and the [`report`] says who keeps
//! to the documents.

pub mod command;
pub mod diff;
pub mod doctor;
pub mod document;
pub mod import;
pub mod plan;
pub mod provider;
pub mod report;
pub mod run;
mod style;
