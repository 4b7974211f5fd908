//! Counts the bytes of an upload, and reports them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt};

use crate::error::BoxError;
use crate::media_error::{MediaChunks, MediaError};

/// The cap on what is handed to the connection, and counted, at a time. Pieces share the memory of their chunk. They are
/// small so that a slow connection, with a few kilobytes a second, does not look stalled.
const PIECE: usize = 64 * 1024;

/// The progress of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The number of bytes handed to the connection. It never decreases: it stays the same while a later attempt sends
    /// bytes that an earlier attempt sent already.
    pub sent: u64,
    /// The length of the media, in bytes.
    pub total: u64,
    /// The number of the attempt, from 1.
    pub attempt: u32,
}

pub(crate) type ProgressCallback = Arc<dyn Fn(Progress) + Send + Sync>;

/// Counts the bytes and the attempts of one upload.
pub(crate) struct ProgressMeter {
    pub(crate) total: u64,
    sent: AtomicU64,
    attempt: AtomicU32,
    callback: Option<ProgressCallback>,
}

impl ProgressMeter {
    pub(crate) fn new(total: u64, callback: Option<ProgressCallback>) -> Arc<Self> {
        Arc::new(Self { total, sent: AtomicU64::new(0), attempt: AtomicU32::new(0), callback })
    }

    /// The number of attempts that have begun.
    pub(crate) fn attempts(&self) -> u32 {
        self.attempt.load(Ordering::Relaxed)
    }

    /// Begins an attempt, and returns its number, from 1.
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
        if let Some(callback) = &self.callback {
            let (sent, attempt) = (self.sent.load(Ordering::Relaxed), self.attempts());
            callback(Progress { sent, total: self.total, attempt });
        }
    }
}

/// Counts the bytes of one request body. Dropping it aborts the body: the HTTP library would otherwise continue to send
/// after an early response.
pub(crate) struct BodyCounter(Arc<BodyState>);

struct BodyState {
    meter: Arc<ProgressMeter>,
    bytes: AtomicU64,
    is_aborted: AtomicBool,
}

impl BodyCounter {
    pub(crate) fn new(meter: &Arc<ProgressMeter>) -> Self {
        let meter = Arc::clone(meter);
        Self(Arc::new(BodyState { meter, bytes: AtomicU64::new(0), is_aborted: AtomicBool::new(false) }))
    }

    /// The number of bytes of this body that were handed to the connection.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.bytes.load(Ordering::Relaxed)
    }

    /// Returns whether the whole body was handed to the connection.
    pub(crate) fn is_complete(&self) -> bool {
        self.bytes() == self.0.meter.total
    }

    /// The content of `chunks` in pieces, each counted when the connection takes it.
    pub(crate) fn count(
        &self,
        chunks: MediaChunks,
    ) -> impl Stream<Item = Result<Bytes, BoxError>> + Send + 'static {
        let state = Arc::clone(&self.0);
        let pieces = chunks.flat_map(|chunk| stream::iter(pieces(chunk)));
        pieces.map(move |piece| {
            let piece = piece?;
            if state.is_aborted.load(Ordering::Relaxed) {
                return Err("the request body was aborted".into());
            }
            let length = piece.len() as u64;
            state.meter.reached(state.bytes.fetch_add(length, Ordering::Relaxed) + length);
            Ok(piece)
        })
    }
}

impl Drop for BodyCounter {
    fn drop(&mut self) {
        self.0.is_aborted.store(true, Ordering::Relaxed);
    }
}

fn pieces(chunk: Result<Bytes, MediaError>) -> impl Iterator<Item = Result<Bytes, MediaError>> {
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
