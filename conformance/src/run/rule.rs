//! The rules, each with what it rests on.

use serde::Serialize;

/// One thing a client must or should do.
#[derive(Debug, PartialEq, Serialize)]
pub struct Rule {
    /// `<family>/<rule>`.
    pub id: &'static str,
    /// The rule in one sentence.
    pub says: &'static str,
    /// What it rests on.
    pub basis: Basis,
}

/// What a rule rests on: it decides between must and should.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The place of the document a case is about: a must.
    Document,
    /// A sentence, where the provider's document has one (then a must); else this practice (a should).
    Prose(&'static str),
    /// Good practice that no document states: a should.
    Practice(&'static str),
}

macro_rules! rules {
    ($($name:ident = $id:literal, $basis:expr, $says:literal;)*) => {
        $(#[doc = $says] pub static $name: Rule = Rule { id: $id, says: $says, basis: $basis };)*
        /// Every rule.
        pub static ALL: &[&Rule] = &[$(&$name),*];
    };
}

use Basis::{Document, Practice, Prose};

rules! {
    REQUEST_SENT = "request/sent", Document,
        "A call the document allows is sent.";
    REQUEST_ONCE = "request/once", Practice("RFC 9110, 9.2.2: a request that was answered with success is not to be repeated."),
        "A call that succeeds is one request.";
    REQUEST_METHOD = "request/method", Document,
        "The request has the documented method.";
    REQUEST_PATH = "request/path", Document,
        "The request goes to the documented path, arguments encoded.";
    REQUEST_QUERY_MISSING = "request/query-missing", Document,
        "Every query parameter of the call is there.";
    REQUEST_QUERY_VALUE = "request/query-value", Document,
        "Every query parameter has the value given, or a documented one.";
    REQUEST_QUERY_UNDOCUMENTED = "request/query-undocumented", Document,
        "No query parameter is there that the document does not list.";
    REQUEST_HEADER_VALUE = "request/header-value", Document,
        "Every header parameter has the value given.";
    REQUEST_HEADER_UNDOCUMENTED = "request/header-undocumented", Practice("The document lists no such header, and no standard gives it a meaning here."),
        "No header is there that neither the document nor HTTP knows.";
    REQUEST_CREDENTIAL = "request/credential", Document,
        "The credential is sent where the document asks for it.";
    REQUEST_CREDENTIAL_ELSEWHERE = "request/credential-elsewhere", Practice("RFC 6750, 2: a client sends its token in one way only; what stands in a URL or a body ends in logs."),
        "The credential is sent in no other place.";
    REQUEST_MEDIA_TYPE = "request/media-type", Document,
        "The body has the documented media type.";
    REQUEST_BODY_SCHEMA = "request/body-schema", Document,
        "The body satisfies the documented schema.";
    REQUEST_BODY = "request/body", Document,
        "The body holds just the arguments given.";
    RESPONSE_SUCCESS_LOST = "response/success-lost", Document,
        "A documented success is reported as a success.";
    RESPONSE_ERROR_LOST = "response/error-lost", Document,
        "An answer that is no documented success is never reported as one.";
    RESPONSE_STATUS = "response/status", Document,
        "The status reaches the caller.";
    RESPONSE_FIELD = "response/field", Document,
        "Every documented field of the answer reaches the caller.";
    REFUSAL_MISSING = "refusal/missing", Document,
        "An argument the document forbids is refused before anything is sent.";
    REFUSAL_UNNEEDED = "refusal/unneeded", Document,
        "An argument the document allows is not refused.";
    UPLOAD_STEPS = "upload/steps", Prose("An upload has two steps: ask for the URL, then PUT the media."),
        "An upload asks for the pre-signed URL, then sends the media to it.";
    UPLOAD_METHOD = "upload/method", Prose("A pre-signed URL is signed for one method."),
        "The media is sent with PUT.";
    UPLOAD_URL = "upload/url", Prose("A pre-signed URL is signed byte for byte."),
        "The media goes to the URL given, unaltered.";
    UPLOAD_AUTHORIZATION = "upload/authorization", Prose("S3 refuses an Authorization header beside a signature, and echoes it: only one auth mechanism is allowed."),
        "The PUT carries no Authorization header.";
    UPLOAD_HEADER = "upload/header", Practice("Headers that the signature does not name make storage refuse the PUT (S3: HeadersNotSigned)."),
        "The PUT carries no header that the URL was not signed for.";
    UPLOAD_LENGTH = "upload/length", Practice("S3 refuses a PUT that is chunked (501) or has no Content-Length (411), an empty one too."),
        "The PUT has a Content-Length and is not chunked.";
    UPLOAD_BYTES = "upload/bytes", Prose("What is stored must be what was given."),
        "The media arrives whole and unaltered.";
    UPLOAD_STORED = "upload/stored", Document,
        "An upload ends with the media in the storage.";
    UPLOAD_CHANGED = "upload/changed", Practice("What is stored of a file that changes while it is sent may be neither the old one nor the new."),
        "A file that changes while it is sent is stored as it was given, or is an error.";
    UPLOAD_REPORTED = "upload/reported", Practice("A caller must be able to trust the outcome."),
        "Success is reported when, and only when, the storage holds the media.";
    RETRY_AFTER = "retry/after", Practice("RFC 9110, 10.2.3: Retry-After says how long to wait before another request."),
        "A client that is asked to wait does so before it tries again, or tells its caller how long.";
    SECRET_CREDENTIAL_TO_STORAGE = "secret/credential-to-storage", Practice("RFC 6750, 5.3: a token goes to no other host than the one it is for."),
        "The credential goes to no other host than the API's.";
    SECRET_CREDENTIAL_TOLD = "secret/credential-told", Practice("CWE-532: what an error says ends in logs."),
        "The credential is in nothing the caller is told.";
    SECRET_SIGNATURE_TOLD = "secret/signature-told", Practice("CWE-532: whoever reads a pre-signed URL in a log can use it."),
        "The signature of a pre-signed URL is in no error.";
    SERVER_STATUS = "server/status", Document,
        "Every answer has a status that the document knows.";
    SERVER_MEDIA_TYPE = "server/media-type", Document,
        "An answer has the media type documented for its status.";
    SERVER_SCHEMA = "server/schema", Document,
        "An answer satisfies the schema documented for its status.";
    SERVER_ALLOWED = "server/allowed", Document,
        "A request the document allows is not refused as a wrong one.";
    SERVER_LIMIT = "server/limit", Document,
        "A request the document forbids is not answered with success.";
    SERVER_CREDENTIAL = "server/credential", Document,
        "A request without the credential the document asks for is refused.";
}
