//! Whatever a server answers: nothing panics, the status survives, and no secret is shown. Every decoder of the crate is
//! behind one of these three calls.

use media_upload::{Error, ErrorKind, Media};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::Runtime;
use wiremock::{MockServer, ResponseTemplate};

use crate::secrets::shown;
use crate::server::{
    CIELO24, KEY, PYANNOTE, SIGNATURE, TOKEN, cielo24, grant, job, media_url, presigned, pyannote, serve,
};

/// What servers do answer with, from which the answers are bent.
const KNOWN: &[&str] = &[
    r#"{"requestId":"37a4c3a0","message":"Error message"}"#,
    r#"{"message":"Invalid request","errors":[{"field":"url","message":"Invalid URL"}]}"#,
    r#"{"ErrorType":"BAD_API_TOKEN","ErrorComment":"no such token"}"#,
    r#"{"url":"https://storage.test/a?X-Amz-Signature=516e471e516e471e"}"#,
    r#"{"upload_url":"https://storage.test/a?X-Amz-Signature=516e471e516e471e"}"#,
    "<Error><Code>AccessDenied</Code><Message>Request has expired</Message><RequestId>1</RequestId></Error>",
];

/// One answer: a status, a `Retry-After`, a body.
fn answers() -> impl Strategy<Value = (u16, Vec<u8>, Vec<u8>)> {
    let statuses = prop_oneof![Just(201), Just(200), Just(400), Just(402), Just(429), Just(403), 300u16..600];
    let echoes = prop_oneof![Just(""), Just(KEY), Just(TOKEN), Just(SIGNATURE)];
    let bent = (0..KNOWN.len(), vec((any::<prop::sample::Index>(), any::<u8>()), 0..4), echoes).prop_map(
        |(known, changes, echo)| {
            let mut body = KNOWN[known].replace("message\":\"", &format!("message\":\"{echo}")).into_bytes();
            for (place, byte) in changes {
                let place = place.index(body.len());
                body[place] = byte;
            }
            body
        },
    );
    let bodies = prop_oneof![vec(any::<u8>(), 0..200), bent];
    let waits = prop_oneof![
        Just(b"1".to_vec()),
        Just(b"Wed, 21 Oct 2015 07:28:00 GMT".to_vec()),
        vec(32u8..127, 0..30)
    ];
    (statuses, waits, bodies)
}

#[test]
fn no_answer_makes_a_client_panic_lose_the_status_or_show_a_secret() {
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(MockServer::start());
    let (pyannote, cielo24) = (pyannote(&server), cielo24(&server));
    let config = Config { cases: 150, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&answers(), |(status, wait, body)| {
        runtime.block_on(async {
            server.reset().await;
            let answer = ResponseTemplate::new(status)
                .set_body_bytes(body)
                .insert_header("retry-after", String::from_utf8(wait).unwrap());
            serve(&server, PYANNOTE, answer.clone()).await;
            serve(&server, CIELO24, answer.clone()).await;
            check(status, pyannote.media_upload_url(&media_url()).await.err(), KEY)?;
            check(status, cielo24.request_upload_url(&job()).await.err(), TOKEN)?;
            server.reset().await;
            grant(&server, &presigned(&server.uri())).await;
            serve(&server, ("PUT", "/bucket/object"), answer).await;
            check(status, pyannote.upload(Media::bytes("media"), &media_url()).await.err(), SIGNATURE)
        })
    });
    outcome.unwrap();
}

/// `secret` is the one that was sent to the server, and so the one that it can echo.
fn check(status: u16, error: Option<Error>, secret: &str) -> Result<(), TestCaseError> {
    let Some(error) = error else {
        prop_assert!(status < 300, "a {status} is reported as a success");
        return Ok(());
    };
    let expected = [ErrorKind::Api, ErrorKind::Response, ErrorKind::Storage];
    prop_assert!(expected.contains(&error.kind()), "{:?}", error);
    prop_assert_eq!(error.status(), Some(status));
    let shown = shown(&error);
    prop_assert!(!shown.contains(secret), "{} is shown in {}", secret, shown);
    Ok(())
}
