//! The spans and events of this crate, and the log of its dependencies.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use media_upload::pyannote::{ApiKey, Client};
use media_upload::testing::TestClock;
use tracing::{Instrument, Level};
use tracing_subscriber::fmt::format::FmtSpan;
use wiremock::{MockServer, ResponseTemplate};

use crate::faulty_storage::{Behaviour, FaultyStorage, answer};
use crate::mock_server::{
    self, KEY, PYANNOTE, api_server, media_url, presigned, serve_once, serve_upload_url,
};
use crate::secrets::{SENTINELS, every_error};
use crate::upload_fixture::Fixture;

#[path = "../../examples/trace.rs"]
#[allow(dead_code)]
mod example;

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
    fn begin(level: Level) -> (Self, tracing::subscriber::DefaultGuard) {
        // For dependencies that use `log`. It fails if another test has done it already.
        let _ = tracing_log::LogTracer::init();
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(level)
            .with_span_events(FmtSpan::CLOSE)
            .with_ansi(false)
            .with_target(level == Level::TRACE)
            .without_time()
            .with_writer(move || writer.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    /// The log, with 0 for each port.
    fn text(&self) -> String {
        let log = String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned();
        let mut parts = log.split("server.port=");
        let first = parts.next().unwrap().to_owned();
        parts.fold(first, |text, part| {
            text + "server.port=0" + part.trim_start_matches(|c: char| c.is_ascii_digit())
        })
    }
}

/// The log of an upload whose first connection is reset, whose first URL has expired, and which then succeeds.
async fn upload(level: Level) -> String {
    let (log, _guard) = Log::begin(level);
    let expired =
        answer(403, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>");
    let storage = FaultyStorage::start([Behaviour::ResetAfter(0), Behaviour::Answer(expired)]).await;
    let api = MockServer::start().await;
    serve_once(&api, PYANNOTE, ResponseTemplate::new(503)).await;
    serve_upload_url(&api, &presigned(&storage.origin)).await;
    let builder = Client::builder(ApiKey::new(KEY).unwrap()).base_url(api.uri()).root_certificates("");
    let client = builder.clock(Arc::new(TestClock::default())).build().unwrap();
    client.upload(vec![1; 5], &media_url()).await.unwrap();
    log.text()
}

#[tokio::test]
async fn every_request_has_a_span_in_the_span_of_its_upload() {
    let log = upload(Level::INFO).await;
    let upload = r#"upload{media.target="media://interview.wav" provider=pyannote bytes=5"#;
    for request in [
        r#"operation="getMediaUploadURL" http.request.method=POST server.address="127.0.0.1" server.port=0 http.response.status_code=503 error.type=503}: close"#,
        r#"operation="getMediaUploadURL" http.request.method=POST http.request.resend_count=1 server.address="127.0.0.1" server.port=0 http.response.status_code=201}: close"#,
        r#"operation="upload" http.request.method=PUT server.address="127.0.0.1" server.port=0 error.type=Connection}: close"#,
        r#"operation="upload" http.request.method=PUT http.request.resend_count=1 server.address="127.0.0.1" server.port=0 http.response.status_code=403 error.type=403}: close"#,
        r#"operation="upload" http.request.method=PUT http.request.resend_count=2 server.address="127.0.0.1" server.port=0 http.response.status_code=200}: close"#,
    ] {
        let span = format!(r#"{upload}}}:request{{otel.kind="client" provider=pyannote {request}"#);
        assert_eq!(log.matches(&span).count(), 1, "{span} in:\n{log}");
    }
    let end = format!("{upload} attempts=3 outcome=stored}}: close");
    assert_eq!(log.matches(&end).count(), 1, "{end} in:\n{log}");
}

#[tokio::test]
async fn a_failed_upload_has_its_reason_and_a_dropped_one_is_cancelled() {
    let (log, _guard) = Log::begin(Level::INFO);
    let fixture = Fixture::new([Behaviour::Answer(answer(403, ""))]).await;
    fixture.upload(vec![1; 5]).await.unwrap_err();
    fixture.upload(Path::new("/nonexistent.wav")).await.unwrap_err();
    let mut upload = fixture.begin(vec![1; 6]).into_future();
    assert!((&mut upload).now_or_never().is_none());
    drop(upload);
    let log = log.text();
    for end in [
        "bytes=5 attempts=1 outcome=failed error.type=403}: close",
        r#"upload{media.name="/nonexistent.wav" media.target="media://interview.wav" provider=pyannote attempts=1 outcome=failed error.type=Media}: close"#,
        "bytes=6 outcome=cancelled}: close",
        // The request that was running then.
        "server.port=0 error.type=cancelled}: close",
    ] {
        assert_eq!(log.matches(end).count(), 1, "{end} in:\n{log}");
    }
}

#[tokio::test]
async fn a_request_does_not_write_into_a_span_of_its_caller() {
    let (log, _guard) = Log::begin(Level::INFO);
    let server = api_server(PYANNOTE, ResponseTemplate::new(402)).await;
    let span = tracing::info_span!("handler", http.response.status_code = tracing::field::Empty);
    let client = mock_server::pyannote(&server);
    let call = async { client.media_upload_url(&media_url()).await.unwrap_err() };
    call.instrument(span).await;
    let log = log.text();
    assert!(log.contains("handler:request{") && log.contains("error.type=402}: close"), "{log}");
    assert!(!log.contains("handler{"), "{log}");
}

#[tokio::test]
async fn the_documentation_shows_the_trace_of_the_example() {
    let (log, guard) = Log::begin(Level::INFO);
    example::upload().await;
    drop(guard);
    let (log, guide) =
        (log.text().replace("server.port=0", "server.port=40123"), include_str!("../../src/guide.md"));
    assert!(guide.contains(&log), "src/guide.md does not have this trace:\n{log}");
}

#[tokio::test]
async fn the_log_contains_no_secret() {
    let (log, guard) = Log::begin(Level::TRACE);
    every_error().await;
    drop(guard);
    let log = log.text() + &upload(Level::TRACE).await;
    // The log includes that of the dependencies.
    assert!(log.contains("reqwest::connect") && log.contains("hyper_util"), "{log}");
    for sentinel in SENTINELS {
        let shown = log.lines().find(|line| line.to_lowercase().contains(&sentinel.to_lowercase()));
        assert_eq!(shown, None, "{sentinel}");
    }
}
