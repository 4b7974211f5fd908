//! The injected clock: every wait of this crate goes through a [`Clock`].

use std::fmt::Debug;
use std::pin::pin;
use std::time::{Duration, Instant, SystemTime};

use futures_util::FutureExt;
use futures_util::future::{self, BoxFuture, Either};

/// The time source of a client. Tests replace it with [`ClientBuilder::clock`](crate::ClientBuilder::clock), so that they
/// do not wait in real time.
///
/// Only [`sleep`](Self::sleep) is required. A clock whose `sleep` is ready at once makes every retry immediate, and keeps all
/// timeouts in real time:
///
/// ```
/// use std::time::Duration;
///
/// use media_upload::{BoxFuture, Clock};
///
/// #[derive(Debug)]
/// struct NoPauses;
///
/// impl Clock for NoPauses {
///     fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
///         Box::pin(async {})
///     }
/// }
/// ```
///
/// `testing::TestClock` (feature `testing`) also records the pauses, and ends the timeouts when a test says so.
///
/// There is one exception: the HTTP library itself measures
/// [`connect_timeout`](crate::ClientBuilder::connect_timeout).
pub trait Clock: Debug + Send + Sync + 'static {
    /// Waits for `duration`: the pause before another attempt.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;

    /// Completes after `duration`, which ends the work that is still running. Most deadlines are dropped before they
    /// complete. Default: the timer of [`tokio`].
    ///
    /// The default does not use [`sleep`](Self::sleep): the sleep of a test clock is often ready at once, and would end all work
    /// before it has begun.
    fn deadline(&self, duration: Duration) -> BoxFuture<'static, ()> {
        tokio::time::sleep(duration).boxed()
    }

    /// The present time on a monotonic clock. It is used to measure durations.
    fn now(&self) -> Instant {
        Instant::now()
    }

    /// The present time of day. It is compared with the dates in server responses.
    fn wall_time(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// The system's clock, with the timer of [`tokio`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        tokio::time::sleep(duration).boxed()
    }
}

/// The outcome of `work`, or the error of `deadline` if that completes first.
pub(crate) async fn before_deadline<T, E>(
    deadline: impl Future<Output = E>,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    // `select` polls `work` first, so completed work counts even if the deadline has passed too.
    match future::select(pin!(work), pin!(deadline)).await {
        Either::Left((outcome, _)) => outcome,
        Either::Right((error, _)) => Err(error),
    }
}
