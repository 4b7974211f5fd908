//! The two HTTP clients, and the URLs that they may call.
//!
//! The API client sends the credential; the storage client sends none. Neither follows redirects. S3 rejects a request that
//! carries both a credential and a signed URL, and its error response repeats the credential.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Certificate, ClientBuilder, redirect, retry};
use url::{Host, Url};

use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Provider};
use crate::request_context::RequestContext;
use crate::retry::Retry;
use crate::secret::{PresignedUrl, Secrets};

const USER_AGENT: &str = concat!("media-upload/", env!("CARGO_PKG_VERSION"));

/// The URL of an API: https, or http on a loopback address.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl {
    text: String,
    is_loopback: bool,
}

impl BaseUrl {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let invalid = |why: &str| {
            let text = format!("the base URL {why}: give one like https://api.example.com");
            Error::new(ErrorKind::Configuration, text)
        };
        let url = check(text, true).map_err(invalid)?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err(invalid("has a query or a fragment"));
        }
        Ok(Self { text: url.as_str().trim_end_matches('/').to_owned(), is_loopback: is_loopback(&url) })
    }

    /// The URL without a slash at its end.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Checks a pre-signed URL from a response: it must use https, unless the API and storage are both on loopback addresses.
    pub(crate) fn accept_upload_url(&self, url: &str) -> Result<PresignedUrl, String> {
        check(url, self.is_loopback).map_err(|why| format!("the upload URL {why}"))?;
        Ok(PresignedUrl::new(url))
    }
}

/// Parses a URL that a request may go to.
fn check(url: &str, allows_loopback_http: bool) -> Result<Url, &'static str> {
    let url = Url::parse(url).map_err(|_| "is not a valid URL")?;
    if !url.username().is_empty() || url.password().is_some() {
        // The HTTP library would send them in an `Authorization` header.
        return Err("has a user name or a password");
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if allows_loopback_http && is_loopback(&url) => Ok(url),
        _ if allows_loopback_http => Err("must be https, or http on a loopback address"),
        _ => Err("must be https"),
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

/// The settings of a client: see [`ClientBuilder`](crate::ClientBuilder).
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) connect_timeout: Duration,
    pub(crate) call_timeout: Duration,
    pub(crate) stall_timeout: Duration,
    pub(crate) response_timeout: Duration,
    /// In PEM format; `None` means those of the system.
    pub(crate) root_certificates: Option<Vec<u8>>,
    pub(crate) retry: Retry,
    pub(crate) clock: Arc<dyn Clock>,
}

/// What the clients of all providers share.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    pub(crate) base: BaseUrl,
    /// Sends the credential in a header, if the provider takes it there.
    pub(crate) api: reqwest::Client,
    /// Sends no credential.
    pub(crate) storage: reqwest::Client,
    pub(crate) settings: Settings,
}

impl Http {
    pub(crate) fn new(
        base_url: &str,
        settings: Settings,
        authorization: Option<HeaderValue>,
    ) -> Result<Self, Error> {
        let base = BaseUrl::parse(base_url)?;
        let mut headers = HeaderMap::new();
        if let Some(mut authorization) = authorization {
            authorization.set_sensitive(true);
            headers.insert(reqwest::header::AUTHORIZATION, authorization);
        }
        let api = client(&base, &settings, |builder| builder.default_headers(headers))?;
        let storage = client(&base, &settings, ClientBuilder::http1_only)?;
        Ok(Self { base, api, storage, settings })
    }

    /// The context of a request whose response may repeat `secrets`.
    pub(crate) fn context<'a>(
        &'a self,
        provider: Provider,
        operation: &'static str,
        secrets: &'a Secrets,
    ) -> RequestContext<'a> {
        RequestContext { provider, operation, secrets, clock: &self.settings.clock }
    }

    /// Calls the API: each run of `attempt` has the call timeout, and the retry policy decides how many there are.
    pub(crate) async fn call<'a, T: Send>(
        &self,
        context: &RequestContext<'_>,
        attempt: impl Fn() -> BoxFuture<'a, Result<T, Error>> + Sync,
    ) -> Result<T, Error> {
        let Settings { call_timeout, retry, clock, .. } = &self.settings;
        let attempt = |number| context.traced(number, context.within(*call_timeout, attempt())).boxed();
        retry.run(&**clock, attempt).await
    }
}

fn client(
    base: &BaseUrl,
    settings: &Settings,
    adjust: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Result<reqwest::Client, Error> {
    let failed = |text: &'static str| {
        move |error: reqwest::Error| {
            Error::new(ErrorKind::Configuration, text).with_source(error.without_url())
        }
    };
    let mut builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(retry::never())
        .connect_timeout(settings.connect_timeout);
    if base.is_loopback {
        builder = builder.no_proxy();
    }
    if let Some(pem) = &settings.root_certificates {
        let unreadable = failed("the root certificates cannot be read: give them in PEM format");
        builder = builder.tls_certs_only(Certificate::from_pem_bundle(pem).map_err(unreadable)?);
    }
    let unusable = "the HTTP client cannot be set up: check the system's certificates and proxy settings";
    adjust(builder).build().map_err(failed(unusable))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_https_or_loopback_without_credentials_query_or_fragment() {
        for good in [
            "https://api.example.com",
            "https://api.example.com/stage/",
            "http://127.0.0.1:1",
            "http://[::1]:1/",
            "http://localhost:1",
        ] {
            assert_eq!(BaseUrl::parse(good).unwrap().as_str(), good.trim_end_matches('/'));
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
            assert_eq!(BaseUrl::parse(bad).unwrap_err().kind(), ErrorKind::Configuration, "{bad}");
        }
    }

    #[test]
    fn a_presigned_url_without_tls_is_accepted_only_between_loopback_addresses() {
        let (local, remote) = (
            BaseUrl::parse("http://127.0.0.1:1").unwrap(),
            BaseUrl::parse("https://api.example.com").unwrap(),
        );
        assert!(local.accept_upload_url("http://localhost:2/a?signature=1").is_ok());
        assert!(local.accept_upload_url("https://storage.example.com/a").is_ok());
        assert_eq!(remote.accept_upload_url("https://some-url").unwrap().expose(), "https://some-url");
        assert!(local.accept_upload_url("http://storage.example.com/a").is_err());
        assert!(remote.accept_upload_url("https://user:password@storage.example.com/a").is_err());
        assert!(remote.accept_upload_url("http://127.0.0.1/a").is_err());
        assert!(remote.accept_upload_url("file:///etc/passwd").is_err());
        assert!(remote.accept_upload_url("https://").is_err());
        assert!(remote.accept_upload_url("").is_err());
    }
}
