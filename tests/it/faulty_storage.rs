//! A storage server with scripted faults, one for each connection.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// The behaviour of storage for one PUT.
#[derive(Clone)]
pub(crate) enum Behaviour {
    /// Reads the whole body, then sends this response.
    Answer(String),
    /// Reads this number of body bytes, then sends this response and reads no more.
    AnswerAfter(usize, String),
    /// Reads this number of body bytes, sends this response, and reads the rest.
    AnswerWhileReading(usize, String),
    /// Reads this number of body bytes, then resets the connection.
    ResetAfter(usize),
    /// Reads this number of body bytes, then neither reads nor sends anything.
    StallAfter(usize),
    /// Waits for a permit each time it has read this number of body bytes, and answers 200 at the end.
    PauseAfter(usize, Arc<Semaphore>),
}

/// The request of one connection, as far as it was received.
#[derive(Clone, Default)]
pub(crate) struct ReceivedRequest {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl ReceivedRequest {
    pub(crate) fn length(&self) -> usize {
        let head = self.head.to_ascii_lowercase();
        let (_, length) = head.split_once("content-length: ").unwrap();
        length.lines().next().unwrap().parse().unwrap()
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.body.len() == self.length()
    }
}

pub(crate) struct FaultyStorage {
    pub(crate) origin: String,
    received: Arc<Mutex<Vec<ReceivedRequest>>>,
    /// One permit for each connection that has ended or stalled.
    ended: Arc<Semaphore>,
}

impl FaultyStorage {
    /// Storage with one behaviour for each connection. After the last behaviour it answers 200.
    pub(crate) async fn start(behaviours: impl IntoIterator<Item = Behaviour>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let (received, ended) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Semaphore::new(0)));
        let mut behaviours = behaviours.into_iter().collect::<Vec<_>>().into_iter();
        tokio::spawn({
            let (received, ended) = (Arc::clone(&received), Arc::clone(&ended));
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let behaviour = behaviours.next().unwrap_or_else(|| Behaviour::Answer(answer(200, "")));
                    tokio::spawn(serve(stream, behaviour, Arc::clone(&received), Arc::clone(&ended)));
                }
            }
        });
        Self { origin, received, ended }
    }

    /// The request of each connection, in the order in which the connections ended or stalled.
    pub(crate) fn received(&self) -> Vec<ReceivedRequest> {
        self.received.lock().unwrap().clone()
    }

    /// Waits until one more connection has ended or stalled.
    pub(crate) async fn connection_end(&self) {
        self.ended.acquire().await.unwrap().forget();
    }
}

/// A response that closes the connection.
pub(crate) fn answer(status: u16, body: &str) -> String {
    answer_with(status, "", body)
}

pub(crate) fn answer_with(status: u16, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}",
        body.len()
    )
}

async fn serve(
    mut stream: TcpStream,
    behaviour: Behaviour,
    received: Arc<Mutex<Vec<ReceivedRequest>>>,
    ended: Arc<Semaphore>,
) {
    let mut request = read_head(&mut stream).await;
    let wanted = match &behaviour {
        Behaviour::Answer(_) => request.length(),
        Behaviour::AnswerAfter(bytes, _)
        | Behaviour::AnswerWhileReading(bytes, _)
        | Behaviour::ResetAfter(bytes)
        | Behaviour::StallAfter(bytes)
        | Behaviour::PauseAfter(bytes, _) => *bytes,
    };
    read_body(&mut stream, &mut request, wanted).await;
    read_rest(&mut stream, &mut request, &behaviour).await;
    received.lock().unwrap().push(request.clone());
    let stays_open = match behaviour {
        Behaviour::PauseAfter(..) => {
            let _ = stream.write_all(answer(200, "").as_bytes()).await;
            false
        }
        Behaviour::Answer(answer) => {
            // The client may have closed the connection.
            let _ = stream.write_all(answer.as_bytes()).await;
            false
        }
        Behaviour::AnswerAfter(_, answer) => {
            stream.write_all(answer.as_bytes()).await.unwrap();
            true
        }
        Behaviour::AnswerWhileReading(..) => false,
        Behaviour::ResetAfter(_) => {
            stream.set_zero_linger().unwrap();
            false
        }
        Behaviour::StallAfter(_) => true,
    };
    ended.add_permits(1);
    if stays_open {
        std::future::pending::<()>().await;
    }
}

/// Reads the rest of the body, for the behaviours that read it after they have begun to act.
async fn read_rest(stream: &mut TcpStream, request: &mut ReceivedRequest, behaviour: &Behaviour) {
    let length = request.length();
    match behaviour {
        Behaviour::PauseAfter(step, may_go_on) => {
            while !request.is_complete() {
                may_go_on.acquire().await.unwrap().forget();
                let wanted = length.min(request.body.len() + step);
                read_body(stream, request, wanted).await;
            }
        }
        Behaviour::AnswerWhileReading(_, answer) => {
            stream.write_all(answer.as_bytes()).await.unwrap();
            read_body(stream, request, length).await;
        }
        _ => {}
    }
}

async fn read_head(stream: &mut TcpStream) -> ReceivedRequest {
    let mut request = Vec::new();
    let end = loop {
        if let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0, "the request ended within its headers");
    };
    let body = request.split_off(end);
    ReceivedRequest { head: String::from_utf8(request).unwrap(), body }
}

async fn read_body(stream: &mut TcpStream, request: &mut ReceivedRequest, wanted: usize) {
    request.body.reserve(wanted);
    while request.body.len() < wanted {
        if !stream.read_buf(&mut request.body).await.is_ok_and(|read| read > 0) {
            return;
        }
    }
}
