//! A response that arrives before the whole media was sent.

use std::io;
use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::{self, StreamExt};
use media_upload::{Bytes, Content, Media, Source};
use tokio::sync::Semaphore;

use crate::faulty_storage::Behaviour;
use crate::upload_fixture::Fixture;

/// A source of two bytes. The second one is read when the gate has a permit.
#[derive(Debug)]
struct Gated(Arc<Semaphore>);

impl Source for Gated {
    fn open(&self) -> BoxFuture<'_, io::Result<Content>> {
        let gate = Arc::clone(&self.0);
        let first = stream::iter([Ok(Bytes::from_static(b"1")), Ok(Bytes::from_static(b""))]);
        let second = stream::once(async move {
            let _permit = gate.acquire().await;
            Ok(Bytes::from_static(b"2"))
        });
        async move { Ok(Content::new(2, first.chain(second))) }.boxed()
    }
}

#[tokio::test]
async fn after_an_early_response_no_more_media_is_sent() {
    let early = "HTTP/1.1 403 X\r\ncontent-length: 0\r\n\r\n".to_owned();
    let fixture = Fixture::new([Behaviour::AnswerWhileReading(1, early)]).await;
    let gate = Arc::new(Semaphore::new(0));
    let error = fixture.upload(Media::source(Gated(Arc::clone(&gate)))).await.unwrap_err();
    assert_eq!(error.status(), Some(403));
    // The rest can be read only now, and storage would accept it.
    gate.add_permits(1);
    fixture.storage.connection_end().await;
    fixture.assert_nothing_stored();
}
