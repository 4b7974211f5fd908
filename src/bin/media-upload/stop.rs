//! The early end of a batch.

use tokio::sync::watch;

/// Ends a batch early, for a reason: no further upload begins, and those that run are dropped.
#[derive(Clone)]
pub(crate) struct Stop(watch::Sender<Option<String>>);

impl Stop {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(None))
    }

    /// Stops the batch, unless it is stopped already. Returns whether it was not.
    pub(crate) fn stop(&self, reason: &str) -> bool {
        self.0.send_if_modified(|present| {
            let is_first = present.is_none();
            present.get_or_insert_with(|| reason.to_owned());
            is_first
        })
    }

    pub(crate) fn reason(&self) -> Option<String> {
        self.0.borrow().clone()
    }

    /// Completes when the batch is stopped, with the reason.
    pub(crate) async fn stopped(self) -> String {
        let mut receiver = self.0.subscribe();
        // An error would mean that there is no sender, but `self` is one.
        let stopped = receiver.wait_for(Option::is_some).await;
        stopped.ok().and_then(|reason| reason.clone()).unwrap_or_default()
    }
}
