//! How a client is configured; the same for every provider.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::{self, Clock};
use crate::error::Error;
use crate::http::{Base, Settings};
use crate::retry::Retry;

/// What a client is built from: a credential of type `C`, and what may be changed before `build`.
///
/// Use it as [`pyannote::ClientBuilder`](crate::pyannote::ClientBuilder) or
/// [`cielo24::ClientBuilder`](crate::cielo24::ClientBuilder).
#[derive(Clone, Debug)]
#[must_use = "a client is made by `build`"]
pub struct ClientBuilder<C> {
    pub(crate) credential: C,
    pub(crate) settings: Settings,
    base_url: String,
}

impl<C> ClientBuilder<C> {
    pub(crate) fn new(credential: C, base_url: &str) -> Self {
        let settings = Settings {
            connect: Duration::from_secs(10),
            call: Duration::from_secs(30),
            stall: Duration::from_secs(60),
            response: Duration::from_secs(120),
            roots: None,
            retry: Retry::default(),
            clock: Arc::new(clock::System),
        };
        Self { credential, settings, base_url: base_url.to_owned() }
    }

    /// Another place for the API, such as a server for tests. It must be https, or http on a loopback address, and may have a
    /// path; `build` refuses anything else. Default: the vendor's own.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// How long a connection, to the API or to storage, may take to be made. Default: 10 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.settings.connect = limit;
        self
    }

    /// How long a whole call of the API may take, each time it is tried. It is no limit on the transfer of media to storage.
    /// Default: 30 s.
    pub fn call_timeout(mut self, limit: Duration) -> Self {
        self.settings.call = limit;
        self
    }

    /// For how long no byte of the media may move on its way to storage; a transfer that stalls is broken off, and tried again.
    /// It is noticed after once to twice that time. Default: 60 s.
    pub fn stall_timeout(mut self, limit: Duration) -> Self {
        self.settings.stall = limit;
        self
    }

    /// How long storage may take to answer once all of the media was handed to the connection; the last few hundred kilobytes
    /// may still be under way then. Default: 120 s.
    pub fn response_timeout(mut self, limit: Duration) -> Self {
        self.settings.response = limit;
        self
    }

    /// The only root certificates to trust, in PEM, in place of the system's: for servers with certificates of your own, or
    /// none at all, for plain http on this machine. Reading the system's takes milliseconds, so tests that build many clients
    /// are quicker without. `build` refuses what is not PEM.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.settings.roots = Some(pem.into());
        self
    }

    /// When a request is tried again. Default: [`Retry::default`].
    pub fn retry(mut self, retry: Retry) -> Self {
        self.settings.retry = retry;
        self
    }

    /// What all waiting goes through, for tests that cannot wait. Default: the system's clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.settings.clock = clock;
        self
    }

    pub(crate) fn base(&self) -> Result<Base, Error> {
        Base::parse(&self.base_url)
    }
}
