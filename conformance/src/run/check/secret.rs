//! Checks that secrets stay where they belong.

use super::Broken;
use crate::document::CredentialKind;
use crate::plan::Source;
use crate::plan::upload::SIGNATURE;
use crate::run::driver::Answer;
use crate::run::rule::{
    REQUEST_CREDENTIAL_ELSEWHERE, SECRET_CREDENTIAL_TO_STORAGE, SECRET_CREDENTIAL_TOLD, SECRET_SIGNATURE_TOLD,
};
use crate::run::transcript::{Put, Recorded, Transcript};

/// Looks for the credential and the signature wherever they must not be.
pub fn check(source: &Source, transcript: &Transcript) -> Vec<Broken> {
    let secret = source.provider.credential().sample;
    let elsewhere = transcript.api.iter().flat_map(|request| misplaced(source, request, &secret));
    let to_storage = transcript.storage.iter().filter_map(|put| leaked(put, &secret));
    elsewhere.chain(to_storage).chain(told(transcript, &secret)).collect()
}

/// The credential in a place of the request where no document asks for it.
fn misplaced(source: &Source, request: &Recorded, secret: &str) -> Vec<Broken> {
    let kinds = source.document.operations.iter().flat_map(|operation| operation.security.iter().flatten());
    let kinds: Vec<&CredentialKind> = kinds.map(|credential| &credential.kind).collect();
    let by_parameter = |name: &str| {
        let named = |kind: &&CredentialKind| matches!(kind, CredentialKind::Parameter(_, own) if own.eq_ignore_ascii_case(name));
        source.provider.credential().parameter.as_deref() == Some(name) || kinds.iter().any(named)
    };
    let in_header = |name: &str| {
        name == "authorization"
            && kinds.iter().any(|kind| matches!(kind, CredentialKind::Bearer | CredentialKind::Basic))
    };
    let query = request
        .query
        .iter()
        .filter(|(name, _)| !by_parameter(name))
        .map(|(name, value)| (format!("query parameter {name}"), value));
    let headers = request.headers.iter().filter(|(name, _)| !in_header(name) && !by_parameter(name));
    let headers = headers.map(|(name, value)| (format!("header {name}"), value));
    let rest = [("path".to_owned(), &request.path), ("body".to_owned(), &request.body)];
    query
        .chain(headers)
        .chain(rest)
        .filter(|(_, value)| value.contains(secret))
        .map(|(place, _)| {
            Broken::new(
                &REQUEST_CREDENTIAL_ELSEWHERE,
                "the credential in its one place",
                format!("it is in the {place} too"),
            )
        })
        .collect()
}

fn leaked(put: &Put, secret: &str) -> Option<Broken> {
    let carrier = put
        .headers
        .iter()
        .find(|(_, value)| value.contains(secret))
        .map(|(name, _)| format!("header {name}"));
    let carrier = carrier.or_else(|| put.target.contains(secret).then(|| "URL".to_owned()))?;
    Some(Broken::new(
        &SECRET_CREDENTIAL_TO_STORAGE,
        "nothing of the credential",
        format!("it is in the {carrier} of {} to the other host", put.method),
    ))
}

fn told(transcript: &Transcript, secret: &str) -> Vec<Broken> {
    let (everything, of_errors) = match &transcript.answer {
        Some(Answer::Error(error)) => {
            let text = format!("{} {}", error.message, error.body);
            (text.clone(), text)
        }
        Some(Answer::Refused(refusal)) => (refusal.message.clone(), refusal.message.clone()),
        Some(Answer::Result(value)) => (value.to_string(), String::new()),
        _ => Default::default(),
    };
    let mut broken = Vec::new();
    if everything.contains(secret) {
        broken.push(Broken::new(
            &SECRET_CREDENTIAL_TOLD,
            "no credential in what the caller is told",
            everything,
        ));
    }
    if of_errors.contains(SIGNATURE) {
        broken.push(Broken::new(
            &SECRET_SIGNATURE_TOLD,
            "no signature in what the caller is told",
            of_errors,
        ));
    }
    broken
}
