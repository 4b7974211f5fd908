//! The log of this crate and of its dependencies, at the level TRACE.

use std::io;
use std::sync::{Arc, Mutex};

use media_upload::pyannote::{ApiKey, Client};
use tracing_subscriber::fmt::format::FmtSpan;
use wiremock::{MockServer, ResponseTemplate};

use crate::faulty_storage::{Behaviour, FaultyStorage, answer};
use crate::mock_server::{KEY, PYANNOTE, media_url, presigned, serve_once, serve_upload_url};
use crate::secrets::{SENTINELS, every_error};
use crate::test_clock::TestClock;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Records the log of this thread, and so of the tasks of this test, until the guard is dropped.
    fn begin() -> (Self, tracing::subscriber::DefaultGuard) {
        // For dependencies that use `log`. It fails if another test has done it already.
        let _ = tracing_log::LogTracer::init();
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::CLOSE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

/// The log of an upload whose first connection is reset, whose first URL has expired, and which then succeeds.
async fn upload() -> String {
    let (log, _guard) = Log::begin();
    let expired =
        answer(403, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>");
    let storage = FaultyStorage::start([Behaviour::ResetAfter(0), Behaviour::Answer(expired)]).await;
    let api = MockServer::start().await;
    serve_once(&api, PYANNOTE, ResponseTemplate::new(503)).await;
    serve_upload_url(&api, &presigned(&storage.origin)).await;
    let builder = Client::builder(ApiKey::new(KEY).unwrap()).base_url(api.uri()).root_certificates("");
    let client = builder.clock(Arc::new(TestClock::new())).build().unwrap();
    client.upload(vec![1; 5], &media_url()).await.unwrap();
    log.text()
}

#[tokio::test]
async fn every_request_has_a_span_with_status_and_duration() {
    let log = upload().await;
    let closed = |fields: &str| {
        log.lines().any(|line| line.contains("call{") && line.contains(fields) && line.contains(": close"))
    };
    for fields in [
        "provider=pyannote operation=\"getMediaUploadURL\" attempt=1 status=503 duration_ms=",
        "provider=pyannote operation=\"getMediaUploadURL\" attempt=2 status=201 duration_ms=",
        "provider=pyannote operation=\"upload\" attempt=1 duration_ms=",
        "provider=pyannote operation=\"upload\" attempt=2 status=403 duration_ms=",
        "provider=pyannote operation=\"upload\" attempt=3 status=200 duration_ms=",
    ] {
        assert!(closed(fields), "{fields} in:\n{log}");
    }
    assert!(log.contains("retrying") && log.contains("requesting a new upload URL"), "{log}");
}

#[tokio::test]
async fn the_log_contains_no_secret() {
    let (log, guard) = Log::begin();
    every_error().await;
    drop(guard);
    let log = log.text() + &upload().await;
    // The log includes that of the dependencies.
    assert!(log.contains("reqwest::connect") && log.contains("hyper_util"), "{log}");
    for sentinel in SENTINELS {
        let shown = log.lines().find(|line| line.to_lowercase().contains(&sentinel.to_lowercase()));
        assert_eq!(shown, None, "{sentinel}");
    }
}
