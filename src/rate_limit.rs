//! The pause that an API asks for with a 429, which all requests of a client share.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::clock::Clock;
use crate::error::Error;
use crate::retry::Retry;

/// Until when a client makes no new call of its API. Clones of a client share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct RateLimit(Arc<Mutex<Option<Instant>>>);

impl RateLimit {
    /// Waits until the API takes calls again. A policy without retries does not wait.
    pub(crate) async fn wait(&self, policy: Retry, clock: &dyn Clock) {
        let until = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = until.map(|until| until.saturating_duration_since(clock.now()));
        if let Some(wait) = left.filter(|left| !left.is_zero() && policy.has_retries()) {
            tracing::debug!(?wait, "waiting for the rate limit");
            clock.sleep(wait).await;
        }
    }

    /// Notes `error` of a call. A wait that `policy` does not allow is not noted: each call returns its own error.
    pub(crate) fn note(&self, error: &Error, policy: Retry, clock: &dyn Clock) {
        let requested =
            error.retry_after().filter(|wait| error.status() == Some(429) && policy.allows(*wait));
        if let Some(until) = requested.and_then(|wait| clock.now().checked_add(wait)) {
            let mut present = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            *present = (*present).max(Some(until));
        }
    }
}
