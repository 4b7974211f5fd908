//! The upload flow, which both providers share: request a pre-signed URL, then PUT the media to it.
//!
//! `cargo bench --bench upload` measures its cost. On a busy machine with two cores, 2 GiB to a server on the same machine reach
//! 1.2 to 1.5 times the throughput of `curl -T`, with at most 14 MiB of resident memory for 64 MiB and for 2 GiB. The request for
//! the URL takes 1.08 to 1.09 times the processor time of the same call with plain reqwest.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::{self, StreamExt};

use crate::error::{Error, Provider};
use crate::http::Http;
use crate::media::{Media, OpenedMedia};
use crate::progress::{Progress, ProgressCallback, ProgressMeter};
use crate::put::Put;
use crate::secret::PresignedUrl;
use crate::storage;

/// The name of the transfer in errors and spans. No document names it.
const OPERATION: &str = "upload";

/// An upload, which begins when it is awaited.
///
/// It opens the media, requests an upload URL, and sends the media to it. Both requests are retried as
/// [`Retry`](crate::Retry) says. If the upload URL has expired, a new one is requested, once. A 307 or 308 of storage is
/// followed, at most three times. The upload has no total timeout: it runs as long as bytes move.
///
/// Dropping it, or its future, stops the upload. Storage keeps nothing of an incomplete upload.
#[must_use = "an upload begins when it is awaited"]
pub struct Upload {
    provider: Provider,
    http: Http,
    media: Media,
    request_url: Box<dyn Fn() -> BoxFuture<'static, Result<PresignedUrl, Error>> + Send + Sync>,
    progress: Option<ProgressCallback>,
}

impl Upload {
    /// An upload of `media` to the URL that `request_url` gets.
    pub(crate) fn new<F>(
        provider: Provider,
        http: &Http,
        media: Media,
        request_url: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<PresignedUrl, Error>> + Send + 'static,
    {
        let request_url = Box::new(move || request_url().boxed());
        Self { provider, http: http.clone(), media, request_url, progress: None }
    }

    /// Calls `report` when an attempt begins, and each time bytes are handed to the connection: at least once for every 64 KiB,
    /// so it should return quickly. These bytes may still be in the buffers of the connection; the upload is complete only when
    /// its future is.
    ///
    /// ```no_run
    /// # async fn example(upload: media_upload::Upload) -> Result<(), media_upload::Error> {
    /// use media_upload::Progress;
    ///
    /// let report = |Progress { sent, total, attempt, .. }| eprintln!("{sent}/{total}, attempt {attempt}");
    /// upload.progress(report).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn progress(mut self, report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(report));
        self
    }

    async fn run(self) -> Result<Uploaded, Error> {
        let opened = self.media.open().await;
        let opened = opened.map_err(|error| error.to_error().in_operation(self.provider, OPERATION))?;
        let version = opened.version.clone();
        let meter = ProgressMeter::new(version.length, self.progress.clone());
        let put = Put { http: &self.http, media: &self.media, version: &version, meter: &meter };
        // The URL expires, so it is requested immediately before the media is sent.
        let url = (self.request_url)().await?;
        let outcome = match self.send(&put, &url, Some(opened)).await {
            Err(error) if storage::has_expired(&error) => {
                tracing::warn!(%error, "requesting a new upload URL");
                let url = (self.request_url)().await?;
                self.send(&put, &url, None).await
            }
            outcome => outcome,
        };
        let attempts = meter.attempts();
        outcome
            .map(|()| Uploaded { bytes: version.length, attempts })
            .map_err(|error| error.with_attempts(attempts))
    }

    /// Sends the media to `url`, with the retries of the policy.
    async fn send(
        &self,
        put: &Put<'_>,
        url: &PresignedUrl,
        mut opened: Option<OpenedMedia>,
    ) -> Result<(), Error> {
        let secrets = url.secrets();
        let context = self.http.context(self.provider, OPERATION, &secrets);
        let settings = &self.http.settings;
        let attempt = |_| {
            let (context, opened) = (context.clone(), opened.take());
            let number = put.meter.next_attempt();
            async move { context.traced(number, put.send(&context, url, opened)).await }.boxed()
        };
        settings.retry.run(&*settings.clock, attempt).await
    }
}

impl IntoFuture for Upload {
    type Output = Result<Uploaded, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.run().boxed()
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

/// A completed upload.
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

    /// The number of attempts to send the media, from 1.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }
}

/// Runs `uploads`, at most `concurrency` at a time (0 means 1), and returns their outcomes in the order of `uploads`. A failed
/// upload does not stop the others.
///
/// ```no_run
/// # async fn example(client: media_upload::pyannote::Client) -> Result<(), media_upload::Error> {
/// use media_upload::{Media, pyannote::MediaUrl, upload_all};
///
/// let mut uploads = Vec::new();
/// for name in ["morning.wav", "evening.wav"] {
///     uploads.push(client.upload(Media::path(name), &MediaUrl::from_key(name)?));
/// }
/// for outcome in upload_all(uploads, 4).await {
///     println!("{} bytes", outcome?.bytes());
/// }
/// # Ok(())
/// # }
/// ```
pub async fn upload_all(
    uploads: impl IntoIterator<Item = Upload>,
    concurrency: usize,
) -> Vec<Result<Uploaded, Error>> {
    let numbered =
        uploads.into_iter().enumerate().map(|(number, upload)| async move { (number, upload.await) });
    // Sorted at the end, because with `buffered` a slow first upload would keep later ones from starting.
    let mut outcomes: Vec<_> =
        stream::iter(numbered.collect::<Vec<_>>()).buffer_unordered(concurrency.max(1)).collect().await;
    outcomes.sort_by_key(|(number, _)| *number);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}
