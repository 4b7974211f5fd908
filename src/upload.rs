//! The flow that both providers share: ask for a pre-signed URL, then PUT the media there.

use std::fmt;
use std::future::{Future, IntoFuture};

use futures_util::future::BoxFuture;
use reqwest::StatusCode;
use reqwest::header::CONTENT_LENGTH;

use crate::error::{Error, ErrorKind, Provider};
use crate::http::Http;
use crate::media::{Media, Opened};
use crate::reply::{Reply, Said};
use crate::secret::PresignedUrl;

/// The name of the transfer in errors; no document names it.
const OPERATION: &str = "upload";

/// An upload that begins when awaited.
///
/// Dropping it, or its future, stops it; storage keeps nothing of an upload that was not completed.
#[must_use = "an upload begins when it is awaited"]
pub struct Upload {
    provider: Provider,
    http: Http,
    media: Media,
    ask: Box<dyn FnOnce() -> BoxFuture<'static, Result<PresignedUrl, Error>> + Send>,
}

impl Upload {
    /// An upload of `media` through `http` to the URL that `ask` gets.
    pub(crate) fn new<F>(
        provider: Provider,
        http: &Http,
        media: Media,
        ask: impl FnOnce() -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Result<PresignedUrl, Error>> + Send + 'static,
    {
        Self { provider, http: http.clone(), media, ask: Box::new(|| Box::pin(ask())) }
    }

    async fn run(self) -> Result<Uploaded, Error> {
        let opened = self.media.open().await.map_err(|error| error.during(self.provider, OPERATION))?;
        // Last, just before sending: the URL expires.
        let url = (self.ask)().await?;
        put(self.provider, &self.http, &url, opened).await
    }
}

impl IntoFuture for Upload {
    type Output = Result<Uploaded, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("provider", &self.provider)
            .field("media", &self.media)
            .finish_non_exhaustive()
    }
}

/// Media that storage has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Uploaded {
    bytes: u64,
    attempts: u32,
}

impl Uploaded {
    /// The length of the media, in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How often it was sent: 1 unless sending it had to be tried again.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }
}

async fn put(provider: Provider, http: &Http, url: &PresignedUrl, media: Opened) -> Result<Uploaded, Error> {
    let secrets = url.secrets();
    let call = http.call(provider, OPERATION, &secrets);
    let bytes = media.length;
    // S3 refuses chunked bodies, which is how a stream goes out unless its length is set; an empty one too wants its 0.
    let body = reqwest::Body::wrap_stream(media.chunks);
    let request = http.storage.put(url.expose()).header(CONTENT_LENGTH, bytes).body(body);
    let response = request.send().await.map_err(|error| call.broken(error))?;
    let reply = Reply::read(response, &secrets).await.map_err(|error| call.broken(error))?;
    match reply.status {
        StatusCode::OK | StatusCode::CREATED | StatusCode::NO_CONTENT => Ok(Uploaded { bytes, attempts: 1 }),
        status if status.is_success() => {
            Err(call.undocumented(status, "storage does not say so when it has stored something"))
        }
        _ => Err(call.refused(ErrorKind::Storage, reply, Said::default())),
    }
}
