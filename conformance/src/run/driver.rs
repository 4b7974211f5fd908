//! The driver protocol, version 1, and the trait every driver implements.
//!
//! A driver is the adapter through which a client under test is called. Our own clients are driven
//! in process; anyone else's by a process that speaks these same objects, one a line.

use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::check::Blame;
use super::time::Time;

/// What a driver says of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Hello {
    /// The protocol's version: 1.
    pub protocol: u32,
    /// The client under test.
    pub client: ClientName,
    /// The operations it offers, as `operation` or `provider/operation`.
    pub operations: Vec<String>,
    /// How many cases it takes at once.
    pub concurrency: usize,
}

/// The client under test.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClientName {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The language it is written in.
    pub language: String,
}

/// One case, as a driver is asked to make it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// The case's id.
    pub case: String,
    /// The provider's name.
    pub provider: String,
    /// The operation's id, or `upload`.
    pub operation: String,
    /// Where the client must send its requests.
    pub base_url: String,
    /// The credential, by the provider's name for it.
    pub credentials: Map<String, Value>,
    /// The arguments, by their document names; for `upload` also `file`, a path.
    pub arguments: Map<String, Value>,
    /// How long the driver may take, in milliseconds.
    pub timeout_ms: u64,
    /// The case's time, for drivers in process; no part of the protocol.
    #[serde(skip)]
    pub time: Time,
}

/// What a driver answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The call succeeded.
    Result(Value),
    /// The call failed.
    Error(ErrorReport),
    /// The client refused before anything was sent.
    Refused(Refusal),
    /// This client has no such call.
    Unsupported(bool),
}

/// An error as the client's caller sees it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ErrorReport {
    /// The status; null when no response arrived.
    pub status: Option<u16>,
    /// Whatever the client lets its caller see of the body, parsed when it is JSON.
    #[serde(default)]
    pub body: Value,
    /// The error's text.
    #[serde(default)]
    pub message: String,
    /// Whether the client says that another try may succeed.
    #[serde(default)]
    pub retryable: Option<bool>,
    /// How long the server asked to wait, in seconds.
    #[serde(default)]
    pub retry_after_s: Option<f64>,
}

/// A refusal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refusal {
    /// Its text.
    pub message: String,
}

/// A driver's own trouble: it died, it talked nonsense, it stayed silent.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Trouble {
    /// What happened, in one line.
    pub says: String,
    /// What the driver logged since the case was asked of it.
    pub log: String,
    /// Who has to mend it: the driver belongs to its client.
    pub blame: Blame,
    /// Whether another case may have caused it: this one is then played again, by itself.
    #[serde(skip)]
    pub in_doubt: bool,
}

impl<T: Into<String>> From<T> for Trouble {
    fn from(says: T) -> Self {
        Self { says: says.into(), ..Self::default() }
    }
}

/// A case that its driver answered, and then spoiled.
#[derive(Clone, Debug)]
pub struct Spoiled {
    /// The case's id.
    pub case: String,
    /// What came after the answer.
    pub trouble: Trouble,
}

/// A call in flight.
pub type Calling<'a> = Pin<Box<dyn Future<Output = Result<Answer, Trouble>> + Send + 'a>>;

/// A driver that is being ended.
pub type Ending<'a> = Pin<Box<dyn Future<Output = Vec<Spoiled>> + Send + 'a>>;

/// The adapter through which a client under test is called.
pub trait Driver: Send + Sync {
    /// Who is driven, and what it offers.
    fn hello(&self) -> &Hello;

    /// Makes one case's call. An error is the driver's own trouble, never the client's.
    fn call(&self, request: Request) -> Calling<'_>;

    /// Ends whatever the driver keeps running, and names the cases it spoiled. A later call starts
    /// it again.
    fn end(&self) -> Ending<'_> {
        Box::pin(async { Vec::new() })
    }

    /// Whether the client offers an operation.
    fn offers(&self, provider: &str, operation: &str) -> bool {
        let full = format!("{provider}/{operation}");
        self.hello().operations.iter().any(|offered| *offered == operation || *offered == full)
    }
}
