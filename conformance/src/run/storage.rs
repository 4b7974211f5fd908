//! The storage behind pre-signed URLs, as strict as S3 and streaming: media is compared while it
//! passes and never kept. `wiremock` holds whole bodies in memory, so this one server is our own.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

use super::media;
use super::transcript::Put;
use crate::plan::upload::PRESIGNED;

/// A running storage; it stops when dropped.
#[derive(Debug)]
pub struct Storage {
    base_url: String,
    address: SocketAddr,
    puts: Arc<Mutex<Vec<Put>>>,
    listening: AbortHandle,
}

impl Storage {
    /// Starts a storage on a free loopback port.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let base_url = format!("http://{address}");
        let puts = Arc::new(Mutex::new(Vec::new()));
        let listening = tokio::spawn(listen(listener, Arc::clone(&puts))).abort_handle();
        Ok(Self { base_url, address, puts, listening })
    }

    /// The base URL to sign for.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The address it listens at.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests so far, in order.
    pub fn puts(&self) -> Vec<Put> {
        self.puts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, puts: Arc<Mutex<Vec<Put>>>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, Arc::clone(&puts)));
    }
}

async fn serve(stream: TcpStream, puts: Arc<Mutex<Vec<Put>>>) {
    let service = service_fn(|request| {
        let puts = Arc::clone(&puts);
        async move {
            let (put, answer) = receive(request).await;
            puts.lock().unwrap_or_else(PoisonError::into_inner).push(put);
            Ok::<_, Infallible>(answer)
        }
    });
    // A client that goes away mid-request is what some cases are about: not this server's trouble.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn receive(request: Request<Incoming>) -> (Put, Response<Full<Bytes>>) {
    let refusal = refusal(&request);
    let (head, mut body) = request.into_parts();
    let mut put = Put {
        method: head.method.to_string(),
        target: head.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        headers: headers(&head.headers),
        bytes: 0,
        same: true,
        answered: 200,
    };
    while let Some(Ok(frame)) = body.frame().await {
        if let Some(chunk) = frame.data_ref() {
            put.same &= media::is_media(chunk, put.bytes);
            put.bytes += chunk.len() as u64;
        }
    }
    let (status, body) = refusal.map_or((200, String::new()), |refusal| (refusal.status, refusal.body()));
    put.answered = status;
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or_default();
    (put, answer)
}

/// A refusal in S3's words.
struct Refused {
    status: u16,
    code: &'static str,
    message: String,
}

impl Refused {
    fn body(&self) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message><RequestId>CONFORMANCE</RequestId></Error>",
            self.code, self.message
        )
    }
}

/// What S3 refuses, in the order it looks.
fn refusal(request: &Request<Incoming>) -> Option<Refused> {
    let header = |name| {
        request.headers().get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let refused = |status, code, message: String| Some(Refused { status, code, message });
    let (path, query) = PRESIGNED.trim_start_matches("{storage}").split_once('?').unwrap_or_default();
    if let Some(authorization) = header("authorization") {
        return refused(400, "InvalidArgument", format!("Only one auth mechanism allowed: {authorization}"));
    }
    if header("transfer-encoding").is_some() {
        return refused(
            501,
            "NotImplemented",
            "A header you provided implies functionality that is not implemented: Transfer-Encoding"
                .to_owned(),
        );
    }
    if request.uri().path() != path || request.uri().query() != Some(query) || request.method() != "PUT" {
        return refused(403, "SignatureDoesNotMatch", "The request signature does not match".to_owned());
    }
    if header("content-length").is_none() {
        return refused(
            411,
            "MissingContentLength",
            "You must provide the Content-Length HTTP header".to_owned(),
        );
    }
    None
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut all: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    all.sort();
    all
}
