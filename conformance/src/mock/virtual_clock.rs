//! The virtual clock of a case. A server tells it when it stops responding; the deadlines of an in-process driver end then. The
//! clock records the pauses of the client instead of waiting.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

/// How long a server stays silent towards a client that does not use the virtual clock: a driver in another process.
pub const SILENCE: Duration = Duration::from_secs(3);

/// The clock of one case.
#[derive(Clone, Debug)]
pub struct VirtualClock {
    silent: Arc<watch::Sender<bool>>,
    pauses: Arc<Mutex<Vec<Duration>>>,
}

impl Default for VirtualClock {
    fn default() -> Self {
        Self { silent: Arc::new(watch::Sender::new(false)), pauses: Arc::default() }
    }
}

impl VirtualClock {
    /// Tells the clock that a server will send nothing more.
    pub fn fall_silent(&self) {
        self.silent.send_replace(true);
    }

    /// Waits until a server has stopped responding.
    pub async fn silence(&self) {
        // The sender lives in self: waiting cannot fail.
        let _ = self.silent.subscribe().wait_for(|silent| *silent).await;
    }

    /// Records a pause before another attempt. With that attempt the client has given up on the silent server.
    pub fn record_pause(&self, duration: Duration) {
        self.pauses.lock().unwrap_or_else(PoisonError::into_inner).push(duration);
        self.silent.send_replace(false);
    }

    /// The pauses so far.
    pub fn pauses(&self) -> Vec<Duration> {
        self.pauses.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
