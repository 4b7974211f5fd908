//! The client of cielo24, written by hand, because its documents are prose.
//!
//! Every method names the page that documents it; the pages are in `openapi/cielo24/`. Every request has the credential in its
//! query, so **every URL of this API is a secret**, and none is ever printed.

use std::fmt;

use futures_util::FutureExt;
use serde::de::IntoDeserializer;
use serde::{Deserialize, Serialize};

use crate::error::{BoxError, Error, ErrorKind, Provider, ResponseDetails};
use crate::http::Http;
use crate::media::Media;
use crate::request_context::RequestContext;
use crate::response::{self, BufferedResponse};
use crate::secret::{PresignedUrl, Secret, Secrets};
use crate::string_conversions::string_conversions;
use crate::upload::Upload;

const PROVIDER: Provider = Provider::Cielo24;
const SERVER: &str = "https://api.cielo24.com";
/// The version of the API that the pages describe.
const VERSION: &str = "1";

/// An API token, which a login at cielo24 returns: a hexadecimal string. It expires after an hour without use. Neither `Debug`
/// nor an error shows it.
#[derive(Clone, Debug)]
pub struct ApiToken(Secret);

impl ApiToken {
    /// An API token.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if it is not a hexadecimal string.
    pub fn new(token: impl Into<String>) -> Result<Self, Error> {
        hexadecimal("the API token", token.into()).map(|token| Self(Secret::new(token)))
    }
}

/// The id of a job: a hexadecimal string.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JobId(String);

impl JobId {
    /// A job id.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if it is not a hexadecimal string.
    pub fn new(id: impl Into<String>) -> Result<Self, Error> {
        hexadecimal("the job id", id.into()).map(Self)
    }

    /// The id as a string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn hexadecimal(name: &str, text: String) -> Result<String, Error> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text);
    }
    let text = format!("{name} must be a hexadecimal string (digits 0-9 and letters a-f): copy it again");
    Err(Error::invalid_argument(PROVIDER, text))
}

string_conversions!(JobId);

/// Builds a [`Client`].
pub type ClientBuilder = crate::builder::ClientBuilder<ApiToken>;

impl ClientBuilder {
    /// Builds the client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if the base URL is not allowed, or if TLS cannot be set up.
    pub fn build(self) -> Result<Client, Error> {
        let http = Http::new(&self.base_url, self.settings, None)?;
        Ok(Client { http, secrets: Secrets::new([self.credential.0.expose()]), token: self.credential })
    }
}

/// A client of cielo24. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: Http,
    token: ApiToken,
    secrets: Secrets,
}

impl Client {
    /// A client of the vendor's server, with the defaults of [`ClientBuilder`].
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::build`].
    pub fn new(token: ApiToken) -> Result<Self, Error> {
        Self::builder(token).build()
    }

    /// A builder, to change the defaults.
    pub fn builder(token: ApiToken) -> ClientBuilder {
        ClientBuilder::new(token, SERVER)
    }

    /// Requests a pre-signed URL to which the media of a job can be PUT. The URL is valid for 12 hours.
    ///
    /// It is `GET /api/job/request_upload_url`, documented in `openapi/cielo24/request_upload_url.rst`.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Api`] for an error status; 400 is documented, as [`ApiError`].
    /// - [`ErrorKind::Response`] for a success other than the documented 200 with an https URL.
    /// - [`ErrorKind::Connection`] and [`ErrorKind::Timeout`] if no response arrived.
    pub async fn request_upload_url(&self, job: &JobId) -> Result<PresignedUrl, Error> {
        let context = self.http.context(PROVIDER, "request_upload_url", &self.secrets);
        self.http.call(&context, || self.get_upload_url(&context, job).boxed()).await
    }

    async fn get_upload_url(&self, context: &RequestContext<'_>, job: &JobId) -> Result<PresignedUrl, Error> {
        #[derive(Deserialize)]
        struct Success {
            upload_url: String,
        }
        let parameters = [("job_id", job.as_str())];
        let response = self.get(context, "/api/job/request_upload_url", &parameters).await?;
        let undocumented = |why: &str| context.undocumented_success(response.status, why);
        let success: Success = serde_json::from_slice(&response.body)
            .map_err(|error| undocumented(&response::decode_failure(&error)))?;
        self.http.base.accept_upload_url(&success.upload_url).map_err(|why| undocumented(&why))
    }

    /// Uploads `media` as the media of a job: requests a pre-signed URL, and PUTs the media to it.
    ///
    /// The upload begins when it is awaited. A job has one piece of media. The vendor does not process it before
    /// `perform_transcription` is called.
    ///
    /// # Errors
    ///
    /// - Those of [`request_upload_url`](Self::request_upload_url).
    /// - [`ErrorKind::Media`] if the media cannot be read, or changes during the upload.
    /// - [`ErrorKind::Storage`] if storage answers with an error status.
    pub fn upload(&self, media: impl Into<Media>, job: &JobId) -> Upload {
        let (client, job) = (self.clone(), job.clone());
        Upload::new(PROVIDER, &self.http, media.into(), job.to_string(), move |http| {
            let (client, job) = (Self { http, ..client.clone() }, job.clone());
            async move { client.request_upload_url(&job).await }
        })
    }

    /// Sends a GET whose documented success is 200. Every request has the parameters `v` and `api_token`.
    async fn get(
        &self,
        context: &RequestContext<'_>,
        path: &str,
        parameters: &[(&str, &str)],
    ) -> Result<BufferedResponse, Error> {
        let common = [("v", VERSION), ("api_token", self.token.0.expose())];
        let request = self.http.api.get(format!("{}{path}", self.http.base.as_str()));
        let response = context.send(request.query(&common).query(parameters)).await?;
        match response.status {
            reqwest::StatusCode::OK => Ok(response),
            status if status.is_success() => {
                Err(context.undocumented_success(status, response::UNDOCUMENTED_STATUS))
            }
            _ => {
                let body = error_body(&response);
                Err(context.error_status(ErrorKind::Api, response, body))
            }
        }
    }
}

/// An error of cielo24: the documented body of a 400.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ApiError {
    /// The kind of the error.
    pub error_type: ErrorType,
    /// The server's message.
    pub error_comment: String,
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "documented for 400: {}", self.error_type)
    }
}

impl std::error::Error for ApiError {}

/// The documented error types of cielo24. The server may send others.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum ErrorType {
    /// `LOGIN_INVALID`
    LoginInvalid,
    /// `ACCOUNT_EXISTS`
    AccountExists,
    /// `ACCOUNT_DOES_NOT_EXIST`
    AccountDoesNotExist,
    /// `ACCOUNT_UNPRIVILEGED`
    AccountUnprivileged,
    /// `BAD_API_TOKEN`: the token is wrong, or has expired.
    BadApiToken,
    /// `INVALID_QUERY`
    InvalidQuery,
    /// `INVALID_OPTION`
    InvalidOption,
    /// `INVALID_URL`
    InvalidUrl,
    /// `INVALID_RETURN_HANDLERS`
    InvalidReturnHandlers,
    /// `MISSING_PARAMETER`
    MissingParameter,
    /// `ITEM_NOT_FOUND`
    ItemNotFound,
    /// `NOT_IMPLEMENTED`
    NotImplemented,
    /// `NOT_PARENT_ACCOUNT`
    NotParentAccount,
    /// `NO_CHILDREN_FOUND`
    NoChildrenFound,
    /// `UNHANDLED_ERROR`
    UnhandledError,
    /// Any other error type, as the server sent it.
    #[serde(untagged)]
    Other(String),
}

impl From<String> for ErrorType {
    fn from(text: String) -> Self {
        let known: Result<Self, serde::de::value::Error> =
            Self::deserialize(text.as_str().into_deserializer());
        known.unwrap_or(Self::Other(text))
    }
}

impl From<ErrorType> for String {
    fn from(error_type: ErrorType) -> Self {
        error_type.to_string()
    }
}

impl fmt::Display for ErrorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

fn error_body(response: &BufferedResponse) -> (ResponseDetails, Option<BoxError>) {
    // Only 400 is documented, but other statuses may have a body of the same form.
    let error: Option<ApiError> = serde_json::from_slice(&response.body).ok();
    let message = error.as_ref().map(|error| format!("{}: {}", error.error_type, error.error_comment));
    (ResponseDetails { message, ..ResponseDetails::default() }, error.map(Into::into))
}
