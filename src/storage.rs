//! What is specific to storage: the headers that a signature covers, and error bodies.

use reqwest::header::HeaderValue;
use serde::Deserialize;
use url::Url;

use crate::error::{Error, ResponseDetails};
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

/// Decodes the body of an error from storage. XML can encode a character in more ways than the redaction of the raw body
/// covers, so the decoded strings are redacted again.
pub(crate) fn error_body(response: &BufferedResponse, secrets: &Secrets) -> ResponseDetails {
    let text = String::from_utf8_lossy(&response.body);
    let error: StorageError = quick_xml::de::from_str(&text).unwrap_or_default();
    let redact = |text: Option<String>| text.map(|text| secrets.redact_str(&text));
    ResponseDetails {
        code: redact(error.code),
        message: redact(error.message),
        request_id: redact(error.request_id),
        ..ResponseDetails::default()
    }
}

/// Returns whether `error` says that the upload URL has expired. S3 answers 403 `AccessDenied` with "Request has expired",
/// GCS 400 `ExpiredToken`, R2 403 `ExpiredRequest`.
pub(crate) fn has_expired(error: &Error) -> bool {
    match error.storage_code() {
        Some("ExpiredToken" | "ExpiredRequest") => true,
        Some("AccessDenied") => error.message().is_some_and(|message| message.contains("expired")),
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
