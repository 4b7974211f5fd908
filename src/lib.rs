#![doc = include_str!("../README.md")]

pub mod cielo24;
pub mod pyannote;

mod builder;
mod error;
mod http;
mod media;
mod secret;
mod upload;

pub use builder::ClientBuilder;
pub use error::{Error, ErrorKind, FieldError, Provider};
pub use media::Media;
pub use secret::PresignedUrl;
pub use upload::{Upload, Uploaded};
