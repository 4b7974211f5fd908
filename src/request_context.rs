//! The context of one request: its trace span, its timeout, and the error that it may end in.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use reqwest::{RequestBuilder, StatusCode};
use tracing::Instrument;
use tracing::field::Empty;

use crate::clock::{self, Clock};
use crate::error::{Body, BoxError, Error, ErrorKind, Provider, ResponseDetails};
use crate::media_error::MediaError;
use crate::response::BufferedResponse;
use crate::retry;
use crate::secret::Secrets;

/// The operation that a request belongs to, and what is needed to trace it and to report its errors.
#[derive(Clone, Debug)]
pub(crate) struct RequestContext<'a> {
    pub(crate) provider: Provider,
    pub(crate) operation: &'static str,
    /// The secrets that the server may repeat in its response.
    pub(crate) secrets: &'a Secrets,
    pub(crate) clock: &'a Arc<dyn Clock>,
}

impl RequestContext<'_> {
    /// Runs attempt number `attempt` in its own span. [`BufferedResponse::read`] records the status in that span.
    pub(crate) async fn traced<T>(
        &self,
        attempt: u32,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let Self { provider, operation, .. } = self;
        let span =
            tracing::info_span!("call", %provider, operation, attempt, status = Empty, duration_ms = Empty);
        if span.is_disabled() {
            // Without a subscriber the duration is not measured: this saves one percent of a call.
            return work.await;
        }
        let begun = self.clock.now();
        let outcome = work.instrument(span.clone()).await;
        let duration = self.clock.now().saturating_duration_since(begun).as_millis();
        span.record("duration_ms", u64::try_from(duration).unwrap_or(u64::MAX));
        outcome
    }

    /// The outcome of `work`, or a timeout error if `work` takes longer than `timeout`.
    pub(crate) async fn within<T>(
        &self,
        timeout: Duration,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let deadline = self.clock.deadline(timeout);
        let deadline = deadline.map(|()| self.timed_out(&format!("no response arrived within {timeout:?}")));
        clock::before_deadline(deadline, work).await
    }

    /// Sends `request`, and reads the response.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<BufferedResponse, Error> {
        let exchange = async { BufferedResponse::read(request.send().await?, self.secrets).await };
        exchange.await.map_err(|error| self.transport_error(error))
    }

    pub(crate) fn timed_out(&self, what: &str) -> Error {
        self.error(ErrorKind::Timeout, format!("{what}: try again, or increase the timeout"))
    }

    /// The request failed before a complete response arrived.
    pub(crate) fn transport_error(&self, error: reqwest::Error) -> Error {
        let error = error.without_url();
        if let Some(error) = cause::<MediaError>(&error) {
            return self.media_error(error);
        }
        let (kind, text) = if error.is_timeout() {
            let text =
                "the connection was not established in time: try again, or increase the connect timeout";
            (ErrorKind::Timeout, text)
        } else if error.is_connect() {
            let text = "the connection could not be established: check the network, the base URL and the server's certificate";
            (ErrorKind::Connection, text)
        } else if error.is_builder() {
            (ErrorKind::InvalidArgument, "the request could not be built from these arguments")
        } else {
            (ErrorKind::Connection, "the connection was lost before the complete response arrived: try again")
        };
        self.error(kind, text).with_source(error)
    }

    pub(crate) fn media_error(&self, error: &MediaError) -> Error {
        error.to_error().in_operation(self.provider, self.operation)
    }

    /// The request could not be built, so it was not sent.
    pub(crate) fn invalid_request(&self, why: &str) -> Error {
        let why = one_line(&self.secrets.redact_str(why));
        self.error(ErrorKind::InvalidArgument, format!("the request could not be built: {why}"))
    }

    /// A response with an error status. `decoded` is what its body states, and `documented` the body as the document
    /// describes it.
    pub(crate) fn error_status(
        &self,
        kind: ErrorKind,
        response: BufferedResponse,
        (decoded, documented): (ResponseDetails, Option<BoxError>),
    ) -> Error {
        let status = response.status.as_u16();
        let retry_after = retry::requested_delay(response.status, &response.headers, self.clock.wall_time());
        let quoted = match (&decoded.code, &decoded.message) {
            (None, None) => String::new(),
            (Some(text), None) | (None, Some(text)) => format!(", \"{}\"", one_line(text)),
            (Some(code), Some(message)) => format!(", \"{}\"", one_line(&format!("{code}: {message}"))),
        };
        let text = format!("answered {status}{quoted}: {}", advice(kind, status));
        let body = Some(Body(response.body));
        let details = ResponseDetails { status, retry_after, body, ..decoded };
        self.error(kind, text).with_response(details, documented)
    }

    /// A success response that differs from the document.
    pub(crate) fn undocumented_success(&self, status: StatusCode, why: &str) -> Error {
        let why = format!("{why}: the API may have changed, check for a newer version of this crate");
        self.unusable_response(ErrorKind::Response, status, &why)
    }

    /// A response that cannot be used. The error does not keep the body, which may hold a pre-signed URL.
    pub(crate) fn unusable_response(&self, kind: ErrorKind, status: StatusCode, why: &str) -> Error {
        let details = ResponseDetails { status: status.as_u16(), ..ResponseDetails::default() };
        self.error(kind, format!("answered {}, but {why}", details.status)).with_response(details, None)
    }

    fn error(&self, kind: ErrorKind, text: impl Into<String>) -> Error {
        Error::new(kind, text).in_operation(self.provider, self.operation)
    }
}

fn advice(kind: ErrorKind, status: u16) -> &'static str {
    match status {
        // The caller chose neither the upload URL nor its signature.
        300..=405 | 422 if kind == ErrorKind::Storage => {
            "start the upload again to get a new upload URL; if that fails too, contact the provider"
        }
        300..=399 => "redirects are not followed; check the base URL",
        400 | 422 => "correct the request",
        401 => "check the credential",
        402 => "check the account's subscription",
        403 => "check the credential and its permissions",
        404 | 405 => "check the base URL",
        408 | 429 | 500 | 502..=504 => "try again later",
        _ => "check the response body",
    }
}

/// A server's message on one line, cut to a readable length.
fn one_line(text: &str) -> String {
    const MAX_CHARS: usize = 300;
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

/// The first error of type `E` in the source chain of `error`.
fn cause<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    std::iter::successors(error.source(), |&error| error.source()).find_map(|error| error.downcast_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_message_is_reduced_to_one_short_line() {
        assert_eq!(one_line("a\r\n  b\u{1b}[31m\tc"), "a b [31m c");
        assert_eq!(one_line(&"é".repeat(500)).chars().count(), 303);
    }
}
