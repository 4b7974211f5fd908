//! The error type of this crate.

use std::error::Error as StdError;
use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;

/// The error of an upload, of an API call, or of an argument.
///
/// `Display` gives one line: what happened, and what to do, with the server's `Retry-After` and the number of attempts if there
/// was more than one. No part of an error contains a credential or a pre-signed URL:
/// neither `Display` nor `Debug`, the [`source`](std::error::Error::source) chain, or [`body`](Self::body).
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    text: String,
    provider: Option<Provider>,
    operation: Option<&'static str>,
    attempts: u32,
    response: Option<ResponseDetails>,
    source: Option<BoxError>,
}

pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

/// What an error keeps of a response.
#[derive(Debug, Default)]
pub(crate) struct ResponseDetails {
    pub(crate) status: u16,
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) field_errors: Vec<FieldError>,
    pub(crate) retry_after: Option<Duration>,
    /// The server's time of day, from its `Date`.
    pub(crate) date: Option<SystemTime>,
    pub(crate) body: Option<Body>,
}

/// The body of an error response. `Debug` shows only its length.
pub(crate) struct Body(pub(crate) Bytes);

/// The kind of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The API document does not allow an argument. Nothing was sent.
    InvalidArgument,
    /// The client cannot be built, for example because of a bad base URL. Nothing was sent.
    Configuration,
    /// The media cannot be read, or it changed during the upload.
    Media,
    /// The connection could not be established, or it was lost.
    Connection,
    /// TLS with this server cannot succeed: its certificate is not trusted, has expired, or is for another host, or the server
    /// does not speak TLS as this client does. Another attempt would fail too, so there is none.
    Tls,
    /// A timeout elapsed.
    Timeout,
    /// The API answered with an error status, documented or not: see [`Error::status`].
    Api,
    /// The server answered with a success that does not match the document. [`Error::status`] has its status.
    Response,
    /// Storage answered with an error status: see [`Error::status`].
    Storage,
}

/// The vendor of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Provider {
    /// [pyannoteAI](https://docs.pyannote.ai).
    Pyannote,
    /// cielo24.
    Cielo24,
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pyannote => "pyannote",
            Self::Cielo24 => "cielo24",
        })
    }
}

/// An invalid field of the request, as the server reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldError {
    /// The name of the field.
    pub field: String,
    /// The server's message about the field.
    pub message: String,
}

/// The documented errors of one operation. The generated code implements it.
pub(crate) trait Documented: StdError + Send + Sync + Sized + 'static {
    /// The `operationId` in the document.
    const OPERATION: &'static str;

    /// Decodes an error response. `None` if the document does not describe the status, or if the body does not match it.
    fn decode(status: u16, body: &[u8]) -> Option<Self>;
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, text: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            text: text.into(),
            provider: None,
            operation: None,
            attempts: 1,
            response: None,
            source: None,
        }))
    }

    pub(crate) fn invalid_argument(provider: Provider, text: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorKind::InvalidArgument, text);
        error.0.provider = Some(provider);
        error
    }

    pub(crate) fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn in_operation(mut self, provider: Provider, operation: &'static str) -> Self {
        self.0.provider = Some(provider);
        self.0.operation = Some(operation);
        self
    }

    pub(crate) fn with_response(mut self, response: ResponseDetails) -> Self {
        self.0.response = Some(response);
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// The kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status of the response; `None` if no response arrived.
    pub fn status(&self) -> Option<u16> {
        self.response().map(|response| response.status)
    }

    /// The provider whose client returned the error.
    pub fn provider(&self) -> Option<Provider> {
        self.0.provider
    }

    /// The operation that failed, by its name in the document (`getMediaUploadURL`, `request_upload_url`), or `upload` for
    /// the transfer to storage.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// The number of attempts; the error is that of the last one. See [`Retry`](crate::Retry).
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The message of the API. That of storage is only in [`body`](Self::body), because storage may repeat parts of the upload URL
    /// in it.
    pub fn message(&self) -> Option<&str> {
        self.response()?.message.as_deref()
    }

    /// The error code of storage: `AccessDenied`, `SlowDown`, `EntityTooLarge` and so on. Errors of an API have none. A code that
    /// does not consist of at most 40 letters is only in [`body`](Self::body).
    pub fn storage_code(&self) -> Option<&str> {
        self.response()?.code.as_deref()
    }

    /// The server's id of the request. The server's support team will ask for it.
    pub fn request_id(&self) -> Option<&str> {
        self.response()?.request_id.as_deref()
    }

    /// The invalid fields of the request; empty if the server reported none.
    pub fn field_errors(&self) -> &[FieldError] {
        self.response().map_or(&[], |response| &response.field_errors)
    }

    /// How long the server asks to wait before the next attempt, counted from its response: `Retry-After` (RFC 9110,
    /// section 10.2.3), or `X-RateLimit-Reset` of a 429.
    pub fn retry_after(&self) -> Option<Duration> {
        self.response()?.retry_after
    }

    /// Returns whether the same call may succeed later. This is true for lost connections, for timeouts, for the statuses
    /// 408, 429, 500, 502, 503 and 504, and for the storage codes `RequestTimeout` and `SlowDown`.
    pub fn is_retryable(&self) -> bool {
        match self.kind() {
            ErrorKind::Connection | ErrorKind::Timeout => true,
            ErrorKind::Api | ErrorKind::Storage => {
                matches!(self.status(), Some(408 | 429 | 500 | 502 | 503 | 504))
                    || matches!(self.storage_code(), Some("RequestTimeout" | "SlowDown"))
            }
            _ => false,
        }
    }

    /// The body of an error response: its first 64 KiB, with `[secret]` in place of each secret. `None` for every other
    /// error: the body of a success is not kept, because it may contain a pre-signed URL.
    pub fn body(&self) -> Option<&[u8]> {
        self.response()?.body.as_ref().map(|body| &*body.0)
    }

    /// The error in its documented form, for example
    /// [`GetMediaUploadUrlError`](crate::pyannote::api::GetMediaUploadUrlError) or
    /// [`cielo24::ApiError`](crate::cielo24::ApiError). `None` if the document does not describe the status, or if the body
    /// does not match it; [`status`](Self::status) and [`body`](Self::body) are available in both cases.
    pub fn documented<E: StdError + 'static>(&self) -> Option<&E> {
        self.0.source.as_deref()?.downcast_ref()
    }

    /// The server's time of day when it answered.
    pub(crate) fn date(&self) -> Option<SystemTime> {
        self.response()?.date
    }

    fn response(&self) -> Option<&ResponseDetails> {
        self.0.response.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.provider, self.0.operation) {
            (Some(provider), Some(operation)) => write!(f, "{provider} {operation}: ")?,
            (Some(provider), None) => write!(f, "{provider}: ")?,
            (None, _) => {}
        }
        f.write_str(&self.0.text)?;
        match self.0.attempts {
            0 | 1 => Ok(()),
            attempts => write!(f, " (tried {attempts} times)"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{} bytes\"", self.0.len())
    }
}
