//! The values for tests are as those of a client.

use std::sync::Arc;
use std::time::{Duration, Instant};

use media_upload::pyannote::{ApiKey, Client};
use media_upload::testing::{self, TestClock};
use media_upload::{BoxFuture, Clock, Error, ErrorKind, FieldError, Provider, Retry};
use serde_json::json;
use wiremock::{MockServer, ResponseTemplate};

use crate::mock_server::{KEY, PYANNOTE, api_server, media_url, pyannote, serve_once, storage_server};
use crate::upload_fixture::Fixture;

/// Everything that an error says, apart from its source.
fn said(error: &Error) -> String {
    format!(
        "{error} {:?}",
        (
            (error.kind(), error.status(), error.provider(), error.operation(), error.attempts()),
            (error.message(), error.request_id(), error.field_errors(), error.retry_after()),
            (error.storage_code(), error.body(), error.is_retryable()),
        )
    )
}

#[tokio::test]
async fn an_error_made_for_a_test_says_the_same_as_that_of_a_client() {
    let body = json!({
        "message": "slow down", "requestId": "17", "errors": [{ "field": "url", "message": "again" }]
    });
    let answer = ResponseTemplate::new(429).insert_header("retry-after", "61").set_body_json(&body);
    let server = api_server(PYANNOTE, answer).await;
    let real = pyannote(&server).media_upload_url(&media_url()).await.unwrap_err();
    let made = testing::error(ErrorKind::Api)
        .operation(Provider::Pyannote, "getMediaUploadURL")
        .status(429)
        .message("slow down")
        .request_id("17")
        .field_error("url", "again")
        .retry_after(Duration::from_secs(61))
        .body(body.to_string());
    assert_eq!(said(&made.into()), said(&real));
}

#[tokio::test]
async fn an_error_of_storage_made_for_a_test_says_the_same_as_that_of_a_client() {
    let body = "<Error><Code>AccessDenied</Code><Message>No.</Message></Error>";
    let server = storage_server(ResponseTemplate::new(403).set_body_string(body)).await;
    let real = pyannote(&server).upload(vec![1], &media_url()).await.unwrap_err();
    let made = testing::error(ErrorKind::Storage)
        .operation(Provider::Pyannote, "upload")
        .status(403)
        .storage_code("AccessDenied")
        .body(body);
    assert_eq!(said(&made.build()), said(&real));
}

#[test]
fn an_error_made_for_a_test_has_a_status_only_if_its_kind_has_one() {
    use ErrorKind::{
        Api, Configuration, Connection, InvalidArgument, Media, Response, Storage, Timeout, Tls,
    };
    for kind in [Configuration, Connection, InvalidArgument, Media, Timeout, Tls] {
        let error = testing::error(kind).status(503).message("none").build();
        assert_eq!((error.kind(), error.status(), error.message()), (kind, None, None));
        assert_eq!(error.is_retryable(), [Connection, Timeout].contains(&kind));
    }
    for (kind, status, text) in [
        (Api, 500, "answered 500: try again later"),
        (Storage, 500, "answered 500: try again later"),
        (Response, 200, "answered 200, but this differs from the document"),
    ] {
        let error = testing::error(kind).build();
        assert_eq!((error.kind(), error.status(), error.to_string().as_str()), (kind, Some(status), text));
    }
}

#[test]
fn an_error_made_for_a_test_has_the_given_source() {
    let source = FormatError;
    let error = testing::error(ErrorKind::Api).status(402).attempts(3).source(source).build();
    assert_eq!((error.documented(), error.attempts()), (Some(&FormatError), 3));
    assert_eq!(error.field_errors(), <&[FieldError]>::default());
}

#[derive(Debug, PartialEq)]
struct FormatError;

impl std::fmt::Display for FormatError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a documented error")
    }
}

impl std::error::Error for FormatError {}

#[tokio::test]
async fn an_outcome_made_for_a_test_equals_that_of_a_client() {
    let fixture = Fixture::new([]).await;
    assert_eq!(fixture.upload(vec![1; 5]).await.unwrap(), testing::uploaded(5, 1));
    let progress = testing::progress(1, 5, 2);
    assert_eq!((progress.sent, progress.total, progress.attempt), (1, 5, 2));
}

#[test]
fn the_time_of_the_test_clock_moves_only_with_its_pauses() {
    let clock = TestClock::default();
    let (now, wall_time) = (clock.now(), clock.wall_time());
    let copy = clock.clone();
    for seconds in [2, 3] {
        assert!(futures_util::FutureExt::now_or_never(copy.sleep(Duration::from_secs(seconds))).is_some());
    }
    assert_eq!(clock.now() - now, Duration::from_secs(5));
    assert_eq!(clock.wall_time().duration_since(wall_time).unwrap(), Duration::from_secs(5));
    assert_eq!(clock.pauses(), [2, 3].map(Duration::from_secs));
}

/// The shortest clock that an application can write for its tests.
#[derive(Debug)]
struct NoPauses;

impl Clock for NoPauses {
    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(async {})
    }
}

#[tokio::test]
async fn a_clock_whose_sleep_is_ready_at_once_ends_no_attempt() {
    let (server, begun) = (MockServer::start().await, Instant::now());
    serve_once(&server, PYANNOTE, ResponseTemplate::new(503).insert_header("retry-after", "60")).await;
    crate::mock_server::serve_storage(&server, ResponseTemplate::new(200)).await;
    let builder = Client::builder(ApiKey::new(KEY).unwrap()).base_url(server.uri());
    let client = builder.clock(Arc::new(NoPauses)).retry(Retry::default()).build().unwrap();
    client.upload(vec![1; 5], &media_url()).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(60));
}
