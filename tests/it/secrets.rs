//! No error shows a secret: each kind of error is searched for the test credentials and signatures.

use std::collections::BTreeSet;
use std::error::Error as _;
use std::path::Path;
use std::time::Duration;

use media_upload::pyannote::api::GetMediaUploadUrlError;
use media_upload::{Error, ErrorKind, Media, PresignedUrl, Retry, cielo24, pyannote};
use serde_json::json;
use wiremock::{MockServer, ResponseTemplate};

use crate::faulty_storage::{Behaviour, FaultyStorage, answer, answer_with};
use crate::mock_server::{
    CIELO24, KEY, PYANNOTE, SIGNATURE, TOKEN, job, media_url, presigned, refusing_origin, serve,
    serve_storage, serve_upload_url, storage_server,
};

pub(crate) const SENTINELS: [&str; 4] = [KEY, TOKEN, SIGNATURE, "AKIASENTINEL"];

/// Everything that an error can show.
pub(crate) fn shown(error: &Error) -> String {
    let mut shown = format!(
        "{error} {error:?} {error:#?} {:?} {:?} {:?} {:?}",
        error.message(),
        error.storage_code(),
        error.request_id(),
        error.field_errors()
    );
    shown.push_str(&String::from_utf8_lossy(error.body().unwrap_or_default()));
    if let Some(documented) = error.documented::<GetMediaUploadUrlError>() {
        shown.push_str(&serde_json::to_string(documented).unwrap());
    }
    if let Some(documented) = error.documented::<cielo24::ApiError>() {
        shown.push_str(&serde_json::to_string(documented).unwrap());
    }
    let mut source = error.source();
    while let Some(cause) = source {
        shown.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    shown
}

/// A response that repeats the credential of the request, in several encodings.
fn echo(status: u16, credential: &str) -> ResponseTemplate {
    let echoed = format!(
        "{credential} {} {} Bearer {credential}",
        credential.to_uppercase(),
        credential.replace('-', "%2D")
    );
    ResponseTemplate::new(status).insert_header("x-echo", echoed.as_str()).set_body_json(json!({
        "message": echoed, "requestId": echoed, "errors": [{ "field": echoed, "message": echoed }],
        "ErrorType": echoed, "ErrorComment": echoed, "url": echoed, "upload_url": echoed,
    }))
}

/// An error of storage that repeats the URL of the request.
fn storage_echo(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_string(format!(
        "<Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>AKIASENTINEL</AWSAccessKeyId><SignatureProvided>{SIGNATURE}\
         </SignatureProvided><Url>/bucket/object?X-Amz-Credential=AKIASENTINEL%2Fs3&amp;X-Amz-Signature={SIGNATURE}</Url></Error>"
    ))
}

/// A client for each provider.
struct Clients {
    pyannote: pyannote::Client,
    cielo24: cielo24::Client,
}

impl Clients {
    fn of(url: &str, call_timeout: Duration) -> Self {
        let pyannote = pyannote::Client::builder(pyannote::ApiKey::new(KEY).unwrap());
        let cielo24 = cielo24::Client::builder(cielo24::ApiToken::new(TOKEN).unwrap());
        Self {
            pyannote: pyannote
                .base_url(url)
                .call_timeout(call_timeout)
                .retry(Retry::never())
                .build()
                .unwrap(),
            cielo24: cielo24.base_url(url).call_timeout(call_timeout).retry(Retry::never()).build().unwrap(),
        }
    }

    async fn request(&self) -> [Error; 2] {
        [
            self.pyannote.media_upload_url(&media_url()).await.unwrap_err(),
            self.cielo24.request_upload_url(&job()).await.unwrap_err(),
        ]
    }

    async fn upload(&self, media: impl Into<Media>) -> [Error; 2] {
        let media = media.into();
        [
            self.pyannote.upload(media.clone(), &media_url()).await.unwrap_err(),
            self.cielo24.upload(media, &job()).await.unwrap_err(),
        ]
    }
}

pub(crate) async fn every_error() -> Vec<Error> {
    let mut errors = invalid_arguments();
    let server = MockServer::start().await;
    let clients = Clients::of(&server.uri(), Duration::from_secs(30));
    for status in [200, 201, 204, 307, 400, 401, 402, 403, 418, 429, 500, 503] {
        server.reset().await;
        serve(&server, PYANNOTE, echo(status, KEY)).await;
        serve(&server, CIELO24, echo(status, TOKEN)).await;
        errors.extend(clients.request().await);
    }
    for status in [202, 307, 400, 403, 500, 503] {
        server.reset().await;
        serve_storage(&server, storage_echo(status)).await;
        errors.extend(clients.upload(vec![1]).await);
    }
    errors.extend(clients.upload(Path::new("/nonexistent")).await);

    // The URL has expired twice; a redirect; a reset; an early response.
    let echo = format!("<Error><Code>ExpiredToken</Code><Message>{SIGNATURE} AKIASENTINEL</Message></Error>");
    let redirect = format!("location: http://storage.example.com/?X-Amz-Signature={SIGNATURE}\r\n");
    for behaviour in [
        Behaviour::Answer(answer(403, &echo)),
        Behaviour::Answer(answer_with(307, &redirect, &echo)),
        Behaviour::ResetAfter(0),
        Behaviour::AnswerAfter(0, answer(200, &echo)),
        Behaviour::AnswerAfter(0, answer(403, &echo)),
    ] {
        let storage = FaultyStorage::start(vec![behaviour; 4]).await;
        server.reset().await;
        serve_upload_url(&server, &presigned(&storage.origin)).await;
        errors.extend(clients.upload(vec![1; 8 << 20]).await);
    }

    let (_socket, nowhere) = refusing_origin();
    server.reset().await;
    serve_upload_url(&server, &presigned(&nowhere)).await;
    errors.extend(clients.upload(vec![1]).await);
    errors.extend(Clients::of(&nowhere, Duration::from_secs(30)).request().await);
    let without_tls = server.uri().replace("http://", "https://");
    errors.extend(Clients::of(&without_tls, Duration::from_secs(30)).request().await);

    // The backlog of the listener accepts connections, and no one reads from them.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}", listener.local_addr().unwrap());
    errors.extend(Clients::of(&silent, Duration::from_millis(1)).request().await);
    errors
}

fn invalid_arguments() -> Vec<Error> {
    let key = || pyannote::ApiKey::new(KEY).unwrap();
    let mut errors = vec![
        pyannote::ApiKey::new(format!("{KEY}\n")).unwrap_err(),
        pyannote::MediaUrl::new(format!("media://{KEY}?")).unwrap_err(),
        cielo24::ApiToken::new(format!("{TOKEN}\n")).unwrap_err(),
    ];
    for base_url in
        [format!("https://user:{KEY}@api.test"), format!("https://api.test?key={KEY}"), format!("{KEY}://")]
    {
        errors.push(pyannote::Client::builder(key()).base_url(base_url).build().unwrap_err());
    }
    errors
}

#[tokio::test]
async fn no_error_shows_a_secret() {
    let errors = every_error().await;
    for error in &errors {
        let shown = shown(error).to_lowercase();
        for sentinel in SENTINELS {
            assert!(!shown.contains(&sentinel.to_lowercase()), "{sentinel} is shown by {error:?}:\n{shown}");
        }
        let line = error.to_string();
        assert!(
            !line.contains('\n') && !line.starts_with(char::is_uppercase),
            "not one lower-case line: {line}"
        );
    }
    let seen: BTreeSet<String> = errors.iter().map(|error| format!("{:?}", error.kind())).collect();
    assert_eq!(
        seen.into_iter().collect::<Vec<_>>(),
        every_kind(),
        "this test must cause an error of every kind"
    );
}

#[tokio::test]
async fn no_encoding_and_no_start_of_a_credential_is_kept() {
    let escaped = KEY.replace('-', "\\u002d");
    // The cap on a body is in the middle of the key.
    let cut = "x".repeat(64 * 1024 - 8) + KEY;
    for body in [format!(r#"{{"message":"{escaped}","requestId":"{escaped}"}}"#), cut] {
        let server =
            crate::mock_server::api_server(PYANNOTE, ResponseTemplate::new(400).set_body_string(body)).await;
        let error = crate::mock_server::pyannote(&server).media_upload_url(&media_url()).await.unwrap_err();
        let shown = shown(&error);
        assert!(!shown.contains(&KEY[..8]) && shown.contains("[secret]"), "{error}");
    }
}

/// The names of all kinds, sorted.
fn every_kind() -> Vec<String> {
    use ErrorKind::{
        Api, Configuration, Connection, InvalidArgument, Media, Response, Storage, Timeout, Tls,
    };
    [Api, Configuration, Connection, InvalidArgument, Media, Response, Storage, Timeout, Tls]
        .map(|kind| format!("{kind:?}"))
        .to_vec()
}

#[tokio::test]
async fn no_type_prints_its_secret() {
    let server = storage_server(ResponseTemplate::new(200)).await;
    let Clients { pyannote, cielo24 } = Clients::of(&server.uri(), Duration::from_secs(30));
    let url: PresignedUrl = pyannote.media_upload_url(&media_url()).await.unwrap();
    assert!(url.expose().contains(SIGNATURE));
    let key = pyannote::ApiKey::new(KEY).unwrap();
    let token = cielo24::ApiToken::new(TOKEN).unwrap();
    let shown = [
        format!("{url} {url:?} {key:?} {token:?} {pyannote:?} {cielo24:?} {:?}", pyannote.api()),
        format!("{:?} {:?}", pyannote::Client::builder(key), cielo24::Client::builder(token)),
        format!("{:?} {:?}", pyannote.upload(vec![1], &media_url()), cielo24.upload(vec![1], &job())),
    ];
    for sentinel in SENTINELS {
        assert!(!shown.concat().contains(sentinel), "{sentinel} in {shown:?}");
    }
}
