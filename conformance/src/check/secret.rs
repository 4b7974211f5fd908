//! Checks that the credential and the signature of the pre-signed URL occur only where they belong.

use std::sync::Arc;

use super::finding::Violation;
use super::rule::{
    REQUEST_CREDENTIAL_ELSEWHERE, SECRET_CREDENTIAL_TO_STORAGE, SECRET_CREDENTIAL_TOLD, SECRET_SIGNATURE_TOLD,
};
use super::spelling::Spellings;
use super::transcript::{Answer, Transcript};
use crate::mock::storage::RecordedPut;
use crate::plan::case::{Case, Serve};
use crate::plan::presigned::SIGNATURE;
use crate::plan::source::Source;
use crate::provider::ClientCredential;
use crate::wire::credential::Carriers;
use crate::wire::message::RecordedRequest;
use crate::wire::serialisation::text;

/// Looks for the credential and the signature wherever they must not be.
pub(super) fn check(source: &Source, case: &Case, transcript: &Transcript) -> Vec<Violation> {
    let samples: Vec<_> = source.provider.credentials().iter().map(ClientCredential::sample).collect();
    let known = [given(case, transcript), samples.join("\n"), SIGNATURE.to_owned()].join("\n");
    let credentials: Vec<_> = samples.iter().map(|sample| Secret::new(sample, &known)).collect();
    let mut broken = Vec::new();
    for credential in &credentials {
        broken.extend(transcript.api.iter().flat_map(|request| misplaced(source, request, credential)));
        broken.extend(transcript.storage.iter().filter_map(|put| leaked(put, credential)));
    }
    broken.extend(told(transcript, &credentials, &[Secret::new(SIGNATURE, &known)]));
    broken
}

/// What the client was given: the arguments, and what the API served.
fn given(case: &Case, transcript: &Transcript) -> String {
    let arguments = case.params.values().map(ToString::to_string);
    let bodies = transcript.served.iter().filter_map(|serve| match serve {
        Serve::Response(response) => Some(response.body.clone()),
        Serve::Fault(_) => None,
    });
    arguments.chain(bodies).collect::<Vec<_>>().join("\n")
}

/// A secret in each spelling that can be recognised.
struct Secret {
    spellings: Arc<Spellings>,
    /// The halves that also occur in something else that the client was given.
    ambiguous_halves: Vec<String>,
}

impl Secret {
    /// `known` has the other strings that the client was given. A half of the secret that occurs there is not looked for.
    fn new(secret: &str, known: &str) -> Self {
        let (known, spellings) = (known.replace(secret, ""), Spellings::of(secret));
        let ambiguous = spellings.halves().iter().filter(|half| known.contains(half.as_str()));
        Self { ambiguous_halves: ambiguous.cloned().collect(), spellings }
    }

    /// Whether a string shows the secret.
    fn is_in(&self, shown: &str) -> bool {
        self.spellings.are_in(shown, &self.ambiguous_halves)
    }
}

/// The credential in a place of the request where the document does not ask for it.
fn misplaced(source: &Source, request: &RecordedRequest, secret: &Secret) -> Vec<Violation> {
    let carriers = Carriers::of(&source.document, &source.provider);
    let query = request.query.iter().filter(|(name, _)| !carriers.has_query_parameter(name));
    let query = query.map(|(name, value)| (format!("query parameter {name}"), value));
    let headers = request.headers.iter().filter(|(name, _)| !carriers.has_header(name));
    let headers = headers.map(|(name, value)| (format!("header {name}"), value));
    let rest = [("path".to_owned(), &request.path), ("body".to_owned(), &request.body)];
    let found = query.chain(headers).chain(rest).filter(|(_, value)| secret.is_in(value));
    let broken = found.map(|(place, _)| {
        let actual = format!("it is in the {place} too");
        Violation::new(&REQUEST_CREDENTIAL_ELSEWHERE, "the credential in one place only", actual)
    });
    broken.collect()
}

/// The credential in a request to the storage.
fn leaked(put: &RecordedPut, secret: &Secret) -> Option<Violation> {
    let carrier = put.headers.iter().find(|(_, value)| secret.is_in(value));
    let carrier = carrier.map(|(name, _)| format!("header {name}"));
    let carrier = carrier.or_else(|| secret.is_in(&put.target).then(|| "URL".to_owned()))?;
    let actual = format!("it is in the {carrier} of {} to the other host", put.method);
    Some(Violation::new(&SECRET_CREDENTIAL_TO_STORAGE, "no credential", actual))
}

/// The secrets in what the caller of the client sees: the answer, and the log.
fn told(transcript: &Transcript, credentials: &[Secret], signatures: &[Secret]) -> Vec<Violation> {
    let (message, data) = match &transcript.answer {
        Some(Answer::Error(error)) => (error.message.as_str(), text(&error.body)),
        Some(Answer::Refused(refusal)) => (refusal.message.as_str(), String::new()),
        Some(Answer::Result(value)) => ("", text(value)),
        Some(Answer::Unsupported) | None => ("", String::new()),
    };
    let is_in = |secrets: &[Secret], shown: &str| secrets.iter().any(|secret| secret.is_in(shown));
    let in_answer = |secrets: &[Secret], shown: String| is_in(secrets, &shown).then_some(shown);
    let in_log = |secrets: &[Secret]| {
        let line = transcript.log.lines().find(|line| is_in(secrets, line))?;
        Some(format!("in the driver's log: {line}"))
    };
    let shown = in_answer(credentials, format!("{message} {data}")).into_iter().chain(in_log(credentials));
    let credentials = shown.map(|actual| {
        let expected = "a result or error, and a log, without the credential";
        Violation::new(&SECRET_CREDENTIAL_TOLD, expected, actual)
    });
    // Only in the message and the log: a result and the body of a response may contain the pre-signed URL.
    let shown = in_answer(signatures, message.to_owned()).into_iter().chain(in_log(signatures));
    let signatures = shown.map(|actual| {
        let expected = "an error message and a log without the signature";
        Violation::new(&SECRET_SIGNATURE_TOLD, expected, actual)
    });
    credentials.chain(signatures).collect()
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn a_half_is_recognised_unless_it_also_occurs_in_something_else_that_the_client_was_given() {
        let secret = "abcdefghijkl-mnopqrstuvwx";
        for shown in [secret, "abcdefghijkl…", "…mnopqrstuvwx", "YWJjZGVmZ2hpamtsLW1ub3BxcnN0dXZ3eA"] {
            assert!(Secret::new(secret, secret).is_in(shown), "{shown}");
        }
        let credential = Secret::new(secret, "job abcdefghijkl1");
        assert!(credential.is_in("…mnopqrstuvwx") && !credential.is_in("abcdefghijkl…"));
    }
}
