//! A line that breaks on request, or carries more than a mock server should hold: a TCP front, which
//! plays one connection of the case's script after the other and hands those that are to be answered
//! as usual through to the mock server.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use socket2::SockRef;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::AbortHandle;

use super::time::{PATIENCE, Time};
use super::transcript::Recorded;
use crate::plan::case::{Fault, Serve, ServedResponse};

/// A running line; it stops when dropped.
#[derive(Debug)]
pub struct Line {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Recorded>>>,
    _held: Held,
}

/// What keeps the port.
#[derive(Debug)]
enum Held {
    Listening(AbortHandle),
    /// Bound, but nobody listens: connections are refused, and nobody else gets the port.
    Bound {
        _socket: TcpSocket,
    },
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Self::Listening(task) = self {
            task.abort();
        }
    }
}

impl Line {
    /// Starts the line before a server.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub async fn start(script: Arc<[Serve]>, server: SocketAddr, time: Time) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(([127, 0, 0, 1], 0).into())?;
        let address = socket.local_addr()?;
        let requests = Arc::new(Mutex::new(Vec::new()));
        let held = match script.first() {
            Some(Serve::Fault(Fault::Refused)) => Held::Bound { _socket: socket },
            _ => {
                let listener = socket.listen(64)?;
                let task = tokio::spawn(play(listener, script, server, Arc::clone(&requests), time));
                Held::Listening(task.abort_handle())
            }
        };
        Ok(Self { address, requests, _held: held })
    }

    /// The address a client reaches it at.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests that were broken, in order.
    pub fn requests(&self) -> Vec<Recorded> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn play(
    listener: TcpListener,
    script: Arc<[Serve]>,
    server: SocketAddr,
    requests: Arc<Mutex<Vec<Recorded>>>,
    time: Time,
) {
    let mut turn = 0;
    while let Ok((mut stream, _)) = listener.accept().await {
        let step = script.get(turn.min(script.len().saturating_sub(1))).cloned();
        turn += 1;
        let (requests, time) = (Arc::clone(&requests), time.clone());
        tokio::spawn(async move {
            let Some(step) = step.filter(is_played) else {
                return hand_through(&mut stream, server).await;
            };
            if let Some(request) = read_request(&mut stream).await {
                requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
            }
            match step {
                Serve::Fault(fault) => break_off(stream, fault, &time).await,
                // Who has read enough hangs up.
                Serve::Response(response) => drop(answer(stream, &response).await),
            }
        });
    }
}

/// Whether the line plays a step itself.
pub fn is_played(step: &Serve) -> bool {
    match step {
        Serve::Fault(_) => true,
        Serve::Response(response) => response.padding > 0,
    }
}

/// Answers with a padded body, of which no more is ever held than one block.
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

async fn hand_through(stream: &mut TcpStream, server: SocketAddr) {
    if let Ok(mut behind) = TcpStream::connect(server).await {
        let _ = copy_bidirectional(stream, &mut behind).await;
    }
}

async fn break_off(mut stream: TcpStream, fault: Fault, time: &Time) {
    if let Fault::ResetInAnswer(code) | Fault::StallInAnswer(code) | Fault::ShortBody(code) = fault {
        let head = format!(
            "HTTP/1.1 {code} Partial\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n"
        );
        let _ = stream.write_all(format!("{head}{{\"url\": ").as_bytes()).await;
        let _ = stream.flush().await;
    }
    match fault {
        Fault::Refused | Fault::ResetBeforeAnswer | Fault::ResetInAnswer(_) => reset(&stream),
        Fault::NoAnswer | Fault::StallInAnswer(_) => stay_silent(stream, time).await,
        Fault::ShortBody(_) => {
            let _ = stream.shutdown().await;
        }
    }
}

/// Holds the connection until the client gives up, which its side closing tells, or for long enough.
async fn stay_silent(mut stream: TcpStream, time: &Time) {
    time.fall_silent();
    let _ = tokio::time::timeout(PATIENCE, stream.read(&mut [0])).await;
}

/// With no time to linger, closing a socket sends a reset in place of an orderly end.
fn reset(stream: &TcpStream) {
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

/// Reads one whole request; none when it is cut off or is not HTTP.
async fn read_request(stream: &mut TcpStream) -> Option<Recorded> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let mut fields = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut fields);
        let httparse::Status::Complete(head) = request.parse(&bytes).ok()? else {
            continue;
        };
        let mut headers: Vec<_> = request
            .headers
            .iter()
            .map(|field| (field.name.to_lowercase(), String::from_utf8_lossy(field.value).into_owned()))
            .collect();
        headers.sort();
        let Some(body) = whole_body(&headers, &bytes[head..]) else {
            continue;
        };
        let url = url::Url::parse("http://localhost").ok()?.join(request.path?).ok()?;
        return Some(Recorded {
            method: request.method?.to_owned(),
            path: url.path().to_owned(),
            query: url.query_pairs().into_owned().collect(),
            headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        });
    }
}

/// The body that stands at the beginning of `bytes`, once all of it has come.
fn whole_body(headers: &[(String, String)], mut bytes: &[u8]) -> Option<Vec<u8>> {
    let said = |name: &str| super::transcript::header(headers, name);
    if !said("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        let length = said("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        return bytes.get(..length).map(<[u8]>::to_vec);
    }
    let mut body = Vec::new();
    loop {
        let httparse::Status::Complete((start, size)) = httparse::parse_chunk_size(bytes).ok()? else {
            return None;
        };
        let end = usize::try_from(size).ok()?.checked_add(start)?;
        body.extend_from_slice(bytes.get(start..end)?);
        // Each chunk ends a line, and the last one, which is empty, ends the body.
        bytes = bytes.get(end.checked_add(2)?..)?;
        if size == 0 {
            return Some(body);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::whole_body;

    #[test]
    fn a_body_is_whole_by_its_length_or_its_last_chunk() {
        let by = |name: &str, value: &str, bytes: &str| {
            let body = whole_body(&[(name.to_owned(), value.to_owned())], bytes.as_bytes());
            body.map(|body| String::from_utf8(body).unwrap())
        };
        assert_eq!(by("content-length", "5", "medi"), None);
        assert_eq!(by("content-length", "5", "media").as_deref(), Some("media"));
        assert_eq!(by("content-length", "18446744073709551615", "media"), None);
        assert_eq!(by("host", "localhost", "").as_deref(), Some(""));
        let chunked = "2\r\nme\r\n3;a=b\r\ndia\r\n0\r\n\r\n";
        for end in 0..chunked.len() {
            assert_eq!(by("transfer-encoding", "chunked", &chunked[..end]), None, "{end}");
        }
        assert_eq!(by("transfer-encoding", "Chunked", chunked).as_deref(), Some("media"));
        assert_eq!(by("transfer-encoding", "chunked", "ffffffffffffffff\r\nm"), None);
    }
}
