//! The PUT of the media to one pre-signed URL.

use std::sync::Arc;

use futures_util::TryStreamExt;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, LOCATION};
use url::Url;

use crate::clock;
use crate::error::{Error, ErrorKind};
use crate::file::MediaVersion;
use crate::http::{Http, Settings};
use crate::media::{Media, OpenedMedia};
use crate::progress::{BodyCounter, ProgressMeter};
use crate::request_context::RequestContext;
use crate::response::BufferedResponse;
use crate::secret::PresignedUrl;
use crate::storage;

/// The cap on redirects of one PUT.
const MAX_REDIRECTS: u32 = 3;

/// What an upload sends, and how.
pub(crate) struct Put<'a> {
    pub(crate) http: &'a Http,
    pub(crate) media: &'a Media,
    /// The version of the media when the upload began.
    pub(crate) version: &'a MediaVersion,
    pub(crate) meter: &'a Arc<ProgressMeter>,
    /// That of the caller.
    pub(crate) content_type: Option<&'a HeaderValue>,
}

impl Put<'_> {
    /// Sends the media to `url`, and follows redirects. The first request uses `opened` if it is given.
    pub(crate) async fn send(
        &self,
        context: &RequestContext<'_>,
        url: &PresignedUrl,
        mut opened: Option<OpenedMedia>,
    ) -> Result<(), Error> {
        let (mut url, mut redirects) = (url.clone(), 0);
        loop {
            let media = match opened.take() {
                Some(media) => media,
                None => {
                    let opened = self.media.open_again(self.version).await;
                    opened.map_err(|error| context.media_error(&error))?
                }
            };
            let secrets = url.secrets();
            let context = RequestContext { secrets: &secrets, ..context.clone() };
            let response = self.send_once(&context, &url, media).await?;
            let Some(next) = self.redirect(&url, &response) else {
                return outcome(&context, response);
            };
            let not_followed = |why: &str| {
                let why = format!("the redirect was not followed, because {why}: contact the provider");
                context.unusable_response(ErrorKind::Storage, response.status, &why)
            };
            if redirects == MAX_REDIRECTS {
                return Err(not_followed(&format!("storage redirected more than {MAX_REDIRECTS} times")));
            }
            url = next.map_err(|why| not_followed(&why))?;
            redirects += 1;
        }
    }

    /// Sends `media`, and waits for the response as long as the transfer does not stall.
    async fn send_once(
        &self,
        context: &RequestContext<'_>,
        url: &PresignedUrl,
        media: OpenedMedia,
    ) -> Result<BufferedResponse, Error> {
        let (counter, mut chunks) = (BodyCounter::new(self.meter, &self.http.settings.clock), media.chunks);
        // Without an explicit length a stream is sent chunked, which S3 rejects. An empty body needs its length too.
        let mut request = self.http.storage.put(url.expose()).header(CONTENT_LENGTH, self.meter.total);
        if let Some(content_type) = self.content_type.cloned().or_else(|| storage::content_type(url)) {
            request = request.header(CONTENT_TYPE, content_type);
        }
        let exchange = async {
            if self.meter.total == 0 {
                // The HTTP library does not poll a body of length zero, so errors and extra bytes would go unnoticed.
                while chunks.try_next().await.map_err(|error| context.media_error(&error))?.is_some() {}
            }
            context.send(request.body(reqwest::Body::wrap_stream(counter.count(chunks)))).await
        };
        let response = clock::before_deadline(self.stalled(context, &counter), exchange).await?;
        if response.status.is_success() && !counter.is_complete() {
            let why = "not all of the media had been sent by then, so storage cannot have stored it: upload it again";
            return Err(context.unusable_response(ErrorKind::Response, response.status, why));
        }
        Ok(response)
    }

    /// Completes when the transfer stalls: no byte of the media was sent for the stall timeout, or no response arrived
    /// within the response timeout after the last byte.
    async fn stalled(&self, context: &RequestContext<'_>, counter: &BodyCounter) -> Error {
        let Settings { stall_timeout, response_timeout, clock, .. } = &self.http.settings;
        loop {
            let before = counter.bytes();
            let (timeout, what) = match counter.is_complete() {
                true => (*response_timeout, "all of the media was sent, but storage did not respond within"),
                false => (*stall_timeout, "no byte of the media was sent for"),
            };
            clock.deadline(timeout.saturating_sub(counter.idle())).await;
            if counter.bytes() == before {
                return context.timed_out(&format!("{what} {timeout:?}"));
            }
        }
    }

    /// The target of a 307 or 308 with a usable `Location`; an error if the media must not be sent there.
    fn redirect(
        &self,
        url: &PresignedUrl,
        response: &BufferedResponse,
    ) -> Option<Result<PresignedUrl, String>> {
        if ![StatusCode::TEMPORARY_REDIRECT, StatusCode::PERMANENT_REDIRECT].contains(&response.status) {
            return None;
        }
        let location = response.headers.get(LOCATION)?.to_str().ok()?;
        let next = Url::parse(url.expose()).ok()?.join(location).ok()?;
        Some(self.http.base.accept_upload_url(next.as_str()))
    }
}

fn outcome(context: &RequestContext<'_>, response: BufferedResponse) -> Result<(), Error> {
    match response.status {
        StatusCode::OK | StatusCode::CREATED | StatusCode::NO_CONTENT => Ok(()),
        status if status.is_success() => {
            Err(context.undocumented_success(status, "this status does not say that the media was stored"))
        }
        _ => {
            let details = storage::error_body(&response, context.secrets);
            Err(context.error_status(ErrorKind::Storage, response, (details, None)))
        }
    }
}
