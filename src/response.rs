//! Reads a response into memory, within bounds and without secrets.

use bytes::{Bytes, BytesMut};
use reqwest::header::HeaderMap;
use reqwest::{ResponseBuilderExt, StatusCode};
use url::Url;

use crate::secret::Secrets;

/// The cap on the body of a success that this crate decodes, in bytes. Documented bodies have a few hundred bytes.
const MAX_SUCCESS: usize = 1024 * 1024;
/// The cap on the body of an error, in bytes.
const MAX_ERROR: usize = 64 * 1024;

/// Why a success is an error if the document does not describe its status.
pub(crate) const UNDOCUMENTED_STATUS: &str = "the document does not describe this success status";

/// A response whose body is in memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct BufferedResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// The body of an error response has its secrets redacted.
    pub(crate) body: Bytes,
}

impl BufferedResponse {
    /// The status of a success whose body the generated client may read directly: a body of any length if `is_unlimited`,
    /// else a body with a `Content-Length` within the cap.
    pub(crate) fn status_of_success(response: &reqwest::Response, is_unlimited: bool) -> Option<Self> {
        let status = response.status();
        let is_short = response.content_length().is_some_and(|length| length <= MAX_SUCCESS as u64);
        (status.is_success() && (is_unlimited || is_short)).then(|| Self { status, ..Self::default() })
    }

    /// Reads a response up to the cap. The body of an error has `secrets` redacted at once.
    pub(crate) async fn read(
        mut response: reqwest::Response,
        secrets: &Secrets,
    ) -> Result<Self, reqwest::Error> {
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let mut body = BytesMut::new();
        if status.is_success() {
            read_at_most(MAX_SUCCESS, response, &mut body).await?;
            return Ok(Self { status, headers, body: body.freeze() });
        }
        // A body that breaks off is kept as far as it came, because the error must keep its status.
        let outcome = read_at_most(MAX_ERROR, response, &mut body).await;
        let mut body = secrets.redact(&body, outcome.is_err() || body.len() == MAX_ERROR);
        body.truncate(MAX_ERROR);
        Ok(Self { status, headers, body: body.into() })
    }

    /// This response in the form that the generated client decodes.
    pub(crate) fn into_response(self, url: Url) -> reqwest::Response {
        // Without a URL, `reqwest` would parse a placeholder URL for every response.
        let builder = http::Response::builder().url(url);
        let mut response = builder.body(self.body).unwrap_or_default();
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response.into()
    }
}

/// Reads at most `max` bytes of a response into `body`, which keeps what arrived before an error.
async fn read_at_most(
    max: usize,
    mut response: reqwest::Response,
    body: &mut BytesMut,
) -> Result<(), reqwest::Error> {
    while body.len() < max {
        let Some(chunk) = response.chunk().await.map_err(reqwest::Error::without_url)? else { break };
        body.extend_from_slice(&chunk[..chunk.len().min(max - body.len())]);
    }
    Ok(())
}

/// Why the body of a success could not be decoded. The text quotes nothing of the body, which may hold a secret;
/// `serde_json`'s own message does.
pub(crate) fn decode_failure(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!("at line {} column {}", error.line(), error.column());
    match text.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')) {
        Some((field, _)) => format!("its body has no documented field `{field}` {place}"),
        None if error.is_data() => format!("its body does not match the document {place}"),
        None => format!("its body is not valid JSON {place}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decode_failure_quotes_nothing_of_the_body() {
        #[derive(Debug, serde::Deserialize)]
        struct Url {
            #[serde(rename = "url")]
            _url: String,
        }
        let why = |body: &str| decode_failure(&serde_json::from_str::<Url>(body).unwrap_err());
        assert_eq!(why("{}"), "its body has no documented field `url` at line 1 column 2");
        assert_eq!(why("\"signature\""), "its body does not match the document at line 1 column 11");
        assert_eq!(why("<html>"), "its body is not valid JSON at line 1 column 1");
    }
}
