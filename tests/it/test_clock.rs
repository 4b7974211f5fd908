//! A clock that does not wait in real time.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::{self, BoxFuture};
use media_upload::Clock;
use tokio::sync::Notify;

/// Pauses end at once and are recorded. Deadlines pass when [`expire_deadlines`](Self::expire_deadlines) is called.
#[derive(Clone, Debug)]
pub(crate) struct TestClock {
    begun: Instant,
    pauses: Arc<Mutex<Vec<Duration>>>,
    deadlines: Arc<Notify>,
}

impl TestClock {
    pub(crate) fn new() -> Self {
        Self { begun: Instant::now(), pauses: Arc::default(), deadlines: Arc::default() }
    }

    /// The pauses so far.
    pub(crate) fn pauses(&self) -> Vec<Duration> {
        self.pauses.lock().unwrap().clone()
    }

    /// All current deadlines pass.
    pub(crate) fn expire_deadlines(&self) {
        self.deadlines.notify_waiters();
    }
}

impl Clock for TestClock {
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.pauses.lock().unwrap().push(duration);
        future::ready(()).boxed()
    }

    fn deadline(&self, _: Duration) -> BoxFuture<'static, ()> {
        Arc::clone(&self.deadlines).notified_owned().boxed()
    }

    fn now(&self) -> Instant {
        self.begun + self.pauses().iter().sum::<Duration>()
    }
}
