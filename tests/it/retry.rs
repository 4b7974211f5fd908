use std::sync::Arc;
use std::time::{Duration, SystemTime};

use media_upload::pyannote::{ApiKey, Client};
use media_upload::testing::TestClock;
use media_upload::{Error, ErrorKind, PresignedUrl, Retry, cielo24};
use serde_json::json;
use wiremock::{MockServer, ResponseTemplate};

use crate::faulty_storage::{self, Behaviour, answer_with};
use crate::mock_server::{
    CIELO24, KEY, PYANNOTE, TOKEN, job, media_url, refusing_origin, requests, serve, serve_once,
};
use crate::upload_fixture::Fixture;

/// Makes a call that gets `answers` and then a success. Returns its outcome, its pauses and the number of its requests.
async fn call(
    retry: Retry,
    answers: impl IntoIterator<Item = ResponseTemplate>,
) -> (Result<PresignedUrl, Error>, Vec<Duration>, usize) {
    let (server, clock) = (MockServer::start().await, TestClock::default());
    for answer in answers {
        serve_once(&server, PYANNOTE, answer).await;
    }
    let success = ResponseTemplate::new(201).set_body_json(json!({ "url": "https://storage.test/a" }));
    serve(&server, PYANNOTE, success).await;
    let outcome = client(&server.uri(), &clock, retry).media_upload_url(&media_url()).await;
    let sent = requests(&server).await.len();
    (outcome, clock.pauses(), sent)
}

fn client(url: &str, clock: &TestClock, retry: Retry) -> Client {
    let builder = Client::builder(ApiKey::new(KEY).unwrap()).base_url(url).retry(retry);
    builder.clock(Arc::new(clock.clone())).build().unwrap()
}

fn answer(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status)
}

#[tokio::test]
async fn retryable_statuses_are_retried() {
    for status in [408, 429, 500, 502, 503, 504] {
        let (outcome, pauses, sent) = call(Retry::default(), [answer(status)]).await;
        assert_eq!((outcome.is_ok(), pauses.len(), sent), (true, 1, 2), "{status}");
    }
}

/// The rate limit is that of the account, so a batch would only get more 429s.
#[tokio::test]
async fn a_call_that_begins_during_the_wait_for_the_rate_limit_is_sent_after_it() {
    let limited = |seconds| answer(429).insert_header("retry-after", seconds);
    for (retry, seconds, expected) in [
        (Retry::default().max_retries(1), "7", vec![7, 7, 7]),
        (Retry::never(), "7", vec![]),
        (Retry::default().max_retries(1), "100", vec![]),
    ] {
        let (server, clock) = (MockServer::start().await, TestClock::default());
        serve(&server, PYANNOTE, limited(seconds)).await;
        let client = client(&server.uri(), &clock, retry);
        for client in [&client, &client.clone()] {
            client.media_upload_url(&media_url()).await.unwrap_err();
        }
        let pauses: Vec<u64> =
            clock.pauses().iter().map(|pause| pause.as_secs_f32().round() as u64).collect();
        assert_eq!(pauses, expected, "{retry:?} {seconds}");
    }
}

#[tokio::test]
async fn other_statuses_are_not_retried() {
    for status in [400, 401, 402, 403, 404, 422, 501, 307, 200] {
        let (outcome, pauses, sent) = call(Retry::default(), [answer(status)]).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.status(), error.attempts(), pauses.len(), sent), (Some(status), 1, 0, 1));
        assert!(!error.to_string().contains("tried"), "{error}");
    }
}

#[tokio::test]
async fn retries_are_limited_and_the_error_has_the_number_of_attempts() {
    let (outcome, pauses, sent) = call(Retry::default().max_retries(4), vec![answer(503); 5]).await;
    let error = outcome.unwrap_err();
    assert_eq!((error.attempts(), pauses.len(), sent), (5, 4, 5));
    insta::assert_snapshot!(error, @"pyannote getMediaUploadURL: answered 503: try again later (tried 5 times)");

    let (outcome, _, sent) = call(Retry::never(), [answer(503)]).await;
    assert_eq!((outcome.unwrap_err().attempts(), sent), (1, 1));
}

#[tokio::test]
async fn pauses_are_random_below_a_maximum_that_doubles_up_to_the_cap() {
    let second = Duration::from_secs(1);
    let retry = Retry::default().retry_timeout(second * 600).init_backoff(second).max_backoff(second * 3);
    let (_, pauses, _) = call(retry, vec![answer(500); 40]).await;
    let limits = [1, 2].into_iter().chain(std::iter::repeat(3)).map(|seconds| second * seconds);
    assert!(pauses.iter().zip(limits).all(|(&pause, limit)| pause <= limit), "{pauses:?}");
    // The pauses cover the whole range, not only its upper half.
    assert!(pauses.iter().any(|&pause| pause < second), "{pauses:?}");
    assert!(pauses.iter().any(|&pause| pause > second * 2), "{pauses:?}");
}

#[tokio::test]
async fn a_pause_is_as_long_as_the_server_asks() {
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(50));
    for (name, value, at_least, at_most) in
        [("retry-after", "17", 17, 17), ("retry-after", &date, 45, 50), ("x-ratelimit-reset", "17", 17, 17)]
    {
        let (outcome, pauses, _) = call(Retry::default(), [answer(429).insert_header(name, value)]).await;
        let range = Duration::from_secs(at_least)..=Duration::from_secs(at_most);
        assert!(outcome.is_ok() && pauses.len() == 1 && range.contains(&pauses[0]), "{value}: {pauses:?}");
    }
}

#[tokio::test]
async fn a_wait_above_the_maximum_is_returned_to_the_caller() {
    let (outcome, pauses, sent) =
        call(Retry::default(), [answer(429).insert_header("retry-after", "61")]).await;
    let error = outcome.unwrap_err();
    assert_eq!((error.retry_after(), error.is_retryable()), (Some(Duration::from_secs(61)), true));
    assert_eq!((pauses.len(), sent), (0, 1));
    insta::assert_snapshot!(error, @"pyannote getMediaUploadURL: answered 429: try again in 61 s");
    let patient = Retry::default().max_retry_after(Duration::from_secs(61));
    let (outcome, pauses, _) = call(patient, [answer(429).insert_header("retry-after", "61")]).await;
    assert!(outcome.is_ok() && pauses == [Duration::from_secs(61)], "{pauses:?}");
    let (outcome, ..) =
        call(Retry::default(), [answer(503), answer(503).insert_header("retry-after", "61")]).await;
    insta::assert_snapshot!(outcome.unwrap_err(), @"pyannote getMediaUploadURL: answered 503: try again in 61 s (tried 2 times)");
}

#[tokio::test]
async fn no_attempt_begins_after_the_retry_timeout() {
    let retry = Retry::default().retry_timeout(Duration::from_secs(100));
    let again = || answer(503).insert_header("retry-after", "40");
    let (outcome, pauses, sent) = call(retry, [again(), again(), again()]).await;
    assert_eq!((outcome.unwrap_err().attempts(), sent), (3, 3));
    assert_eq!(pauses, [Duration::from_secs(40); 2]);
}

/// The pauses of a call, or of an upload to storage, that is always answered with 503.
async fn pauses_of_outage(retry: Retry, behaviours: usize) -> (Vec<Duration>, Error) {
    let fixture =
        Fixture::with(retry, vec![Behaviour::Answer(faulty_storage::answer(503, "")); behaviours]).await;
    let error = fixture.upload(b"media".to_vec()).await.unwrap_err();
    (fixture.clock.pauses(), error)
}

#[tokio::test]
async fn by_default_an_upload_is_retried_for_two_minutes_and_a_call_for_thirty_seconds() {
    let (_, call, sent) = call(Retry::default(), vec![answer(503); 500]).await;
    assert_eq!((call.iter().sum(), call.len() + 1), (Duration::from_secs(30), sent));
    let (upload, error) = pauses_of_outage(Retry::default(), 500).await;
    assert_eq!((upload.iter().sum(), upload.len() as u32 + 1), (Duration::from_secs(120), error.attempts()));
    // After the end of an outage, the next attempt begins within 15 s.
    assert!(upload.iter().all(|pause| *pause <= Duration::from_secs(15)), "{upload:?}");
}

#[tokio::test]
async fn the_request_for_the_url_of_an_upload_is_retried_for_two_minutes() {
    let fixture = Fixture::new([]).await;
    fixture.api.reset().await;
    serve(&fixture.api, PYANNOTE, answer(503)).await;
    let error = fixture.upload(b"media".to_vec()).await.unwrap_err();
    assert_eq!(
        (error.kind(), fixture.clock.pauses().iter().sum()),
        (ErrorKind::Api, Duration::from_secs(120))
    );
}

#[tokio::test]
async fn the_retry_timeout_applies_to_calls_and_uploads() {
    let retry = Retry::default().retry_timeout(Duration::from_secs(600));
    let (_, call, _) = call(retry, vec![answer(503); 2000]).await;
    let (upload, _) = pauses_of_outage(retry, 2000).await;
    assert_eq!([call.iter().sum(), upload.iter().sum::<Duration>()], [Duration::from_secs(600); 2]);
}

#[tokio::test]
async fn each_outage_of_an_upload_has_the_whole_retry_timeout_but_only_five_have() {
    let retry = Retry::default().retry_timeout(Duration::from_secs(100));
    let asks = Behaviour::Answer(answer_with(503, "retry-after: 60\r\n", ""));
    let media = vec![0; (16 << 20) + 1];
    let fixture = Fixture::with(retry, vec![asks; 9]).await;
    let error = fixture.upload(media).await.unwrap_err();
    // Each attempt sends everything, so each of the first five failures begins a new outage.
    assert_eq!((error.attempts(), fixture.clock.pauses()), (6, vec![Duration::from_secs(60); 5]));
}

#[tokio::test]
async fn a_refused_connection_is_retried() {
    let ((_socket, nowhere), clock) = (refusing_origin(), TestClock::default());
    let client = client(&nowhere, &clock, Retry::default().max_retries(2));
    let error = client.media_upload_url(&media_url()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), clock.pauses().len()), (ErrorKind::Connection, 3, 2));
}

#[tokio::test]
async fn a_missing_response_is_retried() {
    // The backlog of the listener accepts connections, and no one reads from them.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let clock = TestClock::default();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let call = tokio::spawn({
        let client = client(&url, &clock, Retry::default().max_retries(1));
        async move { client.media_upload_url(&media_url()).await.unwrap_err() }
    });
    while !call.is_finished() {
        clock.expire_deadlines();
        tokio::task::yield_now().await;
    }
    let error = call.await.unwrap();
    assert_eq!((error.kind(), error.status(), error.attempts()), (ErrorKind::Timeout, None, 2));
    insta::assert_snapshot!(error, @"pyannote getMediaUploadURL: no response arrived within 30s: try again, or increase the timeout (tried 2 times)");
}

#[tokio::test]
async fn cielo24_requests_are_retried() {
    let (server, clock) = (MockServer::start().await, TestClock::default());
    serve_once(&server, CIELO24, answer(503)).await;
    serve(&server, CIELO24, answer(200).set_body_json(json!({ "upload_url": "https://storage.test/a" })))
        .await;
    let builder = cielo24::Client::builder(cielo24::ApiToken::new(TOKEN).unwrap()).base_url(server.uri());
    let client = builder.clock(Arc::new(clock.clone())).build().unwrap();
    client.request_upload_url(&job()).await.unwrap();
    assert_eq!(clock.pauses().len(), 1);
}
