//! The virtual clock of a case. A server tells it when it stops responding; the deadlines of an in-process driver end then. The
//! clock counts the pauses of the client instead of waiting. All servers of a case take the time from it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

/// How long a server stays silent towards a client that does not use the virtual clock: a driver in another process.
pub const SILENCE: Duration = Duration::from_secs(3);

/// The clock of one case.
#[derive(Clone, Debug)]
pub struct VirtualClock {
    silent: Arc<watch::Sender<bool>>,
    began: Instant,
    /// The sum of the recorded pauses; none while the client has recorded none.
    paused: Arc<Mutex<Option<Duration>>>,
}

impl Default for VirtualClock {
    fn default() -> Self {
        Self { silent: Arc::new(watch::Sender::new(false)), began: Instant::now(), paused: Arc::default() }
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

    /// Counts a pause before another attempt. With that attempt the client stops waiting for the silent server.
    pub fn record_pause(&self, duration: Duration) {
        *self.paused.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default() += duration;
        self.silent.send_replace(false);
    }

    fn paused(&self) -> Option<Duration> {
        *self.paused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When the requests to one server arrived, by the clock of the case.
#[derive(Clone, Debug)]
pub(super) struct Arrivals {
    clock: VirtualClock,
    /// For each request, the real time since the case began, and the sum of the pauses before it.
    times: Arc<Mutex<Vec<(Duration, Duration)>>>,
}

impl Arrivals {
    pub(super) fn new(clock: &VirtualClock) -> Self {
        Self { clock: clock.clone(), times: Arc::default() }
    }

    /// Records that a request arrived now.
    pub(super) fn record(&self) {
        let time = (self.clock.began.elapsed(), self.clock.paused().unwrap_or_default());
        self.times.lock().unwrap_or_else(PoisonError::into_inner).push(time);
    }

    /// The times since the case began: by its pauses if the client uses the virtual clock, otherwise in real time.
    pub(super) fn times(&self) -> Vec<Duration> {
        let is_virtual = self.clock.paused().is_some();
        let times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        times.iter().map(|(real, paused)| if is_virtual { *paused } else { *real }).collect()
    }
}
