//! What is specific to storage: the headers that a signature covers, and error bodies.

use reqwest::header::HeaderValue;
use serde::Deserialize;
use url::Url;

use crate::error::{Error, ErrorKind, ResponseDetails};
use crate::response::BufferedResponse;
use crate::secret::{PresignedUrl, Secrets};

/// The `Content-Type` of a PUT whose signature covers that header. It must equal the signed one; the vendor's own uploads
/// use this type for any media.
const OCTET_STREAM: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// The `Content-Type` that a PUT to `url` must have. It has none unless the signature covers the header
/// (`X-Amz-SignedHeaders`, or Google's `X-Goog-SignedHeaders`).
pub(crate) fn content_type(url: &PresignedUrl) -> Option<HeaderValue> {
    let url = Url::parse(url.expose()).ok()?;
    let is_signed = url.query_pairs().any(|(name, headers)| {
        ["x-amz-signedheaders", "x-goog-signedheaders"].contains(&name.to_ascii_lowercase().as_str())
            && headers.split(';').any(|header| header.eq_ignore_ascii_case("content-type"))
    });
    is_signed.then_some(OCTET_STREAM)
}

/// The XML error body of S3 and of S3-compatible storage.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct StorageError {
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
}

impl StorageError {
    fn read(body: &[u8]) -> Self {
        quick_xml::de::from_str(&String::from_utf8_lossy(body)).unwrap_or_default()
    }
}

/// Decodes the body of an error from storage. Storage may repeat the signature of the URL in its message, in any encoding, so of
/// its message nothing is kept outside of the body: only its code and its id of the request, if they look like these.
pub(crate) fn error_body(response: &BufferedResponse, secrets: &Secrets) -> ResponseDetails {
    const MAX_LENGTH: usize = 40;
    let error = StorageError::read(&response.body);
    let is_short = |text: &String| text.len() <= MAX_LENGTH && !secrets.have_part(text);
    let is_code = |code: &String| code.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_id = |id: &String| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    ResponseDetails {
        code: error.code.filter(is_code).filter(is_short),
        request_id: error.request_id.filter(is_id).filter(is_short),
        ..ResponseDetails::default()
    }
}

/// What an error code means. Most are codes of S3, which other storage uses too.
pub(crate) fn meaning(code: &str) -> Option<&'static str> {
    Some(match code {
        "AccessDenied" => "the upload URL does not allow this request, or has expired",
        "AuthenticationFailed" | "SignatureDoesNotMatch" => {
            "the request does not match the signature of the URL"
        }
        "ExpiredRequest" | "ExpiredToken" => "the upload URL has expired",
        "RequestTimeTooSkewed" => "the clocks of the API and of storage differ",
        "InvalidAccessKeyId" => "the key that signed the URL does not exist",
        "HeadersNotSigned" => "a header is not signed",
        "EntityTooLarge" => "the media is larger than storage accepts",
        "IncompleteBody" => "storage received fewer bytes than announced",
        "NoSuchBucket" => "the bucket does not exist",
        "QuotaExceeded" | "XMinioStorageFull" => "storage is full",
        "RequestTimeout" => "storage received nothing for some time",
        "InternalError" => "storage failed",
        "ServiceUnavailable" | "SlowDown" | "ServerBusy" => "storage is overloaded",
        _ => return None,
    })
}

/// Returns whether storage refused the request for good.
pub(crate) fn is_refusal(error: &Error) -> bool {
    error.kind() == ErrorKind::Storage && !error.is_retryable()
}

/// Returns whether `error` says that the upload URL has expired. S3 answers 403 `AccessDenied` with "Request has expired",
/// GCS 400 `ExpiredToken`, R2 403 `ExpiredRequest`.
pub(crate) fn has_expired(error: &Error) -> bool {
    match error.storage_code() {
        Some("ExpiredToken" | "ExpiredRequest") => true,
        Some("AccessDenied") => {
            let message = error.body().and_then(|body| StorageError::read(body).message);
            message.is_some_and(|message| message.contains("expired"))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_type_is_sent_only_if_the_signature_covers_it() {
        for (query, expected) in [
            ("X-Amz-SignedHeaders=content-type%3Bhost", true),
            ("X-Amz-SignedHeaders=host;Content-Type", true),
            ("X-Goog-SignedHeaders=content-type%3Bhost", true),
            ("X-Amz-SignedHeaders=host", false),
            ("X-Amz-SignedHeaders=host%3Bx-content-type", false),
            ("Signature=content-type", false),
            ("", false),
        ] {
            let url = PresignedUrl::new(&format!("https://storage.test/a?{query}"));
            assert_eq!(content_type(&url).is_some(), expected, "{query}");
        }
    }
}
