//! The API's mock server: `wiremock` serves the case and records the wire; where the case asks for what
//! it cannot serve, a line of our own stands before it.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::line::{self, Line};
use super::time::Time;
use super::transcript::Recorded;
use crate::plan::case::{Serve, ServedResponse};

/// A running API; it stops when dropped.
#[derive(Debug)]
pub struct Api {
    mock: MockServer,
    line: Option<Line>,
    arrivals: Arc<Mutex<Vec<Instant>>>,
}

impl Api {
    /// Starts a server that answers with `serve`, in order, the last for ever after.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub async fn start(serve: &[Serve], time: &Time) -> io::Result<Self> {
        // Not from wiremock's pool: a late request of one case must never reach another's server.
        let mock = MockServer::builder().start().await;
        let responses: Vec<ResponseTemplate> =
            serve.iter().filter(|served| !line::is_played(served)).filter_map(template).collect();
        let arrivals = Arc::new(Mutex::new(Vec::new()));
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
        let line = match serve.iter().any(line::is_played) {
            true => Some(Line::start(Arc::from(serve), *mock.address(), time.clone()).await?),
            false => None,
        };
        Ok(Self { mock, line, arrivals })
    }

    /// The address a client reaches it at.
    pub fn address(&self) -> SocketAddr {
        self.line.as_ref().map_or(*self.mock.address(), Line::address)
    }

    /// The time between each request and the next.
    pub fn pauses(&self) -> Vec<Duration> {
        let arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        arrivals.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    /// The requests so far, in order.
    pub async fn requests(&self) -> Vec<Recorded> {
        let broken = self.line.as_ref().map(Line::requests).unwrap_or_default();
        let answered = self.mock.received_requests().await.unwrap_or_default();
        broken.into_iter().chain(answered.iter().map(recorded)).collect()
    }
}

fn template(serve: &Serve) -> Option<ResponseTemplate> {
    let Serve::Response(ServedResponse { code, headers, body, padding: _ }) = serve else {
        return None;
    };
    let mut template = ResponseTemplate::new(*code).set_body_bytes(body.as_bytes());
    for (name, value) in headers {
        template = template.insert_header(name.as_str(), value.as_str());
    }
    Some(template)
}

fn recorded(request: &wiremock::Request) -> Recorded {
    let mut headers: Vec<_> = request
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    headers.sort();
    Recorded {
        method: request.method.to_string(),
        path: request.url.path().to_owned(),
        query: request.url.query_pairs().into_owned().collect(),
        headers,
        body: String::from_utf8_lossy(&request.body).into_owned(),
    }
}
