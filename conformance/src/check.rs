//! Checks: the rules that a transcript breaks. All of them are reported, not only the first.

pub mod basis;
mod error_report;
pub mod finding;
mod header;
mod outcome;
pub mod redact;
mod request;
mod retry;
pub mod rule;
mod secret;
mod spelling;
pub mod transcript;
pub mod transcript_text;
mod upload;

use std::borrow::Cow;

use crate::plan::case::Case;
use crate::plan::source::Source;
use basis::basis;
use finding::{Blame, Finding, Violation, is_ambiguous};
use redact::Redactor;
pub use retry::is_retrying;
use rule::{
    REFUSAL_UNNEEDED, REQUEST_SENT, RETRY_AFTER, RETRY_UNUSED_URL, Rule, UPLOAD_STEPS, UPLOAD_STORED,
};
use transcript::{Answer, ErrorReport, Transcript};

/// Rules about what a client must have done by the end of a call. A call without an outcome has not ended.
const AT_THE_END: &[&Rule] = &[&UPLOAD_STEPS, &UPLOAD_STORED, &RETRY_AFTER, &RETRY_UNUSED_URL];

/// Every rule that a transcript breaks.
pub fn check(source: &Source, case: &Case, transcript: &Transcript, redactor: &Redactor) -> Vec<Finding> {
    let mut broken = secret::check(source, case, transcript);
    let transcript = &without_late_refusal(transcript);
    match request::unsent(case, transcript) {
        // Without a request there is no response to check.
        Some(unsent) => broken.push(unsent),
        None => {
            broken.extend(outcome::refusal(source, case, transcript));
            broken.extend(request::check(source, case, transcript));
            broken.extend(outcome::check(case, transcript));
            broken.extend(upload::check(case, transcript));
            broken.extend(retry::check(case, transcript));
        }
    }
    if transcript.answer.is_none() {
        broken.retain(|violation| !AT_THE_END.contains(&violation.rule));
    }
    broken.into_iter().map(|violation| finding(source, case, violation, redactor)).collect()
}

/// The transcript, with an error in place of a refusal if the client had sent a request: `refused` means that it sent none.
fn without_late_refusal(transcript: &Transcript) -> Cow<'_, Transcript> {
    let Some(Answer::Refused(refusal)) = &transcript.answer else { return Cow::Borrowed(transcript) };
    if transcript.api.is_empty() {
        return Cow::Borrowed(transcript);
    }
    let error = ErrorReport { message: refusal.message.clone(), ..ErrorReport::default() };
    Cow::Owned(Transcript { answer: Some(Answer::Error(error)), ..transcript.clone() })
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
