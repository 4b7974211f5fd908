#![doc = include_str!("../README.md")]

pub mod cielo24;
pub mod pyannote;

mod builder;
mod call;
mod clock;
mod error;
mod http;
mod media;
mod reply;
mod retry;
mod secret;
mod upload;

pub use builder::ClientBuilder;
pub use clock::Clock;
pub use error::{Error, ErrorKind, FieldError, Provider};
pub use media::Media;
pub use retry::Retry;
pub use secret::PresignedUrl;
pub use upload::{Upload, Uploaded};
