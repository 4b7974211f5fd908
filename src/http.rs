//! The two HTTP clients, and the URLs that they may call.
//!
//! The API client sends the credential; the storage client sends none. Neither follows redirects. S3 rejects a request that
//! carries both a credential and a signed URL, and its error response repeats the credential.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{redirect, retry};
use rustls::ClientConfig;
use url::{Host, Url};

use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Provider};
use crate::rate_limit::RateLimit;
use crate::request_context::RequestContext;
use crate::retry::{Retries, Retry, RetryCallback};
use crate::secret::{PresignedUrl, Secrets};
use crate::tls;
use crate::trace::RequestTracer;

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
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) connect_timeout: Duration,
    pub(crate) call_timeout: Duration,
    pub(crate) stall_timeout: Duration,
    pub(crate) response_timeout: Duration,
    /// In PEM format; `None` means those of the system.
    pub(crate) root_certificates: Option<Vec<u8>>,
    pub(crate) retry: Retry,
    pub(crate) on_retry: Option<RetryCallback>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Settings {
    /// The retries of a request, before its first attempt.
    pub(crate) fn retries(&self) -> Retries<'_> {
        Retries::new(self.retry, &*self.clock, self.on_retry.as_ref())
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("connect_timeout", &self.connect_timeout)
            .field("call_timeout", &self.call_timeout)
            .field("stall_timeout", &self.stall_timeout)
            .field("response_timeout", &self.response_timeout)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
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
    rate_limit: RateLimit,
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
        let tls = tls::config(settings.root_certificates.as_deref())?;
        let api = client(&base, &settings, tls.clone(), headers)?;
        let storage = client(&base, &settings, tls, HeaderMap::new())?;
        Ok(Self { base, api, storage, settings, rate_limit: RateLimit::default() })
    }

    /// The context of a request whose response may repeat `secrets`.
    pub(crate) fn context<'a>(
        &'a self,
        provider: Provider,
        operation: &'static str,
        secrets: &'a Secrets,
    ) -> RequestContext<'a> {
        let tracer = RequestTracer::new(provider, operation);
        RequestContext { provider, operation, secrets, clock: &self.settings.clock, tracer }
    }

    /// The same clients, with the retry settings of an upload.
    pub(crate) fn for_upload(&self) -> Self {
        let settings = Settings { retry: self.settings.retry.of_upload(), ..self.settings.clone() };
        Self { settings, ..self.clone() }
    }

    /// Calls the API: each run of `attempt` has the call timeout, and the retry policy decides how many there are.
    pub(crate) async fn call<'a, T: Send>(
        &self,
        context: &RequestContext<'_>,
        attempt: impl Fn() -> BoxFuture<'a, Result<T, Error>> + Sync,
    ) -> Result<T, Error> {
        let Settings { call_timeout: timeout, retry, ref clock, .. } = self.settings;
        let (mut retries, mut number) = (self.settings.retries(), 0);
        self.rate_limit.wait(retry, &**clock).await;
        loop {
            number += 1;
            match context.within(timeout, attempt()).await {
                Ok(outcome) => return Ok(outcome),
                Err(error) => {
                    self.rate_limit.note(&error, retry, &**clock);
                    retries.pause(error.with_attempts(number), false).await?;
                }
            }
        }
    }
}

fn client(
    base: &BaseUrl,
    settings: &Settings,
    tls: ClientConfig,
    headers: HeaderMap,
) -> Result<reqwest::Client, Error> {
    let mut builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(retry::never())
        // These options of the socket end a connection before our timeouts do: by default after 30 s without an acknowledgement,
        // and after 60 s without an answer to a keep-alive packet.
        .tcp_keepalive(None)
        .tls_backend_preconfigured(tls)
        .default_headers(headers)
        .connect_timeout(settings.connect_timeout);
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    {
        builder = builder.tcp_user_timeout(None);
    }
    if base.is_loopback {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| {
        let text = "the HTTP client cannot be set up: check the proxy settings";
        Error::new(ErrorKind::Configuration, text).with_source(error.without_url())
    })
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
        let not_allowed =
            |base: &BaseUrl| base.accept_upload_url("http://storage.example.com/a").unwrap_err();
        assert_eq!(not_allowed(&local), "the upload URL must be https, or http on a loopback address");
        assert_eq!(not_allowed(&remote), "the upload URL must be https");
        assert!(remote.accept_upload_url("https://user:password@storage.example.com/a").is_err());
        assert!(remote.accept_upload_url("http://127.0.0.1/a").is_err());
        assert!(remote.accept_upload_url("file:///etc/passwd").is_err());
        assert!(remote.accept_upload_url("https://").is_err());
        assert!(remote.accept_upload_url("").is_err());
    }
}
