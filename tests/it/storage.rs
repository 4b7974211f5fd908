//! Storage that misbehaves as told, one connection after the other.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// What storage does with one PUT.
#[derive(Clone)]
pub(crate) enum Behaviour {
    /// Takes all of it, then answers so.
    Answer(String),
    /// Takes so many bytes of the body, then answers so, and takes no more.
    AnswerAfter(usize, String),
    /// Takes so many bytes of the body, then resets the connection.
    ResetAfter(usize),
    /// Takes so many bytes of the body, then neither takes nor says anything.
    StallAfter(usize),
}

/// What arrived in one connection.
#[derive(Clone, Default)]
pub(crate) struct Arrived {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Arrived {
    pub(crate) fn length(&self) -> usize {
        let head = self.head.to_ascii_lowercase();
        let (_, length) = head.split_once("content-length: ").unwrap();
        length.lines().next().unwrap().parse().unwrap()
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.body.len() == self.length()
    }
}

pub(crate) struct Storage {
    pub(crate) origin: String,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    /// A permit for each connection that is over, or stalls.
    turns: Arc<Semaphore>,
}

impl Storage {
    /// Storage that does what `behaviours` say in turn, and then answers 200.
    pub(crate) async fn start(behaviours: impl IntoIterator<Item = Behaviour>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let (arrived, turns) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Semaphore::new(0)));
        let mut behaviours = behaviours.into_iter().collect::<Vec<_>>().into_iter();
        tokio::spawn({
            let (arrived, turns) = (Arc::clone(&arrived), Arc::clone(&turns));
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let behaviour = behaviours.next().unwrap_or_else(|| Behaviour::Answer(answer(200, "")));
                    tokio::spawn(serve(stream, behaviour, Arc::clone(&arrived), Arc::clone(&turns)));
                }
            }
        });
        Self { origin, arrived, turns }
    }

    /// What arrived in each connection, in the order in which they ended or stalled.
    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }

    /// Returns when one more connection is over or stalls.
    pub(crate) async fn turn(&self) {
        self.turns.acquire().await.unwrap().forget();
    }
}

/// An answer that ends the connection.
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
    arrived: Arc<Mutex<Vec<Arrived>>>,
    turns: Arc<Semaphore>,
) {
    let mut request = head(&mut stream).await;
    let wanted = match &behaviour {
        Behaviour::Answer(_) => request.length(),
        Behaviour::AnswerAfter(bytes, _) | Behaviour::ResetAfter(bytes) | Behaviour::StallAfter(bytes) => {
            *bytes
        }
    };
    take(&mut stream, &mut request, wanted).await;
    arrived.lock().unwrap().push(request.clone());
    let stays = match behaviour {
        Behaviour::Answer(answer) => {
            // The client may have gone.
            let _ = stream.write_all(answer.as_bytes()).await;
            false
        }
        Behaviour::AnswerAfter(_, answer) => {
            stream.write_all(answer.as_bytes()).await.unwrap();
            true
        }
        Behaviour::ResetAfter(_) => {
            stream.set_zero_linger().unwrap();
            false
        }
        Behaviour::StallAfter(_) => true,
    };
    turns.add_permits(1);
    if stays {
        std::future::pending::<()>().await;
    }
}

async fn head(stream: &mut TcpStream) -> Arrived {
    let mut request = Vec::new();
    let end = loop {
        if let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0, "half a head");
    };
    let body = request.split_off(end);
    Arrived { head: String::from_utf8(request).unwrap(), body }
}

async fn take(stream: &mut TcpStream, request: &mut Arrived, wanted: usize) {
    request.body.reserve(wanted);
    while request.body.len() < wanted {
        if !stream.read_buf(&mut request.body).await.is_ok_and(|read| read > 0) {
            return;
        }
    }
}
