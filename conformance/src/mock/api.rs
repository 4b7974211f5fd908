//! The mock server of the API: `wiremock` serves the responses and records the requests. A proxy in front of it injects the
//! network failures that `wiremock` cannot produce.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::fault_proxy::{self, FaultProxy};
use super::virtual_clock::VirtualClock;
use crate::plan::case::Serve;
use crate::wire::message::RecordedRequest;

/// A running API; it stops when dropped.
#[derive(Debug)]
pub struct Api {
    mock: MockServer,
    proxy: Option<FaultProxy>,
    arrivals: Arc<Mutex<Vec<Instant>>>,
}

impl Api {
    /// Starts a server that answers with `serve`, in order. The last answer is repeated.
    ///
    /// # Errors
    ///
    /// When no port is free.
    pub async fn start(serve: &[Serve], clock: &VirtualClock) -> io::Result<Self> {
        // Not from wiremock's pool: a late request of one case must not reach the server of another case.
        let mock = MockServer::builder().start().await;
        let responses: Vec<ResponseTemplate> =
            serve.iter().filter(|served| !fault_proxy::handles(served)).filter_map(template).collect();
        let arrivals: Arc<Mutex<Vec<Instant>>> = Arc::default();
        let seen = Arc::clone(&arrivals);
        Mock::given(any())
            .respond_with(move |_: &wiremock::Request| {
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                let turn = seen.len().min(responses.len().saturating_sub(1));
                seen.push(Instant::now());
                responses.get(turn).cloned().unwrap_or_else(|| ResponseTemplate::new(500))
            })
            .mount(&mock)
            .await;
        let proxy = match serve.iter().any(fault_proxy::handles) {
            true => Some(FaultProxy::start(Arc::from(serve), *mock.address(), clock.clone()).await?),
            false => None,
        };
        Ok(Self { mock, proxy, arrivals })
    }

    /// The address that clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.proxy.as_ref().map_or(*self.mock.address(), FaultProxy::address)
    }

    /// The time between each request and the next.
    pub fn pauses(&self) -> Vec<Duration> {
        let arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        arrivals.windows(2).map(|pair| pair[1] - pair[0]).collect()
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

fn template(serve: &Serve) -> Option<ResponseTemplate> {
    let Serve::Response(response) = serve else { return None };
    let template = ResponseTemplate::new(response.code).set_body_bytes(response.body.as_bytes());
    let headers = response.headers.iter();
    Some(
        headers
            .fold(template, |template, (name, value)| template.insert_header(name.as_str(), value.as_str())),
    )
}
