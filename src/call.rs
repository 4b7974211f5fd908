//! The one place where what became of a request turns into an error.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use reqwest::StatusCode;
use tracing::Instrument;
use tracing::field::Empty;

use crate::clock::{self, Clock};
use crate::error::{Answer, Error, ErrorKind, Provider};
use crate::media::Fault;
use crate::reply::{Reply, Said};
use crate::retry;
use crate::secret::Secrets;

/// A request and whose it is, for its trace and for the errors it may end in.
#[derive(Clone, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) provider: Provider,
    pub(crate) operation: &'static str,
    pub(crate) secrets: &'a Secrets,
    pub(crate) clock: &'a Arc<dyn Clock>,
}

impl Call<'_> {
    /// Makes try number `attempt` in a span of its own; [`Reply::read`] adds the status to it.
    pub(crate) async fn traced<T>(
        &self,
        attempt: u32,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let Self { provider, operation, .. } = self;
        let span =
            tracing::info_span!("call", %provider, operation, attempt, status = Empty, duration_ms = Empty);
        if span.is_disabled() {
            // Nobody listens, so nothing is timed: a hundredth of what a call costs.
            return work.await;
        }
        let begun = self.clock.now();
        let outcome = work.instrument(span.clone()).await;
        let duration = self.clock.now().saturating_duration_since(begun).as_millis();
        span.record("duration_ms", u64::try_from(duration).unwrap_or(u64::MAX));
        outcome
    }

    /// The outcome of `work`, if it is there before `limit` is up.
    pub(crate) async fn within<T>(
        &self,
        limit: Duration,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let end = self.clock.deadline(limit).map(|()| self.late(&format!("no answer came within {limit:?}")));
        clock::until(end, work).await
    }

    /// Something took too long.
    pub(crate) fn late(&self, what: &str) -> Error {
        let text = format!("{what}: try again, or allow more time");
        Error::new(ErrorKind::Timeout, text).during(self.provider, self.operation)
    }

    /// No answer came, or not all of it.
    pub(crate) fn broken(&self, error: reqwest::Error) -> Error {
        let error = error.without_url();
        if let Some(fault) = cause::<Fault>(&error) {
            return self.faulty(fault);
        }
        let (kind, text) = if error.is_timeout() {
            (ErrorKind::Timeout, "no connection was made in time: try again, or allow more time")
        } else if error.is_connect() {
            (
                ErrorKind::Connection,
                "no connection could be made: look at the network, the base url and its certificate",
            )
        } else if error.is_builder() {
            (ErrorKind::InvalidArgument, "the request could not be built of these arguments")
        } else {
            (ErrorKind::Connection, "the connection broke before the whole answer came: try again")
        };
        Error::new(kind, text).because(error).during(self.provider, self.operation)
    }

    /// Something is wrong with the media.
    pub(crate) fn faulty(&self, fault: &Fault) -> Error {
        fault.to_error().during(self.provider, self.operation)
    }

    /// The request was refused before it was sent.
    pub(crate) fn unsent(&self, why: &str) -> Error {
        let text = format!("the request could not be built: {}", line(&self.secrets.scrub_str(why)));
        Error::new(ErrorKind::InvalidArgument, text).during(self.provider, self.operation)
    }

    /// An answer with an error status.
    pub(crate) fn refused(&self, kind: ErrorKind, reply: Reply, said: Said) -> Error {
        let status = reply.status.as_u16();
        let retry_after = retry::asked(reply.status, &reply.headers, self.clock.wall_time());
        let words: Vec<&str> =
            [&said.code, &said.message].into_iter().flatten().map(String::as_str).collect();
        let text = match words.is_empty() {
            false => format!("answered {status}, \"{}\": {}", line(&words.join(": ")), advice(kind, status)),
            true => format!("answered {status}: {}", advice(kind, status)),
        };
        let answer = Answer {
            status,
            code: said.code,
            message: said.message,
            request_id: said.request_id,
            field_errors: said.field_errors,
            retry_after,
            body: Some(reply.body),
        };
        let error = Error::new(kind, text).answered(answer).during(self.provider, self.operation);
        match said.documented {
            Some(documented) => error.because(documented),
            None => error,
        }
    }

    /// An answer that is not the documented success. Its body is not kept: it may hold a pre-signed URL.
    pub(crate) fn undocumented(&self, status: StatusCode, why: &str) -> Error {
        let why = format!("{why}: the api may have changed, look for a newer version of this crate");
        self.unusable(ErrorKind::Response, status, &why)
    }

    /// An answer that cannot be made use of.
    pub(crate) fn unusable(&self, kind: ErrorKind, status: StatusCode, why: &str) -> Error {
        let status = status.as_u16();
        Error::new(kind, format!("answered {status}, but {why}"))
            .answered(Answer { status, ..Answer::default() })
            .during(self.provider, self.operation)
    }
}

fn advice(kind: ErrorKind, status: u16) -> &'static str {
    match status {
        // Neither the URL nor what authorizes it is the caller's.
        300..=405 | 422 if kind == ErrorKind::Storage => {
            "upload again, which asks for a new upload url; if that does not help, tell the provider"
        }
        300..=399 => "this is a redirect, which is not followed; look at the base url",
        400 | 422 => "correct the request",
        401 => "check the credential",
        402 => "check the account's subscription",
        403 => "check the credential and what it may do",
        404 | 405 => "check the base url",
        408 | 429 | 500 | 502..=504 => "try again later",
        _ => "no document says why; look at the body",
    }
}

/// A server's text on one line, of a length one can read.
fn line(text: &str) -> String {
    const LONGEST: usize = 300;
    let words = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    match words.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &words[..end]),
        None => words,
    }
}

/// The first error of type `E` that `error` was caused by.
fn cause<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    std::iter::successors(error.source(), |&error| error.source()).find_map(|error| error.downcast_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_servers_text_is_shown_on_one_short_line() {
        assert_eq!(line("a\r\n  b\u{1b}[31m\tc"), "a b [31m c");
        assert_eq!(line(&"é".repeat(500)).chars().count(), 303);
    }
}
