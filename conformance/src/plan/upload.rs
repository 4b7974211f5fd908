//! The flow `upload`: ask for the pre-signed URL, then PUT the media to it.

use super::answer::respond;
use super::call::{Call, JSON};
use super::case::{Basis, Case, Change, DATE, Media, Outcome, Serve, Storage};
use super::{Source, fact, operation};

/// The pre-signed URL that is served, as storage writes them. `{storage}` becomes the storage's
/// base URL; the signature is a sentinel that must never be told to anyone.
pub const PRESIGNED: &str = "{storage}/media/conformance.wav?X-Amz-Algorithm=AWS4-HMAC-SHA256\
    &X-Amz-Credential=CONFORMANCE%2F20260102%2Feu-west-3%2Fs3%2Faws4_request&X-Amz-Date=20260102T030405Z\
    &X-Amz-Expires=43200&X-Amz-SignedHeaders=host\
    &X-Amz-Signature=0e5f1c7ad2b94e3680d1a9c4b7f25e63c4a1d08f9b3e7265d81f04a6c9e2b750";

/// The part of [`PRESIGNED`] that is the secret.
pub const SIGNATURE: &str = "0e5f1c7ad2b94e3680d1a9c4b7f25e63c4a1d08f9b3e7265d81f04a6c9e2b750";

/// What a redirected client finds added to the URL.
pub const MOVED: &str = "&x-moved=1";

/// A file larger than whatever is read ahead and whatever sockets hold, in bytes: the storage can
/// stop it, and it can still change, when the storage has seen the beginning of it.
const HUGE: u64 = 8 * 1024 * 1024;

/// A file that takes several reads.
const LARGE: u64 = 1024 * 1024 + 1;

/// How storages say that a pre-signed URL has expired.
const EXPIRED: &[(&str, Storage)] = &[
    ("s3", Storage::Refuse(403, "AccessDenied", "Request has expired")),
    ("gcs", Storage::Refuse(400, "ExpiredToken", "The provided token has expired.")),
    ("r2", Storage::Refuse(403, "ExpiredRequest", "Request has expired")),
];

/// What passes when a storage is asked once more.
const PASSING: &[(&str, Storage, &str)] = &[
    ("reset", Storage::Reset, "the connection breaks in the middle of the media"),
    ("stall", Storage::Stall, "the storage stops reading in the middle of the media"),
    ("no-answer", Storage::NoAnswer, "the storage reads all and never answers"),
    (
        "slow-down",
        Storage::Refuse(503, "SlowDown", "Please reduce your request rate."),
        "the storage asks to slow down",
    ),
    (
        "request-timeout",
        Storage::Refuse(400, "RequestTimeout", "Your socket connection to the server was not read from."),
        "the storage waited too long for a part of the media",
    ),
];

/// The cases of a provider's upload, if this document holds its first step.
pub fn cases(source: &Source) -> Vec<Case> {
    let upload = source.provider.upload.as_ref();
    let Some(operation) = upload.and_then(|upload| operation(&source.document, &upload.operation)) else {
        return Vec::new();
    };
    let call = Call::new(source, operation);
    let mut cases = vec![
        stored(&call, "small", 1_000, "a file of 1,000 bytes"),
        stored(&call, "empty", 0, "an empty file"),
        stored(&call, "one-byte", 1, "a file of one byte"),
        stored(&call, "large", LARGE, "a file larger than any buffer"),
        cookie(&call),
        early_refusal(&call),
        then_kept(&call, "redirect", Storage::Redirect, "the storage is elsewhere"),
    ];
    cases.extend(EXPIRED.iter().map(|(whose, storage)| {
        then_kept(
            &call,
            &format!("expired-{whose}"),
            *storage,
            &format!("the URL has expired, in the words of {whose}"),
        )
    }));
    cases
        .extend(PASSING.iter().map(|(variation, storage, what)| then_kept(&call, variation, *storage, what)));
    cases.push(asked_to_wait(&call, "seconds", "4"));
    cases.push(asked_to_wait(&call, "date", DATE));
    cases.push(changing(&call, "growth", Change::Grows, "the file grows while it is sent"));
    cases.push(changing(&call, "shrinkage", Change::Shrinks, "the file shrinks while it is sent"));
    cases
}

/// An upload that must end with the media in the storage.
fn stored(call: &Call<'_>, variation: &str, bytes: u64, what: &str) -> Case {
    let (serve, _) = call.success();
    let source = call.source;
    let mut case = call.case("", what.to_owned(), call.operation.location.clone());
    case.id = format!("{}/upload/{variation}", source.provider.name);
    case.operation = "upload".to_owned();
    let rules = source.provider.rules.iter();
    case.facts.extend(rules.filter_map(|rule| Some(fact::prose(&source.document, rule)?.id)));
    case.media = Some(Media { bytes, change: None });
    case.serve = vec![serve];
    case.storage = vec![Storage::Keep];
    case.outcome = Outcome::Stored;
    case.basis = Basis::Document;
    case
}

/// The storage does something that passes, and keeps the media when it is sent again.
fn then_kept(call: &Call<'_>, variation: &str, first: Storage, what: &str) -> Case {
    Case {
        storage: vec![first, Storage::Keep],
        basis: Basis::Practice,
        ..stored(call, variation, if first == Storage::Stall { HUGE } else { LARGE }, what)
    }
}

/// A refusal that comes before the media has gone out is still that refusal.
fn early_refusal(call: &Call<'_>) -> Case {
    Case {
        storage: vec![Storage::RefuseEarly(403, "AccessDenied", "Access Denied")],
        outcome: Outcome::Failure { status: Some(403), body: None },
        basis: Basis::Practice,
        ..stored(call, "early-403", LARGE, "the storage refuses before it has read the media")
    }
}

/// Cookies know no ports: a client with a cookie jar would carry this one to the storage.
fn cookie(call: &Call<'_>) -> Case {
    let mut case = stored(call, "cookie", 1_000, "the API sets a cookie");
    for serve in &mut case.serve {
        if let Serve::Response(response) = serve {
            response.headers.push(("set-cookie".to_owned(), "conformance=1; Path=/".to_owned()));
        }
    }
    case
}

/// The API asks to wait, then answers.
fn asked_to_wait(call: &Call<'_>, form: &str, value: &str) -> Case {
    let what = format!("the API asks to wait, with a Retry-After in the form of {form}");
    let mut case = stored(call, &format!("retry-after-{form}"), 1_000, &what);
    let headers = [("content-type", JSON), ("retry-after", value)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    case.serve.insert(
        0,
        respond(429, headers.to_vec(), r#"{"requestId":"1","message":"Too many requests"}"#.to_owned()),
    );
    case.asked_wait_s = Some(4);
    case.basis = Basis::Practice;
    case
}

fn changing(call: &Call<'_>, variation: &str, change: Change, what: &str) -> Case {
    let mut case = stored(call, variation, HUGE, what);
    case.media = Some(Media { bytes: HUGE, change: Some(change) });
    case.outcome = Outcome::Lost;
    case.basis = Basis::Practice;
    case
}
