//! A transcript as text, in the manner of `curl -v`: `>` went out, `<` came back, `=` was told.

use std::fmt::Write;

use super::driver::Answer;
use super::transcript::{Put, Recorded, Transcript};
use crate::plan::case::{STORAGE, Serve, ServedResponse};

/// The most of one body that is shown, in characters.
const SHOWN: usize = 2_000;

/// Headers that differ between machines and releases and say nothing about conformance.
const NOISE: &[&str] = &["host", "user-agent", "content-length"];

/// The whole exchange.
pub fn text(transcript: &Transcript) -> String {
    let mut steps = Vec::new();
    for (turn, request) in transcript.api.iter().enumerate() {
        let mut step = String::new();
        put_request(&mut step, request);
        if let Some(served) = transcript.served.get(turn).or(transcript.served.last()) {
            put_served(&mut step, served);
        }
        steps.push(step);
    }
    steps.extend(transcript.storage.iter().map(storage_step));
    let mut out = folded(&steps);
    put_outcome(&mut out, transcript);
    out
}

/// The steps one after the other, what is repeated told once.
fn folded(steps: &[String]) -> String {
    let mut out = String::new();
    for same in steps.chunk_by(|one, next| one == next) {
        out.push_str(&same[0]);
        if let Some(more @ 1..) = same.len().checked_sub(1) {
            let _ = writeln!(out, "  (the same {more} more times)");
        }
    }
    out
}

/// One request.
pub fn put_request(out: &mut String, request: &Recorded) {
    let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    let _ = writeln!(out, "> {} {}{query}", request.method, request.path);
    put_headers(out, '>', &request.headers);
    put_body(out, '>', &request.body);
}

/// One answer of the API.
pub fn put_served(out: &mut String, served: &Serve) {
    match served {
        Serve::Response(ServedResponse { code, headers, body, padding }) => {
            let _ = writeln!(out, "< {code}");
            put_headers(out, '<', headers);
            put_body(out, '<', body);
            if *padding > 0 {
                let _ = writeln!(out, "< ({padding} blanks)");
            }
        }
        Serve::Fault(fault) => {
            let _ = writeln!(out, "< (fault: {})", fault.word());
        }
    }
}

fn storage_step(put: &Put) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "> {} {STORAGE}{}", put.method, put.target);
    put_headers(&mut out, '>', &put.headers);
    let body = match (put.answered, put.same) {
        (Some(200..300), true) => format!("({} bytes, the media's)", put.bytes),
        (Some(200..300), false) => format!("({} bytes, not the media's)", put.bytes),
        // How much had come when the storage broke off differs from run to run.
        _ => "(media)".to_owned(),
    };
    let answered = put.answered.map_or_else(|| "(nothing)".to_owned(), |status| status.to_string());
    let _ = writeln!(out, "> {body}\n< {answered}");
    out
}

fn put_headers(out: &mut String, mark: char, headers: &[(String, String)]) {
    for (name, value) in headers.iter().filter(|(name, _)| !NOISE.contains(&name.as_str())) {
        let _ = writeln!(out, "{mark} {name}: {value}");
    }
}

fn put_body(out: &mut String, mark: char, body: &str) {
    if body.is_empty() {
        return;
    }
    match body.char_indices().nth(SHOWN) {
        Some(_) => {
            let _ = writeln!(out, "{mark} ({} bytes)", body.len());
        }
        None => body.lines().for_each(|line| {
            let _ = writeln!(out, "{mark} {line}");
        }),
    }
}

fn put_outcome(out: &mut String, transcript: &Transcript) {
    let _ = match (&transcript.answer, &transcript.trouble) {
        (Some(Answer::Result(value)), _) => writeln!(out, "= success {value}"),
        (Some(Answer::Error(error)), _) => {
            let status =
                error.status.map_or_else(|| "without a status".to_owned(), |status| status.to_string());
            let retry =
                error.retry_after_s.map_or_else(String::new, |seconds| format!(", retry after {seconds} s"));
            let retryable = match error.retryable {
                Some(true) => ", worth another try",
                _ => "",
            };
            writeln!(out, "= error {status}{retryable}{retry}: {}", error.message).and_then(|()| {
                let mut body = String::new();
                put_body(
                    &mut body,
                    '=',
                    &if error.body.is_null() { String::new() } else { error.body.to_string() },
                );
                out.write_str(&body)
            })
        }
        (Some(Answer::Refused(refusal)), _) => writeln!(out, "= refused: {}", refusal.message),
        (Some(Answer::Unsupported(_)), _) => writeln!(out, "= unsupported"),
        (None, Some(_)) => writeln!(out, "= the driver gave no answer"),
        (None, None) => Ok(()),
    };
}
