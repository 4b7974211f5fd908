//! The client generated from `openapi/pyannote.yaml`: its operations, [`types`], and an error for each operation.
//!
//! The policy of this crate is part of every call: see `impl ClientHooks` in the source of this module.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use progenitor_client::{ClientHooks, OperationInfo};

use crate::reply::Reply;
use crate::secret::Secrets;

pub use generated::*;

// The generator's habits; nothing else in this crate may have them.
#[allow(missing_docs, missing_debug_implementations, unreachable_pub, unused)]
#[allow(clippy::all, clippy::unwrap_used, rustdoc::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/pyannote.rs"));
}

/// What every call of the generated client keeps to, and what it saw of its answer: the generated code forgets the status of
/// one it cannot read.
#[derive(Clone, Debug)]
pub struct Policy {
    secrets: Secrets,
    limit: Option<Duration>,
    takes_all: bool,
    reply: Arc<Mutex<Option<Reply>>>,
}

impl Policy {
    /// For one call of a method of this crate, which keeps the time itself and knows how short its answer is.
    pub(crate) fn of_method(secrets: Secrets) -> Self {
        Self { secrets, limit: None, takes_all: false, reply: Arc::default() }
    }

    /// For callers of the generated client.
    pub(crate) fn of_caller(secrets: Secrets, limit: Duration) -> Self {
        Self { secrets, limit: Some(limit), takes_all: true, reply: Arc::default() }
    }
}

impl Client {
    /// The answer to the latest call; of a success perhaps its status alone.
    pub(crate) fn seen(&self) -> Option<Reply> {
        self.inner.reply.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn saw(&self, reply: Reply) {
        *self.inner.reply.lock().unwrap_or_else(PoisonError::into_inner) = Some(reply);
    }
}

impl ClientHooks<Policy> for Client {
    async fn pre<E>(&self, request: &mut reqwest::Request, _: &OperationInfo) -> Result<(), Error<E>> {
        // Without one, saying so would still cost a place to keep it in.
        if let Some(limit) = self.inner.limit {
            *request.timeout_mut() = Some(limit);
        }
        Ok(())
    }

    async fn exec(&self, request: reqwest::Request, _: &OperationInfo) -> reqwest::Result<reqwest::Response> {
        let response = self.client.execute(request).await.map_err(reqwest::Error::without_url)?;
        // Results of jobs may be long, and a part of one would be worse than none.
        if let Some(seen) = Reply::of_success(&response, self.inner.takes_all) {
            self.saw(seen);
            return Ok(response);
        }
        let url = response.url().clone();
        let reply = Reply::read(response, &self.inner.secrets).await?;
        self.saw(reply.clone());
        Ok(reply.into_response(url))
    }
}
