//! The retry policy: which failures are retried, and how long to wait.

use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder, ExponentialBuilder};
use futures_util::future::BoxFuture;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::clock::Clock;
use crate::error::Error;

/// Only the rate limit pages of pyannoteAI name this header, and they disagree on its unit.
const RATE_LIMIT_RESET: &str = "x-ratelimit-reset";
/// A greater `X-RateLimit-Reset` is a Unix time in seconds; a smaller one is a number of seconds from now.
const MIN_UNIX_TIME: u64 = 1_000_000_000;
/// The cap on `X-RateLimit-Reset`.
const MAX_RATE_LIMIT_RESET: Duration = Duration::from_secs(24 * 60 * 60);

/// When a failed request is retried, and how long to wait before.
///
/// An attempt is followed by another if its error [is retryable](Error::is_retryable): the connection failed, a timeout
/// elapsed, the status is 408, 429, 500, 502, 503 or 504, or the storage code is `RequestTimeout` or `SlowDown`. Both requests
/// of an upload are idempotent: the request for an upload URL changes nothing that a second one would not, and a PUT stores
/// either the whole object or nothing.
///
/// Each wait is random, between zero and a maximum ("full jitter"), so that clients that failed together do not retry together.
/// The maximum begins with [`first_wait`](Self::first_wait) and doubles with each attempt, up to
/// [`longest_wait`](Self::longest_wait). The wait is never shorter than the server asks for.
///
/// ```
/// use media_upload::Retry;
/// use std::time::Duration;
///
/// let patient = Retry::default().tries(10).longest_wait(Duration::from_secs(120));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "pass it to `ClientBuilder::retry`"]
pub struct Retry {
    tries: u32,
    first_wait: Duration,
    longest_wait: Duration,
    longest_retry_after: Duration,
    total: Duration,
}

impl Default for Retry {
    /// 5 attempts, waits of at most 0.5 s at first and 30 s later, `Retry-After` up to 60 s, and 12 hours in total.
    fn default() -> Self {
        Self {
            tries: 5,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(30),
            longest_retry_after: Duration::from_secs(60),
            total: Duration::from_secs(12 * 60 * 60),
        }
    }
}

impl Retry {
    /// No retries: one attempt.
    pub fn never() -> Self {
        Self::default().tries(1)
    }

    /// The maximum number of attempts, including the first one. Default: 5; 0 means 1.
    pub fn tries(mut self, tries: u32) -> Self {
        self.tries = tries;
        self
    }

    /// The maximum of the first wait. Default: 0.5 s.
    pub fn first_wait(mut self, wait: Duration) -> Self {
        self.first_wait = wait;
        self
    }

    /// The maximum of any wait that the server has not asked for. Default: 30 s.
    pub fn longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = wait;
        self
    }

    /// The maximum wait that the server may ask for. If it asks for more, there is no further attempt: the error is returned
    /// at once, and its [`retry_after`](Error::retry_after) has the wait. Default: 60 s.
    pub fn longest_retry_after(mut self, wait: Duration) -> Self {
        self.longest_retry_after = wait;
        self
    }

    /// The maximum time from the first attempt to the start of the last one. It does not end an attempt that is running. It
    /// applies to each of the two requests of an upload. Default: 12 hours, the validity of a cielo24 upload URL.
    pub fn total(mut self, total: Duration) -> Self {
        self.total = total;
        self
    }

    /// Runs `attempt` until it succeeds, fails with an error that is not retryable, or the policy allows no more attempts.
    /// The argument of `attempt` is its number, from 1.
    pub(crate) async fn run<'a, T>(
        &self,
        clock: &dyn Clock,
        mut attempt: impl FnMut(u32) -> BoxFuture<'a, Result<T, Error>>,
    ) -> Result<T, Error> {
        let begun = clock.now();
        // The maximum of each wait, one item for each further attempt.
        let mut backoff = ExponentialBuilder::new()
            .with_min_delay(self.first_wait)
            .with_max_delay(self.longest_wait)
            .with_max_times(self.tries.saturating_sub(1) as usize)
            .build();
        let mut attempts = 0;
        loop {
            attempts += 1;
            let error = match attempt(attempts).await {
                Ok(outcome) => return Ok(outcome),
                Err(error) => error.with_attempts(attempts),
            };
            let elapsed = clock.now().saturating_duration_since(begun);
            let Some(wait) = backoff.next().and_then(|max| self.wait(&error, max, elapsed)) else {
                return Err(error);
            };
            tracing::warn!(?wait, %error, "retrying");
            clock.sleep(wait).await;
        }
    }

    /// The wait after `error`; `None` if there must be no further attempt. `elapsed` counts from the first attempt.
    fn wait(&self, error: &Error, max: Duration, elapsed: Duration) -> Option<Duration> {
        let requested = error.retry_after().unwrap_or_default();
        // Full jitter. The jitter of backon only adds to the maximum, so short waits would never occur.
        let wait = requested.max(max.mul_f32(fastrand::f32()));
        let is_allowed = error.is_retryable()
            && requested <= self.longest_retry_after
            && elapsed.saturating_add(wait) <= self.total;
        is_allowed.then_some(wait)
    }
}

/// How long the server asks to wait: `Retry-After`, in seconds or as a date (RFC 9110, section 10.2.3), or, for a 429 without
/// it, `X-RateLimit-Reset`.
pub(crate) fn requested_delay(status: StatusCode, headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let retry_after = text(RETRY_AFTER.as_str()).and_then(|value| retry_after(value, now));
    let reset = || text(RATE_LIMIT_RESET).filter(|_| status == StatusCode::TOO_MANY_REQUESTS);
    retry_after.or_else(|| reset()?.parse().ok().map(|seconds| until_reset(seconds, now)))
}

fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    Some(httpdate::parse_http_date(value).ok()?.duration_since(now).unwrap_or_default())
}

fn until_reset(seconds: u64, now: SystemTime) -> Duration {
    let unix_time = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let given = Duration::from_secs(seconds);
    let wait = if seconds > MIN_UNIX_TIME { given.saturating_sub(unix_time) } else { given };
    wait.min(MAX_RATE_LIMIT_RESET)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    fn now() -> SystemTime {
        httpdate::parse_http_date("Wed, 21 Oct 2015 07:28:00 GMT").unwrap()
    }

    fn delay_with(status: u16, name: &'static str, value: &str) -> Option<Duration> {
        let headers = HeaderMap::from_iter([(
            reqwest::header::HeaderName::from_static(name),
            HeaderValue::try_from(value).unwrap(),
        )]);
        requested_delay(StatusCode::from_u16(status).unwrap(), &headers, now())
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let delay = |value: &str| delay_with(503, "retry-after", value);
        assert_eq!(delay("17"), Some(Duration::from_secs(17)));
        assert_eq!(delay("Wed, 21 Oct 2015 07:28:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(delay("Wed, 21 Oct 2015 07:00:00 GMT"), Some(Duration::ZERO));
        for invalid in ["", "soon", "-1", "1.5", "99999999999999999999999"] {
            assert_eq!(delay(invalid), None, "{invalid}");
        }
    }

    #[test]
    fn rate_limit_reset_is_seconds_or_a_unix_time_and_at_most_a_day() {
        let delay = |value: &str| delay_with(429, "x-ratelimit-reset", value);
        let epoch = now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        assert_eq!(delay("17"), Some(Duration::from_secs(17)));
        assert_eq!(delay(&(epoch + 30).to_string()), Some(Duration::from_secs(30)));
        assert_eq!(delay(&(epoch - 30).to_string()), Some(Duration::ZERO));
        // A Unix time in milliseconds.
        assert_eq!(delay(&(epoch * 1000).to_string()), Some(MAX_RATE_LIMIT_RESET));
        assert_eq!(delay("soon"), None);
        assert_eq!(delay_with(503, "x-ratelimit-reset", "17"), None);
    }
}
