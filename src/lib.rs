//! Upload recordings to [pyannoteAI](pyannote) and [cielo24].
//!
//! Both work the same way: the API is asked for a pre-signed URL, and the media is PUT there. `upload` does both; each step
//! can be made alone as well.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use media_upload::pyannote::{ApiKey, Client, MediaUrl};
//! use std::path::Path;
//!
//! let client = Client::new(ApiKey::new(std::env::var("PYANNOTEAI_API_KEY")?)?)?;
//! let interview = MediaUrl::from_key("interview.wav")?;
//! client.upload(Path::new("interview.wav"), &interview).await?;
//! println!("{interview}");
//! # Ok(())
//! # }
//! ```
//!
//! Media is a file, bytes, or any [`Source`]; it is sent in constant memory, whatever its size. What may pass is [tried
//! again](Retry), and what can lose data never ends as a success: a file that changes while it is sent, a transfer that is cut
//! off or stalls, storage that answers too early. Every failure is one [`Error`], which says what to do and shows no secret.
//! [`Upload::progress`] tells how far it has come, [`upload_all`] sends many, and each request has a [`tracing`] span.
//!
//! The pyannoteAI client is [generated](pyannote::api) from the vendor's OpenAPI document; the cielo24 client is written by hand
//! and held to the vendor's page by the conformance suite beside this crate.

pub mod cielo24;
pub mod pyannote;

mod builder;
mod call;
mod clock;
mod error;
mod file;
mod http;
mod media;
mod progress;
mod put;
mod reply;
mod retry;
mod secret;
mod storage;
mod upload;

pub use builder::ClientBuilder;
pub use clock::Clock;
pub use error::{Error, ErrorKind, FieldError, Provider};
pub use media::{Content, Media, Source};
pub use progress::Progress;
pub use retry::Retry;
pub use secret::PresignedUrl;
pub use upload::{Upload, Uploaded, upload_all};
