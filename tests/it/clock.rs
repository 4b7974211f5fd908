//! A clock that does not wait.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::{self, BoxFuture};
use media_upload::Clock;
use tokio::sync::Notify;

/// Pauses pass at once and are written down; deadlines pass when [`ring`](Self::ring) says so.
#[derive(Clone, Debug)]
pub(crate) struct TestClock {
    begun: Instant,
    slept: Arc<Mutex<Vec<Duration>>>,
    bell: Arc<Notify>,
}

impl TestClock {
    pub(crate) fn new() -> Self {
        Self { begun: Instant::now(), slept: Arc::default(), bell: Arc::default() }
    }

    /// The pauses so far.
    pub(crate) fn slept(&self) -> Vec<Duration> {
        self.slept.lock().unwrap().clone()
    }

    /// Every deadline that is set now passes.
    pub(crate) fn ring(&self) {
        self.bell.notify_waiters();
    }
}

impl Clock for TestClock {
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.slept.lock().unwrap().push(duration);
        future::ready(()).boxed()
    }

    fn deadline(&self, _: Duration) -> BoxFuture<'static, ()> {
        let bell = Arc::clone(&self.bell).notified_owned();
        bell.boxed()
    }

    fn now(&self) -> Instant {
        self.begun + self.slept().iter().sum::<Duration>()
    }
}
