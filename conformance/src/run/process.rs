//! The driver of anyone else's client: a process that speaks the protocol, one JSON object a line.

use std::ffi::OsString;
use std::fmt;
use std::time::Duration;

use tokio::sync::Mutex;

use super::driver::{Calling, Driver, Ending, Hello, Request, Spoiled, Trouble};

mod log;
mod message;
mod session;

use session::Session;

/// How long a process may take where no case's `timeout_ms` says it.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// To say hello.
    pub start: Duration,
    /// To leave once its input has ended.
    pub end: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { start: Duration::from_secs(10), end: Duration::from_secs(2) }
    }
}

/// A client driven by a process. One that breaks is killed, and started again by the next call.
pub struct Process {
    command: Vec<OsString>,
    patience: Patience,
    hello: Hello,
    now: Mutex<Now>,
}

/// The process of the moment, and what those before it spoiled.
#[derive(Default)]
struct Now {
    session: Option<Session>,
    spoiled: Vec<Spoiled>,
}

impl Process {
    /// Starts the command, without a shell, and waits for its hello.
    ///
    /// # Errors
    ///
    /// When it cannot be started, ends or stays silent instead of saying hello, or speaks another
    /// protocol.
    pub async fn start(command: Vec<OsString>, patience: Patience) -> Result<Self, Trouble> {
        let (session, hello) = Session::start(&command, patience).await?;
        let now = Mutex::new(Now { session: Some(session), spoiled: Vec::new() });
        Ok(Self { command, patience, hello, now })
    }

    /// The running process; a new one where the last has broken.
    async fn asking(&self) -> Result<session::Asking, Trouble> {
        let mut now = self.now.lock().await;
        if now.session.as_ref().is_some_and(Session::is_over) {
            now.end().await;
        }
        if now.session.is_none() {
            now.session = Some(Session::start(&self.command, self.patience).await?.0);
        }
        now.session.as_ref().map(Session::asking).ok_or_else(|| "the driver is not running".into())
    }
}

impl Now {
    async fn end(&mut self) {
        if let Some(session) = self.session.take() {
            self.spoiled.extend(session.end().await);
        }
    }
}

impl Driver for Process {
    fn hello(&self) -> &Hello {
        &self.hello
    }

    fn call(&self, request: Request) -> Calling<'_> {
        Box::pin(async move { self.asking().await?.ask(request).await })
    }

    fn end(&self) -> Ending<'_> {
        Box::pin(async move {
            let mut now = self.now.lock().await;
            now.end().await;
            std::mem::take(&mut now.spoiled)
        })
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process").field("command", &self.command).field("hello", &self.hello).finish()
    }
}
