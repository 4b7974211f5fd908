#![doc = include_str!("guide.md")]

pub mod cielo24;
pub mod pyannote;

mod builder;
mod clock;
mod error;
mod file;
mod http;
mod media;
mod media_error;
mod progress;
mod put;
mod request_context;
mod response;
mod retry;
mod secret;
mod storage;
mod string_conversions;
mod upload;

pub use builder::ClientBuilder;
pub use clock::Clock;
pub use error::{Error, ErrorKind, FieldError, Provider};
pub use media::{Content, Media, Source};
pub use progress::Progress;
pub use retry::Retry;
pub use secret::PresignedUrl;
pub use upload::{Upload, Uploaded, upload_all};

/// Compiles the code blocks of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeDoctests;
