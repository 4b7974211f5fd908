//! What can go wrong, as one type.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;

/// Why an upload, or a request for an upload URL, did not succeed.
///
/// `Display` is one line that says what happened and what to do. Credentials and pre-signed URLs appear in no part of an error:
/// not in its text, nor its `Debug` form, nor its [`source`](std::error::Error::source) chain, nor [`body`](Self::body).
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    text: String,
    provider: Option<Provider>,
    operation: Option<&'static str>,
    attempts: u32,
    answer: Option<Answer>,
    source: Option<Source>,
}

pub(crate) type Source = Box<dyn StdError + Send + Sync>;

/// What is kept of a server's answer.
#[derive(Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) field_errors: Vec<FieldError>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Option<Bytes>,
}

/// The kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument is not what the document allows. Nothing was sent.
    InvalidArgument,
    /// The client cannot be built as asked: a bad base URL, no TLS roots. Nothing was sent.
    Configuration,
    /// The media on this side cannot be read, or changed while it was sent.
    Media,
    /// The connection could not be made, or broke.
    Connection,
    /// The server did not answer in time.
    Timeout,
    /// The API answered with an error status, documented or not: see [`Error::status`].
    Api,
    /// The answer is not what the document says a success is. [`Error::status`] tells the status it came with.
    Response,
    /// Storage did not take the media: see [`Error::status`].
    Storage,
}

/// Whose API it is.
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

/// What the server found wrong with one field of the request.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[non_exhaustive]
pub struct FieldError {
    /// The name of the field in the document.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

/// The errors that a document states for one operation; `build.rs` implements it.
pub(crate) trait Documented: StdError + Send + Sync + Sized + 'static {
    /// The operation's name in the document.
    const OPERATION: &'static str;

    /// The documented form of an answer, if its status is documented and its body is what the document says.
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
            answer: None,
            source: None,
        }))
    }

    pub(crate) fn invalid_argument(provider: Provider, text: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorKind::InvalidArgument, text);
        error.0.provider = Some(provider);
        error
    }

    pub(crate) fn because(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn during(mut self, provider: Provider, operation: &'static str) -> Self {
        self.0.provider = Some(provider);
        self.0.operation = Some(operation);
        self
    }

    pub(crate) fn answered(mut self, answer: Answer) -> Self {
        self.0.answer = Some(answer);
        self
    }

    pub(crate) fn after(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status of the answer; `None` when there was no answer.
    pub fn status(&self) -> Option<u16> {
        self.answer().map(|answer| answer.status)
    }

    /// Whose API was called.
    pub fn provider(&self) -> Option<Provider> {
        self.0.provider
    }

    /// The operation that failed, as its document names it (`getMediaUploadURL`, `request_upload_url`), or `upload` for the
    /// transfer to storage.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// How many tries there were, this failure being that of the last: see [`Retry`](crate::Retry).
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// What the server said about it.
    pub fn message(&self) -> Option<&str> {
        self.answer()?.message.as_deref()
    }

    /// Storage's name for what is wrong: `AccessDenied`, `SlowDown`, `EntityTooLarge` and so on. Only storage has such codes.
    pub fn storage_code(&self) -> Option<&str> {
        self.answer()?.code.as_deref()
    }

    /// The server's name for the request; its support will ask for it.
    pub fn request_id(&self) -> Option<&str> {
        self.answer()?.request_id.as_deref()
    }

    /// What the server found wrong, field by field; empty when it did not say.
    pub fn field_errors(&self) -> &[FieldError] {
        self.answer().map_or(&[], |answer| &answer.field_errors)
    }

    /// How long the server asks to wait before another try, counted from its answer.
    pub fn retry_after(&self) -> Option<Duration> {
        self.answer()?.retry_after
    }

    /// Might the same call succeed later? True for lost connections, timeouts, the statuses 408, 429, 500, 502, 503 and 504,
    /// and storage's codes `RequestTimeout` and `SlowDown`.
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

    /// The body of an error answer as it was received: at most its first 64 KiB, and `[secret]` where it echoed a secret.
    /// `None` for any other failure; a success that cannot be read is not kept, for it may hold a pre-signed URL.
    pub fn body(&self) -> Option<&[u8]> {
        self.answer()?.body.as_deref()
    }

    /// The error as its document describes it: for example [`GetMediaUploadUrlError`](crate::pyannote::api::GetMediaUploadUrlError)
    /// or [`cielo24::ApiError`](crate::cielo24::ApiError). `None` when the status is not documented, or the body is not what the
    /// document says; [`status`](Self::status) and [`body`](Self::body) tell in any case.
    pub fn documented<E: StdError + 'static>(&self) -> Option<&E> {
        self.0.source.as_deref()?.downcast_ref()
    }

    fn answer(&self) -> Option<&Answer> {
        self.0.answer.as_ref()
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

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, code, message, request_id, field_errors, retry_after, body } = self;
        f.debug_struct("Answer")
            .field("status", status)
            .field("code", code)
            .field("message", message)
            .field("request_id", request_id)
            .field("field_errors", field_errors)
            .field("retry_after", retry_after)
            .field("body", &body.as_ref().map(|body| format_args!("{} bytes", body.len()).to_string()))
            .finish()
    }
}
