//! Faults during the transfer: either the whole media is stored, or the upload returns a clear error.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::{self, StreamExt};
use media_upload::{Content, ErrorKind, Media, Progress, Retry, Source};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::faulty_storage::{Behaviour, FaultyStorage, answer, answer_with};
use crate::mock_server::{PYANNOTE, SIGNATURE, presigned, serve, serve_once, serve_upload_url};
use crate::upload_fixture::{Fixture, large};

const EXPIRED: [(u16, &str); 3] = [
    (403, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"),
    (
        400,
        "<?xml version='1.0' encoding='UTF-8'?><Error><Code>ExpiredToken</Code><Message>Invalid argument.</Message><Details>The provided token has expired.</Details></Error>",
    ),
    (403, "<Error><Code>ExpiredRequest</Code><Message>Request has expired</Message></Error>"),
];

fn storage_error(status: u16, code: &str) -> Behaviour {
    Behaviour::Answer(answer(status, &format!("<Error><Code>{code}</Code><Message>Later.</Message></Error>")))
}

#[tokio::test]
async fn after_a_reset_the_whole_media_is_sent_again() {
    let fixture = Fixture::new([Behaviour::ResetAfter(1 << 20), Behaviour::ResetAfter(0)]).await;
    fixture.assert_stored(fixture.upload(large()).await, &large(), 3);
    assert_eq!((fixture.clock.pauses().len(), fixture.url_requests().await), (2, 1));
}

#[tokio::test]
async fn repeated_resets_are_a_connection_error() {
    let fixture =
        Fixture::with(Retry::default().max_retries(4), vec![Behaviour::ResetAfter(1 << 20); 5]).await;
    let error = fixture.upload(large()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts(), error.operation()),
        (ErrorKind::Connection, 5, Some("upload"))
    );
    insta::assert_snapshot!(error, @"pyannote upload: the connection was lost before the complete response arrived: try again (tried 5 times)");
    fixture.assert_nothing_stored();
}

#[tokio::test]
async fn after_a_stall_the_whole_media_is_sent_again() {
    let fixture = Fixture::new([Behaviour::StallAfter(1 << 20)]).await;
    fixture.assert_stored(fixture.upload_with_timeout(large()).await, &large(), 2);
}

#[tokio::test]
async fn a_stall_without_retries_is_a_timeout_error() {
    let fixture = Fixture::with(Retry::never(), [Behaviour::StallAfter(1 << 20)]).await;
    let error = fixture.upload_with_timeout(large()).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Timeout, None));
    insta::assert_snapshot!(error, @"pyannote upload: no byte of the media was sent for 60s: try again, or increase the timeout");
    fixture.assert_nothing_stored();
}

#[tokio::test]
async fn a_missing_response_of_storage_is_a_timeout_error() {
    for media in [&b"media"[..], b""] {
        let fixture = Fixture::with(Retry::never(), [Behaviour::StallAfter(media.len())]).await;
        let error = fixture.upload_with_timeout(media.to_vec()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert!(error.to_string().contains("did not respond within 120s"), "{error}");
    }
}

#[tokio::test]
async fn an_early_error_response_ends_the_transfer() {
    const DENIED: &str =
        "<Error><Code>SignatureDoesNotMatch</Code><Message>No.</Message><RequestId>17</RequestId></Error>";
    let fixture = Fixture::new([Behaviour::AnswerAfter(1 << 20, answer(403, DENIED))]).await;
    let (read, media) = counted(large());
    let error = fixture.upload(media).await.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.attempts()), (ErrorKind::Storage, Some(403), 1));
    assert_eq!(
        (error.storage_code(), error.message(), error.request_id()),
        (Some("SignatureDoesNotMatch"), None, Some("17"))
    );
    insta::assert_snapshot!(error, @r#"pyannote upload: answered 403 SignatureDoesNotMatch (the request does not match the signature of the URL): start the upload again to get a new upload URL; if that fails too, contact the provider"#);
    assert!(read.load(Ordering::Relaxed) < large().len(), "the whole media was read");
}

#[tokio::test]
async fn a_success_before_all_media_was_sent_is_an_error() {
    let fixture = Fixture::new([Behaviour::AnswerAfter(1 << 20, answer(200, ""))]).await;
    let error = fixture.upload(large()).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Response, Some(200)));
}

#[tokio::test]
async fn retryable_errors_of_storage_are_retried() {
    for (status, code) in
        [(400, "RequestTimeout"), (400, "SlowDown"), (503, "SlowDown"), (500, "InternalError"), (429, "x")]
    {
        let fixture = Fixture::new([storage_error(status, code)]).await;
        fixture.assert_stored(fixture.upload(b"media".to_vec()).await, b"media", 2);
    }
    let fixture = Fixture::new([storage_error(400, "EntityTooLarge")]).await;
    assert_eq!(fixture.upload(b"media".to_vec()).await.unwrap_err().attempts(), 1);
}

#[tokio::test]
async fn retry_after_of_storage_is_obeyed() {
    let fixture = Fixture::new([Behaviour::Answer(answer_with(503, "retry-after: 17\r\n", ""))]).await;
    fixture.assert_stored(fixture.upload(b"media".to_vec()).await, b"media", 2);
    assert_eq!(fixture.clock.pauses(), [Duration::from_secs(17)]);
}

#[tokio::test]
async fn an_expired_url_is_replaced_and_the_media_sent_again() {
    for (status, body) in EXPIRED {
        let fixture = Fixture::new([Behaviour::Answer(answer(status, body))]).await;
        fixture.assert_stored(fixture.upload(b"media".to_vec()).await, b"media", 2);
        assert_eq!((fixture.url_requests().await, fixture.clock.pauses().len()), (2, 0));
    }
}

#[tokio::test]
async fn a_url_that_expires_twice_is_an_error() {
    let (status, body) = EXPIRED[0];
    let fixture = Fixture::new(vec![Behaviour::Answer(answer(status, body)); 2]).await;
    let error = fixture.upload(b"media".to_vec()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.storage_code(), error.attempts()),
        (ErrorKind::Storage, Some("AccessDenied"), 2)
    );
    assert_eq!(fixture.url_requests().await, 2);
}

fn redirect(location: &str) -> Behaviour {
    Behaviour::Answer(answer_with(307, &format!("location: {location}\r\n"), ""))
}

#[tokio::test]
async fn at_most_three_redirects_are_followed() {
    let fixture = Fixture::new([redirect("/b?X-Amz-Signature=1"), redirect("c"), redirect("/d")]).await;
    fixture.assert_stored(fixture.upload(b"media".to_vec()).await, b"media", 1);
    let heads: Vec<_> = fixture.storage.received().into_iter().map(|request| request.head).collect();
    assert!(
        heads[1].starts_with("PUT /b?X-Amz-Signature=1 ") && heads[3].starts_with("PUT /d "),
        "{heads:?}"
    );

    let fixture = Fixture::new(vec![redirect("/a"); 4]).await;
    let error = fixture.upload(b"media".to_vec()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status(), fixture.storage.received().len()),
        (ErrorKind::Storage, Some(307), 4)
    );
    insta::assert_snapshot!(error, @"pyannote upload: answered 307, but the redirect was not followed, because storage redirected more than 3 times: contact the provider");
}

#[tokio::test]
async fn a_redirect_to_an_insecure_url_is_not_followed() {
    for location in
        ["http://storage.example.com/a", "ftp://127.0.0.1/a", "https://user:password@storage.test/"]
    {
        let fixture = Fixture::new([redirect(location)]).await;
        let error = fixture.upload(b"media".to_vec()).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::Storage, Some(307)), "{location}");
    }
}

#[tokio::test]
async fn content_type_is_sent_only_if_the_signature_covers_it() {
    for (signed, expected) in [("content-type%3Bhost", true), ("host", false)] {
        let fixture = Fixture::new([]).await;
        fixture.api.reset().await;
        let url =
            format!("{}/a?X-Amz-SignedHeaders={signed}&X-Amz-Signature={SIGNATURE}", fixture.storage.origin);
        serve_upload_url(&fixture.api, &url).await;
        fixture.upload(b"media".to_vec()).await.unwrap();
        let head = &fixture.storage.received()[0].head;
        assert_eq!(head.contains("content-type: application/octet-stream\r\n"), expected, "{head}");
        assert_eq!(head.contains("content-type"), expected, "{head}");
    }
}

#[tokio::test]
async fn secrets_in_errors_of_storage_are_redacted() {
    // Character references, which only XML has, hexadecimal digits of the text, and halves of it.
    let encoded: String = SIGNATURE.chars().map(|c| format!("&#{};", u32::from(c))).collect();
    let hexadecimal: String = SIGNATURE.bytes().map(|byte| format!("{byte:02x}")).collect();
    for echo in [SIGNATURE, &encoded, &hexadecimal, &SIGNATURE[..8], &SIGNATURE[8..]] {
        let body = format!(
            "<Error><Code>{echo}</Code><Message>{echo}</Message><RequestId>{}</RequestId></Error>",
            echo.to_uppercase()
        );
        let fixture = Fixture::new([Behaviour::Answer(answer(403, &body))]).await;
        let error = fixture.upload(b"media".to_vec()).await.unwrap_err();
        assert_eq!((error.storage_code(), error.message()), (None, None), "{echo}");
        assert!(error.request_id().is_none_or(|id| id.eq_ignore_ascii_case(&hexadecimal)), "{error:?}");
        insta::allow_duplicates! {
            insta::assert_snapshot!(error, @"pyannote upload: answered 403: start the upload again to get a new upload URL; if that fails too, contact the provider");
        }
    }
}

#[tokio::test]
async fn the_secrets_of_a_redirect_are_redacted() {
    let denied = answer(403, "<Error><SignatureProvided>feedface17</SignatureProvided></Error>");
    let redirect = redirect("/b?X-Amz-Signature=feedface17");
    let fixture = Fixture::new([redirect, Behaviour::Answer(denied)]).await;
    let error = fixture.upload(b"media".to_vec()).await.unwrap_err();
    let body = String::from_utf8_lossy(error.body().unwrap());
    assert_eq!(body, "<Error><SignatureProvided>[secret]</SignatureProvided></Error>");
}

#[tokio::test]
async fn an_error_body_that_is_not_xml_is_kept() {
    for body in ["", "<Error", "<html><body>gone</body></html>", "{}", "\u{0}"] {
        let fixture = Fixture::new([Behaviour::Answer(answer(403, body))]).await;
        let error = fixture.upload(b"media".to_vec()).await.unwrap_err();
        assert_eq!(
            (error.status(), error.storage_code(), error.message()),
            (Some(403), None, None),
            "{body}"
        );
        assert_eq!(error.body(), Some(body.as_bytes()));
    }
}

#[tokio::test]
async fn a_file_that_changes_between_two_attempts_is_not_sent_again() {
    let (fixture, file) = (Fixture::new([]).await, tempfile::NamedTempFile::new().unwrap());
    let changes = Arc::new(AtomicUsize::new(0));
    std::fs::write(file.path(), b"media").unwrap();
    fixture.api.reset().await;
    // The first URL has expired. The file changes when the second one is requested.
    let storage = FaultyStorage::start([Behaviour::Answer(answer(EXPIRED[0].0, EXPIRED[0].1))]).await;
    let (path, url, count) = (file.path().to_owned(), presigned(&storage.origin), Arc::clone(&changes));
    let serve_upload_url = move |_: &wiremock::Request| {
        if count.fetch_add(1, Ordering::Relaxed) == 1 {
            std::fs::write(&path, b"media, longer").unwrap();
        }
        ResponseTemplate::new(201).set_body_json(json!({ "url": url }))
    };
    wiremock::Mock::given(wiremock::matchers::method("POST"))
        .respond_with(serve_upload_url)
        .mount(&fixture.api)
        .await;
    let error = fixture.upload(file.path()).await.unwrap_err();
    assert_eq!((error.kind(), changes.load(Ordering::Relaxed)), (ErrorKind::Media, 2), "{error}");
    assert_eq!(storage.received().len(), 1);
}

#[tokio::test]
async fn a_file_that_is_touched_replaced_or_removed_after_opening_is_not_stored() {
    type Change = fn(&Path);
    let touch: Change = |path| {
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::now() + Duration::from_secs(1)).unwrap();
    };
    let replace: Change = |path| {
        let other = path.with_extension("other");
        std::fs::write(&other, b"MEDIA").unwrap();
        std::fs::rename(&other, path).unwrap();
    };
    let remove: Change = |path| std::fs::remove_file(path).unwrap();
    for change in [touch, replace, remove] {
        let (fixture, folder) = (Fixture::new([]).await, tempfile::tempdir().unwrap());
        let (file, url) = (folder.path().join("interview.wav"), presigned(&fixture.storage.origin));
        std::fs::write(&file, b"media").unwrap();
        fixture.api.reset().await;
        let path = file.clone();
        let serve_upload_url = move |_: &wiremock::Request| {
            change(&path);
            ResponseTemplate::new(201).set_body_json(json!({ "url": url }))
        };
        wiremock::Mock::given(wiremock::matchers::method("POST"))
            .respond_with(serve_upload_url)
            .mount(&fixture.api)
            .await;
        let error = fixture.upload(file).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Media, 1), "{error}");
        fixture.assert_nothing_stored();
    }
}

/// A source of `pieces` with the stated `length`. It counts the bytes that are read.
#[derive(Debug)]
struct Pieces {
    length: u64,
    pieces: Vec<Bytes>,
    read: Arc<AtomicUsize>,
    ends: bool,
}

impl Source for Pieces {
    fn open(&self) -> BoxFuture<'_, io::Result<Content>> {
        let (read, ends) = (Arc::clone(&self.read), self.ends);
        let pieces = stream::iter(self.pieces.clone()).map(move |piece| {
            read.fetch_add(piece.len(), Ordering::Relaxed);
            Ok(piece)
        });
        let rest = stream::once(std::future::pending()).take(usize::from(!ends));
        async move { Ok(Content::new(self.length, pieces.chain(rest))) }.boxed()
    }
}

/// A source of `content` in pieces of 1 MiB, and the number of bytes that were read.
fn counted(content: Vec<u8>) -> (Arc<AtomicUsize>, Media) {
    let read = Arc::<AtomicUsize>::default();
    let (length, content) = (content.len() as u64, Bytes::from(content));
    let pieces =
        (0..content.len()).step_by(1 << 20).map(|at| content.slice(at..content.len().min(at + (1 << 20))));
    (Arc::clone(&read), Media::source(Pieces { length, pieces: pieces.collect(), read, ends: true }))
}

#[tokio::test]
async fn a_source_is_opened_for_every_attempt() {
    let fixture = Fixture::new([storage_error(503, "SlowDown")]).await;
    let (read, media) = counted(b"media".to_vec());
    fixture.assert_stored(fixture.upload(media).await, b"media", 2);
    assert_eq!(read.load(Ordering::Relaxed), 10);
}

#[tokio::test]
async fn a_source_of_another_length_than_stated_is_not_stored() {
    for length in [0, 4, 6] {
        let fixture = Fixture::new([]).await;
        let pieces = vec![Bytes::from_static(b"me"), Bytes::from_static(b"dia")];
        let error = fixture
            .upload(Media::source(Pieces { length, pieces, read: Arc::default(), ends: true }))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Media, "{error}");
        fixture.assert_nothing_stored();
    }
}

#[derive(Debug)]
struct Broken;

impl Source for Broken {
    fn open(&self) -> BoxFuture<'_, io::Result<Content>> {
        async { Err(io::Error::other("the disk is gone")) }.boxed()
    }
}

#[tokio::test]
async fn a_source_that_cannot_be_opened_is_a_media_error() {
    let fixture = Fixture::new([]).await;
    let error = fixture.upload(Media::source(Broken)).await.unwrap_err();
    assert_eq!((error.kind(), fixture.url_requests().await), (ErrorKind::Media, 0));
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "the disk is gone");
}

#[tokio::test]
async fn a_dropped_upload_stops() {
    let fixture = Fixture::new([]).await;
    let read = Arc::<AtomicUsize>::default();
    let pieces = vec![Bytes::from_static(b"me"), Bytes::from_static(b"d")];
    let media = Media::source(Pieces { length: 5, pieces, read: Arc::clone(&read), ends: false });
    let upload = tokio::spawn(fixture.begin(media).into_future());
    while read.load(Ordering::Relaxed) < 3 && !upload.is_finished() {
        tokio::task::yield_now().await;
    }
    upload.abort();
    assert!(upload.await.unwrap_err().is_cancelled());
    // Storage notices the end of the connection.
    fixture.storage.connection_end().await;
    fixture.assert_nothing_stored();
}

#[tokio::test]
async fn progress_begins_again_with_each_attempt() {
    let fixture = Fixture::new([Behaviour::ResetAfter(1 << 20)]).await;
    let seen = Arc::new(Mutex::new(Vec::<Progress>::new()));
    let report = {
        let seen = Arc::clone(&seen);
        move |progress| seen.lock().unwrap().push(progress)
    };
    fixture.begin(large()).progress(report).await.unwrap();

    let (seen, total) = (seen.lock().unwrap().clone(), large().len() as u64);
    let fields = |progress: &Progress| (progress.sent, progress.total, progress.attempt);
    assert_eq!((fields(&seen[0]), fields(seen.last().unwrap())), ((0, total, 1), (total, total, 2)));
    for attempt in [1, 2] {
        let sent = seen.iter().filter(|progress| progress.attempt == attempt).map(|progress| progress.sent);
        let sent: Vec<u64> = sent.collect();
        assert!(sent[0] == 0 && sent.iter().any(|sent| *sent > 1 << 20), "{attempt}");
        let largest = sent.windows(2).map(|two| two[1] - two[0]).max();
        assert_eq!(largest, Some(64 << 10), "it reports every 64 KiB");
    }
}

#[tokio::test]
async fn the_request_for_the_upload_url_is_retried() {
    let fixture = Fixture::new([]).await;
    fixture.api.reset().await;
    serve_once(&fixture.api, PYANNOTE, ResponseTemplate::new(503)).await;
    serve(
        &fixture.api,
        PYANNOTE,
        ResponseTemplate::new(201).set_body_json(json!({ "url": presigned(&fixture.storage.origin) })),
    )
    .await;
    fixture.assert_stored(fixture.upload(b"media".to_vec()).await, b"media", 1);
}
