//! An answer, read.

use bytes::{Bytes, BytesMut};
use reqwest::header::HeaderMap;
use reqwest::{ResponseBuilderExt, StatusCode};
use url::Url;

use crate::error::{FieldError, Source};
use crate::secret::Secrets;

/// The most that is read of a success that a method of this crate asked for: the documented ones are a few hundred bytes.
const MAX_SUCCESS: usize = 1024 * 1024;
/// The most that is kept of an error.
const MAX_ERROR: usize = 64 * 1024;

/// An answer, read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Of an error: scrubbed of secrets.
    pub(crate) body: Bytes,
}

impl Reply {
    /// Of a success that may be read as it is, its status alone: where the caller takes all of it, or where it says how long it
    /// is, and is not too long.
    pub(crate) fn of_success(response: &reqwest::Response, takes_all: bool) -> Option<Self> {
        let status = response.status();
        let is_short = response.content_length().is_some_and(|length| length <= MAX_SUCCESS as u64);
        (status.is_success() && (takes_all || is_short)).then(|| {
            record(status);
            Self { status, ..Self::default() }
        })
    }

    /// Reads an answer, bounded; what an error's body echoes of `secrets` is taken out at once.
    pub(crate) async fn read(
        mut response: reqwest::Response,
        secrets: &Secrets,
    ) -> Result<Self, reqwest::Error> {
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        record(status);
        if status.is_success() {
            let body = bounded(response, MAX_SUCCESS).await.map_err(|(error, _)| error)?;
            return Ok(Self { status, headers, body });
        }
        // What came before an error's body broke off is as good: the status must not be lost.
        let mut body = match bounded(response, MAX_ERROR).await {
            Ok(body) if body.len() < MAX_ERROR => secrets.scrub(&body),
            Ok(start) | Err((_, start)) => secrets.scrub_start(&start),
        };
        body.truncate(MAX_ERROR);
        Ok(Self { status, headers, body: body.into() })
    }

    /// The answer as if it had just come from `url`, for the generated client to take apart.
    pub(crate) fn into_response(self, url: Url) -> reqwest::Response {
        // Without its URL every answer would have one made up, and parsed.
        let builder = http::Response::builder().url(url);
        let mut response = builder.body(self.body).unwrap_or_default();
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response.into()
    }
}

/// In the span of the call that is answered.
fn record(status: StatusCode) {
    tracing::Span::current().record("status", status.as_u16());
}

/// The body of `response`, at most `limit` bytes of it; with an error, what came before.
async fn bounded(mut response: reqwest::Response, limit: usize) -> Result<Bytes, (reqwest::Error, Bytes)> {
    let mut body = Bytes::new();
    while body.len() < limit {
        match response.chunk().await {
            Ok(Some(mut chunk)) => {
                chunk.truncate(limit - body.len());
                body = join(body, chunk);
            }
            Ok(None) => break,
            Err(error) => return Err((error.without_url(), body)),
        }
    }
    Ok(body)
}

/// Most answers come in one piece, which is not copied.
fn join(start: Bytes, end: Bytes) -> Bytes {
    if start.is_empty() {
        return end;
    }
    let mut joined = BytesMut::from(start);
    joined.extend_from_slice(&end);
    joined.freeze()
}

/// What a provider, or storage, says in the body of an error.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) field_errors: Vec<FieldError>,
    pub(crate) documented: Option<Source>,
}

/// Why a success could not be read, without a word of what it said: serde_json quotes values.
pub(crate) fn undecodable(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!("at line {} column {} of its body", error.line(), error.column());
    match text.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')) {
        Some((field, _)) => format!("the documented field `{field}` is missing {place}"),
        None if error.is_data() => format!("it is not what the document says {place}"),
        None => format!("it is not json {place}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_a_success_is_unreadable_quotes_nothing_of_it() {
        #[derive(Debug, serde::Deserialize)]
        struct Url {
            #[serde(rename = "url")]
            _url: String,
        }
        let why = |body: &str| undecodable(&serde_json::from_str::<Url>(body).unwrap_err());
        assert_eq!(why("{}"), "the documented field `url` is missing at line 1 column 2 of its body");
        assert_eq!(why("\"signature\""), "it is not what the document says at line 1 column 11 of its body");
        assert_eq!(why("<html>"), "it is not json at line 1 column 1 of its body");
    }
}
