use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::{self, StreamExt};
use media_upload::{Content, ErrorKind, Media, Source, Uploaded, upload_all, upload_each};

use crate::upload_fixture::Fixture;

#[tokio::test]
async fn a_failed_upload_does_not_stop_the_others_and_the_order_is_kept() {
    let fixture = Fixture::new([]).await;
    let folder = tempfile::tempdir().unwrap();
    let uploads = (0..9).map(|number| {
        let file = folder.path().join(number.to_string());
        if number != 4 {
            std::fs::write(&file, vec![b'x'; number]).unwrap();
        }
        fixture.begin(file)
    });
    let outcomes = upload_all(uploads.collect::<Vec<_>>(), 3).await;
    let bytes: Vec<_> = outcomes.iter().map(|outcome| outcome.as_ref().ok().map(Uploaded::bytes)).collect();
    let expected: Vec<_> = (0..9).map(|number| (number != 4).then_some(number)).collect();
    assert_eq!(bytes, expected);
    assert_eq!(outcomes[4].as_ref().unwrap_err().kind(), ErrorKind::Media);
}

#[tokio::test]
async fn at_most_the_given_number_of_uploads_run_at_a_time() {
    let fixture = Fixture::new([]).await;
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let uploads = (0..8).map(|_| {
        let (running, most) = (Arc::clone(&running), Arc::clone(&most));
        fixture.begin(Media::source(Running { running, most }))
    });
    assert!(upload_all(uploads.collect::<Vec<_>>(), 3).await.iter().all(Result::is_ok));
    assert_eq!(most.load(Ordering::Relaxed), 3);
    assert!(upload_all([fixture.begin(vec![1])], 0).await[0].is_ok());
}

#[tokio::test]
async fn each_outcome_is_returned_before_slower_uploads_end() {
    let fixture = Fixture::new([]).await;
    let (open, gate) = tokio::sync::oneshot::channel();
    let slow = fixture.begin(b"slow".to_vec());
    let slow = async move {
        gate.await.unwrap();
        slow.await
    };
    let fast = fixture.begin(b"fast".to_vec()).into_future();
    let mut outcomes = upload_each([slow.boxed(), fast.boxed()], 2);
    let (position, outcome) = outcomes.next().await.unwrap();
    assert_eq!((position, outcome.unwrap().bytes()), (1, 4));
    open.send(()).unwrap();
    let (position, outcome) = outcomes.next().await.unwrap();
    assert!(position == 0 && outcome.is_ok());
    assert!(outcomes.next().await.is_none());
}

#[tokio::test]
async fn an_endless_list_is_read_only_as_far_as_uploads_begin() {
    let fixture = Fixture::new([]).await;
    let begun = AtomicUsize::new(0);
    let uploads = std::iter::repeat_with(|| {
        begun.fetch_add(1, Ordering::Relaxed);
        fixture.begin(vec![1])
    });
    let outcomes: Vec<_> = upload_each(uploads, 3).take(10).collect().await;
    assert!(outcomes.iter().all(|(_, outcome)| outcome.is_ok()));
    assert!(begun.load(Ordering::Relaxed) <= 12, "{begun:?}");
}

#[tokio::test]
async fn anything_that_becomes_a_future_can_be_run_in_a_task_of_its_own() {
    let fixture = Fixture::new([]).await;
    let named = ["a", "bc"].map(|name| {
        let upload = fixture.begin(name.as_bytes().to_vec());
        async move { (name, upload.await.map(|uploaded| uploaded.bytes())) }
    });
    let outcomes = tokio::spawn(upload_all(named, 1)).await.unwrap();
    let outcomes: Vec<_> = outcomes.into_iter().map(|(name, bytes)| (name, bytes.unwrap())).collect();
    assert_eq!(outcomes, [("a", 1), ("bc", 2)]);
}

/// Counts the open sources of its kind.
#[derive(Debug)]
struct Running {
    running: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl Source for Running {
    fn open(&self) -> BoxFuture<'_, io::Result<Content>> {
        self.most.fetch_max(self.running.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
        let running = Arc::clone(&self.running);
        let last = stream::once(async move {
            running.fetch_sub(1, Ordering::Relaxed);
            Ok(Bytes::from_static(b"x"))
        });
        async { Ok(Content::new(1, last)) }.boxed()
    }
}
