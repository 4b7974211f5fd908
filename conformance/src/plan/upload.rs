//! The flow `upload`: ask for the pre-signed URL, then PUT the media to it.

use super::call::Call;
use super::case::{Basis, Case, Media, Outcome, Storage};
use super::{Source, fact, operation};

/// The pre-signed URL that is served, as storage writes them. `{storage}` becomes the storage's
/// base URL; the signature is a sentinel that must never be told to anyone.
pub const PRESIGNED: &str = "{storage}/media/conformance.wav?X-Amz-Algorithm=AWS4-HMAC-SHA256\
    &X-Amz-Credential=CONFORMANCE%2F20260102%2Feu-west-3%2Fs3%2Faws4_request&X-Amz-Date=20260102T030405Z\
    &X-Amz-Expires=43200&X-Amz-SignedHeaders=host\
    &X-Amz-Signature=0e5f1c7ad2b94e3680d1a9c4b7f25e63c4a1d08f9b3e7265d81f04a6c9e2b750";

/// The part of [`PRESIGNED`] that is the secret.
pub const SIGNATURE: &str = "0e5f1c7ad2b94e3680d1a9c4b7f25e63c4a1d08f9b3e7265d81f04a6c9e2b750";

/// The cases of a provider's upload, if this document holds its first step.
pub fn cases(source: &Source) -> Vec<Case> {
    let upload = source.provider.upload.as_ref();
    let Some(operation) = upload.and_then(|upload| operation(&source.document, &upload.operation)) else {
        return Vec::new();
    };
    let call = Call::new(source, operation);
    vec![
        stored(&call, "small", 1_000, "a file of 1,000 bytes"),
        stored(&call, "empty", 0, "an empty file"),
        stored(&call, "one-byte", 1, "a file of one byte"),
        stored(&call, "large", 3 * 1024 * 1024 + 1, "a file larger than any buffer"),
    ]
}

fn stored(call: &Call<'_>, variation: &str, bytes: u64, what: &str) -> Case {
    let (serve, _) = call.success();
    let source = call.source;
    let mut case = call.case("", what.to_owned(), call.operation.location.clone());
    case.id = format!("{}/upload/{variation}", source.provider.name);
    case.operation = "upload".to_owned();
    case.facts = call.base_facts();
    let rules = source.provider.rules.iter();
    case.facts.extend(rules.filter_map(|rule| Some(fact::prose(&source.document, rule)?.id)));
    case.media = Some(Media { bytes });
    case.serve = vec![serve];
    case.storage = vec![Storage::Keep];
    case.outcome = Outcome::Stored;
    case.basis = Basis::Document;
    case
}
