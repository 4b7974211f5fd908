//! Time in a case, so that nothing waits: the servers say when they have fallen silent, and drivers
//! in process let their deadlines end then; what they would have waited is taken down instead.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

/// How long a server stays silent to a client that does not share this time: a process.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// The time of one case.
#[derive(Clone, Debug)]
pub struct Time {
    silent: Arc<watch::Sender<bool>>,
    waited: Arc<Mutex<Vec<Duration>>>,
}

impl Default for Time {
    fn default() -> Self {
        Self { silent: Arc::new(watch::Sender::new(false)), waited: Arc::default() }
    }
}

impl Time {
    /// A server says that no more will come from it.
    pub fn fall_silent(&self) {
        self.silent.send_replace(true);
    }

    /// Ends when a server has fallen silent.
    pub async fn silence(&self) {
        // The sender lives in self: waiting cannot fail.
        let _ = self.silent.subscribe().wait_for(|silent| *silent).await;
    }

    /// Takes down a wait that a client would have made before another try: with it, it has given up
    /// on whoever was silent.
    pub fn wait(&self, duration: Duration) {
        self.waited.lock().unwrap_or_else(PoisonError::into_inner).push(duration);
        self.silent.send_replace(false);
    }

    /// The waits so far.
    pub fn waited(&self) -> Vec<Duration> {
        self.waited.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
