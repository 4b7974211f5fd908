//! What a process writes to its standard error: the last of it is kept.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt};

/// How much is kept, in bytes.
const KEPT: usize = 16 * 1024;

/// A log that goes on being written.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Tail>>);

#[derive(Default)]
struct Tail {
    bytes: VecDeque<u8>,
    /// How many bytes came before those kept.
    forgotten: usize,
}

impl Log {
    /// Reads to the end.
    pub(super) async fn follow(self, mut from: impl AsyncRead + Unpin) {
        let mut chunk = vec![0; KEPT];
        while let Ok(length @ 1..) = from.read(&mut chunk).await {
            self.tail().push(&chunk[..length]);
        }
    }

    /// Where the log is now.
    pub(super) fn mark(&self) -> usize {
        let tail = self.tail();
        tail.forgotten + tail.bytes.len()
    }

    /// What was written from a mark on. Where its beginning is forgotten it starts with the first
    /// whole line: half a secret is one that no redaction finds.
    pub(super) fn since(&self, mark: usize) -> String {
        let tail = self.tail();
        let wanted = tail.bytes.iter().skip(mark.saturating_sub(tail.forgotten)).copied();
        let text = String::from_utf8_lossy(&wanted.collect::<Vec<u8>>()).into_owned();
        if tail.forgotten <= mark {
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
        self.forgotten += surplus;
    }
}
