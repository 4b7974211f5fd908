//! What can go wrong while media is on its way: it ends in the whole of it stored, or in a clear error.

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

use crate::place::{Place, large};
use crate::server::{PYANNOTE, SIGNATURE, grant, presigned, serve, serve_once};
use crate::storage::{Behaviour, Storage, answer, answer_with};

const EXPIRED: [(u16, &str); 3] = [
    (403, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"),
    (
        400,
        "<?xml version='1.0' encoding='UTF-8'?><Error><Code>ExpiredToken</Code><Message>Invalid argument.</Message><Details>The provided token has expired.</Details></Error>",
    ),
    (403, "<Error><Code>ExpiredRequest</Code><Message>Request has expired</Message></Error>"),
];

fn again(status: u16, code: &str) -> Behaviour {
    Behaviour::Answer(answer(status, &format!("<Error><Code>{code}</Code><Message>Later.</Message></Error>")))
}

#[tokio::test]
async fn a_connection_reset_mid_body_is_followed_by_the_whole_of_it() {
    let place = Place::new([Behaviour::ResetAfter(1 << 20), Behaviour::ResetAfter(0)]).await;
    place.assert_stored(place.upload(large()).await, &large(), 3);
    assert_eq!((place.clock.slept().len(), place.asked().await), (2, 1));
}

#[tokio::test]
async fn a_connection_that_is_always_reset_is_an_error_that_says_so() {
    let place = Place::new(vec![Behaviour::ResetAfter(1 << 20); 5]).await;
    let error = place.upload(large()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts(), error.operation()),
        (ErrorKind::Connection, 5, Some("upload"))
    );
    insta::assert_snapshot!(error, @"pyannote upload: the connection broke before the whole answer came: try again (tried 5 times)");
    place.assert_nothing_stored();
}

#[tokio::test]
async fn a_transfer_that_stalls_is_broken_off_and_followed_by_the_whole() {
    let place = Place::new([Behaviour::StallAfter(1 << 20)]).await;
    place.assert_stored(place.upload_until_late(large()).await, &large(), 2);
}

#[tokio::test]
async fn a_transfer_that_stalls_for_good_is_an_error_that_says_so() {
    let place = Place::with(Retry::never(), [Behaviour::StallAfter(1 << 20)]).await;
    let error = place.upload_until_late(large()).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Timeout, None));
    insta::assert_snapshot!(error, @"pyannote upload: not a byte of the media moved for 60s: try again, or allow more time");
    place.assert_nothing_stored();
}

#[tokio::test]
async fn storage_that_takes_it_all_and_does_not_answer_is_a_timeout_of_its_own() {
    for media in [&b"media"[..], b""] {
        let place = Place::with(Retry::never(), [Behaviour::StallAfter(media.len())]).await;
        let error = place.upload_until_late(media.to_vec()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert!(error.to_string().contains("did not answer within 120s"), "{error}");
    }
}

#[tokio::test]
async fn a_refusal_in_the_middle_is_that_refusal_and_ends_the_transfer() {
    const DENIED: &str =
        "<Error><Code>SignatureDoesNotMatch</Code><Message>No.</Message><RequestId>17</RequestId></Error>";
    let place = Place::new([Behaviour::AnswerAfter(1 << 20, answer(403, DENIED))]).await;
    let (read, media) = counted(large());
    let error = place.upload(media).await.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.attempts()), (ErrorKind::Storage, Some(403), 1));
    assert_eq!(
        (error.storage_code(), error.message(), error.request_id()),
        (Some("SignatureDoesNotMatch"), Some("No."), Some("17"))
    );
    insta::assert_snapshot!(error, @r#"pyannote upload: answered 403, "SignatureDoesNotMatch: No.": upload again, which asks for a new upload url; if that does not help, tell the provider"#);
    assert!(read.load(Ordering::Relaxed) < large().len(), "all of it was read");
}

#[tokio::test]
async fn a_success_before_all_of_it_is_out_is_none() {
    let place = Place::new([Behaviour::AnswerAfter(1 << 20, answer(200, ""))]).await;
    let error = place.upload(large()).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Response, Some(200)));
}

#[tokio::test]
async fn what_storage_says_may_pass_is_tried_again() {
    for (status, code) in
        [(400, "RequestTimeout"), (400, "SlowDown"), (503, "SlowDown"), (500, "InternalError"), (429, "x")]
    {
        let place = Place::new([again(status, code)]).await;
        place.assert_stored(place.upload(b"media".to_vec()).await, b"media", 2);
    }
    let place = Place::new([again(400, "EntityTooLarge")]).await;
    assert_eq!(place.upload(b"media".to_vec()).await.unwrap_err().attempts(), 1);
}

#[tokio::test]
async fn storages_retry_after_is_obeyed() {
    let place = Place::new([Behaviour::Answer(answer_with(503, "retry-after: 17\r\n", ""))]).await;
    place.assert_stored(place.upload(b"media".to_vec()).await, b"media", 2);
    assert_eq!(place.clock.slept(), [Duration::from_secs(17)]);
}

#[tokio::test]
async fn an_expired_url_is_asked_for_anew_and_the_media_sent_again() {
    for (status, body) in EXPIRED {
        let place = Place::new([Behaviour::Answer(answer(status, body))]).await;
        place.assert_stored(place.upload(b"media".to_vec()).await, b"media", 2);
        assert_eq!((place.asked().await, place.clock.slept().len()), (2, 0));
    }
}

#[tokio::test]
async fn a_url_that_expires_twice_is_an_error() {
    let (status, body) = EXPIRED[0];
    let place = Place::new(vec![Behaviour::Answer(answer(status, body)); 2]).await;
    let error = place.upload(b"media".to_vec()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.storage_code(), error.attempts()),
        (ErrorKind::Storage, Some("AccessDenied"), 2)
    );
    assert_eq!(place.asked().await, 2);
}

fn moved(location: &str) -> Behaviour {
    Behaviour::Answer(answer_with(307, &format!("location: {location}\r\n"), ""))
}

#[tokio::test]
async fn media_is_sent_to_where_storage_sends_it_three_times_at_most() {
    let place = Place::new([moved("/b?X-Amz-Signature=1"), moved("c"), moved("/d")]).await;
    place.assert_stored(place.upload(b"media".to_vec()).await, b"media", 1);
    let heads: Vec<_> = place.storage.arrived().into_iter().map(|arrived| arrived.head).collect();
    assert!(
        heads[1].starts_with("PUT /b?X-Amz-Signature=1 ") && heads[3].starts_with("PUT /d "),
        "{heads:?}"
    );

    let place = Place::new(vec![moved("/a"); 4]).await;
    let error = place.upload(b"media".to_vec()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status(), place.storage.arrived().len()),
        (ErrorKind::Storage, Some(307), 4)
    );
    insta::assert_snapshot!(error, @"pyannote upload: answered 307, but storage has sent the media elsewhere too often: the media was not sent there, tell the provider");
}

#[tokio::test]
async fn media_is_not_sent_where_it_could_be_read_by_others() {
    for location in
        ["http://storage.example.com/a", "ftp://127.0.0.1/a", "https://user:password@storage.test/"]
    {
        let place = Place::new([moved(location)]).await;
        let error = place.upload(b"media".to_vec()).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::Storage, Some(307)), "{location}");
    }
}

#[tokio::test]
async fn a_content_type_is_sent_only_where_the_signature_covers_it() {
    for (signed, expected) in [("content-type%3Bhost", true), ("host", false)] {
        let place = Place::new([]).await;
        place.api.reset().await;
        let url =
            format!("{}/a?X-Amz-SignedHeaders={signed}&X-Amz-Signature={SIGNATURE}", place.storage.origin);
        grant(&place.api, &url).await;
        place.upload(b"media".to_vec()).await.unwrap();
        let head = &place.storage.arrived()[0].head;
        assert_eq!(head.contains("content-type: application/octet-stream\r\n"), expected, "{head}");
        assert_eq!(head.contains("content-type"), expected, "{head}");
    }
}

#[tokio::test]
async fn what_storage_echoes_is_taken_out_of_what_it_says() {
    // Spelt as only XML can.
    let spelt: String = SIGNATURE.chars().map(|c| format!("&#{};", u32::from(c))).collect();
    let body = format!("<Error><Code>X</Code><Message>{SIGNATURE} {spelt}</Message></Error>");
    let place = Place::new([Behaviour::Answer(answer(403, &body))]).await;
    let error = place.upload(b"media".to_vec()).await.unwrap_err();
    assert_eq!(error.message(), Some("[secret] [secret]"));
    assert!(!error.to_string().contains(SIGNATURE), "{error}");
}

#[tokio::test]
async fn what_is_not_xml_keeps_status_and_body() {
    for body in ["", "<Error", "<html><body>gone</body></html>", "{}", "\u{0}"] {
        let place = Place::new([Behaviour::Answer(answer(403, body))]).await;
        let error = place.upload(b"media".to_vec()).await.unwrap_err();
        assert_eq!(
            (error.status(), error.storage_code(), error.message()),
            (Some(403), None, None),
            "{body}"
        );
        assert_eq!(error.body(), Some(body.as_bytes()));
    }
}

#[tokio::test]
async fn a_file_that_changes_between_two_tries_is_not_sent_again() {
    let (place, file) = (Place::new([]).await, tempfile::NamedTempFile::new().unwrap());
    let changes = Arc::new(AtomicUsize::new(0));
    std::fs::write(file.path(), b"media").unwrap();
    place.api.reset().await;
    // The first URL has expired; when the second is asked for, the file is another.
    let storage = Storage::start([Behaviour::Answer(answer(EXPIRED[0].0, EXPIRED[0].1))]).await;
    let (path, url, count) = (file.path().to_owned(), presigned(&storage.origin), Arc::clone(&changes));
    let grant = move |_: &wiremock::Request| {
        if count.fetch_add(1, Ordering::Relaxed) == 1 {
            std::fs::write(&path, b"media, longer").unwrap();
        }
        ResponseTemplate::new(201).set_body_json(json!({ "url": url }))
    };
    wiremock::Mock::given(wiremock::matchers::method("POST")).respond_with(grant).mount(&place.api).await;
    let error = place.upload(file.path()).await.unwrap_err();
    assert_eq!((error.kind(), changes.load(Ordering::Relaxed)), (ErrorKind::Media, 2), "{error}");
    assert_eq!(storage.arrived().len(), 1);
}

#[tokio::test]
async fn a_file_that_is_touched_replaced_or_removed_once_it_is_opened_is_never_stored() {
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
        let (place, folder) = (Place::new([]).await, tempfile::tempdir().unwrap());
        let (file, url) = (folder.path().join("interview.wav"), presigned(&place.storage.origin));
        std::fs::write(&file, b"media").unwrap();
        place.api.reset().await;
        let path = file.clone();
        let grant = move |_: &wiremock::Request| {
            change(&path);
            ResponseTemplate::new(201).set_body_json(json!({ "url": url }))
        };
        wiremock::Mock::given(wiremock::matchers::method("POST")).respond_with(grant).mount(&place.api).await;
        let error = place.upload(file).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Media, 1), "{error}");
        place.assert_nothing_stored();
    }
}

/// Gives `pieces`, and says that they are `length` bytes; counts what is read of it.
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

/// `content` in pieces of 1 MiB, and how much of it was read.
fn counted(content: Vec<u8>) -> (Arc<AtomicUsize>, Media) {
    let read = Arc::<AtomicUsize>::default();
    let (length, content) = (content.len() as u64, Bytes::from(content));
    let pieces =
        (0..content.len()).step_by(1 << 20).map(|at| content.slice(at..content.len().min(at + (1 << 20))));
    (Arc::clone(&read), Media::source(Pieces { length, pieces: pieces.collect(), read, ends: true }))
}

#[tokio::test]
async fn a_source_is_opened_again_for_every_try() {
    let place = Place::new([again(503, "SlowDown")]).await;
    let (read, media) = counted(b"media".to_vec());
    place.assert_stored(place.upload(media).await, b"media", 2);
    assert_eq!(read.load(Ordering::Relaxed), 10);
}

#[tokio::test]
async fn a_source_with_fewer_or_more_bytes_than_it_said_is_never_stored() {
    for length in [0, 4, 6] {
        let place = Place::new([]).await;
        let pieces = vec![Bytes::from_static(b"me"), Bytes::from_static(b"dia")];
        let error = place
            .upload(Media::source(Pieces { length, pieces, read: Arc::default(), ends: true }))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Media, "{error}");
        place.assert_nothing_stored();
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
async fn a_source_that_cannot_be_opened_is_an_error_of_the_media() {
    let place = Place::new([]).await;
    let error = place.upload(Media::source(Broken)).await.unwrap_err();
    assert_eq!((error.kind(), place.asked().await), (ErrorKind::Media, 0));
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "the disk is gone");
}

#[tokio::test]
async fn an_upload_that_is_dropped_stops() {
    let place = Place::new([]).await;
    let read = Arc::<AtomicUsize>::default();
    let pieces = vec![Bytes::from_static(b"me"), Bytes::from_static(b"d")];
    let media = Media::source(Pieces { length: 5, pieces, read: Arc::clone(&read), ends: false });
    let upload = tokio::spawn(place.begin(media).into_future());
    while read.load(Ordering::Relaxed) < 3 && !upload.is_finished() {
        tokio::task::yield_now().await;
    }
    upload.abort();
    assert!(upload.await.unwrap_err().is_cancelled());
    // Storage sees the connection end.
    place.storage.turn().await;
    place.assert_nothing_stored();
}

#[tokio::test]
async fn progress_never_goes_back_and_says_which_try_it_is() {
    let place = Place::new([Behaviour::ResetAfter(1 << 20)]).await;
    let seen = Arc::new(Mutex::new(Vec::<Progress>::new()));
    let report = {
        let seen = Arc::clone(&seen);
        move |progress| seen.lock().unwrap().push(progress)
    };
    place.begin(large()).progress(report).await.unwrap();

    let (seen, total) = (seen.lock().unwrap().clone(), large().len() as u64);
    let told = |progress: &Progress| (progress.sent, progress.total, progress.attempt);
    assert_eq!((told(&seen[0]), told(seen.last().unwrap())), ((0, total, 1), (total, total, 2)));
    assert!(seen.windows(2).all(|two| two[0].sent <= two[1].sent && two[0].attempt <= two[1].attempt));
    assert!(seen.windows(2).all(|two| two[1].sent - two[0].sent <= 64 << 10), "more than 64 KiB at once");
    assert!(seen.iter().any(|progress| progress.attempt == 1 && progress.sent > 1 << 20));
}

#[tokio::test]
async fn an_upload_url_that_cannot_be_had_at_first_is_asked_for_again() {
    let place = Place::new([]).await;
    place.api.reset().await;
    serve_once(&place.api, PYANNOTE, ResponseTemplate::new(503)).await;
    serve(
        &place.api,
        PYANNOTE,
        ResponseTemplate::new(201).set_body_json(json!({ "url": presigned(&place.storage.origin) })),
    )
    .await;
    place.assert_stored(place.upload(b"media".to_vec()).await, b"media", 1);
}
