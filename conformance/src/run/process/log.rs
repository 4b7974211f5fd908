//! The log of a driver: the end of what it writes to standard error.

use std::collections::VecDeque;
use std::future::poll_fn;
#[cfg(unix)]
use std::os::fd::{AsFd, OwnedFd};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Context;

use tokio::io::{AsyncRead, ReadBuf};
use tokio::process::ChildStderr;

/// How much is kept, in bytes.
const KEPT: usize = 16 * 1024;

/// The most that a pipe holds, in bytes.
#[cfg(unix)]
const MAX_PIPE: usize = 1024 * 1024;

/// A log that is still being written.
#[derive(Clone, Default)]
pub(super) struct Log {
    tail: Arc<Mutex<Tail>>,
    /// A copy of the reading end of the pipe; none when the process has no more file descriptors.
    #[cfg(unix)]
    pipe: Option<Arc<OwnedFd>>,
}

#[derive(Default)]
struct Tail {
    bytes: VecDeque<u8>,
    /// The number of bytes dropped before those kept.
    dropped: usize,
}

impl Log {
    #[cfg(unix)]
    pub(super) fn of(stderr: &ChildStderr) -> Self {
        let pipe = stderr.as_fd().try_clone_to_owned().ok().map(Arc::new);
        Self { pipe, ..Self::default() }
    }

    #[cfg(not(unix))]
    pub(super) fn of(_: &ChildStderr) -> Self {
        Self::default()
    }

    /// Reads until the end of the stream.
    pub(super) async fn follow(self, mut from: ChildStderr) {
        let mut chunk = vec![0; KEPT];
        // One lock for reading and storing: otherwise two readers could store their chunks in the wrong order.
        let mut read = |context: &mut Context<'_>| {
            let mut tail = self.tail();
            let mut buffer = ReadBuf::new(&mut chunk);
            let polled = Pin::new(&mut from).poll_read(context, &mut buffer);
            tail.push(buffer.filled());
            polled.map(|result| result.is_ok() && !buffer.filled().is_empty())
        };
        while poll_fn(&mut read).await {}
    }

    /// Reads what is already in the pipe, without waiting. So the log has everything that a process wrote before its answer.
    #[cfg(unix)]
    pub(super) fn catch_up(&self) {
        let Some(pipe) = &self.pipe else { return };
        let mut tail = self.tail();
        let mut chunk = [0; KEPT];
        // Bounded: a process may write faster than this reads.
        for _ in 0..MAX_PIPE / KEPT {
            // The pipe does not block: without content the read fails.
            let Ok(length @ 1..) = rustix::io::read(pipe, &mut chunk) else { return };
            tail.push(&chunk[..length]);
        }
    }

    /// Does nothing: on this system the log may lack what a process wrote directly before its answer.
    #[cfg(not(unix))]
    pub(super) fn catch_up(&self) {}

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
        self.tail.lock().unwrap_or_else(PoisonError::into_inner)
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

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use tokio::io::AsyncReadExt;
    use tokio::process::Command;

    use super::*;

    #[tokio::test]
    async fn what_a_process_logged_before_its_answer_is_known_when_the_answer_is() {
        let script = "echo the log >&2; echo the answer";
        let mut process = Command::new("sh");
        process.args(["-c", script]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = process.spawn().unwrap();
        // No task follows this log.
        let log = Log::of(&process.stderr.take().unwrap());
        let mut answer = String::new();
        process.stdout.take().unwrap().read_to_string(&mut answer).await.unwrap();
        log.catch_up();
        assert_eq!((answer.as_str(), log.since(0).as_str()), ("the answer\n", "the log\n"));
    }
}
