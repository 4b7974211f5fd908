//! Uploads to an S3 server in this process, which checks signatures and expiry.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use media_upload::testing::TestClock;
use media_upload::{Error, ErrorKind, Media, Uploaded, cielo24, pyannote};
use rusty_s3::actions::{PutObject, S3Action};
use rusty_s3::{Bucket, Credentials, UrlStyle};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use serde_json::json;
use tempfile::TempDir;
use tokio::net::TcpListener;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::mock_server::{KEY, TOKEN, job, media_url};

const ACCESS_KEY: &str = "AKIASENTINEL";
const SECRET_KEY: &str = "sentinel-secret";
const OBJECT: &str = "recordings/interview 1.wav";

struct S3 {
    folder: TempDir,
    bucket: Bucket,
}

impl S3 {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("media")).unwrap();
        let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let service = service.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let server = auto::Builder::new(TokioExecutor::new());
                    let _ = server.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        let bucket = Bucket::new(origin, UrlStyle::Path, "media", "us-east-1").unwrap();
        Self { folder, bucket }
    }

    /// A URL to PUT the object, signed with `secret` one minute ago and valid for `expires`.
    fn signed(&self, secret: &str, expires: Duration) -> String {
        let credentials = Credentials::new(ACCESS_KEY, secret);
        let action = PutObject::new(&self.bucket, Some(&credentials), OBJECT);
        let minute_ago = jiff::Timestamp::now() - Duration::from_secs(60);
        action.sign_with_time(expires, &minute_ago).to_string()
    }

    fn stored(&self) -> Option<Vec<u8>> {
        std::fs::read(self.folder.path().join("media").join(OBJECT)).ok()
    }
}

/// The APIs of both providers, and the number of their responses. They return `urls` in turn, and then repeat the last one.
async fn api(urls: Vec<String>) -> (MockServer, Arc<AtomicUsize>) {
    let (api, asked) = (MockServer::start().await, Arc::new(AtomicUsize::new(0)));
    for (verb, field, status) in [("POST", "url", 201), ("GET", "upload_url", 200)] {
        let (urls, asked) = (urls.clone(), Arc::clone(&asked));
        let serve_upload_url = move |_: &Request| {
            let turn = asked.fetch_add(1, Ordering::Relaxed).min(urls.len() - 1);
            ResponseTemplate::new(status).set_body_json(json!({ field: urls[turn] }))
        };
        Mock::given(method(verb)).respond_with(serve_upload_url).mount(&api).await;
    }
    (api, asked)
}

/// An upload through each provider.
async fn uploads(api: &MockServer, media: impl Into<Media>) -> [Result<Uploaded, Error>; 2] {
    let (clock, media) = (Arc::new(TestClock::default()), media.into());
    let pyannote = pyannote::Client::builder(pyannote::ApiKey::new(KEY).unwrap())
        .base_url(api.uri())
        .root_certificates("")
        .clock(clock.clone())
        .build()
        .unwrap();
    let cielo24 = cielo24::Client::builder(cielo24::ApiToken::new(TOKEN).unwrap())
        .base_url(api.uri())
        .root_certificates("")
        .clock(clock)
        .build()
        .unwrap();
    [pyannote.upload(media.clone(), &media_url()).await, cielo24.upload(media, &job()).await]
}

const HOUR: Duration = Duration::from_secs(60 * 60);
const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn the_stored_object_equals_the_media() {
    let s3 = S3::start().await;
    let (api, _) = api(vec![s3.signed(SECRET_KEY, HOUR)]).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    for length in [0, 1, (1 << 20) - 1, (1 << 20) + 1, 5 << 20] {
        let content: Vec<u8> = (0..251).cycle().take(length).collect();
        std::fs::write(file.path(), &content).unwrap();
        for outcome in uploads(&api, file.path()).await {
            assert_eq!(outcome.unwrap().bytes(), length as u64);
        }
        assert!(s3.stored().unwrap() == content, "{length}");
    }
}

#[tokio::test]
async fn a_new_url_replaces_an_expired_one() {
    let s3 = S3::start().await;
    let (expired, good) = (s3.signed(SECRET_KEY, SECOND), s3.signed(SECRET_KEY, HOUR));
    let (api, asked) = api(vec![expired, good]).await;
    let [first, _] = uploads(&api, b"media".to_vec()).await;
    assert_eq!((first.unwrap().attempts(), s3.stored().unwrap()), (2, b"media".to_vec()));
    assert_eq!(asked.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn two_expired_urls_are_an_error_and_nothing_is_stored() {
    let s3 = S3::start().await;
    let (api, asked) = api(vec![s3.signed(SECRET_KEY, SECOND)]).await;
    for outcome in uploads(&api, b"media".to_vec()).await {
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.status(), error.attempts()), (ErrorKind::Storage, Some(403), 2));
        assert_eq!((error.storage_code(), error.message()), (Some("AccessDenied"), None));
    }
    assert_eq!((asked.load(Ordering::Relaxed), s3.stored()), (4, None));
}

#[tokio::test]
async fn a_wrong_signature_is_not_retried_and_not_shown() {
    let s3 = S3::start().await;
    let url = s3.signed("another-secret", HOUR);
    let signature = url.rsplit_once("X-Amz-Signature=").unwrap().1.to_owned();
    let (api, asked) = api(vec![url]).await;
    for outcome in uploads(&api, b"media".to_vec()).await {
        let error = outcome.unwrap_err();
        assert_eq!((error.status(), error.storage_code()), (Some(403), Some("SignatureDoesNotMatch")));
        let shown = format!("{error} {error:?} {}", String::from_utf8_lossy(error.body().unwrap()));
        assert!(!shown.contains(&signature) && !shown.contains(ACCESS_KEY), "{shown}");
    }
    assert_eq!((asked.load(Ordering::Relaxed), s3.stored()), (2, None));
}
