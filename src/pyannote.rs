//! pyannoteAI: generated from the vendor's document, with the upload flow on top.
//!
//! The document is `openapi/pyannote.yaml`; [`api`] is what is generated from it.

use std::fmt;
use std::str::FromStr;

use futures_util::FutureExt;
use reqwest::header::HeaderValue;
use serde::Deserialize;
use serde_json::Value;

use crate::call::Call;
use crate::error::{Documented, Error, ErrorKind, FieldError, Provider};
use crate::http::Http;
use crate::media::Media;
use crate::reply::{self, Reply, Said};
use crate::secret::{PresignedUrl, Secret, Secrets};
use crate::upload::Upload;

pub mod api;

const PROVIDER: Provider = Provider::Pyannote;

/// An API key of pyannoteAI. Neither `Debug` nor an error shows it.
#[derive(Clone, Debug)]
pub struct ApiKey(Secret);

impl ApiKey {
    /// Takes a key as the vendor's dashboard shows it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if it is empty, or has a space, a line break, or anything else that cannot go into a
    /// header.
    pub fn new(key: impl Into<String>) -> Result<Self, Error> {
        let key = key.into();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::invalid_argument(
                PROVIDER,
                "an api key is visible ascii characters without spaces or line breaks: copy it again",
            ));
        }
        Ok(Self(Secret::new(key)))
    }

    fn header(&self) -> Result<HeaderValue, Error> {
        HeaderValue::try_from(format!("Bearer {}", self.0.expose())).map_err(|_| {
            Error::new(ErrorKind::Configuration, "the api key cannot be sent in a header: copy it again")
        })
    }
}

/// Where media is kept, for other calls of the API to refer to: `media://` and a key of one's own choice.
///
/// What the key may be the document says, and it is held to that: letters, digits and `-_./`, of which it limits the number.
/// Keys belong to the account; media uploaded under the same key replaces the earlier one, and is removed after "a period of at
/// least 24 hours".
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MediaUrl(api::types::GetMediaUploadUrlUrl);

impl MediaUrl {
    /// Takes the whole URL: `media://interview.wav`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if the document does not allow it.
    pub fn new(url: impl Into<String>) -> Result<Self, Error> {
        api::types::GetMediaUploadUrlUrl::try_from(url.into()).map(Self).map_err(|why| {
            let text = format!(
                "the document does not allow this media url ({why}): give one like media://interview.wav"
            );
            Error::invalid_argument(PROVIDER, text)
        })
    }

    /// Takes the key alone: `interview.wav`.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn from_key(key: impl fmt::Display) -> Result<Self, Error> {
        Self::new(format!("media://{key}"))
    }

    /// The whole URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MediaUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for MediaUrl {
    type Err = Error;

    fn from_str(url: &str) -> Result<Self, Error> {
        Self::new(url)
    }
}

impl TryFrom<&str> for MediaUrl {
    type Error = Error;

    fn try_from(url: &str) -> Result<Self, Error> {
        Self::new(url)
    }
}

impl TryFrom<String> for MediaUrl {
    type Error = Error;

    fn try_from(url: String) -> Result<Self, Error> {
        Self::new(url)
    }
}

/// What a [`Client`] is built from.
pub type ClientBuilder = crate::builder::ClientBuilder<ApiKey>;

impl ClientBuilder {
    /// Makes the client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if the base URL cannot be used, or TLS cannot be set up.
    pub fn build(self) -> Result<Client, Error> {
        let http = Http::new(self.base()?, self.settings, Some(self.credential.header()?))?;
        Ok(Client { http, secrets: Secrets::new([self.credential.0.expose()]) })
    }
}

/// A client for pyannoteAI. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: Http,
    secrets: Secrets,
}

impl Client {
    /// A client for the vendor's own server, with the defaults of [`ClientBuilder`].
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::build`].
    pub fn new(key: ApiKey) -> Result<Self, Error> {
        Self::builder(key).build()
    }

    /// A client to be configured.
    pub fn builder(key: ApiKey) -> ClientBuilder {
        ClientBuilder::new(key, api::SERVER)
    }

    /// Asks for a URL to which the media that `url` shall name can be PUT. Asking again is harmless.
    ///
    /// `POST /v1/media/input`, operation `getMediaUploadURL` of `openapi/pyannote.yaml`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Api`] for any error status; 400, 402 and 429 are documented, as
    /// [`GetMediaUploadUrlError`](api::GetMediaUploadUrlError). [`ErrorKind::Response`] for an answer that is not the documented
    /// 201 with an https URL. [`ErrorKind::Connection`] and [`ErrorKind::Timeout`] when none came.
    pub async fn media_upload_url(&self, url: &MediaUrl) -> Result<PresignedUrl, Error> {
        let call = self.call::<api::GetMediaUploadUrlError>();
        self.http.ask(&call, || self.ask_media_upload_url(&call, url).boxed()).await
    }

    async fn ask_media_upload_url(&self, call: &Call<'_>, url: &MediaUrl) -> Result<PresignedUrl, Error> {
        let api = self.generated(api::Policy::of_method(self.secrets.clone()));
        let outcome = api.get_media_upload_url(&api::types::GetMediaUploadUrl { url: url.0.clone() }).await;
        let answer = outcome_of::<_, api::GetMediaUploadUrlError>(call, &api, outcome)?;
        self.http.base.trust(&answer.url).map_err(|why| call.undocumented(answer.status(), why))
    }

    /// Uploads `media`, so that `url` names it: asks for a pre-signed URL and PUTs the media there.
    ///
    /// It begins when awaited.
    ///
    /// # Errors
    ///
    /// Those of [`media_upload_url`](Self::media_upload_url), [`ErrorKind::Media`] if the media cannot be read or changes while
    /// it is sent, and [`ErrorKind::Storage`] if storage does not take it.
    pub fn upload(&self, media: impl Into<Media>, url: &MediaUrl) -> Upload {
        let (client, url) = (self.clone(), url.clone());
        Upload::new(PROVIDER, &self.http, media.into(), move || {
            let (client, url) = (client.clone(), url.clone());
            async move { client.media_upload_url(&url).await }
        })
    }

    /// The generated client, for operations that have no method here. It sends the credential, keeps to
    /// [`call_timeout`](ClientBuilder::call_timeout) by the system's clock, bounds what is read of an error, and takes secrets
    /// out of it. It tries nothing twice, and its own error type prints whatever the server said.
    pub fn api(&self) -> api::Client {
        self.generated(api::Policy::of_caller(self.secrets.clone(), self.http.settings.call))
    }

    fn generated(&self, policy: api::Policy) -> api::Client {
        api::Client::new_with_client(self.http.base.as_str(), self.http.api.clone(), policy)
    }

    fn call<E: Documented>(&self) -> Call<'_> {
        self.http.call(PROVIDER, E::OPERATION, &self.secrets)
    }
}

/// The outcome of a call through `api`, made for this call alone, with the errors of operation `E` as ours.
fn outcome_of<T, E: Documented>(
    call: &Call<'_>,
    api: &api::Client,
    outcome: Result<api::ResponseValue<T>, api::Error>,
) -> Result<api::ResponseValue<T>, Error> {
    let error = match outcome {
        Ok(answer) => return Ok(answer),
        Err(error) => error,
    };
    Err(match (error, api.seen()) {
        (api::Error::InvalidRequest(why) | api::Error::Custom(why), _) => call.unsent(&why),
        (api::Error::InvalidResponsePayload(_, error), Some(reply)) => {
            call.undocumented(reply.status, &reply::undecodable(&error))
        }
        (
            api::Error::CommunicationError(error)
            | api::Error::ResponseBodyError(error)
            | api::Error::InvalidUpgrade(error),
            _,
        ) => call.broken(error),
        (_, Some(reply)) if reply.status.is_success() => {
            call.undocumented(reply.status, "the document knows no such success")
        }
        (_, Some(reply)) => {
            let said = said::<E>(&reply);
            call.refused(ErrorKind::Api, reply, said)
        }
        (_, None) => call.unsent("no answer was seen"),
    })
}

/// What the API says in the body of an error: the fields that its documented errors have, wherever they appear.
fn said<E: Documented>(reply: &Reply) -> Said {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let text = |name: &str| body.get(name)?.as_str().map(str::to_owned);
    let errors = body.get("errors").and_then(Value::as_array).into_iter().flatten();
    Said {
        message: text("message"),
        request_id: text("requestId"),
        field_errors: errors.filter_map(|error| FieldError::deserialize(error).ok()).collect(),
        documented: E::decode(reply.status.as_u16(), &reply.body).map(Into::into),
        ..Said::default()
    }
}
