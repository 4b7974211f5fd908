//! A transcript as text, similar to `curl -v`: `>` marks requests, `<` responses, `=` the outcome.

use super::redact::{MAX_TEXT, Redactor};
use super::transcript::{Answer, ErrorReport, Transcript};
use crate::mock::storage::RecordedPut;
use crate::plan::case::{STORAGE, Serve, ServedResponse, with_url_number};
use crate::style::cut;
use crate::wire::message::RecordedRequest;

/// The longest exchange, in bytes: a client may send many requests.
const MAX_EXCHANGE: usize = 4 * MAX_TEXT;

/// Headers that are not shown: they differ between machines and releases.
const HIDDEN: &[&str] = &["host", "user-agent", "content-length"];

/// The whole exchange, redacted. Each body, message and header is cut if it is too long, and so is the whole. Without an answer, it
/// ends without an outcome.
pub fn text(transcript: &Transcript, redactor: &Redactor) -> String {
    let served = |index| {
        let served = transcript.served_to(index).map(|served| response(served, redactor));
        with_url_number(&served.unwrap_or_default(), index + 1)
    };
    let to_api = transcript.api.iter().enumerate();
    let to_api = to_api.map(|(index, request)| sent(request, redactor) + &served(index));
    let to_storage = transcript.storage.iter().map(|put| storage_step(put, redactor));
    let steps: Vec<String> = to_api.chain(to_storage).collect();
    let outcome = transcript.answer.as_ref().map(|answer| outcome(answer, redactor));
    let whole = folded(&steps) + &outcome.unwrap_or_default();
    cut(&redactor.text(&whole), MAX_EXCHANGE).into_owned()
}

/// The steps in order. Equal steps in a row are shown once.
fn folded(steps: &[String]) -> String {
    let groups = steps.chunk_by(|one, next| one == next).map(|same| match same.len() {
        1 => same[0].clone(),
        count => format!("{}  (the same {} more times)\n", same[0], count - 1),
    });
    groups.collect()
}

fn sent(request: &RecordedRequest, redactor: &Redactor) -> String {
    let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    let target = format!("{}{query}", request.path);
    let (headers, body) = (headers('>', &request.headers, redactor), body('>', &request.body, redactor));
    format!("> {} {}\n{headers}{body}", request.method, redactor.excerpt(&target))
}

/// One answer of the API.
pub fn response(served: &Serve, redactor: &Redactor) -> String {
    match served {
        Serve::Response(response) => {
            let ServedResponse { code, padding, .. } = response;
            let padding = if *padding > 0 { format!("< ({padding} spaces)\n") } else { String::new() };
            let headers = headers('<', &response.headers, redactor);
            format!("< {code}\n{headers}{}{padding}", body('<', &response.body, redactor))
        }
        Serve::Fault(fault) => format!("< (fault: {})\n", fault.word()),
    }
}

fn storage_step(put: &RecordedPut, redactor: &Redactor) -> String {
    let body = match (put.answered, put.same) {
        (Some(200..300), true) => format!("({} bytes, equal to the media)", put.bytes),
        (Some(200..300), false) => format!("({} bytes, not equal to the media)", put.bytes),
        // The number of bytes received before the connection ended differs from run to run.
        _ => "(media)".to_owned(),
    };
    let answered = put.answered.map_or_else(|| "(nothing)".to_owned(), |status| status.to_string());
    let (target, headers) = (redactor.excerpt(&put.target), headers('>', &put.headers, redactor));
    format!("> {} {STORAGE}{target}\n{headers}> {body}\n< {answered}\n", put.method)
}

fn headers(mark: char, headers: &[(String, String)], redactor: &Redactor) -> String {
    let shown = headers.iter().filter(|(name, _)| !HIDDEN.contains(&name.as_str()));
    let line = |(name, value): &(String, String)| {
        let header = format!("{name}: {value}");
        format!("{mark} {}\n", redactor.excerpt(&header))
    };
    shown.map(line).collect()
}

fn body(mark: char, body: &str, redactor: &Redactor) -> String {
    redactor.excerpt(body).lines().map(|line| format!("{mark} {line}\n")).collect()
}

fn outcome(answer: &Answer, redactor: &Redactor) -> String {
    match answer {
        Answer::Result(value) => format!("= success {}\n", redactor.excerpt(&value.to_string())),
        Answer::Error(report) => error(report, redactor),
        Answer::Refused(refusal) => format!("= refused: {}\n", redactor.excerpt(&refusal.message)),
        Answer::Unsupported => "= unsupported\n".to_owned(),
    }
}

fn error(report: &ErrorReport, redactor: &Redactor) -> String {
    let status = report.status.map_or_else(|| "without a status".to_owned(), |status| status.to_string());
    let retry = report.retry_after_s.map_or_else(String::new, |seconds| format!(", retry after {seconds} s"));
    let retryable = if report.retryable == Some(true) { ", worth another try" } else { "" };
    let shown =
        if report.body.is_null() { String::new() } else { body('=', &report.body.to_string(), redactor) };
    let message = redactor.excerpt(&report.message);
    format!("= error {status}{retryable}{retry}: {message}\n{shown}")
}
