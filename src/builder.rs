//! The configuration of a client, the same for every provider.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::http::Settings;
use crate::retry::Retry;

/// Builds a client from a credential of type `C`. Every setting has a default.
///
/// Use it as [`pyannote::ClientBuilder`](crate::pyannote::ClientBuilder) or
/// [`cielo24::ClientBuilder`](crate::cielo24::ClientBuilder).
#[derive(Clone, Debug)]
#[must_use = "`build` makes the client"]
pub struct ClientBuilder<C> {
    pub(crate) credential: C,
    pub(crate) settings: Settings,
    pub(crate) base_url: String,
}

impl<C> ClientBuilder<C> {
    pub(crate) fn new(credential: C, base_url: &str) -> Self {
        let settings = Settings {
            connect_timeout: Duration::from_secs(10),
            call_timeout: Duration::from_secs(30),
            stall_timeout: Duration::from_secs(60),
            response_timeout: Duration::from_secs(120),
            root_certificates: None,
            retry: Retry::default(),
            on_retry: None,
            clock: Arc::new(SystemClock),
        };
        Self { credential, settings, base_url: base_url.to_owned() }
    }

    /// The URL of the API, for example that of a test server. It must use https, or http on a loopback address. It may have
    /// a path, but no user name, password, query or fragment. `build` returns an error for any other URL. Default: the URL
    /// of the vendor's server.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// The maximum time to establish a connection, to the API or to storage. Default: 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.settings.connect_timeout = timeout;
        self
    }

    /// The maximum time of each attempt of an API call, from the connection to the last byte of the response. It does not
    /// apply to the transfer of media to storage. Default: 30 s.
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.settings.call_timeout = timeout;
        self
    }

    /// The maximum time without progress during the transfer to storage. If no byte of the media is sent for that time, the
    /// attempt ends with [`ErrorKind::Timeout`](crate::ErrorKind::Timeout), which is retryable. Default: 60 s.
    pub fn stall_timeout(mut self, timeout: Duration) -> Self {
        self.settings.stall_timeout = timeout;
        self
    }

    /// The maximum time between the last byte of the media and the response of storage. The last few hundred kilobytes may
    /// still be in the buffers of the connection when it begins. Default: 120 s.
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.settings.response_timeout = timeout;
        self
    }

    /// The root certificates to trust instead of the system's, in PEM format. `build` returns an error for any other format.
    /// Default: the certificates of the system.
    ///
    /// An empty string trusts no certificate, which suits tests with plain http: reading the system's certificates takes
    /// some milliseconds for each client.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.settings.root_certificates = Some(pem.into());
        self
    }

    /// When and how often a failed request is retried. Default: [`Retry::default`].
    pub fn retry(mut self, retry: Retry) -> Self {
        self.settings.retry = retry;
        self
    }

    /// The clock for pauses and timeouts. Tests use a clock that does not wait. Default: the system's clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.settings.clock = clock;
        self
    }
}
