//! A transcript as text, similar to `curl -v`: `>` marks requests, `<` responses, `=` the outcome.

use super::transcript::{Answer, ErrorReport, Transcript};
use crate::mock::storage::RecordedPut;
use crate::plan::case::{STORAGE, Serve, ServedResponse, with_url_number};
use crate::wire::message::RecordedRequest;

/// The longest body that is shown, in characters.
const MAX_SHOWN: usize = 2_000;

/// Headers that are not shown: they differ between machines and releases.
const HIDDEN: &[&str] = &["host", "user-agent", "content-length"];

/// The whole exchange. Ends without an outcome when there is no answer.
pub fn text(transcript: &Transcript) -> String {
    let served =
        |index| with_url_number(&transcript.served_to(index).map(response).unwrap_or_default(), index + 1);
    let to_api = transcript.api.iter().enumerate().map(|(index, request)| sent(request) + &served(index));
    let steps: Vec<String> = to_api.chain(transcript.storage.iter().map(storage_step)).collect();
    folded(&steps) + &transcript.answer.as_ref().map(outcome).unwrap_or_default()
}

/// The steps in order. Equal steps in a row are shown once.
fn folded(steps: &[String]) -> String {
    let groups = steps.chunk_by(|one, next| one == next).map(|same| match same.len() {
        1 => same[0].clone(),
        count => format!("{}  (the same {} more times)\n", same[0], count - 1),
    });
    groups.collect()
}

fn sent(request: &RecordedRequest) -> String {
    let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    let headers = headers('>', &request.headers);
    format!("> {} {}{query}\n{headers}{}", request.method, request.path, body('>', &request.body))
}

/// One answer of the API.
pub fn response(served: &Serve) -> String {
    match served {
        Serve::Response(response) => {
            let ServedResponse { code, padding, .. } = response;
            let padding = if *padding > 0 { format!("< ({padding} spaces)\n") } else { String::new() };
            format!("< {code}\n{}{}{padding}", headers('<', &response.headers), body('<', &response.body))
        }
        Serve::Fault(fault) => format!("< (fault: {})\n", fault.word()),
    }
}

fn storage_step(put: &RecordedPut) -> String {
    let body = match (put.answered, put.same) {
        (Some(200..300), true) => format!("({} bytes, equal to the media)", put.bytes),
        (Some(200..300), false) => format!("({} bytes, not equal to the media)", put.bytes),
        // The number of bytes received before the connection ended differs from run to run.
        _ => "(media)".to_owned(),
    };
    let answered = put.answered.map_or_else(|| "(nothing)".to_owned(), |status| status.to_string());
    let headers = headers('>', &put.headers);
    format!("> {} {STORAGE}{}\n{headers}> {body}\n< {answered}\n", put.method, put.target)
}

fn headers(mark: char, headers: &[(String, String)]) -> String {
    let shown = headers.iter().filter(|(name, _)| !HIDDEN.contains(&name.as_str()));
    shown.map(|(name, value)| format!("{mark} {name}: {value}\n")).collect()
}

fn body(mark: char, body: &str) -> String {
    match body.char_indices().nth(MAX_SHOWN) {
        Some(_) => format!("{mark} ({} bytes)\n", body.len()),
        None => body.lines().map(|line| format!("{mark} {line}\n")).collect(),
    }
}

fn outcome(answer: &Answer) -> String {
    match answer {
        Answer::Result(value) => format!("= success {value}\n"),
        Answer::Error(report) => error(report),
        Answer::Refused(refusal) => format!("= refused: {}\n", refusal.message),
        Answer::Unsupported => "= unsupported\n".to_owned(),
    }
}

fn error(report: &ErrorReport) -> String {
    let status = report.status.map_or_else(|| "without a status".to_owned(), |status| status.to_string());
    let retry = report.retry_after_s.map_or_else(String::new, |seconds| format!(", retry after {seconds} s"));
    let retryable = if report.retryable == Some(true) { ", worth another try" } else { "" };
    let shown = if report.body.is_null() { String::new() } else { body('=', &report.body.to_string()) };
    format!("= error {status}{retryable}{retry}: {}\n{shown}", report.message)
}
