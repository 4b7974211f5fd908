//! Sends one request, and receives the response as it comes.

use std::time::Duration;

use reqwest::RequestBuilder;

use crate::plan::case::ServedResponse;

/// The most that is read of the body of a response, in bytes.
const MAX_BODY: usize = 1024 * 1024;

/// The headers of a response that are shown. The others differ from request to request.
const SHOWN_HEADERS: &[&str] = &["content-type", "location", "retry-after", "www-authenticate"];

/// A response of the server, as it came.
#[derive(Clone)]
pub(super) struct Received {
    pub(super) status: u16,
    /// The headers that are shown.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// Whether the body is longer than what was read of it.
    pub(super) is_cut: bool,
}

impl Received {
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The response as reports show it.
    pub(super) fn shown(&self) -> ServedResponse {
        let body = String::from_utf8_lossy(&self.body).into_owned();
        ServedResponse { code: self.status, headers: self.headers.clone(), body, padding: 0 }
    }
}

/// Why there is no response.
#[derive(Clone)]
pub(super) enum Unanswered {
    /// HTTP cannot carry the request.
    NotSendable,
    /// Nothing accepts connections, for this reason.
    Unreachable(String),
    /// The server accepted the connection, and sent no complete response.
    NoResponse(String),
}

/// Sends a request. The whole response must arrive within the time limit.
pub(super) async fn send(request: RequestBuilder, limit: Duration) -> Result<Received, Unanswered> {
    let exchange = async { receive(request.timeout(limit).send().await?).await };
    exchange.await.map_err(|error: reqwest::Error| unanswered(error, limit))
}

async fn receive(mut response: reqwest::Response) -> reqwest::Result<Received> {
    let headers = SHOWN_HEADERS.iter().filter_map(|name| {
        let value = response.headers().get(*name)?;
        Some(((*name).to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
    });
    let (status, headers) = (response.status().as_u16(), headers.collect());
    let mut received = Received { status, headers, body: Vec::new(), is_cut: false };
    while let Some(chunk) = response.chunk().await? {
        let read = chunk.len().min(MAX_BODY - received.body.len());
        received.body.extend_from_slice(&chunk[..read]);
        if read < chunk.len() {
            received.is_cut = true;
            break;
        }
    }
    Ok(received)
}

fn unanswered(error: reqwest::Error, limit: Duration) -> Unanswered {
    let error = error.without_url();
    match () {
        () if error.is_builder() => Unanswered::NotSendable,
        () if error.is_connect() => Unanswered::Unreachable(innermost(&error)),
        () if error.is_timeout() => Unanswered::NoResponse(format!("none within {limit:?}")),
        () => Unanswered::NoResponse(innermost(&error)),
    }
}

/// The innermost cause: the outer ones only name the layers of the library.
fn innermost(error: &reqwest::Error) -> String {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    causes.last().map(ToString::to_string).unwrap_or_default()
}
