use std::io::Write;
use std::path::Path;
use std::time::Duration;

use media_upload::{Error, ErrorKind, Media, Provider, Uploaded, Uploading};
use serde_json::json;
use tracing::Instrument;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::mock_server::{
    self, KEY, SIGNATURE, TOKEN, header_names, job, media_url, requests, storage_server,
};

/// The upload of `media` through each provider, to storage that answers with `status`.
async fn uploads(status: u16, media: impl Into<Media>) -> Vec<(MockServer, Result<Uploaded, Error>)> {
    let media = media.into();
    let (first, second) = (
        storage_server(ResponseTemplate::new(status)).await,
        storage_server(ResponseTemplate::new(status)).await,
    );
    let pyannote = mock_server::pyannote(&first).upload(media.clone(), &media_url()).await;
    let cielo24 = mock_server::cielo24(&second).upload(media, &job()).await;
    vec![(first, pyannote), (second, cielo24)]
}

async fn assert_sends(media: impl Into<Media>, content: &[u8]) {
    for (server, outcome) in uploads(200, media).await {
        let uploaded = outcome.unwrap();
        assert_eq!((uploaded.bytes(), uploaded.attempts()), (content.len() as u64, 1));

        let requests = requests(&server).await;
        let [_, put] = &requests[..] else { panic!("two requests, not {}", requests.len()) };
        assert!(put.url.query().unwrap().contains(SIGNATURE));
        assert_eq!(header_names(put), ["accept", "content-length", "host", "user-agent"]);
        assert_eq!(put.headers["content-length"], content.len().to_string());
        assert!(!format!("{:?} {}", put.headers, put.url).contains(KEY));
        assert!(!format!("{:?} {}", put.headers, put.url).contains(TOKEN));
        assert!(put.body == content, "the received bytes differ from the media");
    }
}

#[tokio::test]
async fn bytes_are_sent_unchanged_with_their_length_and_without_credential() {
    assert_sends(vec![7; 1000], &[7; 1000]).await;
}

#[tokio::test]
async fn a_file_is_sent_unchanged() {
    let content: Vec<u8> = (0..3_000_000_u32).map(|i| (i % 251) as u8).collect();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&content).unwrap();
    assert_sends(file.path(), &content).await;
}

#[tokio::test]
async fn empty_media_has_a_content_length() {
    assert_sends(tempfile::NamedTempFile::new().unwrap().path(), b"").await;
    assert_sends(Vec::new(), b"").await;
}

#[tokio::test]
async fn storage_reports_success_with_200_201_or_204() {
    for status in [200, 201, 204] {
        for (_, outcome) in uploads(status, vec![1]).await {
            assert!(outcome.is_ok(), "{status}");
        }
    }
}

#[tokio::test]
async fn another_status_of_storage_is_an_error() {
    for (status, kind) in [
        (403, ErrorKind::Storage),
        (503, ErrorKind::Storage),
        (307, ErrorKind::Storage),
        (202, ErrorKind::Response),
    ] {
        for (_, outcome) in uploads(status, vec![1]).await {
            let error = outcome.unwrap_err();
            assert_eq!(
                (error.kind(), error.status(), error.operation()),
                (kind, Some(status), Some("upload"))
            );
        }
    }
}

#[tokio::test]
async fn unreadable_media_is_an_error_before_anything_is_sent() {
    for (server, outcome) in uploads(200, Path::new("/nonexistent/interview.wav")).await {
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Media, Some("upload")));
        assert!(error.to_string().contains("/nonexistent/interview.wav"), "{error}");
        assert!(requests(&server).await.is_empty());
    }
}

#[tokio::test]
async fn a_file_whose_length_changes_after_opening_is_an_error() {
    const LENGTH: u64 = 3_000_000;
    for (length, changed) in [(LENGTH, LENGTH + 1), (LENGTH, LENGTH - 1), (LENGTH, 0), (0, 5)] {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(length).unwrap();
        let (server, handle) = (MockServer::start().await, file.reopen().unwrap());
        let url = mock_server::presigned(&server.uri());
        // The URL is requested when the file is already open.
        let change = move |_: &Request| {
            handle.set_len(changed).unwrap();
            ResponseTemplate::new(201).set_body_json(json!({ "url": url }))
        };
        Mock::given(method("POST")).respond_with(change).mount(&server).await;
        Mock::given(method("PUT")).respond_with(ResponseTemplate::new(200)).mount(&server).await;

        let error = mock_server::pyannote(&server).upload(file.path(), &media_url()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.operation(), error.status()),
            (ErrorKind::Media, Some("upload"), None),
            "{error}"
        );
        assert!(
            requests(&server).await.iter().all(|request| request.method != "PUT"),
            "storage received a complete PUT"
        );
    }
}

#[tokio::test]
async fn an_upload_that_is_not_awaited_sends_nothing() {
    let server = storage_server(ResponseTemplate::new(200)).await;
    drop(mock_server::pyannote(&server).upload(vec![1], &media_url()));
    assert!(requests(&server).await.is_empty());
}

#[tokio::test]
async fn an_error_of_the_url_request_is_the_error_of_the_upload() {
    let server = mock_server::api_server(mock_server::PYANNOTE, ResponseTemplate::new(402)).await;
    let error = mock_server::pyannote(&server).upload(vec![1], &media_url()).await.unwrap_err();
    assert_eq!(
        (error.status(), error.operation(), error.provider()),
        (Some(402), Some("getMediaUploadURL"), Some(Provider::Pyannote))
    );
    assert_eq!(requests(&server).await.len(), 1);
}

#[tokio::test]
async fn an_upload_can_be_spawned_joined_instrumented_and_selected() {
    let server = storage_server(ResponseTemplate::new(200)).await;
    let client = mock_server::pyannote(&server);
    let upload = || client.upload(vec![1], &media_url());
    let task = tokio::spawn(upload().into_future());
    let instrumented = upload().into_future().instrument(tracing::info_span!("import"));
    let limited = tokio::time::timeout(Duration::from_secs(3600), upload());
    let (task, instrumented, limited) = tokio::join!(task, instrumented, limited);
    for outcome in [task.unwrap(), instrumented, limited.unwrap()] {
        assert_eq!(outcome.unwrap().bytes(), 1);
    }
    tokio::select! {
        outcome = upload() => assert_eq!(outcome.unwrap().bytes(), 1),
        () = std::future::pending() => unreachable!(),
    }
    assert_eq!(format!("{:?}", upload()), "Upload { provider: Pyannote, media: Media(1 bytes), .. }");
    let name: Uploading = upload().into_future();
    assert_eq!(format!("{name:?}"), "Uploading { .. }");
}
