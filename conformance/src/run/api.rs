//! The API's mock server: `wiremock` serves the case and records the wire; a line that breaks on
//! request stands before it where the case asks for one.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::line::Line;
use super::transcript::Recorded;
use crate::plan::case::{Serve, ServedResponse};

/// A running API; it stops when dropped.
#[derive(Debug)]
pub struct Api {
    mock: MockServer,
    line: Option<Line>,
}

impl Api {
    /// Starts a server that answers with `serve`, in order, the last for ever after.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub async fn start(serve: &[Serve]) -> io::Result<Self> {
        // Not from wiremock's pool: a late request of one case must never reach another's server.
        let mock = MockServer::builder().start().await;
        let responses: Vec<ResponseTemplate> = serve.iter().filter_map(template).collect();
        let next = AtomicUsize::new(0);
        Mock::given(any())
            .respond_with(move |_: &wiremock::Request| {
                let turn = next.fetch_add(1, Ordering::Relaxed).min(responses.len().saturating_sub(1));
                responses.get(turn).cloned().unwrap_or_else(|| ResponseTemplate::new(500))
            })
            .mount(&mock)
            .await;
        let faults = serve.iter().any(|served| matches!(served, Serve::Fault(_)));
        let line = match faults {
            true => Some(Line::start(Arc::from(serve), *mock.address()).await?),
            false => None,
        };
        Ok(Self { mock, line })
    }

    /// The address a client reaches it at.
    pub fn address(&self) -> SocketAddr {
        self.line.as_ref().map_or(*self.mock.address(), Line::address)
    }

    /// The requests so far, in order.
    pub async fn requests(&self) -> Vec<Recorded> {
        let broken = self.line.as_ref().map(Line::requests).unwrap_or_default();
        let answered = self.mock.received_requests().await.unwrap_or_default();
        broken.into_iter().chain(answered.iter().map(recorded)).collect()
    }
}

fn template(serve: &Serve) -> Option<ResponseTemplate> {
    let Serve::Response(ServedResponse { code, headers, body, padding }) = serve else {
        return None;
    };
    let blanks = " ".repeat(*padding);
    let mut template = ResponseTemplate::new(*code).set_body_bytes(format!("{body}{blanks}"));
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
