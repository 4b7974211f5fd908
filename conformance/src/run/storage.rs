//! The storage behind pre-signed URLs, as strict as S3 and streaming: media is compared while it
//! passes and never kept. `wiremock` holds whole bodies in memory, so this one server is our own.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::LOCATION;
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::AbortHandle;

use super::media;
use super::time::{PATIENCE, Time};
use super::transcript::Put;
use crate::plan::case::{Change, STORAGE, Storage as Step};
use crate::plan::upload::{MOVED, PRESIGNED};

/// How much of a body waits in the storage's socket, in bytes.
const RECEIVE_BUFFER: u32 = 64 * 1024;

/// What a storage does in one case.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// What it does with each PUT, in order; the last is repeated.
    pub steps: Vec<Step>,
    /// The file it changes when it has seen the head of a PUT.
    pub change: Option<(PathBuf, Change)>,
    /// Where it says that it has fallen silent.
    pub time: Time,
}

/// A running storage; it stops when dropped.
#[derive(Debug)]
pub struct Storage {
    base_url: String,
    puts: Arc<Mutex<Vec<Put>>>,
    listening: AbortHandle,
}

impl Storage {
    /// Starts a storage on a free loopback port.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub async fn start(script: Script) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        // Small, so that media is still on its way when the storage acts on the beginning of it.
        socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
        socket.bind(([127, 0, 0, 1], 0).into())?;
        let listener = socket.listen(64)?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let puts = Arc::default();
        let player =
            Player { script, turn: AtomicUsize::new(0), base_url: base_url.clone(), puts: Arc::clone(&puts) };
        let listening = tokio::spawn(listen(listener, Arc::new(player))).abort_handle();
        Ok(Self { base_url, puts, listening })
    }

    /// The base URL to sign for.
    pub fn base_url(&self) -> &str {
        &self.base_url
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

async fn listen(listener: TcpListener, player: Arc<Player>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, Arc::clone(&player)));
    }
}

async fn serve(stream: TcpStream, player: Arc<Player>) {
    let service = service_fn(|request| {
        let player = Arc::clone(&player);
        async move { player.play(request).await }
    });
    // A connection that breaks is what some cases are about: not this server's trouble.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// What plays the script.
struct Player {
    script: Script,
    turn: AtomicUsize,
    base_url: String,
    puts: Arc<Mutex<Vec<Put>>>,
}

/// What a PUT is answered with: a status, a location, and S3's code and message.
struct Verdict {
    status: u16,
    location: Option<String>,
    code: &'static str,
    message: String,
}

impl Verdict {
    const KEPT: Self = Self { status: 200, location: None, code: "", message: String::new() };

    fn refused(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, location: None, code, message: message.into() }
    }
}

impl Player {
    /// Plays the next step. An error closes the connection, with a reset when there is more to read.
    async fn play(&self, request: Request<Incoming>) -> io::Result<Response<Full<Bytes>>> {
        let (head, mut body) = request.into_parts();
        // Taken down first: a client that sees the file change is done with this request at once.
        let index = self.take_down(&head);
        if let Some((path, change)) = &self.script.change {
            media::change(path, *change)?;
        }
        let turn = self.script.steps.len().saturating_sub(1).min(self.turn.fetch_add(1, Ordering::Relaxed));
        let verdict = match self.script.steps.get(turn).copied().unwrap_or(Step::Keep) {
            Step::Keep => {
                self.read(index, &mut body, u64::MAX).await?;
                refusal(&head).unwrap_or(Verdict::KEPT)
            }
            Step::Refuse(status, code, message) => {
                self.read(index, &mut body, u64::MAX).await?;
                Verdict::refused(status, code, message)
            }
            Step::RefuseEarly(status, code, message) => {
                // Read on beside the answer: closing on unread media would reset the connection
                // under the answer.
                tokio::spawn(body.collect());
                Verdict::refused(status, code, message)
            }
            Step::Redirect => {
                self.read(index, &mut body, u64::MAX).await?;
                let location = format!("{}{MOVED}", PRESIGNED.replace(STORAGE, &self.base_url));
                Verdict {
                    location: Some(location),
                    ..Verdict::refused(307, "TemporaryRedirect", "It is elsewhere.")
                }
            }
            Step::Reset => {
                self.read(index, &mut body, 1).await?;
                return Err(io::ErrorKind::ConnectionReset.into());
            }
            Step::Stall => {
                self.read(index, &mut body, 1).await?;
                return self.stay_silent().await;
            }
            Step::NoAnswer => {
                self.read(index, &mut body, u64::MAX).await?;
                return self.stay_silent().await;
            }
        };
        self.change_put(index, |put| put.answered = Some(verdict.status));
        Ok(answer(verdict))
    }

    async fn stay_silent(&self) -> io::Result<Response<Full<Bytes>>> {
        self.script.time.fall_silent();
        tokio::time::sleep(PATIENCE).await;
        Err(io::ErrorKind::TimedOut.into())
    }

    /// Reads the media until there is no more, or enough.
    async fn read(&self, index: usize, body: &mut Incoming, enough: u64) -> io::Result<()> {
        let mut read = 0;
        while read < enough {
            let Some(frame) = body.frame().await else { break };
            let frame = frame.map_err(io::Error::other)?;
            let Some(chunk) = frame.data_ref() else { continue };
            let same = media::is_media(chunk, read);
            read += chunk.len() as u64;
            self.change_put(index, |put| {
                put.same &= same;
                put.bytes = read;
            });
        }
        Ok(())
    }

    fn take_down(&self, head: &Parts) -> usize {
        let mut puts = self.puts.lock().unwrap_or_else(PoisonError::into_inner);
        puts.push(Put {
            method: head.method.to_string(),
            target: head.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            headers: headers(&head.headers),
            bytes: 0,
            same: true,
            answered: None,
        });
        puts.len() - 1
    }

    fn change_put(&self, index: usize, change: impl FnOnce(&mut Put)) {
        if let Some(put) = self.puts.lock().unwrap_or_else(PoisonError::into_inner).get_mut(index) {
            change(put);
        }
    }
}

/// What S3 refuses, in the order it looks.
fn refusal(head: &Parts) -> Option<Verdict> {
    let header = |name| head.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let target = head.uri.path_and_query().map_or("", |target| target.as_str());
    if let Some(authorization) = header("authorization") {
        let message = format!("Only one auth mechanism allowed: {authorization}");
        return Some(Verdict::refused(400, "InvalidArgument", message));
    }
    if header("transfer-encoding").is_some() {
        return Some(Verdict::refused(501, "NotImplemented", "Transfer-Encoding is not implemented"));
    }
    let signed = PRESIGNED.trim_start_matches(STORAGE);
    if target.trim_end_matches(MOVED) != signed || head.method != "PUT" {
        return Some(Verdict::refused(403, "SignatureDoesNotMatch", "The request signature does not match"));
    }
    if header("content-length").is_none() {
        return Some(Verdict::refused(411, "MissingContentLength", "There must be a Content-Length"));
    }
    None
}

fn answer(verdict: Verdict) -> Response<Full<Bytes>> {
    let Verdict { status, location, code, message } = verdict;
    let body = match code {
        "" => String::new(),
        _ => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        ),
    };
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or_default();
    if let Some(location) = location.and_then(|location| location.parse().ok()) {
        answer.headers_mut().insert(LOCATION, location);
    }
    answer
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut all: Vec<_> = headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    all.sort();
    all
}
