//! Random responses: no call panics, every error keeps the status, and no error shows a secret. The three calls of this test
//! use every decoder of the crate.

use media_upload::{Error, ErrorKind, Media};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::Runtime;
use wiremock::{MockServer, ResponseTemplate};

use crate::mock_server::{
    CIELO24, KEY, PYANNOTE, SIGNATURE, TOKEN, cielo24, job, media_url, presigned, pyannote, serve,
    serve_upload_url,
};
use crate::secrets::shown;

/// Real bodies, which the test mutates.
const BODIES: &[&str] = &[
    r#"{"requestId":"37a4c3a0","message":"Error message"}"#,
    r#"{"message":"Invalid request","errors":[{"field":"url","message":"Invalid URL"}]}"#,
    r#"{"ErrorType":"BAD_API_TOKEN","ErrorComment":"no such token"}"#,
    r#"{"url":"https://storage.test/a?X-Amz-Signature=516e471e516e471e"}"#,
    r#"{"upload_url":"https://storage.test/a?X-Amz-Signature=516e471e516e471e"}"#,
    "<Error><Code>AccessDenied</Code><Message>Request has expired</Message><RequestId>1</RequestId></Error>",
];

/// A response: its status, its `Retry-After` and its body.
fn responses() -> impl Strategy<Value = (u16, Vec<u8>, Vec<u8>)> {
    let statuses = prop_oneof![Just(201), Just(200), Just(400), Just(402), Just(429), Just(403), 300u16..600];
    let echoes = prop_oneof![Just(""), Just(KEY), Just(TOKEN), Just(SIGNATURE)];
    let mutated = (0..BODIES.len(), vec((any::<prop::sample::Index>(), any::<u8>()), 0..4), echoes).prop_map(
        |(number, changes, echo)| {
            let mut body =
                BODIES[number].replace("message\":\"", &format!("message\":\"{echo}")).into_bytes();
            for (index, byte) in changes {
                let at = index.index(body.len());
                body[at] = byte;
            }
            body
        },
    );
    let bodies = prop_oneof![vec(any::<u8>(), 0..200), mutated];
    let waits = prop_oneof![
        Just(b"1".to_vec()),
        Just(b"Wed, 21 Oct 2015 07:28:00 GMT".to_vec()),
        vec(32u8..127, 0..30)
    ];
    (statuses, waits, bodies)
}

#[test]
fn no_response_causes_a_panic_a_lost_status_or_a_shown_secret() {
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(MockServer::start());
    let (pyannote, cielo24) = (pyannote(&server), cielo24(&server));
    let config = Config { cases: 150, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&responses(), |(status, wait, body)| {
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
            serve_upload_url(&server, &presigned(&server.uri())).await;
            serve(&server, ("PUT", "/bucket/object"), answer).await;
            check(status, pyannote.upload(Media::bytes("media"), &media_url()).await.err(), SIGNATURE)
        })
    });
    outcome.unwrap();
}

/// `secret` was sent to the server, so the response may repeat it.
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
