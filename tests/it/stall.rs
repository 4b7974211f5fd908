//! Stalls of the transfer, on a clock that the test sets.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::{self, BoxFuture};
use media_upload::pyannote::{ApiKey, Client};
use media_upload::{Clock, Error, Uploaded};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use wiremock::MockServer;

use crate::faulty_storage::{Behaviour, FaultyStorage};
use crate::mock_server::{KEY, media_url, presigned, serve_upload_url};
use crate::upload_fixture::large;

/// A clock that stands still until the test advances it. Pauses end at once.
#[derive(Clone, Debug)]
struct SteppedClock {
    begun: Instant,
    elapsed: Arc<watch::Sender<Duration>>,
}

impl SteppedClock {
    fn advance(&self, seconds: u64) {
        self.elapsed.send_modify(|elapsed| *elapsed += Duration::from_secs(seconds));
    }
}

impl Clock for SteppedClock {
    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        future::ready(()).boxed()
    }

    fn deadline(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let mut elapsed = self.elapsed.subscribe();
        let end = *elapsed.borrow() + duration;
        async move {
            let _ = elapsed.wait_for(|elapsed| *elapsed >= end).await;
        }
        .boxed()
    }

    fn now(&self) -> Instant {
        self.begun + *self.elapsed.borrow()
    }
}

/// An upload to storage that stops reading each time it has read 8 MiB.
struct Stalled {
    clock: SteppedClock,
    sent: Arc<AtomicU64>,
    attempt: Arc<AtomicU32>,
    may_go_on: Arc<Semaphore>,
    upload: JoinHandle<Result<Uploaded, Error>>,
    _servers: (FaultyStorage, MockServer),
}

impl Stalled {
    async fn begin() -> Self {
        let clock = SteppedClock { begun: Instant::now(), elapsed: Arc::new(watch::Sender::default()) };
        let may_go_on = Arc::new(Semaphore::new(0));
        let storage = FaultyStorage::start([Behaviour::PauseAfter(8 << 20, Arc::clone(&may_go_on))]).await;
        let api = MockServer::start().await;
        serve_upload_url(&api, &presigned(&storage.origin)).await;
        let builder = Client::builder(ApiKey::new(KEY).unwrap()).base_url(api.uri()).root_certificates("");
        let client = builder.clock(Arc::new(clock.clone())).build().unwrap();
        let (sent, attempt) = (Arc::<AtomicU64>::default(), Arc::<AtomicU32>::default());
        let upload = client.upload([large(), large()].concat(), &media_url()).progress({
            let (sent, attempt) = (Arc::clone(&sent), Arc::clone(&attempt));
            move |progress| {
                sent.store(progress.sent, Ordering::Relaxed);
                attempt.store(progress.attempt, Ordering::Relaxed);
            }
        });
        let upload = tokio::spawn(upload.into_future());
        let mut stalled = Self { clock, sent, attempt, may_go_on, upload, _servers: (storage, api) };
        while stalled.sent.load(Ordering::Relaxed) < 1 << 20 {
            tokio::task::yield_now().await;
        }
        stalled.settle().await;
        stalled
    }

    /// Waits until all buffers between client and storage are full. The kernel has no event for that, so this is when nothing has
    /// changed for a while, in real time.
    async fn settle(&mut self) {
        const QUIET: Duration = Duration::from_millis(100);
        let (mut before, mut since) = (self.sent.load(Ordering::Relaxed), Instant::now());
        while since.elapsed() < QUIET && !self.upload.is_finished() {
            tokio::task::yield_now().await;
            let now = self.sent.load(Ordering::Relaxed);
            if now != before {
                (before, since) = (now, Instant::now());
            }
        }
    }

    fn attempt(&self) -> u32 {
        self.attempt.load(Ordering::Relaxed)
    }

    async fn advance(&mut self, seconds: u64) {
        self.clock.advance(seconds);
        self.settle().await;
    }
}

#[tokio::test]
async fn a_stall_shorter_than_the_timeout_does_not_end_the_attempt() {
    let mut stalled = Stalled::begin().await;
    for _ in 0..3 {
        stalled.advance(50).await;
        stalled.may_go_on.add_permits(1);
        stalled.settle().await;
    }
    stalled.may_go_on.add_permits(1);
    assert_eq!(stalled.upload.await.unwrap().unwrap().attempts(), 1);
}

#[tokio::test]
async fn a_stall_longer_than_the_timeout_ends_the_attempt_and_the_media_is_sent_again() {
    let mut stalled = Stalled::begin().await;
    stalled.advance(59).await;
    assert_eq!(stalled.attempt(), 1);
    stalled.advance(1).await;
    assert_eq!(stalled.attempt(), 2);
    // Nothing releases the first connection, so only a second one can succeed.
    assert_eq!(stalled.upload.await.unwrap().unwrap().attempts(), 2);
}

#[tokio::test]
async fn the_time_of_a_stall_begins_with_the_last_byte() {
    let mut stalled = Stalled::begin().await;
    stalled.advance(50).await;
    stalled.may_go_on.add_permits(1);
    stalled.settle().await;
    let sent = stalled.sent.load(Ordering::Relaxed);
    stalled.advance(59).await;
    assert_eq!((stalled.attempt(), stalled.sent.load(Ordering::Relaxed)), (1, sent));
    stalled.advance(1).await;
    assert_eq!(stalled.attempt(), 2);
    assert_eq!(stalled.upload.await.unwrap().unwrap().attempts(), 2);
}
