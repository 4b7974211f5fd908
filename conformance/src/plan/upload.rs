//! Cases of the flow `upload`: the client asks for the pre-signed URL, then sends the media to it with PUT.

use super::answer::{self, Success, respond};
use super::case::{
    Basis, COOKIE, Case, DATE, Family, FileChange, LONGEST, Media, Outcome, SHORT, Serve, StorageStep,
    UploadStep, id_part,
};
use super::fact;
use super::operation_plan::OperationPlan;
use super::practice::{BACKOFF, CHANGE, CREATED, EARLY, EXPIRY, REDIRECT, REFUSED, RETRY, WAIT};
use super::source::Source;
use crate::provider::UploadFlow;
use crate::wire::media_type::JSON;

/// The name of the flow: drivers and case ids use it in place of an operation id.
pub(super) const FLOW: &str = "upload";

/// The size of a file that is larger than the blocks in which most clients read and send, in bytes.
const SEVERAL_BLOCKS: u64 = 256 * 1024 + 1;

/// The size of a file that takes several reads, in bytes.
const LARGE: u64 = 1024 * 1024 + 1;

/// How long the API asks the client to wait, in seconds.
const ASKED_WAIT_S: u64 = 4;

/// What a storage does once before it accepts the media. Storages report an expired pre-signed URL in three ways.
const PASSING: &[(&str, StorageStep, &str, &str)] = &[
    ("redirect", StorageStep::Redirect, "the storage redirects the client to another URL", REDIRECT),
    (
        "expired-s3",
        StorageStep::Expire(403, "AccessDenied", "Request has expired"),
        "the URL has expired, with the error of S3",
        EXPIRY,
    ),
    (
        "expired-gcs",
        StorageStep::Expire(400, "ExpiredToken", "The provided token has expired."),
        "the URL has expired, with the error of GCS",
        EXPIRY,
    ),
    (
        "expired-r2",
        StorageStep::Expire(403, "ExpiredRequest", "Request has expired"),
        "the URL has expired, with the error of R2",
        EXPIRY,
    ),
    ("reset", StorageStep::Reset, "the connection is reset in the middle of the media", RETRY),
    ("stall", StorageStep::Stall, "the storage stops reading in the middle of the media", RETRY),
    ("no-answer", StorageStep::NoAnswer, "the storage reads the media and never answers", RETRY),
    (
        "slow-down",
        StorageStep::Refuse(503, "SlowDown", "Please reduce your request rate."),
        "the storage asks the client to slow down",
        RETRY,
    ),
    (
        "too-many-requests",
        StorageStep::Refuse(429, "TooManyRequests", "The rate limit was exceeded."),
        "the storage limits the rate of requests, with the status of GCS and R2",
        RETRY,
    ),
    (
        "internal-error",
        StorageStep::Refuse(500, "InternalError", "We encountered an internal error. Please try again."),
        "the storage has an internal error",
        RETRY,
    ),
    (
        "request-timeout",
        StorageStep::Refuse(400, "RequestTimeout", "Your socket connection to the server was not read from."),
        "the storage waited too long for the media",
        RETRY,
    ),
];

/// A step that refuses a PUT, with the status, the code and the message of the error.
type StorageRefusal = (fn(u16, &'static str, &'static str) -> StorageStep, u16, &'static str, &'static str);

/// What a storage does with every PUT if it never accepts the media.
const REFUSING: &[(&str, StorageRefusal, &str, &str)] = &[
    (
        "early-403",
        (StorageStep::RefuseEarly, 403, "AccessDenied", "Access Denied"),
        "the storage refuses the PUT before it has read the media",
        EARLY,
    ),
    (
        "signature-mismatch",
        (StorageStep::Refuse, 403, "SignatureDoesNotMatch", "The signature does not match the request."),
        "the storage refuses the signature of the URL, each time",
        REFUSED,
    ),
    (
        "expired-each-time",
        (StorageStep::Expire, 403, "AccessDenied", "Request has expired"),
        "every URL has expired when the storage receives the PUT",
        BACKOFF,
    ),
    (
        "unavailable",
        (StorageStep::Refuse, 503, "ServiceUnavailable", "The service is unavailable."),
        "the storage is unavailable, each time",
        BACKOFF,
    ),
];

/// Statuses with which other storages accept the media.
const OTHER_STATUSES: &[(u16, &str)] = &[
    (201, "the storage answers 201 (Created), as Azure does"),
    (204, "the storage answers 204 (No Content), as a WebDAV server does"),
];

/// The cases of the provider's upload, if this document has its first step.
pub(super) fn cases(source: &Source) -> Vec<Case> {
    let flow = source.provider.flows.upload.as_ref().zip(source.upload_operation());
    let Some((flow, operation)) = flow else { return Vec::new() };
    let plan = OperationPlan::new(source, operation);
    let (answers, _) = answer::documented(&plan);
    let success = plan.check_samples().and_then(|()| Success::of(&plan, &answers));
    // Planning the operation says why.
    let Ok(success) = success else { return Vec::new() };
    let call = UploadPlan { plan: &plan, flow, success };
    let mut cases = vec![
        call.stored("small", SHORT, "a file of 1,000 bytes"),
        call.stored("empty", 0, "an empty file"),
        call.stored("one-byte", 1, "a file of one byte"),
        call.stored("large", LARGE, "a file that takes several reads"),
        call.cookie(),
    ];
    cases.extend(call.statuses());
    let passing = PASSING.iter();
    cases.extend(passing.map(|(variation, first, what, why)| call.then_kept(variation, *first, what, why)));
    cases.extend(
        REFUSING.iter().map(|(variation, refusal, what, why)| call.refused(variation, *refusal, what, why)),
    );
    cases.push(call.reset_each_time());
    cases.push(call.asked_to_wait("seconds", &ASKED_WAIT_S.to_string()));
    cases.push(call.asked_to_wait("date", DATE));
    cases.push(call.changing("growth", FileChange::Grows, "the file grows while it is sent"));
    cases.push(call.changing("shrinkage", FileChange::Shrinks, "the file shrinks while it is sent"));
    cases
}

struct UploadPlan<'a> {
    plan: &'a OperationPlan<'a>,
    flow: &'a UploadFlow,
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
            upload: Some(UploadStep {
                media,
                method: self.flow.method.clone(),
                storage: vec![self.keep()],
                asked_wait_s: None,
            }),
            outcome: Outcome::Stored,
            ..case
        }
    }

    /// The storage accepts the media with the first status of the flow.
    fn keep(&self) -> StorageStep {
        StorageStep::Keep(self.flow.success.first().copied().unwrap_or(200))
    }

    /// The storage accepts the media with another status: one that the flow lists, or one that other storages use.
    fn statuses(&self) -> Vec<Case> {
        let success = &self.flow.success;
        let listed = success.iter().skip(1).map(|status| self.answered(*status, None));
        let others = OTHER_STATUSES.iter().filter(|(status, _)| !success.contains(status));
        listed.chain(others.map(|(status, what)| self.answered(*status, Some(what)))).collect()
    }

    fn answered(&self, status: u16, unlisted: Option<&str>) -> Case {
        let what = unlisted.map_or_else(|| format!("the storage answers {status}"), str::to_owned);
        let mut case = self.stored(&format!("status-{status}"), 1_000, &what);
        case.upload.iter_mut().for_each(|upload| upload.storage = vec![StorageStep::Keep(status)]);
        if unlisted.is_some() {
            case.basis = Basis::Practice(CREATED);
        }
        case
    }

    /// The storage fails once, and accepts the media when it is sent again.
    fn then_kept(&self, variation: &str, first: StorageStep, what: &str, practice: &'static str) -> Case {
        let bytes = if first == StorageStep::Stall { LONGEST } else { SEVERAL_BLOCKS };
        let steps = vec![first, self.keep()];
        unusual(self.stored(variation, bytes, what), practice, |upload| upload.storage = steps)
    }

    /// The storage refuses every PUT; the caller must see the status.
    fn refused(
        &self,
        variation: &str,
        (refuse, status, code, message): StorageRefusal,
        what: &str,
        practice: &'static str,
    ) -> Case {
        let steps = vec![refuse(status, code, message)];
        let case = self.stored(variation, SEVERAL_BLOCKS, what);
        let case = unusual(case, practice, |upload| upload.storage = steps);
        Case { outcome: Outcome::Failure { status, body: None }, ..case }
    }

    /// The storage resets every connection.
    fn reset_each_time(&self) -> Case {
        let what = "the connection is reset in the middle of the media, each time";
        let case = self.stored("reset-each-time", SEVERAL_BLOCKS, what);
        let case = unusual(case, BACKOFF, |upload| upload.storage = vec![StorageStep::Reset]);
        Case { outcome: Outcome::Lost, ..case }
    }

    /// Cookies are not bound to a port (RFC 6265, 8.5): a client with a cookie jar would send this one to the storage.
    fn cookie(&self) -> Case {
        let mut case = self.stored("cookie", 1_000, "the API sets a cookie");
        for serve in &mut case.serve {
            if let Serve::Response(response) = serve {
                response.headers.push(("set-cookie".to_owned(), format!("{COOKIE}; Path=/")));
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
        unusual(case, WAIT, |upload| upload.asked_wait_s = Some(ASKED_WAIT_S))
    }

    fn changing(&self, variation: &str, change: FileChange, what: &str) -> Case {
        let case = self.stored(variation, LONGEST, what);
        Case { outcome: Outcome::Lost, ..unusual(case, CHANGE, |upload| upload.media.change = Some(change)) }
    }
}

/// A case that rests on a practice, with a change of its second step. No document states what the client must do in such a case.
fn unusual(mut case: Case, practice: &'static str, change: impl FnOnce(&mut UploadStep)) -> Case {
    case.upload.as_mut().map(change);
    Case { basis: Basis::Practice(practice), ..case }
}
