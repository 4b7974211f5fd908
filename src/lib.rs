#![doc = include_str!("guide.md")]

pub mod cielo24;
pub mod pyannote;
#[cfg(feature = "testing")]
pub mod testing;

mod batch;
mod builder;
mod clock;
mod error;
mod file;
mod http;
mod media;
mod media_error;
mod progress;
mod put;
mod rate_limit;
mod request_context;
mod response;
mod retry;
mod secret;
mod storage;
mod string_conversions;
mod tls;
mod trace;
mod upload;
mod validity;

pub use batch::{upload_all, upload_each};
pub use builder::ClientBuilder;
pub use clock::Clock;
pub use error::{Error, ErrorKind, FieldError, Provider};
pub use media::{Content, Media, Source};
pub use progress::Progress;
pub use retry::Retry;
pub use secret::PresignedUrl;
pub use upload::{Upload, Uploaded, Uploading};

// What an implementation of `Source` or `Clock` needs.
pub use bytes::Bytes;
pub use futures_util::Stream;
pub use futures_util::future::BoxFuture;

/// Compiles the code blocks of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeDoctests;
