//! A case: one planned exchange, in the vocabulary of Smithy's protocol tests.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde_json::Value;

use super::fact::FactId;
use crate::document::{Code, Location};
use crate::wire::message::ExpectedRequest;
use crate::wire::request::Arguments;

/// One planned exchange: the arguments, the request that must be sent, the response served, and the outcome that the caller
/// must see.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    /// The stable id. It is output: no code reads it.
    pub id: String,
    /// The name of the provider.
    pub provider: String,
    /// What a driver is asked for: the id of the operation, or the name of the flow.
    pub operation: String,
    /// What the case is about.
    #[serde(skip)]
    pub family: Family,
    /// The purpose of the case, in one line.
    pub purpose: String,
    /// The place in the document that the case is about.
    pub location: Location,
    /// The facts that the case exercises.
    pub facts: BTreeSet<FactId>,
    /// The arguments, by name.
    pub params: Arguments,
    /// The credential to give in place of the sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<Value>,
    /// The request that must be sent; none when the client must refuse the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Arc<ExpectedRequest>>,
    /// The answers of the API, in order. The last answer is repeated.
    pub serve: Vec<Serve>,
    /// The second step of the flow `upload`; none when the case calls an operation.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub upload: Option<UploadStep>,
    /// What the caller must see.
    pub outcome: Outcome,
    /// What the expected outcome rests on.
    pub basis: Basis,
}

/// What a case is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Family {
    /// A response as documented.
    Response(Code),
    /// A variation of a documented response, allowed or malformed.
    ResponseVariation(Code),
    /// A status that the document does not mention.
    UndocumentedStatus(u16),
    /// A value of the named argument, allowed or forbidden.
    Argument(String),
    /// The named argument left out.
    MissingArgument(String),
    /// A network failure.
    Transport,
    /// The flow `upload`.
    Upload,
}

/// The family as the heading of a column in reports; empty for a flow, which has one column only.
impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Response(code) | Self::ResponseVariation(code) => code.fmt(f),
            Self::UndocumentedStatus(_) => f.write_str("undocumented"),
            Self::Argument(_) | Self::MissingArgument(_) => f.write_str("argument"),
            Self::Transport => f.write_str("transport"),
            Self::Upload => Ok(()),
        }
    }
}

/// The second step of the flow `upload`: the media and the storage.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UploadStep {
    /// The media to upload.
    pub media: Media,
    /// What the storage does with each PUT, in order. The last step is repeated.
    pub storage: Vec<StorageStep>,
    /// How long the API asks the client to wait before it tries again, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_wait_s: Option<u64>,
}

/// Stands for the base URL of the storage, which is known only when the case is played.
pub const STORAGE: &str = "{storage}";

/// Stands for a date [`UploadStep::asked_wait_s`] seconds after the case is played.
pub const DATE: &str = "{date}";

impl Case {
    /// The case with [`STORAGE`] and [`DATE`] replaced.
    pub fn with_storage(&self, storage: &str) -> Self {
        let wait = self.upload.as_ref().and_then(|upload| upload.asked_wait_s).unwrap_or_default();
        let date = SystemTime::now() + Duration::from_secs(wait);
        let place = |text: &str| text.replace(STORAGE, storage).replace(DATE, &httpdate::fmt_http_date(date));
        let mut case = self.clone();
        for serve in &mut case.serve {
            if let Serve::Response(response) = serve {
                response.body = place(&response.body);
                response.headers.iter_mut().for_each(|(_, value)| *value = place(value));
            }
        }
        if let Outcome::Success(value) = &mut case.outcome {
            *value = with_storage(std::mem::take(value), storage);
        }
        case
    }
}

fn with_storage(value: Value, storage: &str) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace(STORAGE, storage)),
        Value::Array(elements) => {
            elements.into_iter().map(|element| with_storage(element, storage)).collect()
        }
        Value::Object(fields) => {
            fields.into_iter().map(|(name, field)| (name, with_storage(field, storage))).collect()
        }
        other => other,
    }
}

/// What an expected outcome rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The place in the document that the case names.
    Document,
    /// A recommended practice that no document states.
    Practice,
}

/// One answer of the API.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Serve {
    /// A response.
    Response(ServedResponse),
    /// A network failure.
    Fault(TransportFault),
}

/// A response to serve. [`STORAGE`] and [`DATE`] can occur in its body and headers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServedResponse {
    /// The status.
    pub code: u16,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// How many spaces follow the body, in bytes. A large body is sent without being held in memory.
    #[serde(skip_serializing_if = "is_zero")]
    pub padding: usize,
}

fn is_zero(padding: &usize) -> bool {
    *padding == 0
}

/// A network failure during an exchange. The number is the status of the response that is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransportFault {
    /// Nothing listens on the port.
    Refused,
    /// The connection is reset after the request has arrived.
    ResetBeforeAnswer,
    /// The connection is reset in the middle of the response.
    ResetInAnswer(u16),
    /// The request is read and never answered.
    NoAnswer,
    /// The response begins and never ends.
    StallInAnswer(u16),
    /// The connection closes before `Content-Length` bytes have been sent.
    ShortBody(u16),
}

impl TransportFault {
    /// The fault as a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::ResetBeforeAnswer => "reset-before-answer",
            Self::ResetInAnswer(_) => "reset-in-answer",
            Self::NoAnswer => "no-answer",
            Self::StallInAnswer(_) => "stall-in-answer",
            Self::ShortBody(_) => "short-body",
        }
    }
}

/// The media of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Media {
    /// The length of the file when the client gets its path, in bytes.
    pub bytes: u64,
    /// How the file changes after the storage has read the head of the PUT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<FileChange>,
}

/// How a file changes while it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileChange {
    /// It becomes longer.
    Grows,
    /// It becomes shorter.
    Shrinks,
}

/// What the storage does with one PUT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StorageStep {
    /// It stores the media, or refuses it for the reasons for which S3 does.
    Keep,
    /// It reads the whole body, then answers with this status, code and message.
    Refuse(u16, &'static str, &'static str),
    /// It answers so after it has read the head.
    RefuseEarly(u16, &'static str, &'static str),
    /// It redirects the client to another of its URLs, with status 307.
    Redirect,
    /// It resets the connection in the middle of the body.
    Reset,
    /// It stops reading in the middle of the body.
    Stall,
    /// It reads the whole body and never answers.
    NoAnswer,
}

/// What the caller must see.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Success, with these documented fields; null when no body is documented.
    Success(Value),
    /// The upload succeeded, and the storage holds the media.
    Stored,
    /// An error with the status and the documented fields of the body.
    Failure {
        /// The status; none when no response arrives.
        status: Option<u16>,
        /// The documented fields of the body, where there is one.
        body: Option<Value>,
    },
    /// An error, with or without a status: the connection failed.
    Lost,
    /// A refusal before a request is sent.
    Refused,
}

/// A name from a document as a part of a case id: on one line, and without characters that lists of cases or terminals
/// interpret.
pub(crate) fn id_part(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || (c.is_ascii_graphic() && c != '#');
    name.chars().map(|c| if plain(c) { c } else { '_' }).collect()
}
