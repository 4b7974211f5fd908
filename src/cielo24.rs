//! cielo24: written by hand, for its documents are prose.
//!
//! Every method names the page it rests on; they are under `openapi/cielo24/`. The API's credential travels in the query of
//! every request, so that **every URL is a secret** here, and none is ever printed.

use std::fmt;
use std::str::FromStr;

use futures_util::FutureExt;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::call::Call;
use crate::error::{Error, ErrorKind, Provider};
use crate::http::Http;
use crate::media::Media;
use crate::reply::{self, Reply, Said};
use crate::secret::{PresignedUrl, Secret, Secrets};
use crate::upload::Upload;

const PROVIDER: Provider = Provider::Cielo24;
const SERVER: &str = "https://api.cielo24.com";
/// The version of the API that the pages describe.
const VERSION: &str = "1";

/// A token that a cielo24 login gave: a hex string. It lapses after an hour without use. Neither `Debug` nor an error shows it.
#[derive(Clone, Debug)]
pub struct ApiToken(Secret);

impl ApiToken {
    /// Takes a token.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if it is not a hex string.
    pub fn new(token: impl Into<String>) -> Result<Self, Error> {
        hex("an api token", token.into()).map(|token| Self(Secret::new(token)))
    }
}

/// The id of a job: a hex string.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JobId(String);

impl JobId {
    /// Takes an id.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if it is not a hex string.
    pub fn new(id: impl Into<String>) -> Result<Self, Error> {
        hex("a job id", id.into()).map(Self)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn hex(what: &str, text: String) -> Result<String, Error> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text);
    }
    Err(Error::invalid_argument(
        PROVIDER,
        format!(
            "{what} is a hex string, one or more of the digits 0-9 and a-f, and nothing else: copy it again"
        ),
    ))
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for JobId {
    type Err = Error;

    fn from_str(id: &str) -> Result<Self, Error> {
        Self::new(id)
    }
}

impl TryFrom<&str> for JobId {
    type Error = Error;

    fn try_from(id: &str) -> Result<Self, Error> {
        Self::new(id)
    }
}

impl TryFrom<String> for JobId {
    type Error = Error;

    fn try_from(id: String) -> Result<Self, Error> {
        Self::new(id)
    }
}

/// What a [`Client`] is built from.
pub type ClientBuilder = crate::builder::ClientBuilder<ApiToken>;

impl ClientBuilder {
    /// Makes the client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if the base URL cannot be used, or TLS cannot be set up.
    pub fn build(self) -> Result<Client, Error> {
        let http = Http::new(self.base()?, self.settings, None)?;
        Ok(Client { http, secrets: Secrets::new([self.credential.0.expose()]), token: self.credential })
    }
}

/// A client for cielo24. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: Http,
    token: ApiToken,
    secrets: Secrets,
}

impl Client {
    /// A client for the vendor's own server, with the defaults of [`ClientBuilder`].
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::build`].
    pub fn new(token: ApiToken) -> Result<Self, Error> {
        Self::builder(token).build()
    }

    /// A client to be configured.
    pub fn builder(token: ApiToken) -> ClientBuilder {
        ClientBuilder::new(token, SERVER)
    }

    /// Asks for a URL to which the media of a job can be PUT; it is valid for 12 hours.
    ///
    /// `GET /api/job/request_upload_url`, `openapi/cielo24/request_upload_url.rst`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Api`] for any error status; 400 is documented, as [`ApiError`]. [`ErrorKind::Response`] for an answer that
    /// is not the documented 200 with an https URL. [`ErrorKind::Connection`] and [`ErrorKind::Timeout`] when none came.
    pub async fn request_upload_url(&self, job: &JobId) -> Result<PresignedUrl, Error> {
        let call = self.http.call(PROVIDER, "request_upload_url", &self.secrets);
        let url = self.url(&call, "/api/job/request_upload_url", &[("job_id", job.as_str())])?;
        self.http.ask(&call, || self.ask_upload_url(&call, &url).boxed()).await
    }

    async fn ask_upload_url(&self, call: &Call<'_>, url: &Url) -> Result<PresignedUrl, Error> {
        #[derive(Deserialize)]
        struct Success {
            upload_url: String,
        }
        let reply = self.get(call, url.clone()).await?;
        let success: Success = serde_json::from_slice(&reply.body)
            .map_err(|error| call.undocumented(reply.status, &reply::undecodable(&error)))?;
        self.http.base.trust(&success.upload_url).map_err(|why| call.undocumented(reply.status, why))
    }

    /// Uploads `media` as the media of a job: asks for a pre-signed URL and PUTs the media there.
    ///
    /// It begins when awaited. A job takes one piece of media. Nothing is done with it before `perform_transcription` is called.
    ///
    /// # Errors
    ///
    /// Those of [`request_upload_url`](Self::request_upload_url), [`ErrorKind::Media`] if the media cannot be read or changes
    /// while it is sent, and [`ErrorKind::Storage`] if storage does not take it.
    pub fn upload(&self, media: impl Into<Media>, job: &JobId) -> Upload {
        let (client, job) = (self.clone(), job.clone());
        Upload::new(PROVIDER, &self.http, media.into(), move || {
            let (client, job) = (client.clone(), job.clone());
            async move { client.request_upload_url(&job).await }
        })
    }

    /// The URL of a call: `v` and `api_token` are part of every one.
    fn url(&self, call: &Call<'_>, path: &str, parameters: &[(&str, &str)]) -> Result<Url, Error> {
        let every = [("v", VERSION), ("api_token", self.token.0.expose())];
        Url::parse_with_params(&format!("{}{path}", self.http.base.as_str()), every.iter().chain(parameters))
            .map_err(|why| call.unsent(&why.to_string()))
    }

    /// A GET that ends in the documented 200.
    async fn get(&self, call: &Call<'_>, url: Url) -> Result<Reply, Error> {
        let response = self.http.api.get(url).send().await.map_err(|error| call.broken(error))?;
        let reply = Reply::read(response, &self.secrets).await.map_err(|error| call.broken(error))?;
        match reply.status {
            reqwest::StatusCode::OK => Ok(reply),
            status if status.is_success() => {
                Err(call.undocumented(status, "the document knows no such success"))
            }
            _ => {
                let said = said(&reply);
                Err(call.refused(ErrorKind::Api, reply, said))
            }
        }
    }
}

/// An error of cielo24: what a 400 holds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ApiError {
    /// What kind of error it is.
    pub error_type: ErrorType,
    /// What the server says about it.
    pub error_comment: String,
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "documented for 400: {}", self.error_type)
    }
}

impl std::error::Error for ApiError {}

/// The kinds of error that cielo24 is known to answer with. The set is open.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(from = "String", into = "String")]
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
    /// `BAD_API_TOKEN`: the token is wrong, or has lapsed.
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
    /// One that is not known here, as the server spelt it.
    Other(String),
}

/// The known kinds, as the server spells them.
const ERROR_TYPES: [(&str, ErrorType); 15] = [
    ("LOGIN_INVALID", ErrorType::LoginInvalid),
    ("ACCOUNT_EXISTS", ErrorType::AccountExists),
    ("ACCOUNT_DOES_NOT_EXIST", ErrorType::AccountDoesNotExist),
    ("ACCOUNT_UNPRIVILEGED", ErrorType::AccountUnprivileged),
    ("BAD_API_TOKEN", ErrorType::BadApiToken),
    ("INVALID_QUERY", ErrorType::InvalidQuery),
    ("INVALID_OPTION", ErrorType::InvalidOption),
    ("INVALID_URL", ErrorType::InvalidUrl),
    ("INVALID_RETURN_HANDLERS", ErrorType::InvalidReturnHandlers),
    ("MISSING_PARAMETER", ErrorType::MissingParameter),
    ("ITEM_NOT_FOUND", ErrorType::ItemNotFound),
    ("NOT_IMPLEMENTED", ErrorType::NotImplemented),
    ("NOT_PARENT_ACCOUNT", ErrorType::NotParentAccount),
    ("NO_CHILDREN_FOUND", ErrorType::NoChildrenFound),
    ("UNHANDLED_ERROR", ErrorType::UnhandledError),
];

impl From<String> for ErrorType {
    fn from(text: String) -> Self {
        match ERROR_TYPES.into_iter().find(|(name, _)| *name == text) {
            Some((_, known)) => known,
            None => Self::Other(text),
        }
    }
}

impl From<ErrorType> for String {
    fn from(error_type: ErrorType) -> Self {
        error_type.to_string()
    }
}

impl fmt::Display for ErrorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, ERROR_TYPES.iter().find(|(_, known)| known == self)) {
            (Self::Other(text), _) => f.write_str(text),
            (_, Some((name, _))) => f.write_str(name),
            (_, None) => f.write_str("UNKNOWN"),
        }
    }
}

fn said(reply: &Reply) -> Said {
    // Only 400 is documented, but what has its form is read wherever it comes.
    let error: Option<ApiError> = serde_json::from_slice(&reply.body).ok();
    Said {
        message: error.as_ref().map(|error| format!("{}: {}", error.error_type, error.error_comment)),
        documented: error.map(Into::into),
        ..Said::default()
    }
}
