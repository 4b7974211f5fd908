//! The storage behind pre-signed URLs, as strict as S3. It compares the media while it receives it, so it holds
//! no body in memory. `wiremock` holds whole bodies in memory, so this server is our own.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{DATE, HeaderValue, LOCATION};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;

use super::media;
use super::virtual_clock::{Arrivals, SILENCE, VirtualClock};
use crate::plan::case::{FileChange, StorageStep};
use crate::plan::presigned::{self, MOVED};
use crate::wire::message::sorted_headers;

/// The size of the receive buffer of each socket, in bytes.
const RECEIVE_BUFFER: u32 = 64 * 1024;

/// What the storage does in one case.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// What it does with each PUT, in order. The last step is repeated.
    pub steps: Vec<StorageStep>,
    /// The method that its URLs are signed for.
    pub method: String,
    /// The file that it changes after it has read the head of a PUT, and how.
    pub change: Option<(PathBuf, FileChange)>,
    /// The clock of the case. The storage tells it when it stops responding, and takes the times of arrival from it.
    pub clock: VirtualClock,
}

/// A request to the storage.
#[derive(Clone, Debug, Serialize)]
pub struct RecordedPut {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The headers, in order of name; names in lower case.
    pub headers: Vec<(String, String)>,
    /// The number of bytes of the body that arrived.
    pub bytes: u64,
    /// Whether each of them was the byte of the media at that place.
    pub same: bool,
    /// The status of the answer; none when the storage closed the connection or stopped responding.
    pub answered: Option<u16>,
}

impl RecordedPut {
    /// The number of the pre-signed URL that it was sent to; none when it was sent to another URL.
    pub fn url_number(&self) -> Option<usize> {
        presigned::url_number(&self.target)
    }

    /// Whether the storage accepted the media.
    pub fn is_taken(&self) -> bool {
        self.answered.is_some_and(|status| (200..300).contains(&status))
    }
}

/// A running storage. It stops when dropped.
#[derive(Debug)]
pub struct Storage {
    base_url: String,
    puts: Arc<Mutex<Vec<RecordedPut>>>,
    arrivals: Arrivals,
    _listening: JoinSet<()>,
}

impl Storage {
    /// Starts a storage on a free loopback port.
    ///
    /// # Errors
    ///
    /// When no port is free.
    pub async fn start(script: Script) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        // A small buffer: part of the media is still unsent when the storage acts on its beginning.
        socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
        socket.bind(([127, 0, 0, 1], 0).into())?;
        let listener = socket.listen(64)?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let puts = Arc::default();
        let arrivals = Arrivals::new(&script.clock);
        let player = Player {
            script,
            progress: Mutex::default(),
            base_url: base_url.clone(),
            puts: Arc::clone(&puts),
            arrivals: arrivals.clone(),
        };
        let listening = JoinSet::from_iter([listen(listener, Arc::new(player))]);
        Ok(Self { base_url, puts, arrivals, _listening: listening })
    }

    /// The base URL to sign for.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// When each request arrived, by the clock of the case.
    pub fn arrivals(&self) -> Vec<Duration> {
        self.arrivals.times()
    }

    /// The requests so far, in order.
    pub fn puts(&self) -> Vec<RecordedPut> {
        self.puts.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
    // Some cases are about connections that fail: the error is not of interest.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// Plays the script.
struct Player {
    script: Script,
    progress: Mutex<Progress>,
    base_url: String,
    puts: Arc<Mutex<Vec<RecordedPut>>>,
    arrivals: Arrivals,
}

/// How much of the script has been played.
#[derive(Default)]
struct Progress {
    /// The number of steps so far.
    steps: usize,
    /// The expired URLs: the number of each, and the step that answers its requests.
    expired: HashMap<Option<usize>, StorageStep>,
}

impl Player {
    /// Plays the next step. An error closes the connection, with a reset when part of the request is unread.
    async fn play(&self, request: Request<Incoming>) -> io::Result<Response<Full<Bytes>>> {
        let (head, mut body) = request.into_parts();
        // Recorded first: a client that sees the file change ends this request at once.
        let index = self.record(&head);
        if let Some((path, change)) = &self.script.change {
            media::change(path, *change)?;
        }
        let url_number = presigned::url_number(target(&head));
        let step = self.next_step(url_number);
        let enough = match step {
            StorageStep::RefuseEarly(..) => 0,
            StorageStep::Reset | StorageStep::Stall => 1,
            _ => u64::MAX,
        };
        self.read(index, &mut body, enough).await?;
        let answer = match step {
            StorageStep::Keep(status) => refusal(&head, &self.script.method, url_number)
                .unwrap_or_else(|| answer(status, String::new())),
            StorageStep::Refuse(status, code, message) | StorageStep::Expire(status, code, message) => {
                refused(status, code, message)
            }
            StorageStep::RefuseEarly(status, code, message) => {
                // Reads the rest in the background: closing the connection with unread media would reset it before the
                // client has read the answer.
                tokio::spawn(body.collect());
                refused(status, code, message)
            }
            StorageStep::Redirect => {
                let location =
                    format!("{}{}{MOVED}", self.base_url, presigned::target(url_number.unwrap_or(1)));
                let mut answer = refused(307, "TemporaryRedirect", "The object is at another URL.");
                answer.headers_mut().extend(location.parse().map(|location| (LOCATION, location)));
                answer
            }
            StorageStep::Reset => return Err(io::ErrorKind::ConnectionReset.into()),
            StorageStep::Stall | StorageStep::NoAnswer => {
                self.script.clock.fall_silent();
                tokio::time::sleep(SILENCE).await;
                return Err(io::ErrorKind::TimedOut.into());
            }
        };
        self.change_put(index, |put| put.answered = Some(answer.status().as_u16()));
        Ok(answer)
    }

    /// The step for a PUT to the URL with this number. If the URL has expired, the step with which it expired;
    /// otherwise the next step of the script.
    fn next_step(&self, url_number: Option<usize>) -> StorageStep {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(step) = progress.expired.get(&url_number) {
            return *step;
        }
        let next = progress.steps.min(self.script.steps.len().saturating_sub(1));
        let step = self.script.steps.get(next).copied().unwrap_or(StorageStep::Keep(200));
        progress.steps += 1;
        if matches!(step, StorageStep::Expire(..)) {
            progress.expired.insert(url_number, step);
        }
        step
    }

    /// Reads at least `enough` bytes of the media, or all of it.
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

    fn record(&self, head: &Parts) -> usize {
        self.arrivals.record();
        let mut puts = self.puts.lock().unwrap_or_else(PoisonError::into_inner);
        puts.push(RecordedPut {
            method: head.method.to_string(),
            target: target(head).to_owned(),
            headers: sorted_headers(&head.headers),
            bytes: 0,
            same: true,
            answered: None,
        });
        puts.len() - 1
    }

    fn change_put(&self, index: usize, change: impl FnOnce(&mut RecordedPut)) {
        if let Some(put) = self.puts.lock().unwrap_or_else(PoisonError::into_inner).get_mut(index) {
            change(put);
        }
    }
}

/// The path and query of a request.
fn target(head: &Parts) -> &str {
    head.uri.path_and_query().map_or("", |target| target.as_str())
}

/// The answer with which S3 would refuse a request to the URL with this number; none if S3 would accept it. The URL is signed for
/// `method`. The checks have the order of S3.
fn refusal(head: &Parts, method: &str, url_number: Option<usize>) -> Option<Response<Full<Bytes>>> {
    let header = |name| head.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
    if let Some(authorization) = header("authorization") {
        let message = format!("Only one auth mechanism allowed: {authorization}");
        return Some(refused(400, "InvalidArgument", &message));
    }
    if header("transfer-encoding").is_some() {
        return Some(refused(501, "NotImplemented", "Transfer-Encoding is not implemented"));
    }
    if url_number.is_none() || head.method != method {
        return Some(refused(403, "SignatureDoesNotMatch", "The request signature does not match"));
    }
    let has_length = header("content-length").is_some();
    (!has_length).then(|| refused(411, "MissingContentLength", "There must be a Content-Length"))
}

/// A refusal with the code and the message of S3.
fn refused(status: u16, code: &str, message: &str) -> Response<Full<Bytes>> {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    answer(status, body)
}

fn answer(status: u16, body: String) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::from(body));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    // Else hyper adds the present time, when the URLs have expired.
    answer.headers_mut().insert(DATE, HeaderValue::from_static(presigned::SERVED));
    answer
}
