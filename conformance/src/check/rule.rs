//! The rules, each with what it rests on.

use serde::Serialize;

use crate::plan::practice;

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
    /// The place in the document that a case is about: a must. In a case that rests on a practice: a should.
    Document,
    /// A reason that holds in every case: a must.
    Always(&'static str),
    /// A sentence of a document, if the provider has a prose rule that quotes one: a must. Otherwise this practice: a should.
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

use RuleBasis::{Always, Document, Practice, Prose};

/// Why the rules of requests hold in every case.
const STATED: &str = "The document states the request of the operation.";

rules! {
    REQUEST_SENT = Request "request/sent", Always(STATED),
        "The client sends the request of a call that the document allows.";
    REQUEST_ONCE = Request "request/once", Practice(practice::ONCE),
        "A successful call sends exactly one request.";
    REQUEST_METHOD = Request "request/method", Always(STATED),
        "The request has the documented method.";
    REQUEST_PATH = Request "request/path", Always(STATED),
        "The request is sent to the documented path, with encoded arguments.";
    REQUEST_QUERY_MISSING = Request "request/query-missing", Always(STATED),
        "Every query parameter of the call is present.";
    REQUEST_QUERY_VALUE = Request "request/query-value", Always(STATED),
        "Every query parameter has the given value, or a documented one.";
    REQUEST_QUERY_UNDOCUMENTED = Request "request/query-undocumented", Always(STATED),
        "The query has only documented parameters.";
    REQUEST_HEADER_VALUE = Request "request/header-value", Always(STATED),
        "Every header parameter has the given value.";
    REQUEST_HEADER_UNDOCUMENTED = Request "request/header-undocumented", Practice("The document does not list this header, and HTTP libraries do not add it to every request."),
        "Every header is documented, or is one that HTTP libraries add to every request.";
    REQUEST_CREDENTIAL = Request "request/credential", Always(STATED),
        "The credential is sent where the document requires it.";
    REQUEST_CREDENTIAL_ELSEWHERE = Request "request/credential-elsewhere", Practice("RFC 6750, 2: a client sends its token in one way only. URLs and bodies are often logged."),
        "The credential is sent in one place only.";
    REQUEST_MEDIA_TYPE = Request "request/media-type", Always(STATED),
        "The body has the documented media type.";
    REQUEST_BODY_SCHEMA = Request "request/body-schema", Always(STATED),
        "The body satisfies the documented schema.";
    REQUEST_BODY = Request "request/body", Always(STATED),
        "The body contains exactly the given arguments.";
    RESPONSE_SUCCESS_LOST = Response "response/success-lost", Document,
        "A documented success is reported as a success.";
    RESPONSE_ERROR_LOST = Response "response/error-lost", Always("Only a documented success is a success."),
        "A response that is not a documented success is not reported as a success.";
    RESPONSE_INVALID_ACCEPTED = Response "response/invalid-accepted", Practice("CWE-20: a program checks what it receives before it relies on it. RFC 9110, 15.3.5: a response with status 204 has no content."),
        "A success without the documented body is not reported as a success.";
    RESPONSE_STATUS = Response "response/status", Document,
        "The caller sees the status of the response.";
    RESPONSE_STATUS_INVENTED = Response "response/status-invented", Always("A status is part of a response: only a server sends one."),
        "Every status that the client reports is one that a server sent.";
    RESPONSE_RETRYABLE = Response "response/retryable", Practice("RFC 9110, 15.5: a 4xx says that the client made an error. RFC 6585, 4 and RFC 9110, 15.6.4: 429 and 503 are temporary."),
        "If the client tells its caller whether another attempt may succeed, this agrees with the status.";
    RESPONSE_RETRY_AFTER = Response "response/retry-after", Practice(practice::WAIT),
        "If the client tells its caller how long the server asks to wait, this is the time that the server sent.";
    RESPONSE_FIELD = Response "response/field", Document,
        "The caller sees every documented field of the response.";
    REFUSAL_MISSING = Refusal "refusal/missing", Practice("CWE-20: a program checks its input before it acts on it. The server would refuse this request."),
        "If the document forbids an argument, the client refuses the call and sends no request.";
    REFUSAL_UNNEEDED = Refusal "refusal/unneeded", Always("The document allows the arguments of the call."),
        "The client does not refuse arguments that the document allows.";
    UPLOAD_STEPS = Upload "upload/steps", Prose("AWS, \"Uploading objects with presigned URLs\": an upload has two steps: ask for the URL, then send the media."),
        "An upload requests the pre-signed URL, then sends the media to it.";
    UPLOAD_METHOD = Upload "upload/method", Prose("AWS, \"Signature Version 4\": a pre-signed URL is signed for one method."),
        "The media is sent with the method of the flow.";
    UPLOAD_URL = Upload "upload/url", Prose("AWS, \"Signature Version 4\": the signature of a pre-signed URL covers its path and its query."),
        "The media is sent to the given URL, with its path and its query unaltered.";
    UPLOAD_AUTHORIZATION = Upload "upload/authorization", Prose("S3 refuses an Authorization header together with a signature, and repeats the header in its response (InvalidArgument)."),
        "The request that sends the media has no Authorization header.";
    UPLOAD_HEADER = Upload "upload/header", Practice("S3 refuses a PUT with headers that the signature does not cover (HeadersNotSigned)."),
        "The request that sends the media has no header that the signature of the URL does not cover.";
    UPLOAD_LENGTH = Upload "upload/length", Practice("S3 refuses a PUT that is chunked (501) or has no Content-Length (411), even when the body is empty."),
        "The request that sends the media has a Content-Length and is not chunked.";
    UPLOAD_BYTES = Upload "upload/bytes", Always("An upload stores the given media, whole and unaltered."),
        "The storage receives the media complete and unaltered.";
    UPLOAD_STORED = Upload "upload/stored", Document,
        "An upload ends with the media in the storage.";
    UPLOAD_CHANGED = Upload "upload/changed", Practice(practice::CHANGE),
        "A file that changes while it is sent is stored as it was at the start, or the upload fails.";
    UPLOAD_REPORTED = Upload "upload/reported", Always("An upload succeeds if and only if the storage accepts the media."),
        "The client reports success if and only if the storage has accepted the media.";
    UPLOAD_ONCE = Upload "upload/once", Practice(practice::ONCE),
        "The media is not sent again after the storage has accepted it.";
    RETRY_AFTER = Retry "retry/after", Practice(practice::WAIT),
        "If the server asks the client to wait, the client waits before the next attempt, or tells its caller how long to wait.";
    RETRY_RATE = Retry "retry/rate", Practice("AWS, \"Retry behavior\": a client waits before each further attempt, longer each time, so that it does not overload the server."),
        "No server receives more than ten requests of one call in one second.";
    RETRY_STATUS = Retry "retry/status", Practice("RFC 9110, 15.5: a 4xx says that the client made an error. The same request fails again."),
        "A request that was answered with 400, 401, 402, 403, 404 or 422 is not sent again unchanged.";
    RETRY_END = Retry "retry/end", Practice(practice::BACKOFF),
        "A call ends after a limited number of attempts.";
    RETRY_EXPIRED_URL = Retry "retry/expired-url", Practice("AWS, \"Download and upload objects with presigned URLs\": a URL can be used until it expires."),
        "A pre-signed URL that has expired is not used again.";
    RETRY_UNUSED_URL = Retry "retry/unused-url", Practice("AWS, \"Download and upload objects with presigned URLs\": anyone who has a URL can use it until it expires, so a client asks only for a URL that it uses."),
        "The media is sent to each pre-signed URL that the client asks for.";
    SECRET_CREDENTIAL_TO_STORAGE = Secret "secret/credential-to-storage", Practice("RFC 6750, 5.3: a token is sent only to the server that it was issued for."),
        "The credential is sent only to the API.";
    SECRET_CREDENTIAL_TOLD = Secret "secret/credential-told", Practice("CWE-532: error messages and logs are often kept and shared."),
        "No result, error or log shows the credential.";
    SECRET_SIGNATURE_TOLD = Secret "secret/signature-told", Practice("CWE-532: anyone who reads a pre-signed URL in a log can use it."),
        "No error message and no log shows the signature of a pre-signed URL.";
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
        "The server refuses a request without a valid credential.";
    SERVER_CHALLENGE = Server "server/challenge", Practice("RFC 9110, 15.5.2: a 401 has a challenge that is applicable to the requested resource."),
        "The challenge of a 401 names an authentication scheme that the document states.";
    SERVER_ANSWER = Server "server/answer", Always("The document states a response to the request."),
        "The server answers every request with a complete response.";
    SERVER_SYNTAX = Server "server/syntax", Practice("RFC 9110, 15.5.1: a server answers a request with malformed syntax with a 4xx. RFC 8259, 2 and 8.1: a JSON text is one value, in UTF-8."),
        "The server refuses a malformed body with a 4xx.";
    SERVER_UPLOAD = Server "server/upload", Always("A pre-signed URL is for an upload."),
        "The pre-signed URL of a success accepts an upload.";
    SERVER_UPLOAD_URL = Server "server/upload-url", Practice("CWE-319: anyone on the network can read what is sent without encryption. A pre-signed URL is a secret."),
        "The pre-signed URL uses https, unless it is on the host of the API.";
    SERVER_UPLOAD_SIGNATURE = Server "server/upload-signature", Practice("AWS, \"Signature Version 4\": a request is refused unless its signature matches."),
        "An upload with an altered signature is refused.";
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
