//! The mock server of the API: `wiremock` serves the responses and records the requests. A proxy in front of it injects the
//! network failures that `wiremock` cannot produce.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::unconstrained;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::fault_proxy::{self, FaultProxy};
use super::virtual_clock::{Arrivals, VirtualClock};
use crate::plan::case::{Serve, with_url_number};
use crate::wire::message::RecordedRequest;

/// A running API; it stops when dropped.
#[derive(Debug)]
pub struct Api {
    mock: MockServer,
    proxy: Option<FaultProxy>,
    arrivals: Arrivals,
}

impl Api {
    /// Starts a server that answers with `serve`, in order. The last answer is repeated. A server from the pool is used again for
    /// other cases: it is for clients that send nothing after their call has ended.
    ///
    /// # Errors
    ///
    /// When no port is free.
    pub async fn start(serve: &[Serve], clock: &VirtualClock, from_pool: bool) -> io::Result<Self> {
        let mock = match from_pool {
            true => MockServer::start().await,
            // A late request of one case must not reach the server of another case.
            false => MockServer::builder().start().await,
        };
        let responses: Vec<Serve> =
            serve.iter().filter(|served| !fault_proxy::handles(served)).cloned().collect();
        let arrivals = Arrivals::new(clock);
        let (arrived, answered) = (arrivals.clone(), AtomicUsize::new(0));
        Mock::given(any())
            .respond_with(move |_: &wiremock::Request| {
                arrived.record();
                let index = answered.fetch_add(1, Ordering::Relaxed);
                let served = responses.get(index).or(responses.last());
                let response = served.and_then(|served| template(served, index + 1));
                response.unwrap_or_else(|| ResponseTemplate::new(500))
            })
            .mount(&mock)
            .await;
        let proxy = match serve.iter().any(fault_proxy::handles) {
            true => {
                let (script, server) = (Arc::from(serve), *mock.address());
                Some(FaultProxy::start(script, server, clock.clone(), arrivals.clone()).await?)
            }
            false => None,
        };
        Ok(Self { mock, proxy, arrivals })
    }

    /// Stops the server.
    pub async fn stop(self) {
        // When it is dropped, `wiremock` blocks on a lock of Tokio. In a task that has used up its cooperative budget, it would
        // never get the lock.
        unconstrained(async { drop(self) }).await;
    }

    /// The address that clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.proxy.as_ref().map_or(*self.mock.address(), FaultProxy::address)
    }

    /// When each request arrived, by the clock of the case.
    pub fn arrivals(&self) -> Vec<Duration> {
        self.arrivals.times()
    }

    /// The requests so far, in order.
    pub async fn requests(&self) -> Vec<RecordedRequest> {
        let broken = self.proxy.as_ref().map(FaultProxy::requests).unwrap_or_default();
        let answered = self.mock.received_requests().await.unwrap_or_default();
        let answered = answered
            .iter()
            .map(|sent| RecordedRequest::new(&sent.method, &sent.url, &sent.headers, &sent.body));
        broken.into_iter().chain(answered).collect()
    }
}

/// The response to the request with this number.
fn template(serve: &Serve, url_number: usize) -> Option<ResponseTemplate> {
    let Serve::Response(response) = serve else { return None };
    let template =
        ResponseTemplate::new(response.code).set_body_bytes(with_url_number(&response.body, url_number));
    let headers = response.headers.iter();
    Some(
        headers
            .fold(template, |template, (name, value)| template.insert_header(name.as_str(), value.as_str())),
    )
}
