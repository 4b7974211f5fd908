//! The practices that cases and rules rest on where no document states what a client does: each with its source.

pub(crate) const ONCE: &str =
    "RFC 9110, 9.2.2: a client repeats a request only when it knows that the first attempt failed.";
pub(crate) const RETRY: &str = "RFC 9110, 9.2.2: a client may repeat a PUT automatically, because it is idempotent. AWS, \"Error best practices for Amazon S3\": a client tries again after a temporary error.";
pub(crate) const BACKOFF: &str =
    "AWS, \"Retry behavior\": a client tries a limited number of times, then reports the error.";
pub(crate) const WAIT: &str =
    "RFC 9110, 10.2.3: Retry-After tells the client how long to wait before it sends another request.";
pub(crate) const WAIT_HEADER: &str =
    "RFC 6585, 4 and RFC 9110, 15.6.4: a 429 or 503 may have a Retry-After header.";
pub(crate) const REDIRECT: &str =
    "RFC 9110, 15.4.8: after a 307 a client may repeat the request at the URL of the Location header.";
pub(crate) const EXPIRY: &str = "AWS, \"Download and upload objects with presigned URLs\": a URL can be used until it expires. After that an upload needs a new one.";
pub(crate) const EARLY: &str =
    "RFC 9112, 9.5: a client that sends a body watches the connection for an error response.";
pub(crate) const CREATED: &str = "RFC 9110, 9.3.4: the success of a PUT is 201, 200 or 204.";
pub(crate) const REFUSED: &str =
    "RFC 9110, 15.5: a 4xx tells the client that its request failed, and the client shows that to its user.";
pub(crate) const CHANGE: &str =
    "CWE-367: a file that changes while it is sent can be stored as a mixture of both versions.";
pub(crate) const EXTENSIBLE: &str = "JSON Schema 2020-12, 10.3.2.3: an object may have properties that its schema does not list, unless the schema forbids them.";
pub(crate) const PARAMETERS: &str = "RFC 9110, 8.3.1: a media type may have parameters.";
pub(crate) const LARGE_INTEGERS: &str = "CWE-681: a number that is converted to another type keeps its value. A double holds integers up to 2^53 only, and `type: integer` has no limit.";
pub(crate) const CHECKED: &str = "CWE-20: a program checks what it receives before it relies on it. RFC 9110, 15: a client understands at least the class of a status.";
pub(crate) const CLASS: &str =
    "RFC 9110, 15: a client understands the class of any status, also of one that it does not recognise.";
pub(crate) const INCOMPLETE: &str = "RFC 9112, 8: a response that ends early is incomplete. CWE-755: a program handles exceptional conditions.";
