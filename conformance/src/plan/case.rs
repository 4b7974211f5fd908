//! A case: one planned exchange, in the vocabulary of Smithy's protocol tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::call::text;
use super::fact::FactId;
use crate::document::Location;

/// One planned exchange: arguments in, the request that must go out, what is served, and the
/// outcome the caller must see.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    /// The stable id.
    pub id: String,
    /// The provider's name.
    pub provider: String,
    /// The operation's id, or `upload`.
    pub operation: String,
    /// Why the case is there, in one line.
    pub purpose: String,
    /// The place in the document it is about.
    #[serde(serialize_with = "crate::plan::location_text")]
    pub location: Location,
    /// The facts it exercises.
    pub facts: BTreeSet<FactId>,
    /// The arguments, by their document names.
    pub params: Map<String, Value>,
    /// The credential to give in place of the sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<Value>,
    /// The media to upload, for the flow `upload`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    /// The request that must go out; none when the client must refuse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Arc<ExpectedRequest>>,
    /// What the API answers, in order; the last answer is repeated.
    pub serve: Vec<Serve>,
    /// What the storage does with each PUT, in order; the last is repeated.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub storage: Vec<Storage>,
    /// How long the API asks to wait before another try, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_wait_s: Option<u64>,
    /// What the caller must see.
    pub outcome: Outcome,
    /// How strongly the outcome is asked for when no document states it.
    pub basis: Basis,
}

/// What stands for the storage's base URL, which is known only when the case is played.
pub const STORAGE: &str = "{storage}";

/// What stands for the date [`Case::asked_wait_s`] from when the case is played.
pub const DATE: &str = "{date}";

impl Case {
    /// The case with a storage's base URL, and dates, in their place.
    pub fn placed(&self, storage: &str) -> Self {
        let date = SystemTime::now() + Duration::from_secs(self.asked_wait_s.unwrap_or_default());
        let place = |text: &str| text.replace(STORAGE, storage).replace(DATE, &httpdate::fmt_http_date(date));
        let mut case = self.clone();
        for serve in &mut case.serve {
            if let Serve::Response(response) = serve {
                response.body = place(&response.body);
                response.headers.iter_mut().for_each(|(_, value)| *value = place(value));
            }
        }
        if let Outcome::Success(value) = &mut case.outcome {
            *value = placed(std::mem::take(value), storage);
        }
        case
    }
}

fn placed(value: Value, storage: &str) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace(STORAGE, storage)),
        Value::Array(elements) => elements.into_iter().map(|element| placed(element, storage)).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, field)| (name, placed(field, storage))).collect()
        }
        other => other,
    }
}

/// What an expectation rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The place of the document the case names.
    Document,
    /// Good practice that no document states.
    Practice,
}

/// The request that must go out.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExpectedRequest {
    /// The method.
    pub method: String,
    /// The path, after the base URL, percent-encoded.
    pub uri: String,
    /// Query parameters with their exact values.
    pub query_params: BTreeMap<String, String>,
    /// Query parameters that must be there with whatever value the client chooses among the allowed.
    pub require_query_params: BTreeMap<String, Vec<String>>,
    /// Headers with their exact values, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Headers that must not be there.
    pub forbid_headers: Vec<String>,
    /// The JSON body; none when no body is documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// The media type of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_media_type: Option<String>,
}

impl ExpectedRequest {
    /// The query as it is sent, its mark before it; empty without parameters. Where the client may
    /// choose among values it has the first.
    pub fn query(&self) -> String {
        let exact = self.query_params.iter().map(|(name, value)| (name, value.as_str()));
        let free = self.require_query_params.iter();
        let free = free.map(|(name, allowed)| (name, allowed.first().map_or("", String::as_str)));
        let pairs = form_urlencoded::Serializer::new(String::new()).extend_pairs(exact.chain(free)).finish();
        if pairs.is_empty() { pairs } else { format!("?{pairs}") }
    }

    /// The body as it is sent: the fields of a form as a form, anything else as JSON.
    pub fn content(&self) -> Option<String> {
        let (body, media_type) = (self.body.as_ref()?, self.body_media_type.as_deref()?);
        Some(match body {
            Value::Object(fields) if media_type == "application/x-www-form-urlencoded" => {
                let pairs = fields.iter().map(|(name, value)| (name, text(value)));
                form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
            }
            _ => body.to_string(),
        })
    }
}

/// One answer of the API.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Serve {
    /// A response.
    Response(ServedResponse),
    /// A transport fault.
    Fault(Fault),
}

/// A response to serve; [`STORAGE`] may stand in its body and headers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServedResponse {
    /// The status.
    pub code: u16,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// How many blanks follow the body: a body too large to be kept is never kept here either.
    #[serde(skip_serializing_if = "is_zero")]
    pub padding: usize,
}

fn is_zero(padding: &usize) -> bool {
    *padding == 0
}

/// What a transport can do to an exchange; the number is the status of the answer that breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// Nothing listens.
    Refused,
    /// The connection is reset when the request has arrived.
    ResetBeforeAnswer,
    /// The connection is reset in the middle of the answer.
    ResetInAnswer(u16),
    /// The request is read and never answered.
    NoAnswer,
    /// The answer begins and then no more of it comes.
    StallInAnswer(u16),
    /// The answer promises more bytes than come before the connection closes.
    ShortBody(u16),
}

impl Fault {
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
    /// How many bytes the file has when the client is told its path.
    pub bytes: u64,
    /// How the file changes when the storage has seen the beginning of the PUT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
}

/// How a file changes under its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It becomes longer.
    Grows,
    /// It becomes shorter.
    Shrinks,
}

/// What the storage does with one PUT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Storage {
    /// It keeps what it is sent, as strictly as S3 does.
    Keep,
    /// It reads all, then refuses with this status, code and message.
    Refuse(u16, &'static str, &'static str),
    /// It refuses so as soon as it has seen the head.
    RefuseEarly(u16, &'static str, &'static str),
    /// It sends the client to another URL of its own, with a 307.
    Redirect,
    /// It breaks the connection in the middle of the body.
    Reset,
    /// It stops reading in the middle of the body.
    Stall,
    /// It reads all and never answers.
    NoAnswer,
}

/// What the caller must see.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Success, with these documented fields; null when none is documented.
    Success(Value),
    /// The upload succeeded, and the storage holds the media.
    Stored,
    /// An error that keeps the status, and of the body what is documented.
    Failure {
        /// The status served; none when no response arrives.
        status: Option<u16>,
        /// The documented fields of the body, where there is one.
        body: Option<Value>,
    },
    /// An error, with or without the status: the line broke.
    Lost,
    /// A refusal before anything is sent.
    Refused,
}
