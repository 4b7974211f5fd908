//! The context of one request: its span, its timeout, and the error that it may end in.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use reqwest::header::DATE;
use reqwest::{RequestBuilder, StatusCode};

use crate::clock::{self, Clock};
use crate::error::{Body, BoxError, Error, ErrorKind, Provider, ResponseDetails};
use crate::media_error::MediaError;
use crate::response::BufferedResponse;
use crate::retry;
use crate::secret::Secrets;
use crate::storage;
use crate::tls;
use crate::trace::RequestTracer;

/// The operation that a request belongs to, and what is needed to trace it and to report its errors.
#[derive(Clone, Debug)]
pub(crate) struct RequestContext<'a> {
    pub(crate) provider: Provider,
    pub(crate) operation: &'static str,
    /// The secrets that the server may repeat in its response.
    pub(crate) secrets: &'a Secrets,
    pub(crate) clock: &'a Arc<dyn Clock>,
    pub(crate) tracer: RequestTracer,
}

impl RequestContext<'_> {
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
        let (client, request) = request.build_split();
        let request = request.map_err(|error| self.transport_error(error))?;
        let span = self.tracer.begin(&request);
        let exchange = async { BufferedResponse::read(client.execute(request).await?, self.secrets).await };
        let outcome = span.instrument(exchange).await.map_err(|error| self.transport_error(error));
        match &outcome {
            Ok(response) => span.answered(response.status),
            Err(error) => span.failed(error.kind()),
        }
        outcome
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
        let (kind, text) = transport_failure(&error);
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
        let body = Some(Body(response.body));
        let date = response.headers.get(DATE).and_then(|date| date.to_str().ok());
        let date = date.and_then(|date| httpdate::parse_http_date(date).ok());
        let details = ResponseDetails { status, retry_after, date, body, ..decoded };
        let error = self.error(kind, status_text(kind, &details)).with_response(details);
        match documented {
            Some(documented) => error.with_source(documented),
            None => error,
        }
    }

    /// A success response that differs from the document.
    pub(crate) fn undocumented_success(&self, status: StatusCode, why: &str) -> Error {
        let why = format!("{why}: the API may have changed, check for a newer version of this crate");
        self.unusable_response(ErrorKind::Response, status, &why)
    }

    /// A response that cannot be used. The error does not keep the body, which may hold a pre-signed URL.
    pub(crate) fn unusable_response(&self, kind: ErrorKind, status: StatusCode, why: &str) -> Error {
        let details = ResponseDetails { status: status.as_u16(), ..ResponseDetails::default() };
        self.error(kind, format!("answered {}, but {why}", details.status)).with_response(details)
    }

    fn error(&self, kind: ErrorKind, text: impl Into<String>) -> Error {
        Error::new(kind, text).in_operation(self.provider, self.operation)
    }
}

/// The kind and the text of an error for a request that failed before a complete response arrived.
pub(crate) fn transport_failure(error: &reqwest::Error) -> (ErrorKind, &'static str) {
    if error.is_timeout() {
        let text = "the connection was not established in time: try again, or increase the connect timeout";
        (ErrorKind::Timeout, text)
    } else if let Some(text) = tls::permanent_failure(error) {
        (ErrorKind::Tls, text)
    } else if error.is_connect() {
        let text = "the connection could not be established: check the network and the base URL";
        (ErrorKind::Connection, text)
    } else if error.is_builder() {
        (ErrorKind::InvalidArgument, "the request could not be built from these arguments")
    } else {
        (ErrorKind::Connection, "the connection was lost before the complete response arrived: try again")
    }
}

/// The text of an error for an error status: what the server answered, and what to do.
pub(crate) fn status_text(kind: ErrorKind, details: &ResponseDetails) -> String {
    let advice = match (advice(kind, details.status), details.retry_after) {
        (TRY_LATER, Some(wait)) => format!("try again in {} s", wait.as_secs_f64().ceil()),
        (advice, _) => advice.to_owned(),
    };
    format!("answered {}{}: {advice}", details.status, stated(details))
}

const TRY_LATER: &str = "try again later";

/// What the server stated in its response: the error code of storage, or the message of an API.
fn stated(details: &ResponseDetails) -> String {
    match (&details.code, &details.message) {
        (Some(code), _) => match storage::meaning(code) {
            Some(meaning) => format!(" {code} ({meaning})"),
            None => format!(" {code}"),
        },
        (None, Some(message)) => format!(", \"{}\"", one_line(message)),
        (None, None) => String::new(),
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
        408 | 429 | 500 | 502..=504 => TRY_LATER,
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
    fn each_status_has_its_advice() {
        let storage =
            "start the upload again to get a new upload URL; if that fails too, contact the provider";
        let other = "check the response body";
        for (statuses, of_api, of_storage) in [
            (&[300, 307, 399][..], "redirects are not followed; check the base URL", storage),
            (&[400, 422], "correct the request", storage),
            (&[401], "check the credential", storage),
            (&[402], "check the account's subscription", storage),
            (&[403], "check the credential and its permissions", storage),
            (&[404, 405], "check the base URL", storage),
            (&[408, 429, 500, 502, 503, 504], TRY_LATER, TRY_LATER),
            (&[406, 418, 501, 505], other, other),
        ] {
            for &status in statuses {
                let advice = [ErrorKind::Api, ErrorKind::Storage].map(|kind| advice(kind, status));
                assert_eq!(advice, [of_api, of_storage], "{status}");
            }
        }
    }

    #[test]
    fn a_server_message_is_reduced_to_one_short_line() {
        assert_eq!(one_line("a\r\n  b\u{1b}[31m\tc"), "a b [31m c");
        assert_eq!(one_line(&"é".repeat(500)).chars().count(), 303);
    }
}
