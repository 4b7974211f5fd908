//! The driver of our own clients, in process.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use media_upload::{ClientBuilder, Clock, Error, ErrorKind, Retry, cielo24, pyannote};
use serde_json::{Map, Value, json};

use super::driver::{Calling, Driver, Request};
use crate::check::transcript::{Answer, ErrorReport, Refusal};
use crate::mock::virtual_clock::VirtualClock;
use crate::result::{ClientName, DriverInfo};

/// How many cases run at once. They wait for sockets more than for the processor.
const CONCURRENCY: usize = 8;

/// By default our clients retry for some time. The number of retries is then random, and transcripts must be the same each time.
const RETRIES: u32 = 4;

/// No root certificates: no case can connect to a real server.
const NO_ROOTS: &[u8] = b"";

/// Our pyannoteAI and cielo24 clients.
#[derive(Debug)]
pub struct OwnClients {
    info: DriverInfo,
    retry: Retry,
}

impl Default for OwnClients {
    fn default() -> Self {
        Self::with_retry(Retry::default().max_retries(RETRIES))
    }
}

impl OwnClients {
    /// Our clients with these retry settings.
    pub fn with_retry(retry: Retry) -> Self {
        let operations =
            ["pyannote/getMediaUploadURL", "pyannote/upload", "cielo24/request_upload_url", "cielo24/upload"];
        Self {
            info: DriverInfo {
                protocol: 1,
                client: ClientName {
                    name: "media-upload".to_owned(),
                    version: env!("CARGO_PKG_VERSION").to_owned(),
                    language: "rust".to_owned(),
                },
                operations: operations.map(str::to_owned).to_vec(),
                concurrency: CONCURRENCY,
            },
            retry,
        }
    }
}

impl Driver for OwnClients {
    fn info(&self) -> &DriverInfo {
        &self.info
    }

    fn call(&self, request: Request) -> Calling<'_> {
        Box::pin(async move { Ok(call(&request, self.retry).await.unwrap_or_else(answer_of_error)) })
    }

    /// Each call has a client of its own. When it ends, the client is dropped, and its connections with it.
    fn sends_nothing_late(&self) -> bool {
        true
    }
}

/// A clock that does not wait. It records pauses, and its deadlines end when a server stops responding.
#[derive(Debug)]
struct CaseClock(VirtualClock);

impl Clock for CaseClock {
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.record_pause(duration);
        Box::pin(std::future::ready(()))
    }

    fn deadline(&self, _: Duration) -> BoxFuture<'static, ()> {
        let clock = self.0.clone();
        Box::pin(async move { clock.silence().await })
    }
}

async fn call(request: &Request, retry: Retry) -> Result<Answer, Error> {
    let given = |name: &str| request.arguments.get(name).and_then(Value::as_str);
    let file = given("file").map(PathBuf::from);
    match (request.provider.as_str(), request.operation.as_str(), file) {
        ("pyannote", "getMediaUploadURL", _) => {
            let Some(url) = given("url") else { return Ok(untyped("url")) };
            let presigned =
                pyannote_client(request, retry)?.media_upload_url(&pyannote::MediaUrl::new(url)?).await?;
            Ok(Answer::Result(json!({ "url": presigned.expose() })))
        }
        ("pyannote", "upload", Some(file)) => {
            let Some(url) = given("url") else { return Ok(untyped("url")) };
            pyannote_client(request, retry)?.upload(file, &pyannote::MediaUrl::new(url)?).await?;
            Ok(Answer::Result(json!({})))
        }
        ("cielo24", "request_upload_url", _) => {
            let Some(job_id) = given("job_id") else { return Ok(untyped("job_id")) };
            let presigned =
                cielo24_client(request, retry)?.request_upload_url(&cielo24::JobId::new(job_id)?).await?;
            Ok(Answer::Result(json!({ "upload_url": presigned.expose() })))
        }
        ("cielo24", "upload", Some(file)) => {
            let Some(job_id) = given("job_id") else { return Ok(untyped("job_id")) };
            cielo24_client(request, retry)?.upload(file, &cielo24::JobId::new(job_id)?).await?;
            Ok(Answer::Result(json!({})))
        }
        _ => Ok(Answer::Unsupported),
    }
}

/// In Rust a call without a required argument, or with one of another type, does not compile.
fn untyped(name: &str) -> Answer {
    Answer::Refused(Refusal {
        message: format!("{name} is a required, typed argument: such a call does not compile"),
    })
}

fn pyannote_client(request: &Request, retry: Retry) -> Result<pyannote::Client, Error> {
    let key = pyannote::ApiKey::new(credential(request, "api_key"))?;
    configured(pyannote::Client::builder(key), request, retry).build()
}

fn cielo24_client(request: &Request, retry: Retry) -> Result<cielo24::Client, Error> {
    let token = cielo24::ApiToken::new(credential(request, "api_token"))?;
    configured(cielo24::Client::builder(token), request, retry).build()
}

/// The configuration that both clients share.
fn configured<C>(builder: ClientBuilder<C>, request: &Request, retry: Retry) -> ClientBuilder<C> {
    let clock = Arc::new(CaseClock(request.clock.clone()));
    builder.base_url(&request.base_url).root_certificates(NO_ROOTS).clock(clock).retry(retry)
}

fn credential(request: &Request, name: &str) -> String {
    request.credentials.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn answer_of_error(error: Error) -> Answer {
    if error.kind() == ErrorKind::InvalidArgument {
        return Answer::Refused(Refusal { message: chain(&error) });
    }
    Answer::Error(ErrorReport {
        status: error.status(),
        body: body(&error),
        message: chain(&error),
        retryable: Some(error.is_retryable()),
        retry_after_s: error.retry_after().map(|wait| wait.as_secs_f64()),
    })
}

/// The error and its sources, as a caller logs them.
fn chain(error: &Error) -> String {
    let sources = std::iter::successors(std::error::Error::source(error), |source| source.source());
    sources.fold(error.to_string(), |text, source| format!("{text}: {source}"))
}

/// The body as a caller sees it: the typed error where there is one, otherwise the raw body. The values of the accessors
/// replace those of the typed error, so that an accessor that loses a field is a finding.
fn body(error: &Error) -> Value {
    let Some(Value::Object(mut typed)) = typed(error) else {
        return raw(error);
    };
    let fields = error.field_errors().iter();
    let fields = fields.map(|field| json!({ "field": field.field, "message": field.message })).collect();
    let seen =
        [("requestId", json!(error.request_id())), ("message", json!(error.message())), ("errors", fields)];
    for (name, value) in seen {
        if let Some(known) = typed.get_mut(name) {
            *known = value;
        }
    }
    Value::Object(typed)
}

fn typed(error: &Error) -> Option<Value> {
    if let Some(documented) = error.documented::<pyannote::api::GetMediaUploadUrlError>() {
        return serde_json::to_value(documented).ok();
    }
    let refused = error.documented::<cielo24::ApiError>()?;
    let fields =
        [("ErrorType", refused.error_type.to_string()), ("ErrorComment", refused.error_comment.clone())];
    Some(Value::Object(Map::from_iter(fields.map(|(name, value)| (name.to_owned(), value.into())))))
}

fn raw(error: &Error) -> Value {
    let Some(body) = error.body() else { return Value::Null };
    serde_json::from_slice(body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
}
