//! Cases of the flow `upload`: the client asks for the pre-signed URL, then sends the media to it with PUT.

use super::answer::{self, Success, respond};
use super::case::{
    Basis, Case, DATE, Family, FileChange, Media, Outcome, Serve, StorageStep, UploadStep, id_part,
};
use super::fact;
use super::operation_plan::OperationPlan;
use super::source::Source;
use crate::wire::body::JSON;

/// The name of the flow: drivers and case ids use it in place of an operation id.
pub(super) const FLOW: &str = "upload";

/// The size of a file larger than read-ahead and socket buffers together, in bytes. Part of it is still unread after the
/// storage has seen its beginning, so the storage can stop the transfer and the file can change.
const HUGE: u64 = 8 * 1024 * 1024;

/// The size of a file that takes several reads, in bytes.
const LARGE: u64 = 1024 * 1024 + 1;

/// What a storage does once before it keeps the media. Storages report an expired pre-signed URL in three ways.
const PASSING: &[(&str, StorageStep, &str)] = &[
    ("redirect", StorageStep::Redirect, "the storage redirects the client to another URL"),
    (
        "expired-s3",
        StorageStep::Refuse(403, "AccessDenied", "Request has expired"),
        "the URL has expired, with the error of S3",
    ),
    (
        "expired-gcs",
        StorageStep::Refuse(400, "ExpiredToken", "The provided token has expired."),
        "the URL has expired, with the error of GCS",
    ),
    (
        "expired-r2",
        StorageStep::Refuse(403, "ExpiredRequest", "Request has expired"),
        "the URL has expired, with the error of R2",
    ),
    ("reset", StorageStep::Reset, "the connection is reset in the middle of the media"),
    ("stall", StorageStep::Stall, "the storage stops reading in the middle of the media"),
    ("no-answer", StorageStep::NoAnswer, "the storage reads the media and never answers"),
    (
        "slow-down",
        StorageStep::Refuse(503, "SlowDown", "Please reduce your request rate."),
        "the storage asks the client to slow down",
    ),
    (
        "request-timeout",
        StorageStep::Refuse(400, "RequestTimeout", "Your socket connection to the server was not read from."),
        "the storage waited too long for the media",
    ),
];

/// The cases of the provider's upload, if this document has its first step.
pub(super) fn cases(source: &Source) -> Vec<Case> {
    let Some(operation) = source.upload_operation() else { return Vec::new() };
    let plan = OperationPlan::new(source, operation);
    let success = Success::of(&plan, &answer::documented(&plan));
    let call = UploadPlan { plan: &plan, success };
    let mut cases = vec![
        call.stored("small", 1_000, "a file of 1,000 bytes"),
        call.stored("empty", 0, "an empty file"),
        call.stored("one-byte", 1, "a file of one byte"),
        call.stored("large", LARGE, "a file that takes several reads"),
        call.cookie(),
        call.early_refusal(),
    ];
    cases.extend(PASSING.iter().map(|(variation, first, what)| call.then_kept(variation, *first, what)));
    cases.push(call.asked_to_wait("seconds", "4"));
    cases.push(call.asked_to_wait("date", DATE));
    cases.push(call.changing("growth", FileChange::Grows, "the file grows while it is sent"));
    cases.push(call.changing("shrinkage", FileChange::Shrinks, "the file shrinks while it is sent"));
    cases
}

struct UploadPlan<'a> {
    plan: &'a OperationPlan<'a>,
    success: Success,
}

impl UploadPlan<'_> {
    /// An upload that must end with the media in the storage.
    fn stored(&self, variation: &str, bytes: u64, what: &str) -> Case {
        let source = self.plan.source;
        let mut case = self.plan.case("", Family::Upload, what, &self.plan.operation.location);
        let rules = source.provider.rules.iter();
        case.facts.extend(rules.filter_map(|rule| Some(fact::prose(&source.document, rule)?.id)));
        let media = Media { bytes, change: None };
        Case {
            id: format!("{}/{FLOW}/{}", source.provider.name, id_part(variation)),
            operation: FLOW.to_owned(),
            serve: vec![self.success.serve.clone()],
            upload: Some(UploadStep { media, storage: vec![StorageStep::Keep], asked_wait_s: None }),
            outcome: Outcome::Stored,
            ..case
        }
    }

    /// The storage fails once, and keeps the media when it is sent again.
    fn then_kept(&self, variation: &str, first: StorageStep, what: &str) -> Case {
        let bytes = if first == StorageStep::Stall { HUGE } else { LARGE };
        unusual(self.stored(variation, bytes, what), |upload| upload.storage = vec![first, StorageStep::Keep])
    }

    /// The storage refuses before it has read the media; the caller must see that status.
    fn early_refusal(&self) -> Case {
        let case =
            self.stored("early-403", LARGE, "the storage refuses the PUT before it has read the media");
        let refuse = StorageStep::RefuseEarly(403, "AccessDenied", "Access Denied");
        let outcome = Outcome::Failure { status: Some(403), body: None };
        Case { outcome, ..unusual(case, |upload| upload.storage = vec![refuse]) }
    }

    /// Cookies are not bound to a port (RFC 6265, 8.5): a client with a cookie jar would send this one to the storage.
    fn cookie(&self) -> Case {
        let mut case = self.stored("cookie", 1_000, "the API sets a cookie");
        for serve in &mut case.serve {
            if let Serve::Response(response) = serve {
                response.headers.push(("set-cookie".to_owned(), "conformance=1; Path=/".to_owned()));
            }
        }
        case
    }

    /// The API asks the client to wait, then answers.
    fn asked_to_wait(&self, form: &str, value: &str) -> Case {
        let what =
            format!("the API asks the client to wait, with a Retry-After header in the form of {form}");
        let mut case = self.stored(&format!("retry-after-{form}"), 1_000, &what);
        let headers = [("content-type", JSON), ("retry-after", value)];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let body = r#"{"requestId":"1","message":"Too many requests"}"#.to_owned();
        case.serve.insert(0, respond(429, headers, body));
        unusual(case, |upload| upload.asked_wait_s = Some(4))
    }

    fn changing(&self, variation: &str, change: FileChange, what: &str) -> Case {
        let case = self.stored(variation, HUGE, what);
        Case { outcome: Outcome::Lost, ..unusual(case, |upload| upload.media.change = Some(change)) }
    }
}

/// A case whose storage does something else than keep the media at once; no document states what the client must do then.
fn unusual(mut case: Case, change: impl FnOnce(&mut UploadStep)) -> Case {
    case.upload.as_mut().map(change);
    Case { basis: Basis::Practice, ..case }
}
