//! The two HTTP clients, and the one place where an answer becomes an error.
//!
//! The API client carries the credential, the storage client carries nothing, and neither follows redirects: S3 refuses a second
//! credential beside the URL's signature, and its refusal echoes it.

use std::error::Error as StdError;
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Certificate, ClientBuilder, StatusCode, redirect, retry};
use url::{Host, Url};

use crate::error::{Answer, Error, ErrorKind, FieldError, Provider, Source};
use crate::media::Fault;
use crate::secret::{PresignedUrl, Secrets};

/// The most that is read of a success: the documented ones are a few hundred bytes.
const MAX_SUCCESS: usize = 1024 * 1024;
/// The most that is kept of an error.
const MAX_ERROR: usize = 64 * 1024;

const USER_AGENT: &str = concat!("media-upload/", env!("CARGO_PKG_VERSION"));

/// Where an API is: https anywhere, http on this machine only.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    text: String,
    is_loopback: bool,
}

impl Base {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let refuse = |why: &str| {
            Error::new(
                ErrorKind::Configuration,
                format!("the base url {why}: give one like https://api.example.com"),
            )
        };
        let url = Url::parse(text).map_err(|_| refuse("is not a url"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse("has a user name or password in it"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("has a query or a fragment"));
        }
        if !is_confidential(&url) {
            return Err(refuse("must be https, or http on a loopback address"));
        }
        Ok(Self { text: url.as_str().trim_end_matches('/').to_owned(), is_loopback: is_loopback(&url) })
    }

    /// Without a slash at the end.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The pre-signed URL that an API answered with, if it may be used: https, unless both the API and storage are on this machine.
    pub(crate) fn trust(&self, presigned: &str) -> Result<PresignedUrl, &'static str> {
        let url = Url::parse(presigned).map_err(|_| "the upload url in the answer is not a url")?;
        if !url.username().is_empty() || url.password().is_some() {
            // It would go out as an `Authorization` header.
            return Err("the upload url in the answer has a user name or password in it");
        }
        match url.scheme() {
            "https" => Ok(PresignedUrl::new(presigned)),
            "http" if self.is_loopback && is_loopback(&url) => Ok(PresignedUrl::new(presigned)),
            _ => Err("the upload url in the answer is not https"),
        }
    }
}

fn is_confidential(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.has_host(),
        "http" => is_loopback(url),
        _ => false,
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// What both HTTP clients are built with.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// For a connection, to the API or to storage.
    pub(crate) connect: Duration,
    /// For a whole call of the API, which is small. A transfer to storage has no such limit.
    pub(crate) call: Duration,
    /// The only root certificates to trust, in PEM; `None`: the system's.
    pub(crate) roots: Option<Vec<u8>>,
}

/// The client for calls of the API, which sends `credential` with each.
pub(crate) fn api_client(
    base: &Base,
    settings: &Settings,
    credential: Option<HeaderValue>,
) -> Result<reqwest::Client, Error> {
    let mut headers = HeaderMap::new();
    if let Some(mut credential) = credential {
        credential.set_sensitive(true);
        headers.insert(reqwest::header::AUTHORIZATION, credential);
    }
    build(plain_client(base, settings)?.default_headers(headers).timeout(settings.call))
}

/// The client for transfers to storage, which sends nothing of its own.
pub(crate) fn storage_client(base: &Base, settings: &Settings) -> Result<reqwest::Client, Error> {
    build(plain_client(base, settings)?.http1_only())
}

fn plain_client(base: &Base, settings: &Settings) -> Result<ClientBuilder, Error> {
    let mut builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(retry::never())
        .connect_timeout(settings.connect);
    if base.is_loopback {
        builder = builder.no_proxy();
    }
    if let Some(pem) = &settings.roots {
        builder = builder.tls_certs_only(certificates(pem)?);
    }
    Ok(builder)
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate>, Error> {
    Certificate::from_pem_bundle(pem).map_err(|error| {
        Error::new(ErrorKind::Configuration, "the root certificates cannot be read: give them in pem")
            .because(error)
    })
}

fn build(builder: ClientBuilder) -> Result<reqwest::Client, Error> {
    builder.build().map_err(|error| {
        Error::new(
            ErrorKind::Configuration,
            "the http client cannot be set up: look at the system's certificates and proxy settings",
        )
        .because(error.without_url())
    })
}

/// An answer, read.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Of an error: scrubbed of secrets.
    pub(crate) body: Bytes,
}

impl Reply {
    /// Reads an answer, bounded; what an error's body echoes of `secrets` is taken out at once.
    pub(crate) async fn read(response: reqwest::Response, secrets: &Secrets) -> Result<Self, reqwest::Error> {
        let (status, headers) = (response.status(), response.headers().clone());
        if status.is_success() {
            let body = bounded(response, MAX_SUCCESS).await.map_err(|(error, _)| error)?;
            return Ok(Self { status, headers, body });
        }
        // What came before an error's body broke off is as good: the status must not be lost. A secret that the limit would
        // cut in two is read as a whole.
        let body = bounded(response, MAX_ERROR + secrets.longest()).await.unwrap_or_else(|(_, start)| start);
        let mut body = secrets.scrub(&body);
        body.truncate(MAX_ERROR);
        Ok(Self { status, headers, body: body.into() })
    }

    /// The answer as if it had just come, for the generated client to take apart.
    pub(crate) fn into_response(self) -> reqwest::Response {
        let mut response = http::Response::new(reqwest::Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response.into()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

async fn bounded(response: reqwest::Response, limit: usize) -> Result<Bytes, (reqwest::Error, Bytes)> {
    let mut body = BytesMut::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        match chunk {
            Ok(chunk) => body.extend_from_slice(&chunk[..chunk.len().min(limit - body.len())]),
            Err(error) => return Err((error.without_url(), body.freeze())),
        }
        if body.len() == limit {
            break;
        }
    }
    Ok(body.freeze())
}

/// What a provider reads in the body of an error.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) field_errors: Vec<FieldError>,
    pub(crate) documented: Option<Source>,
}

/// A call and whose it is, for the errors it may end in.
#[derive(Clone, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) provider: Provider,
    pub(crate) operation: &'static str,
    pub(crate) secrets: &'a Secrets,
}

impl Call<'_> {
    /// No answer came, or not all of it.
    pub(crate) fn broken(&self, error: reqwest::Error) -> Error {
        let error = error.without_url();
        if let Some(fault) = cause::<Fault>(&error) {
            return fault.to_error().during(self.provider, self.operation);
        }
        let (kind, text) = if error.is_timeout() {
            (ErrorKind::Timeout, "no answer came in time: try again, or allow more time")
        } else if error.is_connect() {
            (
                ErrorKind::Connection,
                "no connection could be made: look at the network, the base url and its certificate",
            )
        } else if error.is_builder() {
            (ErrorKind::InvalidArgument, "the request could not be built of these arguments")
        } else {
            (ErrorKind::Connection, "the connection broke before the whole answer came: try again")
        };
        Error::new(kind, text).because(error).during(self.provider, self.operation)
    }

    /// The request was refused before it was sent.
    pub(crate) fn unsent(&self, why: &str) -> Error {
        let text = format!("the request could not be built: {}", line(&self.secrets.scrub_str(why)));
        Error::new(ErrorKind::InvalidArgument, text).during(self.provider, self.operation)
    }

    /// An answer with an error status.
    pub(crate) fn refused(&self, kind: ErrorKind, reply: Reply, said: Said) -> Error {
        let status = reply.status.as_u16();
        let retry_after =
            reply.header(RETRY_AFTER.as_str()).and_then(|value| retry_after(value, SystemTime::now()));
        let text = match &said.message {
            Some(message) => format!("answered {status}, \"{}\": {}", line(message), advice(status)),
            None => format!("answered {status}: {}", advice(status)),
        };
        let answer = Answer {
            status,
            message: said.message,
            request_id: said.request_id,
            field_errors: said.field_errors,
            retry_after,
            body: Some(reply.body),
        };
        let error = Error::new(kind, text).answered(answer).during(self.provider, self.operation);
        match said.documented {
            Some(documented) => error.because(documented),
            None => error,
        }
    }

    /// An answer that is not the documented success. Its body is not kept: it may hold a pre-signed URL.
    pub(crate) fn undocumented(&self, status: StatusCode, why: &str) -> Error {
        let status = status.as_u16();
        let text = format!(
            "answered {status}, but {why}: the api may have changed, look for a newer version of this crate"
        );
        Error::new(ErrorKind::Response, text)
            .answered(Answer { status, ..Answer::default() })
            .during(self.provider, self.operation)
    }
}

/// Why a success could not be read, without a word of what it said: serde_json quotes values.
pub(crate) fn undecodable(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!("at line {} column {} of its body", error.line(), error.column());
    match text.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')) {
        Some((field, _)) => format!("the documented field `{field}` is missing {place}"),
        None if error.is_data() => format!("it is not what the document says {place}"),
        None => format!("it is not json {place}"),
    }
}

fn advice(status: u16) -> &'static str {
    match status {
        300..=399 => "this is a redirect, which is not followed; look at the base url",
        400 | 422 => "correct the request",
        401 => "check the credential",
        402 => "check the account's subscription",
        403 => "check the credential and what it may do, or ask for a new upload url if this one has expired",
        404 | 405 => "check the base url",
        408 | 429 | 500 | 502..=504 => "try again later",
        _ => "no document says why; look at the body",
    }
}

/// A server's text on one line, of a length one can read.
fn line(text: &str) -> String {
    const LONGEST: usize = 300;
    let words = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    match words.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &words[..end]),
        None => words,
    }
}

/// `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3).
fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

/// The first error of type `E` that `error` was caused by.
fn cause<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    std::iter::successors(error.source(), |&error| error.source()).find_map(|error| error.downcast_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_https_or_loopback_and_nothing_more_than_a_place() {
        for good in [
            "https://api.example.com",
            "https://api.example.com/stage/",
            "http://127.0.0.1:1",
            "http://[::1]:1/",
            "http://localhost:1",
        ] {
            assert_eq!(Base::parse(good).unwrap().as_str(), good.trim_end_matches('/'));
        }
        for bad in [
            "",
            "api.example.com",
            "http://api.example.com",
            "http://127.0.0.1.example.com",
            "ftp://127.0.0.1",
            "https://user@api.example.com",
            "https://:password@api.example.com",
            "https://api.example.com?token=1",
            "https://api.example.com#top",
        ] {
            assert_eq!(Base::parse(bad).unwrap_err().kind(), ErrorKind::Configuration, "{bad}");
        }
    }

    #[test]
    fn a_presigned_url_without_tls_is_trusted_on_this_machine_only() {
        let (local, remote) =
            (Base::parse("http://127.0.0.1:1").unwrap(), Base::parse("https://api.example.com").unwrap());
        assert!(local.trust("http://localhost:2/a?signature=1").is_ok());
        assert!(local.trust("https://storage.example.com/a").is_ok());
        assert_eq!(remote.trust("https://some-url").unwrap().expose(), "https://some-url");
        assert!(local.trust("http://storage.example.com/a").is_err());
        assert!(remote.trust("https://user:password@storage.example.com/a").is_err());
        assert!(remote.trust("http://127.0.0.1/a").is_err());
        assert!(remote.trust("file:///etc/passwd").is_err());
        assert!(remote.trust("https://").is_err());
        assert!(remote.trust("").is_err());
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = httpdate::parse_http_date("Wed, 21 Oct 2015 07:28:00 GMT").unwrap();
        assert_eq!(retry_after("17", now), Some(Duration::from_secs(17)));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:30 GMT", now), Some(Duration::from_secs(30)));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:00:00 GMT", now), Some(Duration::ZERO));
        for nonsense in ["", "soon", "-1", "1.5", "99999999999999999999999"] {
            assert_eq!(retry_after(nonsense, now), None, "{nonsense}");
        }
    }

    #[test]
    fn a_servers_text_is_shown_on_one_short_line() {
        assert_eq!(line("a\r\n  b\u{1b}[31m\tc"), "a b [31m c");
        assert_eq!(line(&"é".repeat(500)).chars().count(), 303);
    }

    #[test]
    fn why_a_success_is_unreadable_quotes_nothing_of_it() {
        #[derive(Debug, serde::Deserialize)]
        struct Url {
            #[serde(rename = "url")]
            _url: String,
        }
        let why = |body: &str| undecodable(&serde_json::from_str::<Url>(body).unwrap_err());
        assert_eq!(why("{}"), "the documented field `url` is missing at line 1 column 2 of its body");
        assert_eq!(why("\"signature\""), "it is not what the document says at line 1 column 11 of its body");
        assert_eq!(why("<html>"), "it is not json at line 1 column 1 of its body");
    }
}
