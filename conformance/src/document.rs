//! Documents as their vendors publish them, read into one model.
//!
//! Two readers, `openapi` and `rst`, fill the same [`Document`]; everything after them is the
//! same for both. The readers take the raw text: what `build.rs` of the client crate corrects is
//! never seen here, which makes the suite an independent check of the generated client.
//!
//! Bytes become `text`, a `page` gives its fenced block, `yaml` or `json` make a `tree` of it in
//! which every place has its line, and `openapi` reads the tree; `rst` reads its text directly.
//! What stops a reader is a `fault`; what it can read past but does not understand is a [`Note`].

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

pub use self::block::Block;
pub use self::credential::{Credential, CredentialKind};
use self::fault::Fault;
use self::text::Format;
use self::tree::Tree;
pub use self::words::Words;

mod block;
mod credential;
mod fault;
mod json;
mod openapi;
mod page;
mod path;
mod prose;
mod rst;
mod schema;
mod text;
mod tree;
mod words;
mod yaml;

pub(crate) use path::shape;
pub(crate) use prose::collapse;
pub(crate) use schema::LARGEST_PATTERN;
pub(crate) use text::MAX_BYTES;

/// A document: what one vendor states about its API in one file.
#[derive(Clone, Debug)]
pub struct Document {
    /// The name shown to people: the path as given, or as it stands in the repository.
    pub name: Arc<str>,
    /// The whole text, for quoting: without byte order mark, its lines ended by `\n` alone.
    pub text: Arc<str>,
    /// How the text was read.
    pub kind: Kind,
    /// The base URLs the document names (`servers`, or `https://` + the `Host:` of an RST example).
    pub servers: Vec<Server>,
    /// The operations, in document order.
    pub operations: Vec<Operation>,
    /// What a schema's `$ref` resolves to: an object which, laid beside a schema, makes it whole
    /// (`{"components": {"schemas": {...}}}`, and under `elsewhere`, by their pointers, schemas that
    /// stand in other places; empty for RST).
    pub definitions: Value,
    /// Prose that belongs to no operation (an OpenAPI document's `info.description`, say).
    pub prose: Vec<Prose>,
    /// Defects noticed while reading that do not stop it (a heading underlined too short, say).
    pub notes: Vec<Note>,
    /// The line (from 1) of every place a JSON pointer can name.
    pub lines: HashMap<String, usize>,
}

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// OpenAPI 3.0, as YAML, JSON, or a docs page with a fenced block.
    OpenApi,
    /// A reStructuredText page with the sphinx http domain.
    Rst,
}

/// A place in a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The document's name.
    pub document: Arc<str>,
    /// The line, from 1.
    pub line: usize,
    /// The JSON pointer of the place, for documents that have one; for RST a pointer of the same
    /// shape made from section and row (`/request_upload_url/query/job_id`).
    pub pointer: String,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.document, self.line)
    }
}

/// A base URL.
#[derive(Clone, Debug)]
pub struct Server {
    /// The URL, its variables replaced by their defaults.
    pub url: String,
    /// Where it is stated.
    pub location: Location,
}

/// A paragraph of prose, white space collapsed to single blanks.
#[derive(Clone, Debug)]
pub struct Prose {
    /// The text.
    pub text: String,
    /// Where it begins.
    pub location: Location,
}

/// Something odd in a document that a reader could read past.
#[derive(Clone, Debug)]
pub struct Note {
    /// What is odd, one line, and what it means to a reader.
    pub text: String,
    /// Where.
    pub location: Location,
}

/// One method and path.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The `operationId`; for RST, and for an OpenAPI operation without one, the path's last
    /// segment that is not a parameter (with the method before it if that is taken).
    pub id: String,
    /// The method, in capitals.
    pub method: String,
    /// The path template, beginning with `/`.
    pub path: String,
    /// Where the operation is stated.
    pub location: Location,
    /// The base URLs that hold for this operation instead of the document's; mostly empty.
    pub servers: Vec<Server>,
    /// Summary, description and other prose about the operation as a whole.
    pub prose: Vec<Prose>,
    /// Parameters of every place, path-level ones included.
    pub parameters: Vec<Parameter>,
    /// The request body, if one is documented.
    pub body: Option<Body>,
    /// The documented responses, in document order.
    pub responses: Vec<Response>,
    /// Alternatives, each naming the credentials needed together. Empty: none is stated.
    pub security: Vec<Vec<Credential>>,
    /// Example requests written out in full (RST).
    pub examples: Vec<RequestExample>,
}

impl Operation {
    /// The documented response of a status: its own, that of its hundred, or the default.
    pub fn response(&self, status: u16) -> Option<&Response> {
        let of = |code: Code| self.responses.iter().find(|response| response.code == code);
        of(Code::Exact(status)).or_else(|| of(Code::Range(status / 100))).or_else(|| of(Code::Default))
    }

    /// The credentials that a client is held to: of the alternatives the first that the suite knows how
    /// to send, else the first.
    pub fn credentials(&self) -> &[Credential] {
        let is_known = |together: &&Vec<Credential>| together.iter().all(|one| one.kind.is_known());
        self.security.iter().find(is_known).or(self.security.first()).map_or(&[], Vec::as_slice)
    }
}

/// A parameter of a request, or a header of a response.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The name on the wire.
    pub name: String,
    /// Where on the wire it goes.
    pub place: Place,
    /// Whether the document says that it must be there.
    pub required: bool,
    /// The value's schema (JSON Schema).
    pub schema: Schema,
    /// How arrays and objects are written (`form`, `simple`, ...), the place's default if unsaid;
    /// the media type for a value that is written in one (OpenAPI's `content`).
    pub style: String,
    /// Whether each element of an array or object is written as a parameter of its own.
    pub explode: bool,
    /// Whether reserved characters (`:/?#[]@!$&'()*+,;=`) are sent unencoded.
    pub allow_reserved: bool,
    /// What the document says about it.
    pub description: String,
    /// The documented example values.
    pub examples: Vec<Example>,
    /// Where it is stated; where its `$ref` leads, if it is one.
    pub location: Location,
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In the path template.
    Path,
    /// In the query string.
    Query,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
}

/// A JSON Schema and where it is stated.
#[derive(Clone, Debug)]
pub struct Schema {
    /// JSON Schema, draft 4 keywords: OpenAPI's `nullable` is turned into a `null` alternative
    /// and a pattern written as a JavaScript literal is stripped of its delimiters; `$ref`s are
    /// kept (those to other places than `components/schemas` lead to `#/elsewhere/...`) and resolve
    /// through [`Document::definitions`]. [`Document::validator`] puts both together.
    pub value: Value,
    /// The pointer under which [`Document::lines`] knows its parts.
    pub pointer: String,
}

/// A request body.
#[derive(Clone, Debug)]
pub struct Body {
    /// Whether it must be sent.
    pub required: bool,
    /// One entry a media type.
    pub contents: Vec<Content>,
    /// Where it is stated.
    pub location: Location,
}

/// A body in one media type.
#[derive(Clone, Debug)]
pub struct Content {
    /// The media type as written.
    pub media_type: String,
    /// Its schema, if any is stated or an example allows one to be derived.
    pub schema: Option<Schema>,
    /// The documented examples.
    pub examples: Vec<Example>,
    /// Where it is stated.
    pub location: Location,
}

/// A documented example value.
#[derive(Clone, Debug)]
pub struct Example {
    /// The value.
    pub value: Value,
    /// Where it is stated.
    pub location: Location,
}

/// A documented response.
#[derive(Clone, Debug)]
pub struct Response {
    /// Its status or statuses.
    pub code: Code,
    /// What the document says about it.
    pub description: String,
    /// One entry a media type; empty when no body is documented.
    pub contents: Vec<Content>,
    /// The documented headers.
    pub headers: Vec<Parameter>,
    /// Where the operation states its status, even if the rest stands elsewhere by `$ref`.
    pub location: Location,
}

/// The status or statuses a response is documented for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// One status.
    Exact(u16),
    /// `4XX`: all of one hundred.
    Range(u16),
    /// `default`: whatever no other entry names.
    Default,
}

impl Code {
    /// Whether it says that the request succeeded.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Exact(200..=299) | Self::Range(2))
    }

    /// A status as documents write it: `201`, `4XX`, `default`.
    fn parse(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("default") {
            return Some(Self::Default);
        }
        let hundred = text.strip_suffix("XX").or_else(|| text.strip_suffix("xx"));
        match hundred.unwrap_or(text).parse().ok()? {
            digit @ 1..=5 if hundred.is_some() => Some(Self::Range(digit)),
            status @ 100..=599 if hundred.is_none() && text.len() == 3 => Some(Self::Exact(status)),
            _ => None,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(code) => write!(f, "{code}"),
            Self::Range(hundred) => write!(f, "{hundred}XX"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A request written out in full.
#[derive(Clone, Debug)]
pub struct RequestExample {
    /// The method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query's names and values, decoded, in order.
    pub query: Vec<(String, String)>,
    /// The headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body, if there is one.
    pub body: String,
    /// Where it begins.
    pub location: Location,
}

/// Why a document cannot be read: one line that says what, where, and what to do.
#[derive(Debug)]
pub struct ReadError {
    /// The document's name.
    pub document: Arc<str>,
    /// The line, from 1; 0 when the trouble is with the file as a whole.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.document, self.message),
            line => write!(f, "{}:{line}: {}", self.document, self.message),
        }
    }
}

impl std::error::Error for ReadError {}

impl Document {
    /// Reads a document from its bytes. The name's ending says how it is written (`.yaml`, `.yml`,
    /// `.json`, `.md`, `.rst`), the text itself if the name ends in nothing known.
    ///
    /// # Errors
    ///
    /// A [`ReadError`] names the line and what to do there: for what is not UTF-8, larger than 32 MiB,
    /// nested deeper than 100 levels or holding more than a million values, for what is not YAML,
    /// JSON, or a page that a reader knows, and for what states something that has no meaning.
    /// What can be read past becomes a [`Note`] instead.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, ReadError> {
        let name: Arc<str> = name.into();
        Self::read_text(&name, bytes).map_err(|fault| fault.of(&name))
    }

    /// The base URLs that hold for one of its operations.
    pub fn servers_of<'a>(&'a self, operation: &'a Operation) -> &'a [Server] {
        if operation.servers.is_empty() { &self.servers } else { &operation.servers }
    }

    /// The text by its lines, for quoting.
    pub fn words(&self) -> Words<'_> {
        Words::of(&self.text)
    }

    fn read_text(name: &Arc<str>, bytes: &[u8]) -> Result<Self, Fault> {
        let text: Arc<str> = text::decode(bytes)?.into();
        match Format::of(name, &text) {
            Format::Rst => rst::read(name, &text),
            Format::OpenApi => openapi::read(name, &text, Tree::read(&text, 0)?),
            Format::Page => {
                let block = page::openapi_block(&text)?;
                openapi::read(name, &text, Tree::read(&block.text, block.offset)?)
            }
        }
    }

    /// The place a pointer names: its own line, or that of the nearest ancestor that has one.
    pub fn locate(&self, pointer: &str) -> Location {
        Location {
            document: self.name.clone(),
            line: tree::nearest_line(&self.lines, pointer),
            pointer: pointer.to_owned(),
        }
    }
}
