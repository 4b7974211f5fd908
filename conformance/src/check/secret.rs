//! Checks that the credential and the signature of the pre-signed URL occur only where they must.

use super::finding::Violation;
use super::rule::{
    REQUEST_CREDENTIAL_ELSEWHERE, SECRET_CREDENTIAL_TO_STORAGE, SECRET_CREDENTIAL_TOLD, SECRET_SIGNATURE_TOLD,
};
use super::transcript::{Answer, Transcript};
use crate::mock::storage::RecordedPut;
use crate::plan::presigned::SIGNATURE;
use crate::plan::source::Source;
use crate::wire::credential::Carriers;
use crate::wire::message::RecordedRequest;

/// Looks for the credential and the signature wherever they must not be.
pub(super) fn check(source: &Source, transcript: &Transcript) -> Vec<Violation> {
    let secret = source.provider.credential().sample;
    let elsewhere = transcript.api.iter().flat_map(|request| misplaced(source, request, &secret));
    let to_storage = transcript.storage.iter().filter_map(|put| leaked(put, &secret));
    elsewhere.chain(to_storage).chain(reported(transcript, &secret)).collect()
}

/// The credential in a place of the request where the document does not ask for it.
fn misplaced(source: &Source, request: &RecordedRequest, secret: &str) -> Vec<Violation> {
    let carriers = Carriers::of(&source.document, &source.provider);
    let query = request.query.iter().filter(|(name, _)| !carriers.has_query_parameter(name));
    let query = query.map(|(name, value)| (format!("query parameter {name}"), value));
    let headers = request.headers.iter().filter(|(name, _)| !carriers.has_header(name));
    let headers = headers.map(|(name, value)| (format!("header {name}"), value));
    let rest = [("path".to_owned(), &request.path), ("body".to_owned(), &request.body)];
    let found = query.chain(headers).chain(rest).filter(|(_, value)| value.contains(secret));
    let broken = found.map(|(place, _)| {
        let actual = format!("it is in the {place} too");
        Violation::new(&REQUEST_CREDENTIAL_ELSEWHERE, "the credential in one place only", actual)
    });
    broken.collect()
}

fn leaked(put: &RecordedPut, secret: &str) -> Option<Violation> {
    let carrier = put.headers.iter().find(|(_, value)| value.contains(secret));
    let carrier = carrier.map(|(name, _)| format!("header {name}"));
    let carrier = carrier.or_else(|| put.target.contains(secret).then(|| "URL".to_owned()))?;
    let actual = format!("it is in the {carrier} of {} to the other host", put.method);
    Some(Violation::new(&SECRET_CREDENTIAL_TO_STORAGE, "no credential", actual))
}

fn reported(transcript: &Transcript, secret: &str) -> Vec<Violation> {
    let (shown, is_error) = match &transcript.answer {
        Some(Answer::Error(error)) => (format!("{} {}", error.message, error.body), true),
        Some(Answer::Refused(refusal)) => (refusal.message.clone(), true),
        Some(Answer::Result(value)) => (value.to_string(), false),
        Some(Answer::Unsupported) | None => return Vec::new(),
    };
    let mut broken = Vec::new();
    if shown.contains(secret) {
        let expected = "a result or error without the credential";
        broken.push(Violation::new(&SECRET_CREDENTIAL_TOLD, expected, &shown));
    }
    if is_error && shown.contains(SIGNATURE) {
        broken.push(Violation::new(&SECRET_SIGNATURE_TOLD, "an error without the signature", shown));
    }
    broken
}
