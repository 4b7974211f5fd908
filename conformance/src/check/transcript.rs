//! What happened in a case: requests, responses, outcome.

use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::mock::storage::RecordedPut;
use crate::plan::case::Serve;
use crate::wire::message::RecordedRequest;

/// What happened in a case.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Transcript {
    /// The requests the API received, in order.
    pub api: Vec<RecordedRequest>,
    /// The requests the storage received, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub storage: Vec<RecordedPut>,
    /// What the API served, in order.
    pub served: Vec<Serve>,
    /// The answer of the driver; none when the driver failed.
    pub answer: Option<Answer>,
    /// How long the client waited before each further request to the API.
    #[serde(skip)]
    pub waited: Vec<Duration>,
}

/// The answer of a driver: the outcome that the caller of the client sees.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The call succeeded.
    Result(Value),
    /// The call failed.
    Error(ErrorReport),
    /// The client refused the call before it sent a request.
    Refused(Refusal),
    /// The client does not have this call. Written `{"unsupported": true}`.
    #[serde(serialize_with = "write_true", deserialize_with = "read_true")]
    Unsupported,
}

fn write_true<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bool(true)
}

fn read_true<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    match bool::deserialize(deserializer)? {
        true => Ok(()),
        false => Err(D::Error::custom("`unsupported` can only be true")),
    }
}

/// An error as the caller of the client sees it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ErrorReport {
    /// The status; null when no response arrived.
    pub status: Option<u16>,
    /// The part of the body that the client shows to its caller, parsed when it is JSON.
    #[serde(default)]
    pub body: Value,
    /// The text of the error.
    #[serde(default)]
    pub message: String,
    /// Whether the client says that another attempt may succeed.
    #[serde(default)]
    pub retryable: Option<bool>,
    /// How long the server asked the client to wait, in seconds.
    #[serde(default)]
    pub retry_after_s: Option<f64>,
}

/// A refusal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refusal {
    /// Its text.
    pub message: String,
}
