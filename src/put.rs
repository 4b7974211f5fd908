//! The PUT of media to one pre-signed URL.

use std::sync::Arc;

use futures_util::TryStreamExt;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use url::Url;

use crate::call::Call;
use crate::clock;
use crate::error::{Error, ErrorKind};
use crate::http::{Http, Settings};
use crate::media::{Fault, Identity, Media, Opened};
use crate::progress::{Meter, Sending};
use crate::reply::Reply;
use crate::secret::PresignedUrl;
use crate::storage;

/// How often storage may send a PUT elsewhere.
const MOST_REDIRECTS: u32 = 3;

/// What is sent, and how.
pub(crate) struct Put<'a> {
    pub(crate) http: &'a Http,
    pub(crate) media: &'a Media,
    /// As the media was when the upload began.
    pub(crate) identity: &'a Identity,
    pub(crate) meter: &'a Arc<Meter>,
}

impl Put<'_> {
    /// Sends the media, which may be `opened` already, to `url`, and to wherever storage sends it from there.
    pub(crate) async fn send(
        &self,
        call: &Call<'_>,
        url: &PresignedUrl,
        mut opened: Option<Opened>,
    ) -> Result<(), Error> {
        let (mut url, mut redirects) = (url.clone(), 0);
        loop {
            let media = match opened.take() {
                Some(media) => media,
                None => self.open_again(call).await?,
            };
            let secrets = url.secrets();
            let call = Call { secrets: &secrets, ..call.clone() };
            let reply = self.send_once(&call, &url, media).await?;
            let Some(next) = self.redirect(&url, &reply) else {
                return judge(&call, reply);
            };
            let lost = |why: &str| {
                let why = format!("{why}: the media was not sent there, tell the provider");
                call.unusable(ErrorKind::Storage, reply.status, &why)
            };
            if redirects == MOST_REDIRECTS {
                return Err(lost("storage has sent the media elsewhere too often"));
            }
            url = next.map_err(lost)?;
            redirects += 1;
        }
    }

    async fn open_again(&self, call: &Call<'_>) -> Result<Opened, Error> {
        let opened = self.media.open_again(self.identity).await;
        opened.map_err(|fault| call.faulty(&fault))
    }

    /// Sends `media` and waits for the answer as long as bytes move.
    async fn send_once(&self, call: &Call<'_>, url: &PresignedUrl, media: Opened) -> Result<Reply, Error> {
        let (sending, mut chunks) = (Sending::new(self.meter), media.chunks);
        // S3 refuses chunked bodies, which is how a stream goes out unless its length is set; an empty one too wants its 0.
        let mut request = self.http.storage.put(url.expose()).header(CONTENT_LENGTH, self.meter.total());
        if let Some(content_type) = storage::content_type(url) {
            request = request.header(CONTENT_TYPE, content_type);
        }
        let answer = async {
            if self.meter.total() == 0 {
                // A body of no length is not read by the HTTP library, which would see neither fault nor more of it.
                while chunks.try_next().await.map_err(|fault| call.faulty(&fault))?.is_some() {}
            }
            let request = request.body(reqwest::Body::wrap_stream(sending.count::<Fault>(chunks)));
            let response = request.send().await.map_err(|error| call.broken(error))?;
            Reply::read(response, call.secrets).await.map_err(|error| call.broken(error))
        };
        let reply = clock::until(self.stalled(call, &sending), answer).await?;
        if reply.status.is_success() && !sending.is_complete() {
            let why = "not all of the media was sent by then, so that it cannot be stored: upload it again";
            return Err(call.unusable(ErrorKind::Response, reply.status, why));
        }
        Ok(reply)
    }

    /// Ends when nothing has moved for too long: no byte of the media, or, once all are out, no answer.
    async fn stalled(&self, call: &Call<'_>, sending: &Sending) -> Error {
        let Settings { stall, response, clock, .. } = &self.http.settings;
        loop {
            let before = sending.bytes();
            let (limit, what) = match sending.is_complete() {
                true => (*response, "storage got all of the media and did not answer within"),
                false => (*stall, "not a byte of the media moved for"),
            };
            clock.deadline(limit).await;
            if sending.bytes() == before {
                return call.late(&format!("{what} {limit:?}"));
            }
        }
    }

    /// Where storage sends the media, if it does; an error if it must not be sent there.
    fn redirect(&self, url: &PresignedUrl, reply: &Reply) -> Option<Result<PresignedUrl, &'static str>> {
        if ![StatusCode::TEMPORARY_REDIRECT, StatusCode::PERMANENT_REDIRECT].contains(&reply.status) {
            return None;
        }
        let location = reply.headers.get(LOCATION)?.to_str().ok()?;
        let next = Url::parse(url.expose()).ok()?.join(location).ok()?;
        Some(self.http.base.trust(next.as_str()))
    }
}

fn judge(call: &Call<'_>, reply: Reply) -> Result<(), Error> {
    match reply.status {
        StatusCode::OK | StatusCode::CREATED | StatusCode::NO_CONTENT => Ok(()),
        status if status.is_success() => {
            Err(call.undocumented(status, "storage does not say so when it has stored something"))
        }
        _ => {
            let said = storage::said(&reply, call.secrets);
            Err(call.refused(ErrorKind::Storage, reply, said))
        }
    }
}
