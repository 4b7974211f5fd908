//! The client that is generated from `openapi/pyannote.yaml`: its operations, their [`types`], and an error type for each
//! operation.
//!
//! [`Client`] is made by [`pyannote::Client::api`](crate::pyannote::Client::api), with the credential, the timeout and the
//! redaction of this crate.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use progenitor_client::{ClientHooks, OperationInfo};

use crate::error::Provider;
use crate::request_context::transport_failure;
use crate::response::BufferedResponse;
use crate::secret::Secrets;
use crate::trace::RequestTracer;

pub use generated::*;

// The generator's style; no other code of this crate may have it.
#[allow(missing_docs, missing_debug_implementations, unreachable_pub, unused)]
#[allow(clippy::all, clippy::too_many_lines, clippy::unwrap_used, rustdoc::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/pyannote.rs"));
}

/// What applies to every call of the generated client. It also keeps the latest response, because the generated code drops
/// the status of a response that it cannot decode.
#[derive(Clone, Debug)]
pub struct Policy {
    secrets: Secrets,
    timeout: Option<Duration>,
    is_unlimited: bool,
    /// That of the method; a call by the caller is traced by itself.
    tracer: Option<RequestTracer>,
    response: Arc<Mutex<Option<BufferedResponse>>>,
}

impl Policy {
    /// For one call by a method of this crate, which has its own timeout and a cap on the success body.
    pub(crate) fn for_method(secrets: Secrets, tracer: RequestTracer) -> Self {
        Self { secrets, timeout: None, is_unlimited: false, tracer: Some(tracer), response: Arc::default() }
    }

    /// For callers of the generated client.
    pub(crate) fn for_caller(secrets: Secrets, timeout: Duration) -> Self {
        Self { secrets, timeout: Some(timeout), is_unlimited: true, tracer: None, response: Arc::default() }
    }
}

impl Client {
    /// The response to the latest call. It may hold only the status if the call succeeded.
    pub(crate) fn latest_response(&self) -> Option<BufferedResponse> {
        self.inner.response.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn exchange(&self, request: reqwest::Request) -> reqwest::Result<reqwest::Response> {
        let response = self.client.execute(request).await.map_err(reqwest::Error::without_url)?;
        // The results of jobs may be long, and a truncated result would be wrong.
        if let Some(status) = BufferedResponse::status_of_success(&response, self.inner.is_unlimited) {
            self.keep(status);
            return Ok(response);
        }
        let url = response.url().clone();
        let response = BufferedResponse::read(response, &self.inner.secrets).await?;
        self.keep(response.clone());
        Ok(response.into_response(url))
    }

    fn keep(&self, response: BufferedResponse) {
        *self.inner.response.lock().unwrap_or_else(PoisonError::into_inner) = Some(response);
    }
}

impl ClientHooks<Policy> for Client {
    async fn pre<E>(&self, request: &mut reqwest::Request, _: &OperationInfo) -> Result<(), Error<E>> {
        // Even setting it to `None` would allocate.
        if let Some(timeout) = self.inner.timeout {
            *request.timeout_mut() = Some(timeout);
        }
        Ok(())
    }

    async fn exec(
        &self,
        request: reqwest::Request,
        info: &OperationInfo,
    ) -> reqwest::Result<reqwest::Response> {
        let tracer = self.inner.tracer.clone();
        let tracer = tracer.unwrap_or_else(|| RequestTracer::new(Provider::Pyannote, info.operation_id));
        let span = tracer.begin(&request);
        let outcome = span.instrument(self.exchange(request)).await;
        match &outcome {
            Ok(response) => span.answered(response.status()),
            Err(error) => span.failed(transport_failure(error).0),
        }
        outcome
    }
}
