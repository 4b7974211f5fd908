//! When to try again, and how long to wait.

use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder, ExponentialBuilder};
use futures_util::future::BoxFuture;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::clock::Clock;
use crate::error::Error;

/// Where `X-RateLimit-Reset` is: no document of pyannoteAI but its rate limit pages names it, and they disagree on its unit.
const RATE_LIMIT_RESET: &str = "x-ratelimit-reset";
/// Above it `X-RateLimit-Reset` is a date, in seconds since 1970; below, seconds from now.
const EPOCH: u64 = 1_000_000_000;
/// The most that is believed of `X-RateLimit-Reset`.
const LONGEST_RESET: Duration = Duration::from_secs(24 * 60 * 60);

/// When a request is tried again, and how long to wait before.
///
/// A try that failed is followed by another if the failure [may pass](Error::is_retryable): no connection or a lost one, no
/// answer in time, the statuses 408, 429, 500, 502, 503 and 504, and storage's `RequestTimeout` and `SlowDown`. Both requests
/// of an upload are safe to repeat: asking for an upload URL changes nothing that asking again would not, and a PUT stores a
/// whole object in place of an earlier one, or nothing.
///
/// The wait is drawn from between zero and a limit that begins with [`first_wait`](Self::first_wait) and doubles with each try,
/// up to [`longest_wait`](Self::longest_wait) ("full jitter"): clients that failed together do not come back together. When the
/// server says how long to wait, it is no shorter than that.
///
/// ```
/// use media_upload::Retry;
/// use std::time::Duration;
///
/// let patient = Retry::default().tries(10).longest_wait(Duration::from_secs(120));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "it is given to `ClientBuilder::retry`"]
pub struct Retry {
    tries: u32,
    first_wait: Duration,
    longest_wait: Duration,
    longest_asked: Duration,
    total: Duration,
}

impl Default for Retry {
    /// 5 tries, waits within 0.5 s at first and 30 s at most, servers obeyed up to 60 s, no try after 12 hours.
    fn default() -> Self {
        Self {
            tries: 5,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(30),
            longest_asked: Duration::from_secs(60),
            total: Duration::from_secs(12 * 60 * 60),
        }
    }
}

impl Retry {
    /// One try, and no other.
    pub fn never() -> Self {
        Self::default().tries(1)
    }

    /// How many tries there are at most, the first one included. Default: 5; 0 means 1.
    pub fn tries(mut self, tries: u32) -> Self {
        self.tries = tries;
        self
    }

    /// The longest that the first wait may be. Default: 0.5 s.
    pub fn first_wait(mut self, wait: Duration) -> Self {
        self.first_wait = wait;
        self
    }

    /// The longest that any wait may be that the server has not asked for. Default: 30 s.
    pub fn longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = wait;
        self
    }

    /// How long to wait at most because the server asks for it. When it asks for more, there is no other try: the error
    /// comes at once, and its [`retry_after`](Error::retry_after) says what was asked for. Default: 60 s.
    pub fn longest_retry_after(mut self, wait: Duration) -> Self {
        self.longest_asked = wait;
        self
    }

    /// How long after the first try the last one may begin. A try under way is not broken off by it. It holds for each of
    /// an upload's two requests. Default: 12 hours, for which an upload URL of cielo24 is valid.
    pub fn total(mut self, total: Duration) -> Self {
        self.total = total;
        self
    }

    /// Tries until it succeeds, or the failure will not pass, or there have been tries enough. `attempt` is told which try
    /// it is, from 1.
    pub(crate) async fn run<'a, T>(
        &self,
        clock: &dyn Clock,
        mut attempt: impl FnMut(u32) -> BoxFuture<'a, Result<T, Error>>,
    ) -> Result<T, Error> {
        let begun = clock.now();
        let mut limits = self.limits().build();
        let mut tries = 0;
        loop {
            tries += 1;
            let error = match attempt(tries).await {
                Ok(outcome) => return Ok(outcome),
                Err(error) => error.after(tries),
            };
            let gone = clock.now().saturating_duration_since(begun);
            let Some(wait) = limits.next().and_then(|limit| self.wait(&error, limit, gone)) else {
                return Err(error);
            };
            tracing::warn!(?wait, %error, "trying again");
            clock.sleep(wait).await;
        }
    }

    /// The limits of the waits, one for each further try.
    fn limits(&self) -> ExponentialBuilder {
        ExponentialBuilder::new()
            .with_min_delay(self.first_wait)
            .with_max_delay(self.longest_wait)
            .with_max_times(self.tries.saturating_sub(1) as usize)
    }

    /// How long to wait after `error`, which came when `gone` had passed; `None` if there shall be no other try.
    fn wait(&self, error: &Error, limit: Duration, gone: Duration) -> Option<Duration> {
        let asked = error.retry_after().unwrap_or_default();
        // Full jitter; backon's own adds to the limit instead, and so never spreads over all of it.
        let wait = asked.max(limit.mul_f32(fastrand::f32()));
        let again =
            error.is_retryable() && asked <= self.longest_asked && gone.saturating_add(wait) <= self.total;
        again.then_some(wait)
    }
}

/// How long the server asks to wait: `Retry-After`, as seconds or as a date (RFC 9110, section 10.2.3); for a 429 without it
/// `X-RateLimit-Reset`, believed up to a day.
pub(crate) fn asked(status: StatusCode, headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let retry_after = text(RETRY_AFTER.as_str()).and_then(|value| retry_after(value, now));
    let reset = || text(RATE_LIMIT_RESET).filter(|_| status == StatusCode::TOO_MANY_REQUESTS);
    retry_after.or_else(|| reset()?.parse().ok().map(|seconds| until_reset(seconds, now)))
}

fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

fn until_reset(seconds: u64, now: SystemTime) -> Duration {
    let since_epoch = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let given = Duration::from_secs(seconds);
    let wait = if seconds > EPOCH { given.saturating_sub(since_epoch) } else { given };
    wait.min(LONGEST_RESET)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    fn now() -> SystemTime {
        httpdate::parse_http_date("Wed, 21 Oct 2015 07:28:00 GMT").unwrap()
    }

    fn asked_with(status: u16, name: &'static str, value: &str) -> Option<Duration> {
        let headers = HeaderMap::from_iter([(
            reqwest::header::HeaderName::from_static(name),
            HeaderValue::try_from(value).unwrap(),
        )]);
        asked(StatusCode::from_u16(status).unwrap(), &headers, now())
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let asked = |value: &str| asked_with(503, "retry-after", value);
        assert_eq!(asked("17"), Some(Duration::from_secs(17)));
        assert_eq!(asked("Wed, 21 Oct 2015 07:28:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(asked("Wed, 21 Oct 2015 07:00:00 GMT"), Some(Duration::ZERO));
        for nonsense in ["", "soon", "-1", "1.5", "99999999999999999999999"] {
            assert_eq!(asked(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_rate_limits_reset_is_a_delta_or_an_epoch_and_a_day_at_most() {
        let asked = |value: &str| asked_with(429, "x-ratelimit-reset", value);
        let epoch = now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        assert_eq!(asked("17"), Some(Duration::from_secs(17)));
        assert_eq!(asked(&(epoch + 30).to_string()), Some(Duration::from_secs(30)));
        assert_eq!(asked(&(epoch - 30).to_string()), Some(Duration::ZERO));
        // In milliseconds, say.
        assert_eq!(asked(&(epoch * 1000).to_string()), Some(LONGEST_RESET));
        assert_eq!(asked("soon"), None);
        assert_eq!(asked_with(503, "x-ratelimit-reset", "17"), None);
    }
}
