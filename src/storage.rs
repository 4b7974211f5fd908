//! What storage says, and what a URL that it signed asks for.

use reqwest::header::HeaderValue;
use serde::Deserialize;
use url::Url;

use crate::error::Error;
use crate::reply::{Reply, Said};
use crate::secret::{PresignedUrl, Secrets};

/// The type that media is sent with where the URL's signature covers one: it must be the one signed for, and the vendor's own
/// uploads know no other that would suit any media.
const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// The `Content-Type` that a PUT to `url` must have: none, unless the signature covers it (`X-Amz-SignedHeaders`, or Google's
/// `X-Goog-SignedHeaders`).
pub(crate) fn content_type(url: &PresignedUrl) -> Option<HeaderValue> {
    let url = Url::parse(url.expose()).ok()?;
    let is_signed = url.query_pairs().any(|(name, headers)| {
        ["x-amz-signedheaders", "x-goog-signedheaders"].contains(&name.to_ascii_lowercase().as_str())
            && headers.split(';').any(|header| header.eq_ignore_ascii_case("content-type"))
    });
    is_signed.then_some(OCTETS)
}

/// The XML that S3, and what is modelled on it, answers errors with.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct StorageError {
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
}

/// What storage says in the body of an error. XML has more ways to spell a character than were looked for when the body was
/// read, so `secrets` are taken out of the texts as well.
pub(crate) fn said(reply: &Reply, secrets: &Secrets) -> Said {
    let text = String::from_utf8_lossy(&reply.body);
    let error: StorageError = quick_xml::de::from_str(&text).unwrap_or_default();
    let clean = |text: Option<String>| text.map(|text| secrets.scrub_str(&text));
    Said {
        code: clean(error.code),
        message: clean(error.message),
        request_id: clean(error.request_id),
        ..Said::default()
    }
}

/// Does `error` say that the upload URL is no longer valid? S3 has 403 `AccessDenied` with "Request has expired", GCS 400
/// `ExpiredToken`, R2 403 `ExpiredRequest`.
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
    fn a_content_type_is_sent_where_it_is_signed_for_and_nowhere_else() {
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
