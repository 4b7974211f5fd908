//! Checks of the second step of an upload, and of the upload as a whole.

use std::time::Duration;

use super::finding::{Violation, distinct};
use super::request::CLIENT_HEADERS;
use super::rule::{
    RETRY_AFTER, UPLOAD_AUTHORIZATION, UPLOAD_BYTES, UPLOAD_CHANGED, UPLOAD_HEADER, UPLOAD_LENGTH,
    UPLOAD_METHOD, UPLOAD_REPORTED, UPLOAD_STEPS, UPLOAD_STORED, UPLOAD_URL,
};
use super::transcript::{Answer, Transcript};
use crate::mock::storage::RecordedPut;
use crate::plan::case::{Case, Media, Outcome, STORAGE, StorageStep, UploadStep};
use crate::plan::presigned::{MOVED, PRESIGNED};
use crate::wire::message::header;

/// Checks an upload. In other cases there is nothing to check here.
pub(super) fn check(case: &Case, transcript: &Transcript) -> Vec<Violation> {
    let Some(upload) = &case.upload else { return Vec::new() };
    if let Some(asked) = upload.asked_wait_s.map(Duration::from_secs) {
        let broken = too_soon(asked, transcript);
        // A client that did not try again has no upload to check.
        if broken.is_some() || transcript.waited.is_empty() {
            return broken.into_iter().collect();
        }
    }
    if transcript.api.is_empty() || transcript.storage.is_empty() {
        let (api, storage) = (transcript.api.len(), transcript.storage.len());
        let actual = format!("{api} requests to the API, {storage} to the storage");
        return vec![Violation::new(&UPLOAD_STEPS, "a request for the URL, then a PUT to it", actual)];
    }
    let moves = upload.storage.contains(&StorageStep::Redirect);
    let mut broken = distinct(transcript.storage.iter().flat_map(|put| step(put, upload.media, moves)));
    broken.extend(ended(&case.outcome, upload, transcript));
    broken
}

/// A client that is asked to wait must do so before it tries again, or report the wait to its caller.
fn too_soon(asked: Duration, transcript: &Transcript) -> Option<Violation> {
    // A date has whole seconds, and some time passes before the client reads it.
    let enough = asked / 2;
    let told = match &transcript.answer {
        Some(Answer::Error(report)) => report.retry_after_s,
        _ => None,
    };
    let actual = match transcript.waited.first() {
        Some(wait) if *wait >= enough => return None,
        Some(wait) => format!("a wait of {wait:.1?}"),
        None if told.is_some_and(|seconds| seconds >= enough.as_secs_f64()) => return None,
        None => "no other attempt, and an error that does not report the wait".to_owned(),
    };
    let expected = format!("a wait of {} s, or an error that reports it", asked.as_secs());
    Some(Violation::new(&RETRY_AFTER, expected, actual))
}

fn step(put: &RecordedPut, media: Media, moves: bool) -> Vec<Violation> {
    let mut broken = Vec::new();
    if put.method != "PUT" {
        broken.push(Violation::new(&UPLOAD_METHOD, "PUT", &put.method));
    }
    let target = PRESIGNED.trim_start_matches(STORAGE);
    if put.target != target && !(moves && put.target == format!("{target}{MOVED}")) {
        broken.push(Violation::new(&UPLOAD_URL, target, &put.target));
    }
    if let Some(value) = header(&put.headers, "authorization") {
        let actual = format!("authorization: {value}");
        broken.push(Violation::new(&UPLOAD_AUTHORIZATION, "no authorization header", actual));
    }
    let unsigned = put.headers.iter().filter(|(name, _)| !CLIENT_HEADERS.contains(&name.as_str()));
    broken.extend(unsigned.map(|(name, value)| {
        Violation::new(&UPLOAD_HEADER, format!("no {name} header"), format!("{name}: {value}"))
    }));
    let length = header(&put.headers, "content-length");
    if length.is_none() || header(&put.headers, "transfer-encoding").is_some() {
        let actual = if length.is_none() { "no content-length header" } else { "a transfer-encoding header" };
        broken.push(Violation::new(&UPLOAD_LENGTH, format!("content-length: {}", media.bytes), actual));
    }
    let taken = put.answered.is_some_and(|status| status < 300) && media.change.is_none();
    if taken && (!put.same || put.bytes != media.bytes) {
        let expected = format!("the {} bytes of the file", media.bytes);
        let actual = format!("{} bytes{}", put.bytes, if put.same { "" } else { ", altered" });
        broken.push(Violation::new(&UPLOAD_BYTES, expected, actual));
    }
    broken
}

/// Whether the storage took the media in the end, and whether the caller sees that outcome. Another rule checks that the media is
/// the right one.
fn ended(outcome: &Outcome, upload: &UploadStep, transcript: &Transcript) -> Option<Violation> {
    let last = transcript.storage.last()?;
    let taken = last.answered.is_some_and(|status| status < 300);
    let must_be_stored = *outcome == Outcome::Stored;
    let changes = upload.media.change.is_some();
    let whole = last.same && upload.media.bytes == last.bytes;
    match &transcript.answer {
        // A client that read the whole file before it changed has stored it as it was given.
        Some(Answer::Result(_)) if changes && taken && whole => None,
        Some(Answer::Result(_)) if changes => {
            Some(Violation::new(&UPLOAD_CHANGED, "an error, or the file as it was given", "success"))
        }
        Some(Answer::Result(_)) if !taken => {
            Some(Violation::new(&UPLOAD_REPORTED, "an error: the storage did not take the media", "success"))
        }
        Some(Answer::Error(error)) if taken && must_be_stored => {
            let actual = format!("error: {}", error.message);
            Some(Violation::new(&UPLOAD_REPORTED, "success: the storage took the media", actual))
        }
        _ if !taken && must_be_stored => {
            let answered = last.answered.map_or_else(|| "nothing".to_owned(), |status| status.to_string());
            let actual =
                format!("{answered} as the answer to the last of {} PUT requests", transcript.storage.len());
            Some(Violation::new(&UPLOAD_STORED, "the media in the storage", actual))
        }
        _ => None,
    }
}
