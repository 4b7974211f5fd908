//! A case: one planned exchange, in the vocabulary of Smithy's protocol tests.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde_json::Value;

use super::fact::FactId;
use super::server_request::ServerRequest;
use super::source::Source;
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
    /// The credential to give in place of the sample. Null: the client gets no credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<Value>,
    /// The names of the credentials to give, where the case is about one alternative of them. None: all that the operation asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<BTreeSet<String>>,
    /// The request that follows from the arguments. None if the document forbids the arguments and there is no single way to send
    /// them.
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
    /// A request that only a server under test gets.
    Server(ServerRequest),
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
            Self::Server(ServerRequest::Upload | ServerRequest::AlteredSignature) => Ok(()),
            Self::Server(_) => f.write_str("server"),
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
    /// The method that the pre-signed URL is signed for.
    pub method: String,
    /// How long the API asks the client to wait before it tries again, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_wait_s: Option<u64>,
}

/// Stands for the base URL of the storage, which is known only when the case runs.
pub const STORAGE: &str = "{storage}";

/// Stands for the number of the pre-signed URL. The response to the first request has URL 1, the response to the second has URL 2.
pub const URL_NUMBER: &str = "{turn}";

/// The text with [`URL_NUMBER`] replaced by the number of a pre-signed URL.
pub fn with_url_number(text: &str, url_number: usize) -> String {
    text.replace(URL_NUMBER, &format!("{url_number:02}"))
}

/// Stands for a date [`UploadStep::asked_wait_s`] seconds after the case starts.
pub const DATE: &str = "{date}";

impl Case {
    /// The document that the case is planned from.
    pub fn source<'a>(&self, sources: &'a [Source]) -> Option<&'a Source> {
        sources.iter().find(|source| self.is_of(source))
    }

    /// Whether the case is planned from this document. Two documents can refer to the same file.
    pub fn is_of(&self, source: &Source) -> bool {
        let offers = || match &self.upload {
            Some(_) => source.upload_operation().is_some(),
            None => source.operation(&self.operation).is_some(),
        };
        let Source { document, provider } = source;
        document.name == self.location.document
            || document.has(&self.location) && provider.name == self.provider && offers()
    }

    /// Whether the case needs a storage: it has an upload, or [`STORAGE`] occurs in its responses.
    pub(crate) fn needs_storage(&self) -> bool {
        let names_storage = |serve: &Serve| match serve {
            Serve::Response(response) => {
                let headers = response.headers.iter().map(|(_, value)| value);
                headers.chain([&response.body]).any(|text| text.contains(STORAGE))
            }
            Serve::Fault(_) => false,
        };
        self.upload.is_some() || self.serve.iter().any(names_storage)
    }

    /// The case with [`STORAGE`] and [`DATE`] replaced. [`URL_NUMBER`] is replaced only if the case has no upload: then each request
    /// gets the same URL.
    pub fn with_storage(&self, storage: &str) -> Self {
        let wait = self.upload.as_ref().and_then(|upload| upload.asked_wait_s).unwrap_or_default();
        let date = SystemTime::now() + Duration::from_secs(wait);
        let place = |text: &str| {
            let text = text.replace(STORAGE, storage).replace(DATE, &httpdate::fmt_http_date(date));
            if self.upload.is_some() { text } else { with_url_number(&text, 1) }
        };
        let mut case = self.clone();
        for serve in &mut case.serve {
            if let Serve::Response(response) = serve {
                response.body = place(&response.body);
                response.headers.iter_mut().for_each(|(_, value)| *value = place(value));
            }
        }
        case.outcome = case.outcome.with_text(&place);
        case
    }
}

/// A value with each string in it replaced.
fn with_text(value: Value, replace: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(replace(&text)),
        Value::Array(elements) => elements.into_iter().map(|element| with_text(element, replace)).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, field)| (name, with_text(field, replace))).collect()
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
    /// A recommended practice that no document states: an RFC with its section, a page of a vendor, or a CWE entry.
    Practice(&'static str),
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

impl Serve {
    /// The status of a response, also of one that is cut off.
    pub fn sent_status(&self) -> Option<u16> {
        match self {
            Self::Fault(
                TransportFault::ResetInAnswer(code)
                | TransportFault::StallInAnswer(code)
                | TransportFault::ShortBody(code),
            ) => Some(*code),
            _ => self.status(),
        }
    }

    /// The status of a complete response.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Response(response) => Some(response.code),
            Self::Fault(_) => None,
        }
    }
}

/// A response to serve. [`STORAGE`] and [`DATE`] can occur in its body and headers, [`URL_NUMBER`] in its body.
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

/// The length of the longest media, in bytes. It is larger than read-ahead and socket buffers together: part of it is still unread
/// after the storage has seen its beginning, so the storage can stop the transfer and the file can change.
pub const LONGEST: u64 = 6 * 1024 * 1024;

/// The length of a short file, in bytes.
pub const SHORT: u64 = 1_000;

/// The cookie that the API sets in some cases.
pub const COOKIE: &str = "conformance=1";

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
    /// It accepts the media with this status. If S3 would refuse the request, it refuses the request as S3 does.
    Keep(u16),
    /// It answers with this status, code and message, because the URL has expired. Later PUTs to the same URL get the same answer.
    Expire(u16, &'static str, &'static str),
    /// It reads the whole body, then answers with this status, code and message.
    Refuse(u16, &'static str, &'static str),
    /// It answers with this status, code and message after it has read the head.
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
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Outcome {
    /// Success, with these documented fields; null when no body is documented.
    Success(Value),
    /// The upload succeeded, and the storage holds the media.
    Stored,
    /// An error with the status and the documented fields of the body.
    Failure {
        /// The status.
        status: u16,
        /// The documented fields of the body, where there is one.
        body: Option<Value>,
    },
    /// A success with these fields, or an error with this status: it is a 2xx that the document does not mention.
    Either {
        /// The status.
        status: u16,
        /// The fields of the documented success; null when it has no body.
        body: Value,
    },
    /// An error, with or without a status: the connection failed.
    Lost,
    /// A refusal before a request is sent. If the client sends the request, the other outcome.
    Refusal {
        /// The outcome when the client sends the request all the same.
        if_sent: Box<Self>,
    },
}

impl Outcome {
    /// What the caller must see when a request is sent.
    pub fn when_sent(&self) -> &Self {
        match self {
            Self::Refusal { if_sent } => if_sent,
            other => other,
        }
    }

    /// Whether the client should send no request.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refusal { .. })
    }

    fn with_text(self, replace: &impl Fn(&str) -> String) -> Self {
        match self {
            Self::Success(value) => Self::Success(with_text(value, replace)),
            Self::Failure { status, body } => {
                Self::Failure { status, body: body.map(|body| with_text(body, replace)) }
            }
            Self::Either { status, body } => Self::Either { status, body: with_text(body, replace) },
            Self::Refusal { if_sent } => Self::Refusal { if_sent: Box::new(if_sent.with_text(replace)) },
            other => other,
        }
    }
}

/// A name from a document as a part of a case id: on one line, and without characters that lists of cases or terminals
/// interpret.
pub(crate) fn id_part(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || (c.is_ascii_graphic() && c != '#');
    name.chars().map(|c| if plain(c) { c } else { '_' }).collect()
}
