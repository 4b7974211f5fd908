//! Waiting, injected: nothing in this crate sleeps but through a [`Clock`].

use std::fmt::Debug;
use std::pin::pin;
use std::time::{Duration, Instant, SystemTime};

use futures_util::FutureExt;
use futures_util::future::{self, BoxFuture, Either};

/// How time passes for a client: give another one to [`ClientBuilder::clock`](crate::ClientBuilder::clock) to test without waiting.
///
/// The one exception is making a connection, which the HTTP library times by itself.
pub trait Clock: Debug + Send + Sync + 'static {
    /// Waits for `duration`: the pause before another try.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;

    /// Completes after `duration` and thereby ends what has not been done by then; most deadlines are dropped before. Apart from
    /// [`sleep`](Self::sleep), so that a test can let pauses pass at once and deadlines only when it means them to.
    fn deadline(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.sleep(duration)
    }

    /// Now, on a clock that never goes back: for how long something took.
    fn now(&self) -> Instant {
        Instant::now()
    }

    /// Now, on the wall: for dates that servers give.
    fn wall_time(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// The system's clock, through the timer of [`tokio`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct System;

impl Clock for System {
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        tokio::time::sleep(duration).boxed()
    }
}

/// The outcome of `work`, unless `end` comes first with its error.
pub(crate) async fn until<T, E>(
    end: impl Future<Output = E>,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    // Work is looked at first: what is done in time is done, even if the time is up as well.
    match future::select(pin!(work), pin!(end)).await {
        Either::Left((outcome, _)) => outcome,
        Either::Right((error, _)) => Err(error),
    }
}
