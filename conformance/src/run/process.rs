//! The driver of a client in another process: it exchanges the messages of the protocol, one JSON object a line.

use std::ffi::OsString;
use std::fmt;

use tokio::sync::Mutex;

use super::driver::{Calling, Driver, Ending, LateFailure, Request};
use crate::result::{DriverError, DriverInfo};

mod failure;
mod group;
mod log;
mod message;
mod problem;
mod session;

pub use session::Patience;
use session::Session;

/// A client driven by a process. A process that fails is killed, and the next call starts it again.
pub struct Process {
    command: Vec<OsString>,
    patience: Patience,
    info: DriverInfo,
    state: Mutex<State>,
}

/// The running process, and the late failures of the processes before it.
#[derive(Default)]
struct State {
    session: Option<Session>,
    late_failures: Vec<LateFailure>,
}

impl Process {
    /// Starts the command without a shell, and waits for its first message.
    ///
    /// # Errors
    ///
    /// When the command cannot be started, when it ends or prints nothing, and when its first message is malformed or of
    /// another version of the protocol.
    pub async fn start(command: Vec<OsString>, patience: Patience) -> Result<Self, DriverError> {
        let (session, info) = Session::start(&command, patience).await?;
        let state = Mutex::new(State { session: Some(session), late_failures: Vec::new() });
        Ok(Self { command, patience, info, state })
    }

    /// The running process; a new one when the last has failed.
    async fn caller(&self) -> Result<session::Caller, DriverError> {
        let mut state = self.state.lock().await;
        if state.session.as_ref().is_some_and(Session::is_over) {
            state.end().await;
        }
        let session = match state.session.take() {
            Some(session) => session,
            None => Session::start(&self.command, self.patience).await?.0,
        };
        Ok(state.session.insert(session).caller())
    }
}

impl State {
    async fn end(&mut self) {
        if let Some(session) = self.session.take() {
            self.late_failures.extend(session.end().await);
        }
    }
}

impl Driver for Process {
    fn info(&self) -> &DriverInfo {
        &self.info
    }

    fn call(&self, request: Request) -> Calling<'_> {
        Box::pin(async move { self.caller().await?.call(request).await })
    }

    fn end(&self) -> Ending<'_> {
        Box::pin(async move {
            let mut state = self.state.lock().await;
            state.end().await;
            std::mem::take(&mut state.late_failures)
        })
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process").field("command", &self.command).field("info", &self.info).finish()
    }
}
