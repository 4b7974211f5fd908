//! How far an upload has come.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, Stream, StreamExt};

/// How much is handed over, and counted, at a time. It costs nothing, for pieces share their chunk's memory; and a line that
/// carries a few kilobytes a second still shows that it moves.
const PIECE: usize = 64 * 1024;

/// How far an upload has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How many bytes were handed to the connection. It never goes back: while a later try sends again what an earlier one had
    /// sent, it stays.
    pub sent: u64,
    /// The length of the media, in bytes.
    pub total: u64,
    /// Which try it is, from 1.
    pub attempt: u32,
}

pub(crate) type Report = Arc<dyn Fn(Progress) + Send + Sync>;

/// Counts the bytes and the tries of one upload.
pub(crate) struct Meter {
    total: u64,
    sent: AtomicU64,
    attempt: AtomicU32,
    report: Option<Report>,
}

impl Meter {
    pub(crate) fn new(total: u64, report: Option<Report>) -> Arc<Self> {
        Arc::new(Self { total, sent: AtomicU64::new(0), attempt: AtomicU32::new(0), report })
    }

    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// How many tries have begun.
    pub(crate) fn attempts(&self) -> u32 {
        self.attempt.load(Ordering::Relaxed)
    }

    /// Begins a try; its number, from 1.
    pub(crate) fn next_attempt(&self) -> u32 {
        let attempt = self.attempt.fetch_add(1, Ordering::Relaxed) + 1;
        self.report();
        attempt
    }

    fn reached(&self, sent: u64) {
        self.sent.fetch_max(sent, Ordering::Relaxed);
        self.report();
    }

    fn report(&self) {
        if let Some(report) = &self.report {
            let (sent, attempt) = (self.sent.load(Ordering::Relaxed), self.attempts());
            report(Progress { sent, total: self.total, attempt });
        }
    }
}

/// One body on its way. Once this is dropped the body breaks off, even where the HTTP library would go on sending it after an
/// answer that came early.
pub(crate) struct Sending(Arc<Sent>);

struct Sent {
    meter: Arc<Meter>,
    bytes: AtomicU64,
    is_over: AtomicBool,
}

/// The body was broken off because nobody wants it any more.
#[derive(Debug)]
pub(crate) struct Over;

impl Sending {
    pub(crate) fn new(meter: &Arc<Meter>) -> Self {
        let meter = Arc::clone(meter);
        Self(Arc::new(Sent { meter, bytes: AtomicU64::new(0), is_over: AtomicBool::new(false) }))
    }

    /// How many bytes of this body were handed to the connection.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.bytes.load(Ordering::Relaxed)
    }

    /// Were all of them?
    pub(crate) fn is_complete(&self) -> bool {
        self.bytes() == self.0.meter.total
    }

    /// `chunks`, counted as they are handed over.
    pub(crate) fn count<E>(
        &self,
        chunks: BoxStream<'static, Result<Bytes, E>>,
    ) -> impl Stream<Item = Result<Bytes, Box<dyn std::error::Error + Send + Sync>>> + Send + 'static
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        let sent = Arc::clone(&self.0);
        let pieces = chunks.flat_map(|chunk| stream::iter(pieces(chunk)));
        pieces.map(move |piece| {
            let piece = piece?;
            if sent.is_over.load(Ordering::Relaxed) {
                return Err(Over.into());
            }
            let length = piece.len() as u64;
            sent.meter.reached(sent.bytes.fetch_add(length, Ordering::Relaxed) + length);
            Ok(piece)
        })
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::Relaxed);
    }
}

fn pieces<E>(chunk: Result<Bytes, E>) -> impl Iterator<Item = Result<Bytes, E>> {
    let mut rest = Some(chunk);
    std::iter::from_fn(move || match rest.take()? {
        Ok(mut chunk) if chunk.len() > PIECE => {
            let piece = chunk.split_to(PIECE);
            rest = Some(Ok(chunk));
            Some(Ok(piece))
        }
        last => Some(last),
    })
}

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the upload is over")
    }
}

impl std::error::Error for Over {}
