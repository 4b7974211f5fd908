//! How many uploads run at a time.

use std::num::NonZeroUsize;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::{Semaphore, SemaphorePermit};

/// The number of concurrent uploads.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Jobs {
    Number(NonZeroUsize),
    /// As many as increase the throughput.
    Auto,
}

impl FromStr for Jobs {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            number => number.parse().map(Self::Number).map_err(|_| "give a number from 1, or auto"),
        }
    }
}

impl Jobs {
    /// The most uploads that can run at a time.
    pub(crate) fn max(self) -> usize {
        match self {
            Self::Number(number) => number.get(),
            Self::Auto => Growth::MAX,
        }
    }
}

/// Lets uploads begin.
#[derive(Debug)]
pub(crate) struct Concurrency {
    permits: Semaphore,
    growth: Option<Mutex<Growth>>,
}

impl Concurrency {
    pub(crate) fn new(jobs: Jobs) -> Self {
        match jobs {
            Jobs::Number(number) => Self { permits: Semaphore::new(number.get()), growth: None },
            Jobs::Auto => {
                let growth = Growth::new(Instant::now());
                Self { permits: Semaphore::new(growth.limit), growth: Some(Mutex::new(growth)) }
            }
        }
    }

    /// Waits until one more upload may run. It runs while the permit exists.
    pub(crate) async fn permit(&self) -> Option<SemaphorePermit<'_>> {
        // An error would mean that the semaphore is closed, and nothing closes it.
        self.permits.acquire().await.ok()
    }

    /// Notes that an upload has sent `bytes`, or that the API has asked to wait.
    pub(crate) fn note(&self, bytes: u64, was_limited: bool) {
        let Some(growth) = &self.growth else { return };
        let mut growth = growth.lock().unwrap_or_else(PoisonError::into_inner);
        let before = growth.limit;
        growth.note(Instant::now(), bytes, was_limited);
        match growth.limit.checked_sub(before) {
            Some(more) => self.permits.add_permits(more),
            None => {
                self.permits.forget_permits(before - growth.limit);
            }
        }
    }
}

/// Doubles the number of concurrent uploads as long as that increases the throughput.
#[derive(Debug)]
struct Growth {
    limit: usize,
    /// The throughput before the last doubling, in bytes a second.
    best: f64,
    is_growing: bool,
    /// Since when the present number of uploads is measured, how many of them have ended, and the bytes that they have sent.
    since: Instant,
    ended: usize,
    bytes: u64,
}

impl Growth {
    const MIN: usize = 4;
    const MAX: usize = 64;
    /// The least factor that counts as an increase.
    const INCREASE: f64 = 1.1;

    fn new(now: Instant) -> Self {
        Self { limit: Self::MIN, best: 0.0, is_growing: true, since: now, ended: 0, bytes: 0 }
    }

    fn note(&mut self, now: Instant, bytes: u64, was_limited: bool) {
        if was_limited && self.is_growing {
            self.is_growing = false;
            self.limit = (self.limit / 2).max(1);
        }
        if !self.is_growing {
            return;
        }
        self.ended += 1;
        self.bytes += bytes;
        // The first uploads after a doubling began with the earlier number, so twice the number is measured.
        if self.ended < 2 * self.limit {
            return;
        }
        let rate =
            self.bytes as f64 / now.saturating_duration_since(self.since).as_secs_f64().max(f64::EPSILON);
        self.is_growing = rate > self.best * Self::INCREASE && self.limit < Self::MAX;
        if self.is_growing {
            self.limit *= 2;
        } else if rate <= self.best {
            self.limit = (self.limit / 2).max(Self::MIN);
        }
        (self.best, self.since, self.ended, self.bytes) = (rate.max(self.best), now, 0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// The limits over time, if `rate` is the number of uploads that end in a second at a limit.
    fn limits(rate: impl Fn(usize) -> usize, limited_at: Option<usize>) -> Vec<usize> {
        let mut now = Instant::now();
        let mut growth = Growth::new(now);
        let mut limits = vec![growth.limit];
        for upload in 0..2000 {
            now += Duration::from_secs(1) / u32::try_from(rate(growth.limit)).unwrap();
            growth.note(now, 1000, limited_at == Some(upload));
            if limits.last() != Some(&growth.limit) {
                limits.push(growth.limit);
            }
        }
        limits
    }

    #[test]
    fn the_number_doubles_while_the_throughput_grows() {
        assert_eq!(limits(|limit| limit, None), [4, 8, 16, 32, 64]);
        // 20 at a time use the whole line, so 64 are not faster than 32.
        assert_eq!(limits(|limit| limit.min(20), None), [4, 8, 16, 32, 64, 32]);
        // More than 8 at a time disturb each other.
        assert_eq!(limits(|limit| if limit > 8 { 4 } else { limit }, None), [4, 8, 16, 8]);
    }

    #[test]
    fn a_rate_limit_halves_the_number_and_ends_the_growth() {
        assert_eq!(limits(|limit| limit, Some(10)), [4, 8, 4]);
        assert_eq!(limits(|limit| limit, Some(0)), [4, 2]);
    }

    #[test]
    fn other_numbers_are_errors() {
        for text in ["0", "-1", "all", ""] {
            text.parse::<Jobs>().unwrap_err();
        }
    }
}
