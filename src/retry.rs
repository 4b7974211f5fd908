//! The retry policy: which failures are retried, and how long to wait.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
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

/// The default of [`Retry::retry_timeout`] for a call of the API by itself.
const CALL_RETRY_TIMEOUT: Duration = Duration::from_secs(30);
/// The default of [`Retry::retry_timeout`] for an upload.
const UPLOAD_RETRY_TIMEOUT: Duration = Duration::from_secs(2 * 60);
/// How often the time of the retries may begin anew, because storage was there again.
const MAX_OUTAGES: u32 = 5;

/// When a failed request is retried, and how long to wait before.
///
/// A failed attempt is followed by another if its error [is retryable](Error::is_retryable): the connection failed, a timeout
/// elapsed, the status is 408, 429, 500, 502, 503 or 504, or the storage code is `RequestTimeout` or `SlowDown`. Both requests
/// of an upload are idempotent: the request for an upload URL changes nothing that a second one would not, and a PUT stores
/// either the whole object or nothing.
///
/// Retries are limited by time, so that a client survives an outage of the network or of the server. By default, an upload is
/// retried for two minutes, and an API call for 30 seconds ([`retry_timeout`](Self::retry_timeout)). A number of retries can be
/// set too ([`max_retries`](Self::max_retries)).
///
/// Each wait is random, between zero and a maximum (exponential backoff with "full jitter"), so that clients that failed together
/// do not retry together. The maximum begins with [`init_backoff`](Self::init_backoff) and doubles with each attempt, up to
/// [`max_backoff`](Self::max_backoff). The wait is never shorter than the server asks for.
///
/// A 429 with a wait is for the whole account: a call of the same client, or of its clones, that begins during the wait is sent
/// after it.
///
/// The names of the settings are those of `RetryConfig` and `BackoffConfig` in the crate `object_store`.
///
/// ```
/// use media_upload::Retry;
/// use std::time::Duration;
///
/// let patient = Retry::default().retry_timeout(Duration::from_secs(600)).max_backoff(Duration::from_secs(60));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "pass it to `ClientBuilder::retry`"]
pub struct Retry {
    max_retries: Option<u32>,
    init_backoff: Duration,
    max_backoff: Duration,
    max_retry_after: Duration,
    /// `None` means the default, which is longer for uploads.
    retry_timeout: Option<Duration>,
}

impl Default for Retry {
    /// Retries for two minutes (uploads) or 30 s (API calls), in any number, with waits of at most 0.5 s at first and 15 s later,
    /// and `Retry-After` up to 60 s.
    fn default() -> Self {
        Self {
            max_retries: None,
            init_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(15),
            max_retry_after: Duration::from_secs(60),
            retry_timeout: None,
        }
    }
}

impl Retry {
    /// No retries: one attempt.
    pub fn never() -> Self {
        Self::default().max_retries(0)
    }

    /// The maximum number of retries; the first attempt does not count. Default: no maximum, only
    /// [`retry_timeout`](Self::retry_timeout).
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = Some(retries);
        self
    }

    /// The maximum of the first wait. Default: 0.5 s.
    pub fn init_backoff(mut self, wait: Duration) -> Self {
        self.init_backoff = wait;
        self
    }

    /// The maximum of any wait that the server has not asked for. So this is also the longest time between the end of an outage
    /// and the next attempt. Default: 15 s.
    pub fn max_backoff(mut self, wait: Duration) -> Self {
        self.max_backoff = wait;
        self
    }

    /// The maximum wait that the server may ask for. If it asks for more, there is no further attempt: the error is returned
    /// at once, and its [`retry_after`](Error::retry_after) has the wait. Default: 60 s.
    pub fn max_retry_after(mut self, wait: Duration) -> Self {
        self.max_retry_after = wait;
        self
    }

    /// The maximum time from the first failure to the start of the last attempt. It does not end an attempt that is running.
    /// Default: two minutes for an upload, with its request for the upload URL, and for an API call by itself 30 s, or the first
    /// wait that the server asks for if that is longer.
    ///
    /// The last wait ends at this time, so that an attempt is made then. If the server asks for a longer wait, there is no further
    /// attempt.
    ///
    /// An attempt that sent more than 16 MiB of the media has shown that storage can be reached, so its failure is the first one of
    /// a new outage: the time begins anew, at most four times in an upload.
    pub fn retry_timeout(mut self, timeout: Duration) -> Self {
        self.retry_timeout = Some(timeout);
        self
    }

    /// These settings for both requests of an upload.
    pub(crate) fn of_upload(self) -> Self {
        Self { retry_timeout: self.retry_timeout.or(Some(UPLOAD_RETRY_TIMEOUT)), ..self }
    }

    pub(crate) fn has_retries(&self) -> bool {
        self.max_retries != Some(0)
    }

    /// Whether the server may ask for `wait`.
    pub(crate) fn allows(&self, wait: Duration) -> bool {
        wait <= self.max_retry_after
    }

    /// The maximum of each wait.
    fn backoff(&self) -> ExponentialBackoff {
        let builder = ExponentialBuilder::new().with_min_delay(self.init_backoff.min(self.max_backoff));
        builder.with_max_delay(self.max_backoff).without_max_times().build()
    }
}

/// Is called before each wait, with the error of the latest attempt.
pub(crate) type RetryCallback = Arc<dyn Fn(&Error, Duration) + Send + Sync>;

/// The retries of one request.
pub(crate) struct Retries<'a> {
    policy: Retry,
    clock: &'a dyn Clock,
    on_retry: Option<&'a RetryCallback>,
    retries: u32,
    outages: u32,
    outage: Option<Outage>,
}

/// Failures in a row.
struct Outage {
    begun: Instant,
    /// The sum of the waits. It is the time since `begun` for a clock that stands still while it does not wait.
    waited: Duration,
    backoff: ExponentialBackoff,
}

impl<'a> Retries<'a> {
    /// The retries of a request, before its first attempt.
    pub(crate) fn new(policy: Retry, clock: &'a dyn Clock, on_retry: Option<&'a RetryCallback>) -> Self {
        Self { policy, clock, on_retry, retries: 0, outages: 0, outage: None }
    }

    /// Waits before the next attempt. Returns `error`, that of the latest attempt, if there must be no other one. `reached_server`
    /// says that the latest attempt had shown before its error that the server can be reached.
    pub(crate) async fn pause(&mut self, error: Error, reached_server: bool) -> Result<(), Error> {
        let Some(wait) = self.wait(&error, reached_server) else { return Err(error) };
        self.retries += 1;
        tracing::warn!(?wait, reason = %error, "retrying");
        if let Some(report) = self.on_retry {
            report(&error, wait);
        }
        self.clock.sleep(wait).await;
        Ok(())
    }

    /// The wait after `error`; `None` if there must be no further attempt.
    fn wait(&mut self, error: &Error, reached_server: bool) -> Option<Duration> {
        let Retry { max_retries, retry_timeout, .. } = self.policy;
        let requested = error.retry_after().unwrap_or_default();
        let is_allowed = error.is_retryable()
            && max_retries.is_none_or(|max| self.retries < max)
            && self.policy.allows(requested);
        if !is_allowed {
            return None;
        }
        let now = self.clock.now();
        let outage = self.outage(now, reached_server);
        let elapsed = now.saturating_duration_since(outage.begun).max(outage.waited);
        let left = retry_timeout.unwrap_or(CALL_RETRY_TIMEOUT.max(requested)).checked_sub(elapsed)?;
        // Full jitter. The jitter of backon only adds to the maximum, so short waits would never occur.
        let wait = requested.max(outage.backoff.next()?.mul_f32(fastrand::f32()).min(left));
        outage.waited += wait;
        (!left.is_zero() && wait <= left).then_some(wait)
    }

    /// The present outage. It begins now if this is its first failure.
    fn outage(&mut self, now: Instant, reached_server: bool) -> &mut Outage {
        let is_new = reached_server && self.outages < MAX_OUTAGES;
        let previous = self.outage.take().filter(|_| !is_new);
        if previous.is_none() {
            self.outages += 1;
        }
        let policy = self.policy;
        let new = || Outage { begun: now, waited: Duration::ZERO, backoff: policy.backoff() };
        self.outage.insert(previous.unwrap_or_else(new))
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
