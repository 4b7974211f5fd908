//! What really happened in a case.

use std::time::Duration;

use serde::Serialize;

use super::driver::Answer;
use crate::plan::case::Serve;

/// What really happened in a case: requests on the wire, responses served, outcome reported.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Transcript {
    /// The requests the API received, in order.
    pub api: Vec<Recorded>,
    /// The requests the storage received, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub storage: Vec<Put>,
    /// What the API served, in order.
    pub served: Vec<Serve>,
    /// What the driver answered; none when it failed.
    pub answer: Option<Answer>,
    /// How long the client waited before each further request to the API.
    #[serde(skip)]
    pub waited: Vec<Duration>,
    /// The driver's own trouble, if it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

/// A request as it stood on the wire.
#[derive(Clone, Debug, Serialize)]
pub struct Recorded {
    /// The method.
    pub method: String,
    /// The path, percent-encoded.
    pub path: String,
    /// The query's names and values, decoded, in order.
    pub query: Vec<(String, String)>,
    /// The headers, names in lower case, in order of name.
    pub headers: Vec<(String, String)>,
    /// The body, as text.
    pub body: String,
}

/// A request to the storage. Media is compared while it passes and never kept.
#[derive(Clone, Debug, Serialize)]
pub struct Put {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The headers, names in lower case, in order of name.
    pub headers: Vec<(String, String)>,
    /// How many bytes of body arrived.
    pub bytes: u64,
    /// Whether each of them was the media's byte at that place.
    pub same: bool,
    /// The status the storage answered with; none when it broke off or fell silent.
    pub answered: Option<u16>,
}

/// The value of a header.
pub fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}
