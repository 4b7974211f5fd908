//! Values for tests of programs that use this crate: errors, outcomes, and a clock (feature `testing`).
//!
//! Enable the feature for tests only:
//!
//! ```toml
//! [dev-dependencies]
//! media-upload = { version = "0.1", features = ["testing"] }
//! ```
//!
//! A test of error handling needs no server and no pause:
//!
//! ```
//! # use media_upload::{Error, ErrorKind};
//! # use std::time::Duration;
//! /// What this application shows to its user.
//! fn notice(error: &Error) -> String {
//!     match (error.status(), error.kind()) {
//!         (Some(402), _) => "renew the subscription".to_owned(),
//!         (Some(429), _) => format!("wait {:?}", error.retry_after().unwrap_or_default()),
//!         (_, ErrorKind::Tls) => "ask the network administrator".to_owned(),
//!         _ => error.to_string(),
//!     }
//! }
//!
//! // #[test]
//! fn each_error_has_its_notice() {
//!     use media_upload::testing::error;
//!     let unpaid = error(ErrorKind::Api).status(402).build();
//!     assert_eq!(notice(&unpaid), "renew the subscription");
//!     let busy = error(ErrorKind::Api).status(429).retry_after(Duration::from_secs(61)).build();
//!     assert_eq!(notice(&busy), "wait 61s");
//!     assert_eq!(notice(&error(ErrorKind::Tls).build()), "ask the network administrator");
//! }
//! # each_error_has_its_notice();
//! ```

use std::error::Error as StdError;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::{self, BoxFuture};
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::error::{Body, BoxError, Error, ErrorKind, FieldError, Provider, ResponseDetails};
use crate::progress::Progress;
use crate::request_context::status_text;
use crate::upload::Uploaded;

/// An error of `kind`, to be completed by the methods of [`ErrorBuilder`].
///
/// Errors of the kinds [`Api`](ErrorKind::Api), [`Storage`](ErrorKind::Storage) and [`Response`](ErrorKind::Response) have a
/// response, as those of a client have. Its status is 500, 500 and 200. Errors of other kinds have none, so the methods that
/// describe a response do not change them.
pub fn error(kind: ErrorKind) -> ErrorBuilder {
    let response = |status| Some(ResponseDetails { status, ..ResponseDetails::default() });
    let response = match kind {
        ErrorKind::Api | ErrorKind::Storage => response(500),
        ErrorKind::Response => response(200),
        _ => None,
    };
    ErrorBuilder { kind, operation: None, attempts: 1, response, source: None }
}

/// The outcome of an upload of `bytes` bytes, which was attempted `attempts` times.
pub fn uploaded(bytes: u64, attempts: u32) -> Uploaded {
    Uploaded::new(bytes, attempts)
}

/// The progress of an upload: `sent` of `total` bytes, in attempt number `attempt`, from 1.
pub fn progress(sent: u64, total: u64, attempt: u32) -> Progress {
    Progress { sent, total, attempt }
}

/// Makes an [`Error`], with the text that a client gives it.
///
/// ```
/// use media_upload::{ErrorKind, Provider, testing};
///
/// let error = testing::error(ErrorKind::Api)
///     .operation(Provider::Pyannote, "getMediaUploadURL")
///     .status(503)
///     .attempts(5)
///     .build();
/// assert!(error.is_retryable());
/// assert_eq!(error.to_string(), "pyannote getMediaUploadURL: answered 503: try again later (tried 5 times)");
/// ```
#[derive(Debug)]
#[must_use = "`build` makes the error"]
pub struct ErrorBuilder {
    kind: ErrorKind,
    operation: Option<(Provider, &'static str)>,
    attempts: u32,
    response: Option<ResponseDetails>,
    source: Option<BoxError>,
}

impl ErrorBuilder {
    /// The provider and the operation that failed. Default: none.
    pub fn operation(mut self, provider: Provider, operation: &'static str) -> Self {
        self.operation = Some((provider, operation));
        self
    }

    /// The number of attempts. Default: 1.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// The error that [`Error::source`](StdError::source) and [`Error::documented`] return.
    pub fn source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The status of the response.
    pub fn status(self, status: u16) -> Self {
        self.response(|response| response.status = status)
    }

    /// The server's message.
    pub fn message(self, message: impl Into<String>) -> Self {
        self.response(|response| response.message = Some(message.into()))
    }

    /// The error code of storage.
    pub fn storage_code(self, code: impl Into<String>) -> Self {
        self.response(|response| response.code = Some(code.into()))
    }

    /// The server's id of the request.
    pub fn request_id(self, id: impl Into<String>) -> Self {
        self.response(|response| response.request_id = Some(id.into()))
    }

    /// Adds an invalid field of the request.
    pub fn field_error(self, field: impl Into<String>, message: impl Into<String>) -> Self {
        let error = FieldError { field: field.into(), message: message.into() };
        self.response(|response| response.field_errors.push(error))
    }

    /// How long the server asks to wait.
    pub fn retry_after(self, wait: Duration) -> Self {
        self.response(|response| response.retry_after = Some(wait))
    }

    /// The body of the response.
    pub fn body(self, body: impl Into<Bytes>) -> Self {
        self.response(|response| response.body = Some(Body(body.into())))
    }

    /// The error.
    pub fn build(self) -> Error {
        let text = match &self.response {
            Some(response) if self.kind == ErrorKind::Response => {
                format!("answered {}, but this differs from the document", response.status)
            }
            Some(response) => status_text(self.kind, response),
            None => format!("an error of the kind {:?}", self.kind),
        };
        let mut error = Error::new(self.kind, text).with_attempts(self.attempts);
        if let Some((provider, operation)) = self.operation {
            error = error.in_operation(provider, operation);
        }
        if let Some(response) = self.response {
            error = error.with_response(response);
        }
        match self.source {
            Some(source) => error.with_source(source),
            None => error,
        }
    }

    fn response(mut self, set: impl FnOnce(&mut ResponseDetails)) -> Self {
        if let Some(response) = &mut self.response {
            set(response);
        }
        self
    }
}

impl From<ErrorBuilder> for Error {
    fn from(builder: ErrorBuilder) -> Self {
        builder.build()
    }
}

/// A clock on which nothing waits. Clones share their time.
///
/// Each pause ends at once, is recorded, and moves the time forward by its length. Deadlines pass only when
/// [`expire_deadlines`](Self::expire_deadlines) is called, so no attempt ends in a timeout by accident.
///
/// ```
/// use media_upload::pyannote::{ApiKey, Client};
/// use media_upload::testing::TestClock;
/// use std::sync::Arc;
///
/// # fn main() -> Result<(), media_upload::Error> {
/// let clock = TestClock::default();
/// let client = Client::builder(ApiKey::new("key")?).clock(Arc::new(clock.clone())).build()?;
/// // After calls of a server that answers 503: the pauses between the attempts.
/// assert!(clock.pauses().is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct TestClock {
    begun: (Instant, SystemTime),
    pauses: Arc<Mutex<Vec<Duration>>>,
    deadlines: Arc<Notify>,
}

impl TestClock {
    /// The pauses so far, in order.
    pub fn pauses(&self) -> Vec<Duration> {
        self.pauses.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// All present deadlines pass: the attempts that they belong to end in a timeout. Later deadlines are not affected.
    pub fn expire_deadlines(&self) {
        self.deadlines.notify_waiters();
    }

    fn elapsed(&self) -> Duration {
        self.pauses().iter().sum()
    }
}

impl Default for TestClock {
    fn default() -> Self {
        let begun = (Instant::now(), SystemTime::now());
        Self { begun, pauses: Arc::default(), deadlines: Arc::default() }
    }
}

impl Clock for TestClock {
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.pauses.lock().unwrap_or_else(PoisonError::into_inner).push(duration);
        future::ready(()).boxed()
    }

    fn deadline(&self, _: Duration) -> BoxFuture<'static, ()> {
        Arc::clone(&self.deadlines).notified_owned().boxed()
    }

    fn now(&self) -> Instant {
        self.begun.0 + self.elapsed()
    }

    fn wall_time(&self) -> SystemTime {
        self.begun.1 + self.elapsed()
    }
}
