//! Checks: the rules that a transcript breaks. All of them are reported, not only the first.

pub mod basis;
pub mod finding;
mod outcome;
pub mod redact;
mod request;
pub mod rule;
mod secret;
pub mod transcript;
pub mod transcript_text;
mod upload;

use crate::plan::case::{Case, Outcome};
use crate::plan::source::Source;
use basis::basis;
use finding::{Blame, Finding, Violation, is_ambiguous};
use redact::Redactor;
use rule::{REFUSAL_UNNEEDED, REQUEST_SENT};
use transcript::Transcript;

/// Every rule that a transcript breaks.
pub fn check(source: &Source, case: &Case, transcript: &Transcript, redactor: &Redactor) -> Vec<Finding> {
    let mut broken = secret::check(source, transcript);
    match (&case.outcome, request::unsent(case, transcript)) {
        (Outcome::Refused, _) => broken.extend(outcome::refused(source, case, transcript)),
        // Without a request there is no response to check.
        (_, Some(unsent)) => broken.push(unsent),
        (_, None) => {
            broken.extend(request::check(source, case, transcript));
            broken.extend(outcome::check(case, transcript));
            broken.extend(upload::check(case, transcript));
        }
    }
    broken.into_iter().map(|violation| finding(source, case, violation, redactor)).collect()
}

fn finding(source: &Source, case: &Case, violation: Violation, redactor: &Redactor) -> Finding {
    let rationale = basis(source, case, violation.rule);
    let is_refusal = [&REFUSAL_UNNEEDED, &REQUEST_SENT].contains(&violation.rule);
    let misread = is_refusal && is_ambiguous(&source.document, &case.location.pointer);
    let blame = if misread { Blame::Document } else { Blame::Client };
    let location =
        rationale.stated.as_ref().or(violation.location.as_ref()).unwrap_or(&case.location).clone();
    violation.into_finding(rationale.level, blame, location, rationale.because, redactor)
}
