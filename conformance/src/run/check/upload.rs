//! Checks of the second step of an upload, and of the upload as a whole.

use super::Broken;
use crate::plan::case::{Case, Media, Outcome};
use crate::plan::upload::PRESIGNED;
use crate::run::driver::Answer;
use crate::run::rule::{
    UPLOAD_AUTHORIZATION, UPLOAD_BYTES, UPLOAD_HEADER, UPLOAD_LENGTH, UPLOAD_METHOD, UPLOAD_REPORTED,
    UPLOAD_STEPS, UPLOAD_URL,
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
    if transcript.api.is_empty() || transcript.storage.is_empty() {
        return vec![Broken::new(
            &UPLOAD_STEPS,
            "a request for the URL, then a PUT to it",
            steps(transcript),
        )];
    }
    let mut broken: Vec<Broken> = transcript.storage.iter().flat_map(|put| step(put, media)).collect();
    broken.extend(reported(case, transcript));
    broken
}

fn steps(transcript: &Transcript) -> String {
    format!("{} requests to the API, {} to the storage", transcript.api.len(), transcript.storage.len())
}

fn step(put: &Put, media: Media) -> Vec<Broken> {
    let mut broken = Vec::new();
    if put.method != "PUT" {
        broken.push(Broken::new(&UPLOAD_METHOD, "PUT", &put.method));
    }
    let target = PRESIGNED.trim_start_matches("{storage}");
    if put.target != target {
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
    if !put.same || put.bytes != media.bytes {
        let altered = if put.same { "" } else { ", altered" };
        broken.push(Broken::new(
            &UPLOAD_BYTES,
            format!("the {} bytes of the file", media.bytes),
            format!("{} bytes{altered}", put.bytes),
        ));
    }
    broken
}

/// Whether the caller is told what the storage answered. That it holds the right bytes is a rule
/// of its own.
fn reported(case: &Case, transcript: &Transcript) -> Option<Broken> {
    let stored = transcript.storage.last().is_some_and(|put| put.answered < 300);
    match &transcript.answer {
        Some(Answer::Result(_)) if !stored => {
            Some(Broken::new(&UPLOAD_REPORTED, "an error: the storage refused the media", "success"))
        }
        Some(Answer::Error(error)) if stored && matches!(case.outcome, Outcome::Stored) => {
            let actual = format!("error: {}", error.message);
            Some(Broken::new(&UPLOAD_REPORTED, "success: the storage took the media", actual))
        }
        _ => None,
    }
}
