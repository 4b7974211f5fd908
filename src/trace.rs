//! The spans of uploads and requests. Names follow the conventions of OpenTelemetry for HTTP where it has one.
//!
//! No field has a URL: those of cielo24 and of storage are secrets.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::{Request, StatusCode};
use tracing::field::{self, Empty};
use tracing::{Instrument, Span};

use crate::error::{Error, ErrorKind, Provider};
use crate::media::Media;

/// The span of one upload.
pub(crate) struct UploadSpan(OpenSpan);

impl UploadSpan {
    pub(crate) fn begin(provider: Provider, media: &Media, target: &str) -> Self {
        let span = tracing::info_span!(
            "upload",
            media.name = media.file().map(field::debug),
            media.target = target,
            %provider,
            bytes = Empty,
            attempts = Empty,
            outcome = Empty,
            error.type = Empty,
        );
        Self(OpenSpan { span, end_field: Some("outcome") })
    }

    /// Runs `work` in this span.
    pub(crate) fn instrument<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        work.instrument(self.0.span.clone())
    }

    /// The media was opened, and has `bytes` bytes.
    pub(crate) fn opened(&self, bytes: u64) {
        self.0.span.record("bytes", bytes);
    }

    pub(crate) fn stored(mut self, attempts: u32) {
        self.0.span.record("attempts", attempts);
        self.0.end("stored");
    }

    pub(crate) fn failed(mut self, error: &Error) {
        self.0.span.record("attempts", error.attempts());
        self.0.end("failed");
        match error.status() {
            Some(status) => self.0.span.record("error.type", status),
            None => self.0.span.record("error.type", field::debug(error.kind())),
        };
    }
}

/// Begins the spans of the requests of one operation.
#[derive(Clone, Debug)]
pub(crate) struct RequestTracer {
    provider: Provider,
    operation: &'static str,
    /// The number of requests so far: first attempts, retries and redirects.
    sent: Arc<AtomicU32>,
}

impl RequestTracer {
    pub(crate) fn new(provider: Provider, operation: &'static str) -> Self {
        Self { provider, operation, sent: Arc::default() }
    }

    /// Begins the span of `request`, which is about to be sent.
    pub(crate) fn begin(&self, request: &Request) -> RequestSpan {
        let sent_before = self.sent.fetch_add(1, Ordering::Relaxed);
        let span = tracing::info_span!(
            "request",
            otel.kind = "client",
            provider = %self.provider,
            operation = self.operation,
            http.request.method = %request.method(),
            http.request.resend_count = (sent_before > 0).then_some(sent_before),
            server.address = request.url().host_str(),
            server.port = request.url().port_or_known_default(),
            http.response.status_code = Empty,
            error.type = Empty,
        );
        RequestSpan(OpenSpan { span, end_field: Some("error.type") })
    }
}

/// The span of one request.
pub(crate) struct RequestSpan(OpenSpan);

impl RequestSpan {
    /// Runs `work` in this span.
    pub(crate) fn instrument<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        work.instrument(self.0.span.clone())
    }

    pub(crate) fn answered(mut self, status: StatusCode) {
        self.0.span.record("http.response.status_code", status.as_u16());
        if status.is_client_error() || status.is_server_error() {
            self.0.span.record("error.type", status.as_u16());
        }
        self.0.end_field = None;
    }

    /// No complete response arrived.
    pub(crate) fn failed(mut self, kind: ErrorKind) {
        self.0.end(&format!("{kind:?}"));
    }
}

/// A span with a field that says how its work ended, also if the work is dropped before its end.
struct OpenSpan {
    span: Span,
    /// `None` when the end is recorded.
    end_field: Option<&'static str>,
}

impl OpenSpan {
    fn end(&mut self, how: &str) {
        if let Some(field) = self.end_field.take() {
            self.span.record(field, field::display(how));
        }
    }
}

impl Drop for OpenSpan {
    fn drop(&mut self) {
        self.end("cancelled");
    }
}
