//! Checks of what an error tells its caller about the response: its status, whether to try again, and when.

use std::time::{Duration, SystemTime};

use super::finding::Violation;
use super::rule::{RESPONSE_RETRY_AFTER, RESPONSE_RETRYABLE, RESPONSE_STATUS_INVENTED};
use super::transcript::{ErrorReport, Transcript};
use crate::plan::case::{Case, Outcome, Serve};
use crate::wire::message::header;

/// Statuses of requests that fail again when they are repeated unchanged.
pub(super) const PERMANENT: &[u16] = &[400, 401, 402, 403, 404, 422];

/// Statuses that say that the same request can succeed later.
const TEMPORARY: &[u16] = &[429, 503];

/// The tolerance for a wait in seconds: a timer may end early.
const TIMER_TOLERANCE: Duration = Duration::from_millis(50);

/// The tolerance for dates: they have whole seconds, and some time passes before the client and the suite read one.
const DATE_TOLERANCE: Duration = Duration::from_secs(2);

/// The finding about a reported status that no server sent.
pub(super) fn invented(transcript: &Transcript, error: &ErrorReport) -> Option<Violation> {
    let told = error.status?;
    let of_storage = transcript.storage.iter().filter_map(|put| put.answered);
    let mut sent: Vec<u16> =
        transcript.responses().filter_map(Serve::sent_status).chain(of_storage).collect();
    // A server sends an interim response (1xx) by itself: 100 for a request with `Expect: 100-continue`.
    if sent.contains(&told) || (100..200).contains(&told) {
        return None;
    }
    sent.dedup();
    let sent: Vec<String> = sent.iter().map(ToString::to_string).collect();
    let expected = match sent.as_slice() {
        [] => "no status: no server answered".to_owned(),
        sent => format!("no status, or one that a server sent: {}", sent.join(", ")),
    };
    Some(Violation::new(&RESPONSE_STATUS_INVENTED, expected, format!("status {told}: {}", error.message)))
}

/// The finding about a `retryable` that contradicts the status.
pub(super) fn retryable(case: &Case, transcript: &Transcript, error: &ErrorReport) -> Option<Violation> {
    let (told, status) = (error.retryable?, error.status?);
    // Some errors of a storage with status 400 or 403 are temporary. The case then expects the media to be stored.
    let is_temporary = case.outcome == Outcome::Stored || retry_after(transcript).next().is_some();
    let is_wrong = match told {
        true => PERMANENT.contains(&status) && !is_temporary,
        false => TEMPORARY.contains(&status),
    };
    let actual = || format!("retryable: {told}, with status {status}");
    is_wrong.then(|| Violation::new(&RESPONSE_RETRYABLE, format!("retryable: {}, or null", !told), actual()))
}

/// The finding about a `retry_after_s` that is not the wait that the API asked for.
pub(super) fn wait(transcript: &Transcript, error: &ErrorReport) -> Option<Violation> {
    let told = error.retry_after_s?;
    if retry_after(transcript).any(|asked| is_same_wait(asked, told, transcript.elapsed)) {
        return None;
    }
    let expected = match retry_after(transcript).last() {
        Some(asked) => format!("the wait that the server asked for: {asked}"),
        None => "null: the server did not ask the client to wait".to_owned(),
    };
    Some(Violation::new(&RESPONSE_RETRY_AFTER, expected, format!("retry_after_s: {told}")))
}

/// The values of `Retry-After` in the responses of the API.
pub(super) fn retry_after(transcript: &Transcript) -> impl Iterator<Item = &str> {
    transcript.responses().filter_map(|serve| match serve {
        Serve::Response(response) => header(&response.headers, "retry-after"),
        Serve::Fault(_) => None,
    })
}

/// How much a wait may differ from the one that this `Retry-After` asks for.
pub(super) fn tolerance(asked: &str) -> Duration {
    if asked.parse::<u32>().is_ok() { TIMER_TOLERANCE } else { DATE_TOLERANCE }
}

/// Whether a `Retry-After` and a number of seconds are the same wait. If the header has neither a number nor a date, every number
/// is correct.
fn is_same_wait(asked: &str, told: f64, elapsed: Duration) -> bool {
    if let Ok(seconds) = asked.parse::<u32>() {
        return (told - f64::from(seconds)).abs() <= tolerance(asked).as_secs_f64();
    }
    let Ok(date) = httpdate::parse_http_date(asked) else { return true };
    // The client read the date at some time during the case.
    let at_the_end = date.duration_since(SystemTime::now()).unwrap_or_default();
    let least = at_the_end.saturating_sub(tolerance(asked)).as_secs_f64();
    (least..=(at_the_end + elapsed + tolerance(asked)).as_secs_f64()).contains(&told)
}
