//! The client of pyannoteAI: the upload flow on top of a generated client.
//!
//! [`api`] is generated from the vendor's OpenAPI document, `openapi/pyannote.yaml`.

use std::fmt;

use futures_util::FutureExt;
use reqwest::header::HeaderValue;
use serde_json::Value;

use crate::error::{BoxError, Documented, Error, ErrorKind, FieldError, Provider, ResponseDetails};
use crate::http::Http;
use crate::media::Media;
use crate::request_context::RequestContext;
use crate::response::{self, BufferedResponse};
use crate::secret::{PresignedUrl, Secret, Secrets};
use crate::string_conversions::string_conversions;
use crate::upload::Upload;

use api::uses;

pub mod api;
// The current document needs only some of its functions.
#[allow(dead_code)]
pub(crate) mod lossless;

const PROVIDER: Provider = Provider::Pyannote;

/// An API key of pyannoteAI. Neither `Debug` nor an error shows it.
#[derive(Clone, Debug)]
pub struct ApiKey(Secret);

impl ApiKey {
    /// An API key, as the vendor's dashboard shows it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if it is empty, or if it has a character that a header cannot carry, such as a space or
    /// a line break.
    pub fn new(key: impl Into<String>) -> Result<Self, Error> {
        let key = key.into();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            let text = "the API key must consist of visible ASCII characters, without spaces or line breaks: copy it again";
            return Err(Error::invalid_argument(PROVIDER, text));
        }
        Ok(Self(Secret::new(key)))
    }

    fn header(&self) -> Result<HeaderValue, Error> {
        HeaderValue::try_from(format!("Bearer {}", self.0.expose())).map_err(|_| {
            Error::new(ErrorKind::Configuration, "the API key cannot be sent in a header: copy it again")
        })
    }
}

/// The name of uploaded media, by which other calls of the API refer to it: `media://` and a key that the caller chooses.
///
/// The API document allows letters, digits and `-_./` in the key, and limits its length. Keys belong to the account: an upload
/// replaces earlier media with the same key. The vendor removes media after "a period of at least 24 hours".
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MediaUrl(api::types::GetMediaUploadUrlUrl);

impl MediaUrl {
    /// A media URL from the whole URL, such as `media://interview.wav`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if the API document does not allow it.
    pub fn new(url: impl Into<String>) -> Result<Self, Error> {
        api::types::GetMediaUploadUrlUrl::try_from(url.into()).map(Self).map_err(|why| {
            let text = format!(
                "the API document does not allow this media URL ({why}): give one like media://interview.wav"
            );
            Error::invalid_argument(PROVIDER, text)
        })
    }

    /// A media URL from the key alone, such as `interview.wav`.
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

string_conversions!(MediaUrl);

impl From<MediaUrl> for api::types::GetMediaUploadUrlUrl {
    fn from(url: MediaUrl) -> Self {
        url.0
    }
}

/// Builds a [`Client`].
pub type ClientBuilder = crate::builder::ClientBuilder<ApiKey>;

impl ClientBuilder {
    /// Builds the client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if the base URL is not allowed, or if TLS cannot be set up.
    pub fn build(self) -> Result<Client, Error> {
        let http = Http::new(&self.base_url, self.settings, Some(self.credential.header()?))?;
        Ok(Client { http, secrets: Secrets::new([self.credential.0.expose()]) })
    }
}

/// A client of pyannoteAI. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: Http,
    secrets: Secrets,
}

impl Client {
    /// A client of the vendor's server, with the defaults of [`ClientBuilder`].
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::build`].
    pub fn new(key: ApiKey) -> Result<Self, Error> {
        Self::builder(key).build()
    }

    /// A builder, to change the defaults.
    pub fn builder(key: ApiKey) -> ClientBuilder {
        ClientBuilder::new(key, api::SERVER)
    }

    /// Requests a pre-signed URL to which the media of `url` can be PUT. The request is idempotent.
    ///
    /// It is `POST /v1/media/input`, operation `getMediaUploadURL` of `openapi/pyannote.yaml`.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Api`] for an error status; 400, 402 and 429 are documented, as
    ///   [`GetMediaUploadUrlError`](api::GetMediaUploadUrlError).
    /// - [`ErrorKind::Response`] for a success other than the documented 201 with an https URL.
    /// - [`ErrorKind::Connection`] and [`ErrorKind::Timeout`] if no response arrived.
    pub async fn media_upload_url(&self, url: &MediaUrl) -> Result<PresignedUrl, Error> {
        let operation = api::GetMediaUploadUrlError::OPERATION;
        let context = self.http.context(PROVIDER, operation, &self.secrets);
        self.http.call(&context, || self.request_upload_url(&context, url).boxed()).await
    }

    async fn request_upload_url(
        &self,
        context: &RequestContext<'_>,
        url: &MediaUrl,
    ) -> Result<PresignedUrl, Error> {
        let api = self.generated(api::Policy::for_method(self.secrets.clone(), context.tracer.clone()));
        let outcome = api.get_media_upload_url(&api::UploadUrlRequest::new(url.0.clone())).await;
        let success = convert::<_, api::GetMediaUploadUrlError>(context, &api, outcome)?;
        let accepted = self.http.base.accept_upload_url(&success.url);
        accepted.map_err(|why| context.undocumented_success(success.status(), &why))
    }

    /// Uploads `media` under the name `url`: requests a pre-signed URL, and PUTs the media to it.
    ///
    /// The upload begins when it is awaited.
    ///
    /// # Errors
    ///
    /// - Those of [`media_upload_url`](Self::media_upload_url).
    /// - [`ErrorKind::Media`] if the media cannot be read, or changes during the upload.
    /// - [`ErrorKind::Storage`] if storage answers with an error status.
    pub fn upload(&self, media: impl Into<Media>, url: &MediaUrl) -> Upload {
        let (client, url) = (self.clone(), url.clone());
        Upload::new(PROVIDER, &self.http, media.into(), url.to_string(), move |http| {
            let (client, url) = (Self { http, ..client.clone() }, url.clone());
            async move { client.media_upload_url(&url).await }
        })
    }

    /// The generated client, for operations that have no method here. Await a call to send it, after its setters have set
    /// optional arguments. A request body is made by `new` with the required fields, and has a setter for each optional field.
    /// What was not set is not sent.
    ///
    /// It sends the credential, applies [`call_timeout`](ClientBuilder::call_timeout) (on the system's clock), and limits and
    /// redacts the bodies of errors. It does not retry, and its own error type prints the server's message.
    pub fn api(&self) -> api::Client {
        self.generated(api::Policy::for_caller(self.secrets.clone(), self.http.settings.call_timeout))
    }

    fn generated(&self, policy: api::Policy) -> api::Client {
        api::Client::new_with_client(self.http.base.as_str(), self.http.api.clone(), policy)
    }
}

/// Converts the outcome of one call of `api`, whose documented errors are `E`. No other call may have used `api`, because it
/// keeps only its latest response.
fn convert<T, E: Documented>(
    context: &RequestContext<'_>,
    api: &api::Client,
    outcome: Result<api::ResponseValue<T>, api::Error>,
) -> Result<api::ResponseValue<T>, Error> {
    let error = match outcome {
        Ok(success) => return Ok(success),
        Err(error) => error,
    };
    Err(match (error, api.latest_response()) {
        (api::Error::InvalidRequest(why) | api::Error::Custom(why), _) => context.invalid_request(&why),
        (api::Error::InvalidResponsePayload(_, error), Some(response)) => {
            context.undocumented_success(response.status, &response::decode_failure(&error))
        }
        (
            api::Error::CommunicationError(error)
            | api::Error::ResponseBodyError(error)
            | api::Error::InvalidUpgrade(error),
            _,
        ) => context.transport_error(error),
        (_, Some(response)) if response.status.is_success() => {
            context.undocumented_success(response.status, response::UNDOCUMENTED_STATUS)
        }
        (_, Some(response)) => {
            let body = error_body::<E>(&response);
            context.error_status(ErrorKind::Api, response, body)
        }
        (_, None) => context.invalid_request("no response was recorded"),
    })
}

/// Decodes the body of an error. The fields of documented errors are read from any error.
fn error_body<E: Documented>(response: &BufferedResponse) -> (ResponseDetails, Option<BoxError>) {
    let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let errors = first(&body, uses::ERRORS).and_then(Value::as_array).into_iter().flatten();
    let field_error =
        |error| Some(FieldError { field: text(error, uses::FIELD)?, message: text(error, uses::MESSAGE)? });
    let details = ResponseDetails {
        message: text(&body, uses::MESSAGE),
        request_id: text(&body, uses::REQUEST_ID),
        field_errors: errors.filter_map(field_error).collect(),
        ..ResponseDetails::default()
    };
    (details, E::decode(response.status.as_u16(), &response.body).map(Into::into))
}

/// The first of these fields that the object has.
fn first<'a>(object: &'a Value, names: &[&str]) -> Option<&'a Value> {
    names.iter().find_map(|name| object.get(name))
}

fn text(object: &Value, names: &[&str]) -> Option<String> {
    first(object, names)?.as_str().map(str::to_owned)
}
