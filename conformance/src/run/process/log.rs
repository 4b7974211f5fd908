//! The log of a driver: the end of what it writes to standard error.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt};

/// How much is kept, in bytes.
const KEPT: usize = 16 * 1024;

/// A log that is still being written.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Tail>>);

#[derive(Default)]
struct Tail {
    bytes: VecDeque<u8>,
    /// The number of bytes dropped before those kept.
    dropped: usize,
}

impl Log {
    /// Reads until the end of the stream.
    pub(super) async fn follow(self, mut from: impl AsyncRead + Unpin) {
        let mut chunk = vec![0; KEPT];
        while let Ok(length @ 1..) = from.read(&mut chunk).await {
            self.tail().push(&chunk[..length]);
        }
    }

    /// The current position.
    pub(super) fn mark(&self) -> usize {
        let tail = self.tail();
        tail.dropped + tail.bytes.len()
    }

    /// The log from a position on. Where the beginning is dropped it starts with the first complete line: redaction would not
    /// find half a secret.
    pub(super) fn since(&self, mark: usize) -> String {
        let tail = self.tail();
        let wanted = tail.bytes.iter().skip(mark.saturating_sub(tail.dropped)).copied();
        let text = String::from_utf8_lossy(&wanted.collect::<Vec<u8>>()).into_owned();
        if tail.dropped <= mark {
            return text;
        }
        let whole = text.split_once('\n').map_or("", |(_, whole)| whole);
        format!("(only the last {} KiB are kept)\n{whole}", KEPT / 1024)
    }

    fn tail(&self) -> MutexGuard<'_, Tail> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tail {
    fn push(&mut self, chunk: &[u8]) {
        self.bytes.extend(chunk);
        let surplus = self.bytes.len().saturating_sub(KEPT);
        self.bytes.drain(..surplus);
        self.dropped += surplus;
    }
}
