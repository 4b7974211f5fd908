//! The two HTTP clients, and where they may go.
//!
//! The API client carries the credential, the storage client carries nothing, and neither follows redirects: S3 refuses a second
//! credential beside the URL's signature, and its refusal echoes it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Certificate, ClientBuilder, redirect, retry};
use url::{Host, Url};

use crate::call::Call;
use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Provider};
use crate::retry::Retry;
use crate::secret::{PresignedUrl, Secrets};

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

/// What a client is configured with.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// For a connection, to the API or to storage.
    pub(crate) connect: Duration,
    /// For a whole call of the API, which is small. A transfer to storage has no such limit.
    pub(crate) call: Duration,
    /// For a byte of the media to move, on its way to storage.
    pub(crate) stall: Duration,
    /// For storage's answer, once it has all of the media.
    pub(crate) response: Duration,
    /// The only root certificates to trust, in PEM; `None`: the system's.
    pub(crate) roots: Option<Vec<u8>>,
    pub(crate) retry: Retry,
    pub(crate) clock: Arc<dyn Clock>,
}

/// How the API and storage are reached: what the clients of all providers have in common.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    pub(crate) base: Base,
    /// Sends the credential with each call of the API.
    pub(crate) api: reqwest::Client,
    /// Sends nothing of its own.
    pub(crate) storage: reqwest::Client,
    pub(crate) settings: Settings,
}

impl Http {
    pub(crate) fn new(
        base: Base,
        settings: Settings,
        credential: Option<HeaderValue>,
    ) -> Result<Self, Error> {
        let mut headers = HeaderMap::new();
        if let Some(mut credential) = credential {
            credential.set_sensitive(true);
            headers.insert(reqwest::header::AUTHORIZATION, credential);
        }
        let api = build(plain_client(&base, &settings)?.default_headers(headers))?;
        let storage = build(plain_client(&base, &settings)?.http1_only())?;
        Ok(Self { base, api, storage, settings })
    }

    /// The call of `operation`, whose answers may echo `secrets`.
    pub(crate) fn call<'a>(
        &'a self,
        provider: Provider,
        operation: &'static str,
        secrets: &'a Secrets,
    ) -> Call<'a> {
        Call { provider, operation, secrets, clock: &self.settings.clock }
    }

    /// Calls the API: `attempt`, each time within the limit, as often as the policy says.
    pub(crate) async fn ask<'a, T: Send>(
        &self,
        call: &Call<'_>,
        attempt: impl Fn() -> BoxFuture<'a, Result<T, Error>> + Sync,
    ) -> Result<T, Error> {
        let Settings { call: limit, retry, clock, .. } = &self.settings;
        retry.run(&**clock, |number| call.traced(number, call.within(*limit, attempt())).boxed()).await
    }
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
}
