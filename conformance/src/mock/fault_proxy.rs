//! A TCP proxy in front of the mock server that injects network failures and sends large bodies. It handles the connections
//! of a case in order, and forwards those that need an ordinary response to the mock server.

use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use url::Url;

use super::virtual_clock::{Arrivals, SILENCE, VirtualClock};
use crate::plan::case::{Serve, ServedResponse, TransportFault};
use crate::wire::message::RecordedRequest;

/// A running proxy. It stops when dropped.
#[derive(Debug)]
pub(super) struct FaultProxy {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<RecordedRequest>>>,
    _listening: JoinSet<()>,
    /// Bound without a listener: connections are refused, and no other process gets the port.
    _refusing: Option<TcpSocket>,
}

impl FaultProxy {
    /// Starts the proxy in front of a server.
    pub(super) async fn start(
        script: Arc<[Serve]>,
        server: SocketAddr,
        clock: VirtualClock,
        arrivals: Arrivals,
    ) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(([127, 0, 0, 1], 0).into())?;
        let address = socket.local_addr()?;
        let requests = Arc::default();
        let recorder = Recorder { requests: Arc::clone(&requests), arrivals };
        let mut listening = JoinSet::new();
        if let Some(Serve::Fault(TransportFault::Refused)) = script.first() {
            return Ok(Self { address, requests, _listening: listening, _refusing: Some(socket) });
        }
        listening.spawn(play(socket.listen(64)?, script, server, recorder, clock));
        Ok(Self { address, requests, _listening: listening, _refusing: None })
    }

    /// The address that clients connect to.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests that the proxy did not forward, in order.
    pub(super) fn requests(&self) -> Vec<RecordedRequest> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Records the requests that the proxy handles itself.
#[derive(Clone)]
struct Recorder {
    requests: Arc<Mutex<Vec<RecordedRequest>>>,
    arrivals: Arrivals,
}

impl Recorder {
    fn record(&self, request: RecordedRequest) {
        self.arrivals.record();
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    }
}

async fn play(
    listener: TcpListener,
    script: Arc<[Serve]>,
    server: SocketAddr,
    recorder: Recorder,
    clock: VirtualClock,
) {
    let mut index = 0;
    while let Ok((mut stream, _)) = listener.accept().await {
        let step = script.get(index.min(script.len().saturating_sub(1))).cloned();
        index += 1;
        let (recorder, clock) = (recorder.clone(), clock.clone());
        tokio::spawn(async move {
            let Some(step) = step.filter(handles) else {
                return forward(&mut stream, server).await;
            };
            let (stream, request) = read_request(stream).await;
            if let Some(request) = request {
                recorder.record(request);
            }
            match step {
                Serve::Fault(fault) => inject(stream, fault, &clock).await,
                // A client that has read enough closes the connection.
                Serve::Response(response) => drop(answer(stream, &response).await),
            }
        });
    }
}

/// Whether the proxy handles a step itself.
pub(super) fn handles(step: &Serve) -> bool {
    match step {
        Serve::Fault(_) => true,
        Serve::Response(response) => response.padding > 0,
    }
}

/// Answers with a padded body, without holding more than one block of it in memory.
async fn answer(mut stream: TcpStream, response: &ServedResponse) -> io::Result<()> {
    const BLOCK: &[u8] = &[b' '; 64 * 1024];
    let ServedResponse { code, headers, body, padding } = response;
    let length = body.len() + padding;
    let mut head = format!("HTTP/1.1 {code} Padded\r\ncontent-length: {length}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).await?;
    let mut left = *padding;
    while left > 0 {
        let block = &BLOCK[..left.min(BLOCK.len())];
        stream.write_all(block).await?;
        left -= block.len();
    }
    stream.shutdown().await
}

async fn forward(stream: &mut TcpStream, server: SocketAddr) {
    if let Ok(mut behind) = TcpStream::connect(server).await {
        let _ = copy_bidirectional(stream, &mut behind).await;
    }
}

async fn inject(mut stream: TcpStream, fault: TransportFault, clock: &VirtualClock) {
    if let TransportFault::ResetInAnswer(code)
    | TransportFault::StallInAnswer(code)
    | TransportFault::ShortBody(code) = fault
    {
        let headers = "content-type: application/json\r\ncontent-length: 1000";
        let part = format!("HTTP/1.1 {code} Partial\r\n{headers}\r\n\r\n{{\"url\": ");
        let _ = stream.write_all(part.as_bytes()).await;
        let _ = stream.flush().await;
    }
    match fault {
        TransportFault::Refused | TransportFault::ResetBeforeAnswer | TransportFault::ResetInAnswer(_) => {
            // The socket lingers for no time: closing it sends a reset.
            let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
        }
        TransportFault::NoAnswer | TransportFault::StallInAnswer(_) => {
            // The connection stays open until the client closes it.
            clock.fall_silent();
            let _ = tokio::time::timeout(SILENCE, stream.read(&mut [0])).await;
        }
        TransportFault::ShortBody(_) => {
            let _ = stream.shutdown().await;
        }
    }
}

/// Reads one complete request, and returns the connection before it is answered. There is no request when it is cut off or is
/// not HTTP.
async fn read_request(stream: TcpStream) -> (TcpStream, Option<RecordedRequest>) {
    let (read, mut request) = mpsc::unbounded_channel();
    let service = service_fn(|request: Request<Incoming>| {
        let read = read.clone();
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            let base = Url::parse("http://localhost").ok();
            let url = base.and_then(|base| base.join(&head.uri.to_string()).ok());
            let recorded = url.map(|url| RecordedRequest::new(&head.method, &url, &head.headers, &body));
            let _ = read.send(recorded);
            pending::<hyper::Result<Response<String>>>().await
        }
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let recorded = tokio::select! {
        recorded = request.recv() => recorded.flatten(),
        _ = &mut connection => None,
    };
    (connection.into_parts().io.into_inner(), recorded)
}
