//! Checks of the second step of an upload, and of the upload as a whole.

use super::finding::{Violation, distinct};
use super::header::is_added_by_platform;
use super::retry::asked_wait;
use super::rule::{
    RESPONSE_SUCCESS_LOST, UPLOAD_AUTHORIZATION, UPLOAD_BYTES, UPLOAD_CHANGED, UPLOAD_HEADER, UPLOAD_LENGTH,
    UPLOAD_METHOD, UPLOAD_ONCE, UPLOAD_REPORTED, UPLOAD_STEPS, UPLOAD_STORED, UPLOAD_URL,
};
use super::transcript::{Answer, Transcript};
use crate::mock::storage::RecordedPut;
use crate::plan::case::{Basis, Case, Outcome, StorageStep, UploadStep};
use crate::plan::presigned::{MOVED, target};
use crate::wire::message::header;

/// The expected outcome where a client must not report success.
const NOT_TAKEN: &str = "an error: the storage did not accept the media";

/// Checks an upload. In other cases there is nothing to check here.
pub(super) fn check(case: &Case, transcript: &Transcript) -> Vec<Violation> {
    let Some(upload) = &case.upload else { return Vec::new() };
    let is_success = matches!(transcript.answer, Some(Answer::Result(_)));
    // A client that was asked to wait need not try again: then it has no upload to check.
    if asked_wait(case).is_some() && transcript.api.len() == 1 && !is_success {
        return Vec::new();
    }
    let mut broken = Vec::new();
    if transcript.storage.is_empty() {
        let expected = format!("a request for the URL, then a {} to it", upload.method);
        let actual = format!("{} requests to the API, none to the storage", transcript.api.len());
        broken.push(Violation::new(&UPLOAD_STEPS, expected, actual));
        broken.extend(is_success.then(|| Violation::new(&UPLOAD_REPORTED, NOT_TAKEN, "success")));
        return broken;
    }
    let issued = transcript.api.len();
    broken.extend(distinct(transcript.storage.iter().flat_map(|put| step(put, upload, issued))));
    broken.extend(again(transcript));
    broken.extend(ended(case, upload, transcript));
    broken
}

fn step(put: &RecordedPut, upload: &UploadStep, issued: usize) -> Vec<Violation> {
    let (media, method) = (upload.media, &upload.method);
    let mut broken = Vec::new();
    if put.method != *method {
        broken.push(Violation::new(&UPLOAD_METHOD, method, &put.method));
    }
    let may_have_moved = !put.target.ends_with(MOVED) || upload.storage.contains(&StorageStep::Redirect);
    if !may_have_moved || put.url_number().is_none() {
        broken.push(Violation::new(&UPLOAD_URL, target(issued), &put.target));
    }
    if let Some(value) = header(&put.headers, "authorization") {
        let actual = format!("authorization: {value}");
        broken.push(Violation::new(&UPLOAD_AUTHORIZATION, "no authorization header", actual));
    }
    let unsigned = put.headers.iter().filter(|(name, value)| !is_added_by_platform(name, value));
    broken.extend(unsigned.map(|(name, value)| {
        Violation::new(&UPLOAD_HEADER, format!("no {name} header"), format!("{name}: {value}"))
    }));
    let length = header(&put.headers, "content-length");
    if length.is_none() || header(&put.headers, "transfer-encoding").is_some() {
        let actual = if length.is_none() { "no content-length header" } else { "a transfer-encoding header" };
        broken.push(Violation::new(&UPLOAD_LENGTH, format!("content-length: {}", media.bytes), actual));
    }
    if put.is_taken() && media.change.is_none() && (!put.same || put.bytes != media.bytes) {
        let expected = format!("the {} bytes of the file", media.bytes);
        let actual = format!("{} bytes{}", put.bytes, if put.same { "" } else { ", altered" });
        broken.push(Violation::new(&UPLOAD_BYTES, expected, actual));
    }
    broken
}

/// Another request after the storage has accepted the media.
fn again(transcript: &Transcript) -> Option<Violation> {
    let later = transcript.storage.iter().skip_while(|put| !put.is_taken()).skip(1).count();
    (later > 0).then(|| {
        let expected = "no request after the storage has accepted the media";
        Violation::new(&UPLOAD_ONCE, expected, format!("{later} more requests"))
    })
}

/// Whether the storage accepted the media in the end, and whether the client reports this outcome. Another rule compares the media
/// with the file.
fn ended(case: &Case, upload: &UploadStep, transcript: &Transcript) -> Option<Violation> {
    let taken = transcript.storage.iter().rfind(|put| put.is_taken());
    let last = taken.or(transcript.storage.last())?;
    let taken = taken.is_some();
    let must_be_stored = case.outcome == Outcome::Stored;
    let changes = upload.media.change.is_some();
    let whole = last.same && upload.media.bytes == last.bytes;
    match &transcript.answer {
        // A client that read the whole file before it changed has stored it as it was given.
        Some(Answer::Result(_)) if changes && taken && whole => None,
        Some(Answer::Result(_)) if changes => {
            Some(Violation::new(&UPLOAD_CHANGED, "an error, or the file as it was given", "success"))
        }
        Some(Answer::Result(_)) if !taken => Some(Violation::new(&UPLOAD_REPORTED, NOT_TAKEN, "success")),
        Some(Answer::Error(error)) if taken && must_be_stored => {
            let actual = format!("error: {}", error.message);
            // A document need not name the status with which a storage accepts the media. Another status than 200 then rests on a
            // practice.
            let is_listed = last.answered == Some(200) || case.basis == Basis::Document;
            let rule = if is_listed { &UPLOAD_REPORTED } else { &RESPONSE_SUCCESS_LOST };
            Some(Violation::new(rule, "success: the storage accepted the media", actual))
        }
        _ if !taken && must_be_stored => {
            let answered = last.answered.map_or_else(|| "nothing".to_owned(), |status| status.to_string());
            let sent = transcript.storage.len();
            let actual = format!("{answered} as the answer to the last of {sent} requests to the storage");
            Some(Violation::new(&UPLOAD_STORED, "the media in the storage", actual))
        }
        _ => None,
    }
}
