//! Clients that upload recordings to two speech APIs: pyannoteAI (speaker diarization) and cielo24 (captions).
//!
//! Both APIs take media in the same two steps. The client requests a pre-signed URL, and then sends the media to that URL with
//! PUT. This crate does both steps, with retries, timeouts, progress and redaction of secrets.
//!
//! The pyannoteAI client is generated from the vendor's OpenAPI document. The cielo24 client is written by hand, because its
//! documentation is prose. A conformance suite in the same repository tests both against the documents.
//!
//! - [Clients](#clients)
//! - [Uploads](#uploads)
//! - [Sources](#sources)
//! - [Errors](#errors)
//! - [Retries](#retries)
//! - [Timeouts](#timeouts)
//! - [Secrets](#secrets)
//! - [Tracing](#tracing)
//! - [Testing](#testing)
//!
//! # Clients
//!
//! [`pyannote::Client`] and [`cielo24::Client`] need a credential. Clones of a client share its connections, so one client for
//! each credential is enough. They run on [`tokio`]. `Client::builder` changes the defaults: see [`ClientBuilder`].
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use media_upload::{cielo24, pyannote};
//!
//! let key = pyannote::ApiKey::new(std::env::var("PYANNOTEAI_API_KEY")?)?;
//! let pyannote = pyannote::Client::new(key)?;
//!
//! let token = cielo24::ApiToken::new(std::env::var("CIELO24_API_TOKEN")?)?;
//! let cielo24 = cielo24::Client::builder(token).base_url("https://captions.example.com").build()?;
//! # Ok(())
//! # }
//! ```
//!
//! [`pyannote::api`] is the generated client, for operations that have no method here.
//!
//! # Uploads
//!
//! `upload` returns an [`Upload`], which begins when it is awaited. Dropping it stops the upload.
//!
//! - For pyannoteAI, a [`MediaUrl`](pyannote::MediaUrl) names the media, for other calls of the API.
//! - For cielo24, the media belongs to a job, which a [`JobId`](cielo24::JobId) identifies.
//!
//! ```no_run
//! # async fn example(client: media_upload::pyannote::Client) -> Result<(), media_upload::Error> {
//! use media_upload::pyannote::MediaUrl;
//! use std::path::Path;
//!
//! let url = MediaUrl::from_key("interview.wav")?;
//! let upload = client.upload(Path::new("interview.wav"), &url);
//! let uploaded = upload.progress(|progress| eprintln!("{} of {}", progress.sent, progress.total)).await?;
//! println!("{url}: {} bytes", uploaded.bytes());
//! # Ok(())
//! # }
//! ```
//!
//! [`upload_all`] runs several uploads at a time. Methods for each step are there too:
//! [`media_upload_url`](pyannote::Client::media_upload_url) and [`request_upload_url`](cielo24::Client::request_upload_url)
//! return the [`PresignedUrl`] alone.
//!
//! # Sources
//!
//! [`Media`] is a file, bytes in memory, or a [`Source`] of your own. Media is streamed, so the memory that an upload needs does
//! not depend on the length. The length is sent as `Content-Length`. Media that changes during the upload is an error, so
//! storage never keeps a part of a file.
//!
//! ```
//! use media_upload::Media;
//!
//! let file = Media::path("interview.wav");
//! let bytes = Media::bytes(vec![0_u8; 44]);
//! ```
//!
//! # Errors
//!
//! Every function returns [`Error`]. Its [`kind`](Error::kind) says what failed. A response adds the
//! [`status`](Error::status), the server's [`message`](Error::message), its [`request_id`](Error::request_id) and more.
//! [`documented`](Error::documented) returns the error in the type that the API document describes.
//!
//! ```no_run
//! # async fn example(client: media_upload::pyannote::Client, url: media_upload::pyannote::MediaUrl) {
//! use media_upload::pyannote::api::GetMediaUploadUrlError;
//! use media_upload::ErrorKind;
//!
//! if let Err(error) = client.upload(vec![0_u8; 44], &url).await {
//!     match error.documented::<GetMediaUploadUrlError>() {
//!         Some(GetMediaUploadUrlError::Status402(_)) => eprintln!("this account needs a subscription"),
//!         _ if error.kind() == ErrorKind::Media => eprintln!("check the recording: {error}"),
//!         _ if error.is_retryable() => eprintln!("try again later: {error}"),
//!         _ => eprintln!("{error}"),
//!     }
//! }
//! # }
//! ```
//!
//! # Retries
//!
//! Both requests of an upload are retried if the error [is retryable](Error::is_retryable). The waits grow exponentially, are
//! random, and respect `Retry-After` (RFC 9110, section 10.2.3). [`Retry`] changes this. If the upload URL has expired, the
//! client requests a new one, once.
//!
//! ```
//! use media_upload::Retry;
//! use media_upload::pyannote::{ApiKey, Client};
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), media_upload::Error> {
//! let retry = Retry::default().tries(10).longest_wait(Duration::from_secs(120));
//! let client = Client::builder(ApiKey::new("key")?).retry(retry).build()?;
//! # Ok(())
//! # }
//! ```
//!
//! # Timeouts
//!
//! An upload has no total timeout, because media can be large. It ends with [`ErrorKind::Timeout`] when nothing moves. There is
//! one timeout for each phase: [connection](ClientBuilder::connect_timeout), [API call](ClientBuilder::call_timeout),
//! [stalled transfer](ClientBuilder::stall_timeout), and [response of storage](ClientBuilder::response_timeout).
//!
//! ```
//! # fn main() -> Result<(), media_upload::Error> {
//! use media_upload::cielo24::{ApiToken, Client};
//! use std::time::Duration;
//!
//! let builder = Client::builder(ApiToken::new("5e471e15")?);
//! let client = builder.call_timeout(Duration::from_secs(10)).stall_timeout(Duration::from_secs(30)).build()?;
//! # Ok(())
//! # }
//! ```
//!
//! # Secrets
//!
//! No `Display`, `Debug`, error or log of this crate shows an API key, an API token or a pre-signed URL, even if a server repeats
//! it in a response. The credential is never sent to storage. [`PresignedUrl::expose`] returns the URL itself.
//!
//! ```
//! # fn main() -> Result<(), media_upload::Error> {
//! let key = media_upload::pyannote::ApiKey::new("sk-17")?;
//! assert!(!format!("{key:?}").contains("sk-17"));
//! # Ok(())
//! # }
//! ```
//!
//! # Tracing
//!
//! Each attempt of a request has a span of the [`tracing`] crate, named `call`, at the level INFO. Its fields are `provider`,
//! `operation`, `attempt`, `status` (if a response arrived) and `duration_ms`. Events at the level WARN report each retry and
//! each expired upload URL.
//!
//! ```
//! use tracing_subscriber::fmt::format::FmtSpan;
//!
//! tracing_subscriber::fmt().with_span_events(FmtSpan::CLOSE).init();
//! ```
//!
//! # Testing
//!
//! To test a program that uses this crate, point a client at a mock server with [`base_url`](ClientBuilder::base_url). Plain http
//! is allowed on loopback addresses. A [`Clock`] of your own replaces the time source, so tests of retries do not wait.
//!
//! ```
//! use media_upload::pyannote::{ApiKey, Client, MediaUrl};
//! use wiremock::matchers::method;
//! use wiremock::{Mock, MockServer, ResponseTemplate};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), media_upload::Error> {
//! let server = MockServer::start().await;
//! let granted = serde_json::json!({ "url": format!("{}/object", server.uri()) });
//! let created = ResponseTemplate::new(201).set_body_json(granted);
//! Mock::given(method("POST")).respond_with(created).mount(&server).await;
//! Mock::given(method("PUT")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
//!
//! let client = Client::builder(ApiKey::new("key")?).base_url(server.uri()).build()?;
//! let uploaded = client.upload(b"media".to_vec(), &MediaUrl::from_key("interview.wav")?).await?;
//! assert_eq!(uploaded.bytes(), 5);
//! # Ok(())
//! # }
//! ```

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
