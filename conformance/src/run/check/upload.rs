//! Checks of the second step of an upload, and of the upload as a whole.

use std::time::Duration;

use super::Broken;
use crate::plan::case::{Case, Media, Outcome, STORAGE, Storage};
use crate::plan::upload::{MOVED, PRESIGNED};
use crate::run::driver::{Answer, ErrorReport};
use crate::run::rule::{
    RETRY_AFTER, UPLOAD_AUTHORIZATION, UPLOAD_BYTES, UPLOAD_CHANGED, UPLOAD_HEADER, UPLOAD_LENGTH,
    UPLOAD_METHOD, UPLOAD_REPORTED, UPLOAD_STEPS, UPLOAD_STORED, UPLOAD_URL,
};
use crate::run::transcript::{Put, Transcript, header};

/// Headers a PUT to a URL signed for `host` alone can carry.
const PLAIN_HEADERS: &[&str] = &[
    "accept",
    "accept-encoding",
    "accept-language",
    "authorization",
    "connection",
    "content-length",
    "expect",
    "host",
    "transfer-encoding",
    "user-agent",
];

/// Checks an upload; other cases have nothing to check here.
pub fn check(case: &Case, transcript: &Transcript) -> Vec<Broken> {
    let Some(media) = case.media else { return Vec::new() };
    if let Some(asked) = case.asked_wait_s.map(Duration::from_secs) {
        match waited(asked, transcript) {
            Waited::Enough => {}
            Waited::Told => return Vec::new(),
            Waited::TooShort(broken) => return vec![broken],
        }
    }
    if transcript.api.is_empty() || transcript.storage.is_empty() {
        return vec![Broken::new(
            &UPLOAD_STEPS,
            "a request for the URL, then a PUT to it",
            steps(transcript),
        )];
    }
    let moves = case.storage.contains(&Storage::Redirect);
    let mut broken = Vec::new();
    for found in transcript.storage.iter().flat_map(|put| step(put, media, moves)) {
        if !broken.contains(&found) {
            broken.push(found);
        }
    }
    broken.extend(ended(case, transcript));
    broken
}

/// What came of being asked to wait.
enum Waited {
    Enough,
    /// The client left it to its caller, and told how long.
    Told,
    TooShort(Broken),
}

fn waited(asked: Duration, transcript: &Transcript) -> Waited {
    let expected = format!("a wait of {} s, or an error that tells it", asked.as_secs());
    // A date has whole seconds, and some time has passed before the client reads it.
    let enough = asked / 2;
    let told =
        |report: &ErrorReport| report.retry_after_s.is_some_and(|seconds| seconds >= enough.as_secs_f64());
    match (&transcript.answer, transcript.waited.first()) {
        (_, Some(wait)) if *wait >= enough => Waited::Enough,
        (Some(Answer::Error(report)), None) if told(report) => Waited::Told,
        (_, Some(wait)) => {
            Waited::TooShort(Broken::new(&RETRY_AFTER, expected, format!("a wait of {wait:.1?}")))
        }
        (_, None) => {
            let actual = "no other try, and an error that does not tell how long to wait";
            Waited::TooShort(Broken::new(&RETRY_AFTER, expected, actual))
        }
    }
}

fn steps(transcript: &Transcript) -> String {
    format!("{} requests to the API, {} to the storage", transcript.api.len(), transcript.storage.len())
}

fn step(put: &Put, media: Media, moves: bool) -> Vec<Broken> {
    let mut broken = Vec::new();
    if put.method != "PUT" {
        broken.push(Broken::new(&UPLOAD_METHOD, "PUT", &put.method));
    }
    let target = PRESIGNED.trim_start_matches(STORAGE);
    if put.target != target && !(moves && put.target == format!("{target}{MOVED}")) {
        broken.push(Broken::new(&UPLOAD_URL, target, &put.target));
    }
    if let Some(value) = header(&put.headers, "authorization") {
        broken.push(Broken::new(
            &UPLOAD_AUTHORIZATION,
            "no authorization header",
            format!("authorization: {value}"),
        ));
    }
    let foreign = put.headers.iter().filter(|(name, _)| !PLAIN_HEADERS.contains(&name.as_str()));
    broken.extend(foreign.map(|(name, value)| {
        Broken::new(&UPLOAD_HEADER, format!("no {name} header"), format!("{name}: {value}"))
    }));
    let length = header(&put.headers, "content-length");
    if length.is_none() || header(&put.headers, "transfer-encoding").is_some() {
        let actual =
            if length.is_none() { "no content-length header" } else { "transfer-encoding beside it" };
        broken.push(Broken::new(&UPLOAD_LENGTH, format!("content-length: {}", media.bytes), actual));
    }
    let taken = put.answered.is_some_and(|status| status < 300) && media.change.is_none();
    if taken && (!put.same || put.bytes != media.bytes) {
        let altered = if put.same { "" } else { ", altered" };
        broken.push(Broken::new(
            &UPLOAD_BYTES,
            format!("the {} bytes of the file", media.bytes),
            format!("{} bytes{altered}", put.bytes),
        ));
    }
    broken
}

/// Whether the storage took the media in the end, and whether the caller is told so. That it is
/// the right media is a rule of its own.
fn ended(case: &Case, transcript: &Transcript) -> Option<Broken> {
    let last = transcript.storage.last()?;
    let taken = last.answered.is_some_and(|status| status < 300);
    let must_be_stored = matches!(case.outcome, Outcome::Stored);
    let changes = case.media.is_some_and(|media| media.change.is_some());
    let whole = last.same && case.media.is_some_and(|media| media.bytes == last.bytes);
    match &transcript.answer {
        // Who has read all of the file before it changed has stored it as it was given.
        Some(Answer::Result(_)) if changes && taken && whole => None,
        Some(Answer::Result(_)) if changes => {
            Some(Broken::new(&UPLOAD_CHANGED, "an error, or the file as it was given", "success"))
        }
        Some(Answer::Result(_)) if !taken => {
            Some(Broken::new(&UPLOAD_REPORTED, "an error: the storage did not take the media", "success"))
        }
        Some(Answer::Error(error)) if taken && must_be_stored => {
            let actual = format!("error: {}", error.message);
            Some(Broken::new(&UPLOAD_REPORTED, "success: the storage took the media", actual))
        }
        _ if !taken && must_be_stored => {
            let answered = last.answered.map_or_else(|| "nothing".to_owned(), |status| status.to_string());
            let actual = format!("{answered} was answered to the last of {} PUTs", transcript.storage.len());
            Some(Broken::new(&UPLOAD_STORED, "the media in the storage", actual))
        }
        _ => None,
    }
}
