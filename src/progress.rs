//! Counts the bytes of an upload, and reports them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt};

use crate::clock::Clock;
use crate::error::BoxError;
use crate::media_error::{MediaChunks, MediaError};

/// The cap on what is handed to the connection, and counted, at a time. Pieces share the memory of their chunk. They are
/// small so that a slow connection, with a few kilobytes a second, does not look stalled.
const PIECE: usize = 64 * 1024;

/// An attempt that sends more than this has reached storage. The buffers of a connection hold less.
const PROOF: u64 = 16 * 1024 * 1024;

/// The progress of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The number of bytes that the present attempt has handed to the connection. It begins with 0 again when the media is sent
    /// again.
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

    pub(crate) fn begin_attempt(&self) {
        self.attempt.fetch_add(1, Ordering::Relaxed);
        self.reached(0);
    }

    /// Returns whether the present attempt sent so much that storage must have received a part of it.
    pub(crate) fn has_reached_storage(&self) -> bool {
        self.sent.load(Ordering::Relaxed) > PROOF
    }

    fn reached(&self, sent: u64) {
        self.sent.store(sent, Ordering::Relaxed);
        if let Some(callback) = &self.callback {
            callback(Progress { sent, total: self.total, attempt: self.attempts() });
        }
    }
}

/// Counts the bytes of one request body. Dropping it aborts the body: the HTTP library would otherwise continue to send
/// after an early response.
pub(crate) struct BodyCounter(Arc<BodyState>);

struct BodyState {
    meter: Arc<ProgressMeter>,
    clock: Arc<dyn Clock>,
    begun: Instant,
    bytes: AtomicU64,
    /// When the latest bytes were handed to the connection, in milliseconds since `begun`.
    moved_ms: AtomicU64,
    is_aborted: AtomicBool,
}

impl BodyCounter {
    pub(crate) fn new(meter: &Arc<ProgressMeter>, clock: &Arc<dyn Clock>) -> Self {
        Self(Arc::new(BodyState {
            meter: Arc::clone(meter),
            clock: Arc::clone(clock),
            begun: clock.now(),
            bytes: AtomicU64::new(0),
            moved_ms: AtomicU64::new(0),
            is_aborted: AtomicBool::new(false),
        }))
    }

    /// The time since the latest bytes of this body were handed to the connection, or since the body was made.
    pub(crate) fn idle(&self) -> Duration {
        let moved = Duration::from_millis(self.0.moved_ms.load(Ordering::Relaxed));
        self.0.elapsed().saturating_sub(moved)
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
            state.moved_ms.store(state.elapsed().as_millis() as u64, Ordering::Relaxed);
            state.meter.reached(state.bytes.fetch_add(length, Ordering::Relaxed) + length);
            Ok(piece)
        })
    }
}

impl BodyState {
    fn elapsed(&self) -> Duration {
        self.clock.now().saturating_duration_since(self.begun)
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
