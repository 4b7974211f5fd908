//! Storage that misbehaves, an API that sends there, and a client that need not wait.

use std::pin::pin;
use std::sync::Arc;

use futures_util::future::{self, Either};
use media_upload::pyannote::{ApiKey, Client};
use media_upload::{Error, Media, Retry, Upload, Uploaded};
use wiremock::MockServer;

use crate::clock::TestClock;
use crate::server::{KEY, grant, media_url, presigned, requests};
use crate::storage::{Behaviour, Storage};

/// Storage that misbehaves, and an API that sends there.
pub(crate) struct Place {
    pub(crate) storage: Storage,
    pub(crate) api: MockServer,
    pub(crate) clock: TestClock,
    client: Client,
}

impl Place {
    pub(crate) async fn new(behaviours: impl IntoIterator<Item = Behaviour>) -> Self {
        Self::with(Retry::default(), behaviours).await
    }

    pub(crate) async fn with(retry: Retry, behaviours: impl IntoIterator<Item = Behaviour>) -> Self {
        let (storage, api, clock) =
            (Storage::start(behaviours).await, MockServer::start().await, TestClock::new());
        grant(&api, &presigned(&storage.origin)).await;
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

    /// The upload, while every deadline passes as soon as one connection is over or stalls, until a pause is made.
    pub(crate) async fn upload_until_late(&self, media: impl Into<Media>) -> Result<Uploaded, Error> {
        let mut upload = tokio::spawn(self.begin(media).into_future());
        // An upload that fails before shall fail the test, not hang it.
        if let Either::Left((early, _)) = future::select(&mut upload, pin!(self.storage.turn())).await {
            return early.unwrap();
        }
        while self.clock.slept().is_empty() && !upload.is_finished() {
            self.clock.ring();
            tokio::task::yield_now().await;
        }
        upload.await.unwrap()
    }

    /// How often an upload URL was asked for.
    pub(crate) async fn asked(&self) -> usize {
        requests(&self.api).await.len()
    }

    /// Nothing arrived in full.
    pub(crate) fn assert_nothing_stored(&self) {
        assert!(!self.storage.arrived().iter().any(|arrived| arrived.is_whole()), "a whole PUT arrived");
    }

    /// `content` arrived last, and in full, and is what the outcome tells of.
    pub(crate) fn assert_stored(&self, outcome: Result<Uploaded, Error>, content: &[u8], attempts: u32) {
        let uploaded = outcome.unwrap();
        assert_eq!((uploaded.bytes(), uploaded.attempts()), (content.len() as u64, attempts));
        let arrived = self.storage.arrived();
        let last = arrived.last().unwrap();
        assert!(last.body == content, "{} of {} bytes arrived", last.body.len(), content.len());
        assert_eq!(last.length(), content.len());
    }
}

/// More than the sockets between client and storage hold.
pub(crate) fn large() -> Vec<u8> {
    let cycle: Vec<u8> = (0..251).collect();
    cycle.repeat((16 << 20) / cycle.len())
}
