//! Faulty storage, an API that returns its URL, and a client with a test clock.

use std::pin::pin;
use std::sync::Arc;

use futures_util::future::{self, Either};
use media_upload::pyannote::{ApiKey, Client};
use media_upload::testing::TestClock;
use media_upload::{Error, Media, Retry, Upload, Uploaded};
use wiremock::MockServer;

use crate::faulty_storage::{Behaviour, FaultyStorage, ReceivedRequest};
use crate::mock_server::{KEY, media_url, presigned, requests, serve_upload_url};

/// Faulty storage, an API that returns its URL, and a client with a test clock.
pub(crate) struct Fixture {
    pub(crate) storage: FaultyStorage,
    pub(crate) api: MockServer,
    pub(crate) clock: TestClock,
    client: Client,
}

impl Fixture {
    pub(crate) async fn new(behaviours: impl IntoIterator<Item = Behaviour>) -> Self {
        Self::with(Retry::default(), behaviours).await
    }

    pub(crate) async fn with(retry: Retry, behaviours: impl IntoIterator<Item = Behaviour>) -> Self {
        let (storage, api, clock) =
            (FaultyStorage::start(behaviours).await, MockServer::start().await, TestClock::default());
        serve_upload_url(&api, &presigned(&storage.origin)).await;
        let builder = Client::builder(ApiKey::new(KEY).unwrap()).base_url(api.uri()).root_certificates("");
        let client = builder.clock(Arc::new(clock.clone())).retry(retry).build().unwrap();
        Self { storage, api, clock, client }
    }

    pub(crate) fn begin(&self, media: impl Into<Media>) -> Upload {
        self.client.upload(media, &media_url())
    }

    pub(crate) async fn upload(&self, media: impl Into<Media>) -> Result<Uploaded, Error> {
        self.begin(media).await
    }

    /// Uploads `media`. After one connection has ended or stalled, all deadlines pass, until the client pauses.
    pub(crate) async fn upload_with_timeout(&self, media: impl Into<Media>) -> Result<Uploaded, Error> {
        let mut upload = tokio::spawn(self.begin(media).into_future());
        // If the upload ends before, the test must not hang.
        if let Either::Left((early, _)) =
            future::select(&mut upload, pin!(self.storage.connection_end())).await
        {
            return early.unwrap();
        }
        while self.clock.pauses().is_empty() && !upload.is_finished() {
            self.clock.expire_deadlines();
            tokio::task::yield_now().await;
        }
        upload.await.unwrap()
    }

    /// The number of requests for an upload URL.
    pub(crate) async fn url_requests(&self) -> usize {
        requests(&self.api).await.len()
    }

    /// Storage received no complete PUT.
    pub(crate) fn assert_nothing_stored(&self) {
        assert!(
            !self.storage.received().iter().any(ReceivedRequest::is_complete),
            "storage received a complete PUT"
        );
    }

    /// The last request that storage received is a complete PUT of `content`, and `outcome` says the same.
    pub(crate) fn assert_stored(&self, outcome: Result<Uploaded, Error>, content: &[u8], attempts: u32) {
        let uploaded = outcome.unwrap();
        assert_eq!((uploaded.bytes(), uploaded.attempts()), (content.len() as u64, attempts));
        let received = self.storage.received();
        let last = received.last().unwrap();
        assert!(last.body == content, "{} of {} bytes were received", last.body.len(), content.len());
        assert_eq!(last.length(), content.len());
    }
}

/// More bytes than the socket buffers between client and storage hold.
pub(crate) fn large() -> Vec<u8> {
    let cycle: Vec<u8> = (0..251).collect();
    cycle.repeat((16 << 20) / cycle.len())
}
