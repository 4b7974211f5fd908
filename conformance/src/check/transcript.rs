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
    /// When each request to the API arrived, by the clock of the case.
    #[serde(skip)]
    pub api_arrivals: Vec<Duration>,
    /// When each request to the storage arrived, by the clock of the case.
    #[serde(skip)]
    pub storage_arrivals: Vec<Duration>,
    /// What the driver logged since its last answer.
    #[serde(skip)]
    pub log: String,
    /// How long the call took.
    #[serde(skip)]
    pub elapsed: Duration,
}

impl Transcript {
    /// What the API served to the request at this index.
    pub(super) fn served_to(&self, index: usize) -> Option<&Serve> {
        self.served.get(index).or(self.served.last())
    }

    /// The response of the API to each request, in order.
    pub(super) fn responses(&self) -> impl Iterator<Item = &Serve> {
        (0..self.api.len()).filter_map(|index| self.served_to(index))
    }
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
