//! The upload flow, which both providers share: request a pre-signed URL, then PUT the media to it.
//!
//! `cargo bench --bench upload` measures its cost, and says how busy the machine was. On a quiet machine with two cores, 2 GiB to a
//! server on the same machine reached 1.01 times the throughput of `curl -T` (median of nine pairs), with 1.10 times its processor
//! time (0.44 to 0.65 s per GiB) and 9 MiB of resident memory for 64 MiB and for 2 GiB. The request for the URL took 1.05 times the
//! processor time of the same call with plain reqwest.

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};
use reqwest::header::HeaderValue;

use crate::error::{Error, Provider};
use crate::http::Http;
use crate::media::{Media, OpenedMedia};
use crate::progress::{Progress, ProgressCallback, ProgressMeter};
use crate::put::Put;
use crate::request_context::RequestContext;
use crate::secret::PresignedUrl;
use crate::storage;
use crate::trace::{RequestTracer, UploadSpan};
use crate::validity::{StorageClock, Validity};

/// The name of the transfer in errors and spans. No document names it.
const OPERATION: &str = "upload";

/// An upload, which begins when it is awaited.
///
/// It opens the media, requests an upload URL, and sends the media to it. Both requests are retried as
/// [`Retry`](crate::Retry) says. If the upload URL has expired, a new one is requested. A 307 or 308 of storage is
/// followed, at most three times. The upload has no total timeout: it runs as long as bytes move.
///
/// Dropping it, or its future, stops the upload. Storage keeps nothing of an incomplete upload.
#[must_use = "an upload begins when it is awaited"]
pub struct Upload {
    provider: Provider,
    http: Http,
    media: Media,
    /// The media URL of pyannoteAI, or the job id of cielo24.
    target: String,
    request_url: Box<dyn Fn(Http) -> BoxFuture<'static, Result<PresignedUrl, Error>> + Send + Sync>,
    content_type: Option<HeaderValue>,
    progress: Option<ProgressCallback>,
}

impl Upload {
    /// An upload of `media`, as `target`, to the URL that `request_url` gets.
    pub(crate) fn new<F>(
        provider: Provider,
        http: &Http,
        media: Media,
        target: String,
        request_url: impl Fn(Http) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<PresignedUrl, Error>> + Send + 'static,
    {
        let (http, request_url) = (http.for_upload(), Box::new(move |http| request_url(http).boxed()));
        Self { provider, http, media, target, request_url, content_type: None, progress: None }
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

    /// Calls `report` before each retry of the upload, with the error of the latest attempt and the time until the next one. This
    /// includes retries of the request for the upload URL.
    pub fn on_retry(mut self, report: impl Fn(&Error, Duration) + Send + Sync + 'static) -> Self {
        self.http.settings.on_retry = Some(Arc::new(report));
        self
    }

    /// The `Content-Type` of the PUT. It must be the type that the upload URL was signed for: storage refuses any other one. Default:
    /// none, or `application/octet-stream` if the URL says that the header is signed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) if it has a character that a header cannot carry.
    pub fn content_type(mut self, content_type: &str) -> Result<Self, Error> {
        let value = HeaderValue::try_from(content_type).map_err(|_| {
            let text = "the content type has a character that a header cannot carry: give one like audio/wav";
            Error::invalid_argument(self.provider, text)
        })?;
        self.content_type = Some(value);
        Ok(self)
    }

    async fn run(self) -> Result<Uploaded, Error> {
        let span = UploadSpan::begin(self.provider, &self.media, &self.target);
        let outcome = span.instrument(self.transfer(&span)).await;
        match &outcome {
            Ok(uploaded) => span.stored(uploaded.attempts()),
            Err(error) => span.failed(error),
        }
        outcome
    }

    async fn transfer(&self, span: &UploadSpan) -> Result<Uploaded, Error> {
        let opened = self.media.open().await;
        let opened = opened.map_err(|error| error.to_error().in_operation(self.provider, OPERATION))?;
        let version = opened.version.clone();
        span.opened(version.length);
        let meter = ProgressMeter::new(version.length, self.progress.clone());
        let put = Put {
            http: &self.http,
            media: &self.media,
            version: &version,
            meter: &meter,
            content_type: self.content_type.as_ref(),
        };
        self.send(&put, opened).await?;
        Ok(Uploaded::new(version.length, meter.attempts()))
    }

    /// Sends the media until storage has it, with the retries of the policy and with a new URL when one has expired.
    async fn send(&self, put: &Put<'_>, opened: OpenedMedia) -> Result<(), Error> {
        let settings = &self.http.settings;
        let (mut retries, mut storage_clock) = (settings.retries(), StorageClock::new(&*settings.clock));
        let (mut opened, mut had_expired) = (Some(opened), false);
        let tracer = RequestTracer::new(self.provider, OPERATION);
        // The URL expires, so it is requested immediately before the media is sent.
        let (mut url, mut validity) = self.upload_url().await?;
        loop {
            let Err(error) = self.attempt(put, &url, opened.take(), &tracer).await else { return Ok(()) };
            let error = error.with_attempts(put.meter.attempts());
            storage_clock.set(&error);
            let is_expired = storage::is_refusal(&error)
                && (storage::has_expired(&error) || validity.is_over(&storage_clock));
            match is_expired {
                true if had_expired => return Err(error),
                true => tracing::warn!(reason = %error, "requesting a new upload URL"),
                false => retries.pause(error, put.meter.has_reached_storage()).await?,
            }
            // A URL may also run out during the pauses.
            if is_expired || validity.is_over(&storage_clock) {
                (url, validity) = self.upload_url().await?;
            }
            had_expired = is_expired;
        }
    }

    async fn upload_url(&self) -> Result<(PresignedUrl, Validity), Error> {
        let url = (self.request_url)(self.http.clone()).await?;
        let validity = Validity::of(&url, &*self.http.settings.clock);
        Ok((url, validity))
    }

    async fn attempt(
        &self,
        put: &Put<'_>,
        url: &PresignedUrl,
        opened: Option<OpenedMedia>,
        tracer: &RequestTracer,
    ) -> Result<(), Error> {
        let secrets = url.secrets();
        let context = self.http.context(self.provider, OPERATION, &secrets);
        put.meter.begin_attempt();
        put.send(&RequestContext { tracer: tracer.clone(), ..context }, url, opened).await
    }
}

impl IntoFuture for Upload {
    type Output = Result<Uploaded, Error>;
    type IntoFuture = Uploading;

    fn into_future(self) -> Uploading {
        Uploading(self.run().boxed())
    }
}

/// The future of an [`Upload`]. It is `Send` and `Unpin`, borrows nothing, and runs in any task of a [`tokio`] runtime.
///
/// `upload.await` needs no other call. [`into_future`](Upload::into_future) makes it for functions that take a future:
///
/// ```no_run
/// # async fn example(client: media_upload::pyannote::Client) -> Result<(), Box<dyn std::error::Error>> {
/// # let url = media_upload::pyannote::MediaUrl::from_key("interview.wav")?;
/// # let upload = || client.upload(vec![0_u8; 44], &url);
/// # async fn shutdown() {}
/// use std::future::IntoFuture;
/// use std::time::Duration;
/// use tracing::Instrument;
///
/// // In a task of its own. Aborting the task stops the upload.
/// let task = tokio::spawn(upload().into_future());
/// // In a span of the caller.
/// let span = tracing::info_span!("import", episode = 17);
/// let instrumented = upload().into_future().instrument(span);
/// // With other work at the same time, and with a time limit.
/// let limited = tokio::time::timeout(Duration::from_secs(3600), upload());
/// let (first, second, third) = tokio::join!(task, instrumented, limited);
/// // Until something else happens.
/// tokio::select! {
///     outcome = upload() => println!("{} bytes", outcome?.bytes()),
///     () = shutdown() => println!("the upload was stopped"),
/// }
/// # drop((first, second, third));
/// # Ok(())
/// # }
/// ```
#[must_use = "an upload runs only while its future is polled"]
pub struct Uploading(BoxFuture<'static, Result<Uploaded, Error>>);

impl Future for Uploading {
    type Output = Result<Uploaded, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll_unpin(context)
    }
}

impl fmt::Debug for Uploading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Uploading").finish_non_exhaustive()
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
    pub(crate) fn new(bytes: u64, attempts: u32) -> Self {
        Self { bytes, attempts }
    }

    /// The length of the media, in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The number of attempts to send the media, from 1.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }
}
