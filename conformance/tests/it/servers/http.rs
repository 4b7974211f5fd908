//! A small HTTP server whose responses can be wrong in every way: it sends what a function returns, byte by byte.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// A request, as the server received it.
pub(super) struct Request {
    pub(super) method: String,
    pub(super) url: Url,
    /// The headers; names in lower case.
    pub(super) headers: HashMap<String, String>,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn query(&self, name: &str) -> Option<String> {
        let mut pairs = self.url.query_pairs();
        pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    /// Whether the query has these parameters.
    pub(super) fn has_query(&self, expected: &[(&str, &str)]) -> bool {
        expected.iter().all(|(name, value)| self.query(name).as_deref() == Some(value))
    }
}

/// What the server does with a request.
pub(super) enum Reply {
    Response {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// It announces one byte more than it sends.
    Short {
        status: u16,
        body: Vec<u8>,
    },
    /// It closes the connection.
    Close,
    /// It never answers.
    Hang,
}

/// A server on a free port. It ends when it is dropped.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Server {
    pub(super) async fn start(respond: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let respond: Arc<dyn Fn(&Request) -> Reply + Send + Sync> = Arc::new(respond);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, respond.clone()));
            }
        });
        Self { address, accepting }
    }
}

/// Serves one request on a connection. Without a request, the client has closed it.
async fn serve(stream: TcpStream, respond: Arc<dyn Fn(&Request) -> Reply + Send + Sync>) {
    let mut stream = BufReader::new(stream);
    let Some(request) = read(&mut stream).await else { return };
    let bytes = match respond(&request) {
        Reply::Response { status, headers, body } => response(status, &headers, &body, body.len()),
        Reply::Short { status, body } => response(status, &[], &body, body.len() + 1),
        Reply::Close => return,
        Reply::Hang => return std::future::pending().await,
    };
    // A client that is gone needs no response.
    let _ = stream.get_mut().write_all(&bytes).await;
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        (stream.read_line(&mut head).await.ok()? > 0).then_some(())?;
    }
    let mut lines = head.lines();
    let mut start = lines.next()?.split(' ');
    let (method, target) = (start.next()?.to_owned(), start.next()?);
    let url = Url::parse("http://server").unwrap().join(target).unwrap();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers: HashMap<_, _> =
        headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Request { method, url, headers, body })
}

fn response(status: u16, headers: &[(&str, String)], body: &[u8], length: usize) -> Vec<u8> {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let start =
        format!("HTTP/1.1 {status} Status\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n");
    [start.as_bytes(), body].concat()
}
