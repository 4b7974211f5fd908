//! The rules, each with what it rests on.

use serde::Serialize;

/// Something that a client or a server must or should do.
#[derive(Debug, PartialEq, Serialize)]
pub struct Rule {
    /// The id, `<family>/<rule>`. It is output: no code reads it.
    #[serde(rename = "rule")]
    pub id: &'static str,
    /// The group of rules that it belongs to.
    #[serde(skip)]
    pub family: RuleFamily,
    /// The rule in one sentence.
    pub says: &'static str,
    /// What it rests on.
    #[serde(skip)]
    pub basis: RuleBasis,
}

/// A group of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleFamily {
    /// The request to the API.
    Request,
    /// What the caller is told about the response.
    Response,
    /// Calls that a client refuses by itself.
    Refusal,
    /// The second step of an upload.
    Upload,
    /// Further attempts.
    Retry,
    /// Credentials and signatures.
    Secret,
    /// The responses of a server under test.
    Server,
}

/// What a rule rests on: it decides between must and should.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RuleBasis {
    /// The place in the document that a case is about: a must.
    Document,
    /// A sentence, where the document of the provider has one (then a must); otherwise this practice (a should).
    Prose(&'static str),
    /// A recommended practice that no document states: a should.
    Practice(&'static str),
}

macro_rules! rules {
    ($($name:ident = $family:ident $id:literal, $basis:expr, $says:literal;)*) => {
        $(#[doc = $says] pub static $name: Rule =
            Rule { id: $id, family: RuleFamily::$family, says: $says, basis: $basis };)*
        /// Every rule.
        pub static ALL: &[&Rule] = &[$(&$name),*];
    };
}

use RuleBasis::{Document, Practice, Prose};

rules! {
    REQUEST_SENT = Request "request/sent", Document,
        "The client sends the request of a call that the document allows.";
    REQUEST_ONCE = Request "request/once", Practice("RFC 9110, 9.2.2: a client repeats a request only when it knows that the first attempt failed."),
        "A successful call sends exactly one request.";
    REQUEST_METHOD = Request "request/method", Document,
        "The request has the documented method.";
    REQUEST_PATH = Request "request/path", Document,
        "The request is sent to the documented path, with encoded arguments.";
    REQUEST_QUERY_MISSING = Request "request/query-missing", Document,
        "Every query parameter of the call is present.";
    REQUEST_QUERY_VALUE = Request "request/query-value", Document,
        "Every query parameter has the given value, or a documented one.";
    REQUEST_QUERY_UNDOCUMENTED = Request "request/query-undocumented", Document,
        "The query has only documented parameters.";
    REQUEST_HEADER_VALUE = Request "request/header-value", Document,
        "Every header parameter has the given value.";
    REQUEST_HEADER_UNDOCUMENTED = Request "request/header-undocumented", Practice("The document does not list this header, and no HTTP standard defines it for requests."),
        "Every header is defined by the document or by HTTP.";
    REQUEST_CREDENTIAL = Request "request/credential", Document,
        "The credential is sent where the document requires it.";
    REQUEST_CREDENTIAL_ELSEWHERE = Request "request/credential-elsewhere", Practice("RFC 6750, 2: a client sends its token in one way only. URLs and bodies are often logged."),
        "The credential is sent in one place only.";
    REQUEST_MEDIA_TYPE = Request "request/media-type", Document,
        "The body has the documented media type.";
    REQUEST_BODY_SCHEMA = Request "request/body-schema", Document,
        "The body satisfies the documented schema.";
    REQUEST_BODY = Request "request/body", Document,
        "The body contains exactly the given arguments.";
    RESPONSE_SUCCESS_LOST = Response "response/success-lost", Document,
        "A documented success is reported as a success.";
    RESPONSE_ERROR_LOST = Response "response/error-lost", Document,
        "A response that is not a documented success is not reported as a success.";
    RESPONSE_STATUS = Response "response/status", Document,
        "The caller sees the status of the response.";
    RESPONSE_FIELD = Response "response/field", Document,
        "The caller sees every documented field of the response.";
    REFUSAL_MISSING = Refusal "refusal/missing", Document,
        "If the document forbids an argument, the client refuses the call and sends no request.";
    REFUSAL_UNNEEDED = Refusal "refusal/unneeded", Document,
        "The client does not refuse arguments that the document allows.";
    UPLOAD_STEPS = Upload "upload/steps", Prose("An upload has two steps: ask for the URL, then PUT the media."),
        "An upload requests the pre-signed URL, then sends the media to it.";
    UPLOAD_METHOD = Upload "upload/method", Prose("A pre-signed URL is signed for one method."),
        "The media is sent with PUT.";
    UPLOAD_URL = Upload "upload/url", Prose("The signature of a pre-signed URL covers every byte of it."),
        "The media is sent to exactly the given URL.";
    UPLOAD_AUTHORIZATION = Upload "upload/authorization", Prose("S3 refuses an Authorization header together with a signature, and repeats the header in its response (InvalidArgument)."),
        "The PUT has no Authorization header.";
    UPLOAD_HEADER = Upload "upload/header", Practice("S3 refuses a PUT with headers that the signature does not cover (HeadersNotSigned)."),
        "The PUT has no header that the signature of the URL does not cover.";
    UPLOAD_LENGTH = Upload "upload/length", Practice("S3 refuses a PUT that is chunked (501) or has no Content-Length (411), even when the body is empty."),
        "The PUT has a Content-Length and is not chunked.";
    UPLOAD_BYTES = Upload "upload/bytes", Prose("The stored media must equal the given media."),
        "The storage receives the media complete and unaltered.";
    UPLOAD_STORED = Upload "upload/stored", Document,
        "An upload ends with the media in the storage.";
    UPLOAD_CHANGED = Upload "upload/changed", Practice("A file that changes while it is sent can be stored as a mixture of both versions."),
        "A file that changes while it is sent is stored as it was at the start, or the upload fails.";
    UPLOAD_REPORTED = Upload "upload/reported", Practice("A caller relies on the reported outcome."),
        "The client reports success exactly if the storage holds the media.";
    RETRY_AFTER = Retry "retry/after", Practice("RFC 9110, 10.2.3: Retry-After tells the client how long to wait before it sends another request."),
        "If the server asks the client to wait, the client waits before the next attempt, or tells its caller how long to wait.";
    SECRET_CREDENTIAL_TO_STORAGE = Secret "secret/credential-to-storage", Practice("RFC 6750, 5.3: a token is sent only to the server that it was issued for."),
        "The credential is sent only to the API.";
    SECRET_CREDENTIAL_TOLD = Secret "secret/credential-told", Practice("CWE-532: error messages are often logged."),
        "No result or error shows the credential.";
    SECRET_SIGNATURE_TOLD = Secret "secret/signature-told", Practice("CWE-532: anyone who reads a pre-signed URL in a log can use it."),
        "No error shows the signature of a pre-signed URL.";
    SERVER_STATUS = Server "server/status", Document,
        "Every response has a documented status.";
    SERVER_MEDIA_TYPE = Server "server/media-type", Document,
        "A response has the media type documented for its status.";
    SERVER_SCHEMA = Server "server/schema", Document,
        "A response satisfies the schema documented for its status.";
    SERVER_ALLOWED = Server "server/allowed", Document,
        "The server does not refuse a request that the document allows.";
    SERVER_LIMIT = Server "server/limit", Document,
        "If the document forbids a request, the server does not answer it with success.";
    SERVER_CREDENTIAL = Server "server/credential", Document,
        "The server refuses a request without the documented credential.";
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn each_id_begins_with_the_family_and_occurs_once() {
        let mut ids = std::collections::BTreeSet::new();
        for rule in ALL {
            let family = format!("{:?}/", rule.family).to_lowercase();
            assert!(rule.id.starts_with(&family), "{} is not in {family}", rule.id);
            assert!(ids.insert(rule.id), "{} occurs twice", rule.id);
        }
    }
}
