//! The server under test: its URL, its credentials, and the HTTP client that calls it.

use reqwest::redirect;
use url::{Host, Url};

use super::question::{self, Secrets};
use crate::check::redact::Redactor;
use crate::plan::source::Source;
use crate::result::{ClientName, DriverInfo};

/// A server under test.
#[derive(Debug)]
pub struct ServerUnderTest {
    pub(super) base: Url,
    pub(super) http: reqwest::Client,
    /// The secrets in use, each by its environment variable.
    pub(super) credentials: Secrets,
}

impl ServerUnderTest {
    /// A server by its base URL. It replaces the base URL of the document, with its path: the paths of operations are appended to it.
    ///
    /// # Errors
    ///
    /// One line when no request can be sent to the URL. It does not show the URL, which may contain a secret.
    pub fn new(url: &str) -> Result<Self, String> {
        let base = Url::parse(url).map_err(|error| {
            format!("the server is not a URL ({error}); use one like http://127.0.0.1:4010")
        })?;
        let scheme = base.scheme();
        if !["http", "https"].contains(&scheme) {
            let fix = "use http or https, as in http://127.0.0.1:4010";
            return Err(format!("the server has a URL with the scheme {scheme}; {fix}"));
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err("the URL of the server has a user name or a password; remove them".to_owned());
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err("the URL of the server has a query or a fragment; use the base URL only".to_owned());
        }
        // No proxy: it would see the credential. A new connection for each request: a server may close an idle one at any time, and the
        // next request would have no response.
        let http = reqwest::Client::builder().redirect(redirect::Policy::none()).referer(false).no_proxy();
        let http = http.pool_max_idle_per_host(0);
        let http = http.build().map_err(|error| format!("the HTTP client could not be built: {error}"))?;
        Ok(Self { base, http, credentials: Secrets::new() })
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        match self.base.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Uses this credential in place of the sample. The provider names its environment variable.
    pub fn use_credential(&mut self, variable: String, value: String) {
        self.credentials.insert(variable, value);
    }

    /// What a report says about it.
    pub(super) fn info(&self) -> DriverInfo {
        let client =
            ClientName { name: self.base.to_string(), version: String::new(), language: "any".to_owned() };
        DriverInfo { protocol: 1, client, operations: Vec::new(), concurrency: 1 }
    }

    /// Redacts the credentials in use and the signatures in responses.
    pub(super) fn redactor(&self, source: &Source) -> Redactor {
        let mut redactor = Redactor::new(source);
        redactor.take_signatures();
        for credential in source.provider.credentials() {
            let secret = question::secret(&self.credentials, &credential);
            redactor.secret(&secret, &format!("[{}]", credential.name));
            // The secret can be computed from the wrong one.
            redactor.secret(&question::altered(&secret), &format!("[wrong {}]", credential.name));
        }
        redactor
    }
}
