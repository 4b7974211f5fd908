//! The driver protocol, version 1, and the trait that every driver implements.
//!
//! A driver is the adapter through which a client under test is called. A Rust client is driven in process; any other client by a
//! process that reads and writes the same objects, one JSON object a line.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::check::transcript::Answer;
use crate::mock::virtual_clock::VirtualClock;
use crate::result::{DriverError, DriverInfo};

/// One case, as a driver is asked to make it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// The id of the case.
    pub case: String,
    /// The name of the provider.
    pub provider: String,
    /// The id of the operation, or the name of the flow (`upload`).
    pub operation: String,
    /// The URL to which operation paths are appended. It has the path of the document's server.
    pub base_url: String,
    /// The credentials, by the names that the provider gives them.
    pub credentials: Map<String, Value>,
    /// The arguments, by name. For `upload` also `file`, a path.
    pub arguments: Map<String, Value>,
    /// How long the driver may take, in milliseconds.
    pub timeout_ms: u64,
    /// The clock of the case, for drivers in process. It is not part of the protocol.
    #[serde(skip)]
    pub clock: VirtualClock,
    /// The log of the case. A driver in process adds what its client logs, and the suite looks for secrets in it. It is not part of
    /// the protocol: the log of a driver in another process is its standard error.
    #[serde(skip)]
    pub log: CaseLog,
}

/// What a driver logs during a case. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct CaseLog(Arc<Mutex<String>>);

impl CaseLog {
    /// Adds a string.
    pub fn push(&self, text: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
    }

    /// The log so far.
    pub(super) fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A failure of the driver after it had answered the case.
#[derive(Clone, Debug)]
pub struct LateFailure {
    /// The id of the case.
    pub case: String,
    /// What came after the answer.
    pub error: DriverError,
}

/// A call in flight.
pub type Calling<'a> = BoxFuture<'a, Result<Answer, DriverError>>;

/// A driver that is being ended.
pub type Ending<'a> = BoxFuture<'a, Vec<LateFailure>>;

/// The adapter through which a client under test is called.
pub trait Driver: Send + Sync {
    /// The client under test, and the operations that it offers.
    fn info(&self) -> &DriverInfo;

    /// Makes the call of one case. The future fails when the driver fails; a failure of the client is an [`Answer::Error`]. If the
    /// client has not finished within the time of the request, the error has [`Failure::Timeout`](crate::result::Failure::Timeout).
    fn call(&self, request: Request) -> Calling<'_>;

    /// Ends everything that the driver keeps running, and returns the cases that failed after they were answered. A later call
    /// starts it again.
    fn end(&self) -> Ending<'_> {
        Box::pin(async { Vec::new() })
    }

    /// Whether no request of a call can arrive after the call has ended. The suite then uses servers again for later cases, which is
    /// faster; otherwise each case has servers of its own.
    fn sends_nothing_late(&self) -> bool {
        false
    }

    /// Whether the client offers an operation.
    fn offers(&self, provider: &str, operation: &str) -> bool {
        let full = format!("{provider}/{operation}");
        self.info().operations.iter().any(|offered| *offered == operation || *offered == full)
    }
}
