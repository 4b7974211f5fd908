//! Checks of further attempts: when a client sends something again, and whether it stops.

use std::collections::HashSet;
use std::time::Duration;

use super::error_report::{PERMANENT, retry_after, tolerance};
use super::finding::Violation;
use super::rule::{RETRY_AFTER, RETRY_END, RETRY_EXPIRED_URL, RETRY_RATE, RETRY_STATUS, RETRY_UNUSED_URL};
use super::transcript::{Answer, Transcript};
use crate::mock::storage::RecordedPut;
use crate::plan::case::{Case, Serve, StorageStep};
use crate::plan::presigned::target;
use crate::wire::message::{RecordedRequest, header};

/// The most requests of one call that a server may receive in one second. If a call has more requests and no outcome, it does not
/// end.
const MAX_TRIES: usize = 10;

/// One request and the status of its answer.
struct Try {
    /// What is compared: the request line, the body and the credential, because another credential can change the answer. Other
    /// headers are left out: some clients number their attempts in a header.
    request: String,
    answered: Option<u16>,
}

/// Checks the attempts of a call.
pub(super) fn check(case: &Case, transcript: &Transcript) -> Vec<Violation> {
    let mut broken = Vec::new();
    for (server, times) in [("API", &transcript.api_arrivals), ("storage", &transcript.storage_arrivals)] {
        broken.extend(too_fast(server, times));
        broken.extend(endless(server, times.len(), transcript));
    }
    broken.extend(repeated("API", &api_tries(transcript)));
    broken.extend(repeated("storage", &storage_tries(case, transcript)));
    broken.extend(asked_wait(case).and_then(|asked| too_soon(asked, transcript)));
    broken.extend(expiry(case).and_then(|status| expired_url(status, transcript)));
    broken.extend(uses_each_url(case).then(|| unused_url(transcript)).flatten());
    broken
}

/// How long the API asks the client to wait before it tries again.
pub(super) fn asked_wait(case: &Case) -> Option<Duration> {
    case.upload.as_ref()?.asked_wait_s.map(Duration::from_secs)
}

/// The status with which the storage answers that the URL has expired.
pub(super) fn expiry(case: &Case) -> Option<u16> {
    case.upload.as_ref()?.storage.iter().find_map(|step| match step {
        StorageStep::Expire(status, ..) => Some(*status),
        _ => None,
    })
}

/// Whether the client sends something to each pre-signed URL. A client that notices a change of its file may stop before the PUT.
pub(super) fn uses_each_url(case: &Case) -> bool {
    case.upload.as_ref().is_some_and(|upload| upload.media.change.is_none())
}

/// A client that is asked to wait should wait before it tries again, or report the wait to its caller.
fn too_soon(asked: Duration, transcript: &Transcript) -> Option<Violation> {
    let enough = asked.saturating_sub(retry_after(transcript).next().map(tolerance).unwrap_or_default());
    let told = match &transcript.answer {
        Some(Answer::Error(report)) => report.retry_after_s,
        _ => None,
    };
    let wait = transcript.api_arrivals.get(..2).map(|pair| pair[1].saturating_sub(pair[0]));
    let actual = match wait {
        Some(wait) if wait >= enough => return None,
        Some(wait) => format!("a wait of {wait:.1?}"),
        None if told.is_some_and(|seconds| seconds >= enough.as_secs_f64()) => return None,
        None => "no other attempt, and an error that does not report the wait".to_owned(),
    };
    let expected = format!("a wait of {} s, or an error that reports it", asked.as_secs());
    Some(Violation::new(&RETRY_AFTER, expected, actual))
}

fn too_fast(server: &str, times: &[Duration]) -> Option<Violation> {
    let second = Duration::from_secs(1);
    let is_fast = |burst: &[Duration]| burst[MAX_TRIES].saturating_sub(burst[0]) < second;
    let fast = times.windows(MAX_TRIES + 1).find(|burst| is_fast(burst))?;
    let count = times.iter().filter(|time| **time >= fast[0] && **time < fast[0] + second).count();
    let expected = format!("at most {MAX_TRIES} requests to the {server} in one second");
    Some(Violation::new(&RETRY_RATE, expected, format!("{count} requests in one second")))
}

fn endless(server: &str, tries: usize, transcript: &Transcript) -> Option<Violation> {
    let is_endless = transcript.answer.is_none() && tries > MAX_TRIES;
    let actual = || format!("{tries} requests to the {server}, and no outcome within the time of the case");
    is_endless.then(|| Violation::new(&RETRY_END, "an outcome after some attempts", actual()))
}

/// Whether the client has sent a request again, or so many requests that the call does not seem to end.
pub fn is_retrying(transcript: &Transcript) -> bool {
    [api_tries(transcript), storage_requests(transcript)].iter().any(|tries| {
        let requests: HashSet<&str> = tries.iter().map(|sent| sent.request.as_str()).collect();
        tries.len() > MAX_TRIES || requests.len() < tries.len()
    })
}

fn api_tries(transcript: &Transcript) -> Vec<Try> {
    let attempt = |(index, sent): (usize, &RecordedRequest)| {
        let credential = header(&sent.headers, "authorization");
        let request = format!("{} {} {:?} {credential:?} {}", sent.method, sent.path, sent.query, sent.body);
        Try { request, answered: transcript.served_to(index).and_then(Serve::status) }
    };
    transcript.api.iter().enumerate().map(attempt).collect()
}

/// The requests to the storage; none in cases in which the same request can succeed later, or another rule applies. Some storages
/// report a slow client with status 400. An expired URL has a rule of its own.
fn storage_tries(case: &Case, transcript: &Transcript) -> Vec<Try> {
    let steps = case.upload.iter().flat_map(|upload| &upload.storage);
    let is_passing = |step: &StorageStep| matches!(step, StorageStep::Refuse(_, "RequestTimeout", _));
    if expiry(case).is_some() || steps.into_iter().any(is_passing) {
        return Vec::new();
    }
    storage_requests(transcript)
}

fn storage_requests(transcript: &Transcript) -> Vec<Try> {
    let attempt = |put: &RecordedPut| {
        let credential = header(&put.headers, "authorization");
        Try { request: format!("{} {} {credential:?}", put.method, put.target), answered: put.answered }
    };
    transcript.storage.iter().map(attempt).collect()
}

fn repeated(server: &str, tries: &[Try]) -> Option<Violation> {
    let refused = |sent: &Try| sent.answered.filter(|status| PERMANENT.contains(status));
    let mut refusals = tries.iter().enumerate().filter_map(|(index, sent)| Some((index, refused(sent)?)));
    refusals.find_map(|(index, status)| {
        let again = tries[index + 1..].iter().filter(|later| later.request == tries[index].request).count();
        let expected = format!("no further attempt after a {status} of the {server}");
        (again > 0)
            .then(|| Violation::new(&RETRY_STATUS, expected, format!("the same request {again} more times")))
    })
}

/// The finding about a PUT to a URL after the storage has answered that the URL has expired.
fn expired_url(status: u16, transcript: &Transcript) -> Option<Violation> {
    let refused = transcript.storage.iter().filter(|put| put.answered == Some(status));
    let numbers: Vec<usize> = refused.filter_map(|put| put.url_number()).collect();
    let again = numbers.iter().enumerate().find(|(index, number)| numbers[..*index].contains(number))?.1;
    Some(Violation::new(
        &RETRY_EXPIRED_URL,
        "a request for a new URL",
        format!("another request to {}", target(*again)),
    ))
}

/// The finding about a pre-signed URL to which the client sent nothing. A PUT to a URL that the API did not return breaks another
/// rule.
fn unused_url(transcript: &Transcript) -> Option<Violation> {
    if transcript.storage.is_empty() {
        return None;
    }
    let used: Vec<usize> = transcript.storage.iter().map(RecordedPut::url_number).collect::<Option<_>>()?;
    let served =
        |index| transcript.served_to(index).and_then(Serve::status).is_some_and(|status| status < 300);
    let unused = (0..transcript.api.len()).find(|index| served(*index) && !used.contains(&(index + 1)))? + 1;
    let expected = format!("a request to {}", target(unused));
    Some(Violation::new(&RETRY_UNUSED_URL, expected, "no request to this URL"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::case::ServedResponse;

    fn at(milliseconds: &[u64]) -> Vec<Duration> {
        milliseconds.iter().copied().map(Duration::from_millis).collect()
    }

    #[test]
    fn eleven_requests_in_one_second_are_too_many() {
        let eleven: Vec<u64> = (0..11).map(|number| number * 99).collect();
        assert!(too_fast("API", &at(&eleven)).is_some());
        assert!(too_fast("API", &at(&eleven[..10])).is_none());
        let slower: Vec<u64> = (0..100).map(|number| number * 100).collect();
        assert!(too_fast("API", &at(&slower)).is_none());
        let late_burst: Vec<u64> = (0..5).map(|number| number * 1_000).chain(9_000..9_011).collect();
        assert!(too_fast("API", &at(&late_burst)).is_some());
    }

    /// A transcript of two requests with these `Authorization` headers, the first of which was answered with this status.
    fn transcript(status: u16, credentials: [&str; 2]) -> Transcript {
        let request = |credential: &str| RecordedRequest {
            method: "GET".to_owned(),
            path: "/".to_owned(),
            query: Vec::new(),
            raw_query: String::new(),
            content: Vec::new(),
            headers: vec![("authorization".to_owned(), credential.to_owned())],
            body: String::new(),
        };
        let response = ServedResponse { code: status, headers: Vec::new(), body: String::new(), padding: 0 };
        Transcript {
            api: credentials.map(request).to_vec(),
            served: vec![Serve::Response(response)],
            ..Transcript::default()
        }
    }

    #[test]
    fn a_client_may_end_its_wait_early_by_the_tolerance_of_the_form() {
        let date = httpdate::fmt_http_date(std::time::SystemTime::now() + Duration::from_secs(4));
        for (asked, least) in [("4", 3_950), (date.as_str(), 2_000)] {
            let is_too_soon = |wait: u64| {
                let mut waited = transcript(429, ["a", "a"]);
                waited.api_arrivals = at(&[100, 100 + wait]);
                if let Some(Serve::Response(response)) = waited.served.first_mut() {
                    response.headers.push(("retry-after".to_owned(), asked.to_owned()));
                }
                too_soon(Duration::from_secs(4), &waited).is_some()
            };
            assert_eq!([least - 1, least].map(is_too_soon), [true, false], "{asked}");
        }
    }

    #[test]
    fn a_refused_request_may_be_sent_again_with_another_credential_or_after_a_temporary_error() {
        let again = |status, credentials| repeated("API", &api_tries(&transcript(status, credentials)));
        for status in PERMANENT {
            assert!(again(*status, ["a", "a"]).is_some(), "{status}");
        }
        assert_eq!(again(401, ["a", "b"]), None);
        for status in [200, 408, 409, 425, 429, 500, 503] {
            assert_eq!(again(status, ["a", "a"]), None, "{status}");
        }
    }
}
