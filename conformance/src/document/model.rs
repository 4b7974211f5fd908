//! The model that every reader produces: operations, parameters, bodies, responses, credentials.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::cache::Validators;
use super::excerpt::Excerpts;
use super::files::{SourceFile, path_of};
use super::pointer_lines::PointerLines;
use super::schema::pattern::PatternStrings;
use super::serialisation::{Encoding, Serialisation};

/// An API description: one file of one vendor.
#[derive(Clone, Debug)]
pub struct Document {
    /// The name shown to the user: the path as given, or the path in the repository.
    pub name: Arc<str>,
    /// The whole text, without byte order mark and with `\n` line ends. Excerpts are taken from it.
    pub text: Arc<str>,
    /// The format of the document.
    pub kind: Kind,
    /// The base URLs: `servers` in OpenAPI, `https://` and the `Host` header of an example in RST.
    pub servers: Vec<Server>,
    /// The operations, in document order.
    pub operations: Vec<Operation>,
    /// The schemas that `$ref`s point to. A schema together with this object is complete. For OpenAPI it
    /// is `{"components": {"schemas": {...}}, "elsewhere": {...}, "request": {...}}`, and for Swagger 2.0 it has `definitions`
    /// in place of `components`. `elsewhere` has the schemas at other locations, by JSON pointer. `request` has the same again for requests, where these differ. Empty for RST.
    pub definitions: Value,
    /// Prose that belongs to no operation, for example `info.description`.
    pub prose: Vec<Prose>,
    /// Defects that did not stop the reader, for example a title longer than its underline.
    pub notes: Vec<Note>,
    /// The line (from 1) of each JSON pointer into the document. The pointers into another file begin with
    /// `/x-referenced-files/` and the path of the file.
    pub lines: PointerLines,
    /// The other files that the document refers to, by their path from its folder.
    pub files: BTreeMap<String, SourceFile>,
    pub(super) validators: Validators,
    pub(crate) strings: PatternStrings,
}

/// The format of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// OpenAPI 3.0 to 3.2, as YAML, as JSON, or in a fenced block of a docs page.
    OpenApi,
    /// Swagger 2.0, in the same forms.
    Swagger,
    /// A reStructuredText page that uses the Sphinx HTTP domain.
    Rst,
}

/// A location in a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The document's name.
    pub document: Arc<str>,
    /// The line, from 1.
    pub line: usize,
    /// The JSON pointer. RST has none, so the reader makes one from section and row
    /// (`/request_upload_url/query/job_id`).
    pub pointer: String,
}

impl Location {
    pub(super) fn new(document: &Arc<str>, line: usize, pointer: &str) -> Self {
        Self { document: document.clone(), line, pointer: pointer.to_owned() }
    }
}

/// A location in reports and plans: `file:line#pointer`.
impl Serialize for Location {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{self}#{}", self.pointer))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.document, self.line)
    }
}

/// A base URL.
#[derive(Clone, Debug)]
pub struct Server {
    /// The URL. Each variable is replaced by its default.
    pub url: String,
    /// Where the document states it.
    pub location: Location,
}

/// A paragraph of prose. Each run of white space is one space.
#[derive(Clone, Debug)]
pub struct Prose {
    /// The text.
    pub text: String,
    /// Where the paragraph starts.
    pub location: Location,
}

/// Something in a document that the reader does not use as it is.
#[derive(Clone, Debug)]
pub struct Note {
    /// Whether it is a defect.
    pub kind: NoteKind,
    /// One line: what is wrong, and how the reader treats it.
    pub text: String,
    /// Where the defect is.
    pub location: Location,
}

/// Why the reader does not use something as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// It is a defect of the document, which did not stop the reader.
    Defect,
    /// It is right, and the suite does not judge it.
    NotJudged,
}

/// An operation: one method and one path.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The `operationId`. RST operations, and OpenAPI operations without one, use the last path segment
    /// that is not a parameter, preceded by the method if that id is already taken.
    pub id: String,
    /// The method, in upper case.
    pub method: String,
    /// The path template, which starts with `/`.
    pub path: String,
    /// Where the document states the operation.
    pub location: Location,
    /// The base URLs that replace the document's for this operation; usually empty.
    pub servers: Vec<Server>,
    /// Summary, description and other prose about the whole operation.
    pub prose: Vec<Prose>,
    /// The parameters of all locations, including those that the path states for all its operations.
    pub parameters: Vec<Parameter>,
    /// The request body, if one is documented.
    pub body: Option<Body>,
    /// The documented responses, in document order.
    pub responses: Vec<Response>,
    /// The alternatives. Each one lists credentials that are needed together. Empty if none is stated.
    pub security: Vec<Vec<Credential>>,
    /// Complete example requests (RST only).
    pub examples: Vec<RequestExample>,
}

impl Operation {
    /// The response documented for a status: the exact status, else its range (`4XX`), else `default`.
    pub fn response(&self, status: u16) -> Option<&Response> {
        let of = |code: Code| self.responses.iter().find(|response| response.code == code);
        of(Code::Exact(status)).or_else(|| of(Code::Range(status / 100))).or_else(|| of(Code::Default))
    }

    /// The credentials of all alternatives.
    pub fn credentials(&self) -> impl Iterator<Item = &Credential> {
        self.security.iter().flatten()
    }
}

/// A parameter of a request, or a header of a response.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The name in the HTTP message.
    pub name: String,
    /// The part of the HTTP message that has it.
    pub sent_in: ParameterLocation,
    /// Whether the document requires it. OpenAPI: `required`; RST: the heading of its table.
    pub required: bool,
    /// The schema of the value.
    pub schema: Schema,
    /// The serialisation of the value.
    pub format: Serialisation,
    /// Whether OpenAPI's `allowEmptyValue` allows an empty value, whatever the schema says.
    pub allow_empty: bool,
    /// The description in the document; empty if there is none.
    pub description: String,
    /// The documented example values.
    pub examples: Vec<Example>,
    /// Where the document states it: the target, if it is a `$ref`.
    pub location: Location,
}

/// The location of a parameter (OpenAPI's `in`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ParameterLocation {
    /// A segment of the path.
    Path,
    /// The query string.
    Query,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
}

impl ParameterLocation {
    pub(super) const ALL: [Self; 4] = [Self::Path, Self::Query, Self::Header, Self::Cookie];

    /// The location as OpenAPI names it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }
}

/// A JSON Schema and its location.
#[derive(Clone, Debug)]
pub struct Schema {
    /// A JSON Schema (2020-12), whatever the version of the document. Where that has several ways to say the same, the model has
    /// one: no list of one type, `enum` for `const`, `example` for the first of `examples`, an object for `true` and `false`,
    /// `allOf` for keywords beside a `$ref`. `nullable` becomes a `null` alternative, and a pattern loses the slashes of a
    /// JavaScript literal. A schema of a request has no `readOnly` properties, one of a response no `writeOnly` properties. A
    /// `$ref` to a schema outside `components/schemas` and `definitions` becomes `#/elsewhere/...`. All `$ref`s resolve through
    /// [`Document::definitions`]; [`Document::validator`] combines the two.
    pub value: Value,
    /// The JSON pointer of the schema, for [`Document::lines`].
    pub pointer: String,
}

/// A request body.
#[derive(Clone, Debug)]
pub struct Body {
    /// Whether the body is required.
    pub required: bool,
    /// One entry per media type.
    pub contents: Vec<Content>,
    /// Where the document states it.
    pub location: Location,
}

/// A body of one media type.
#[derive(Clone, Debug)]
pub struct Content {
    /// The media type, as written.
    pub media_type: String,
    /// The schema: as stated, or inferred from an example (RST).
    pub schema: Option<Schema>,
    /// The documented examples.
    pub examples: Vec<Example>,
    /// How properties of a form or a multipart body are sent, by name. Properties without an entry have the default of their type.
    pub encodings: BTreeMap<String, Encoding>,
    /// Where the document states it.
    pub location: Location,
}

/// A documented example value.
#[derive(Clone, Debug)]
pub struct Example {
    /// The value.
    pub value: Value,
    /// Where the document states it.
    pub location: Location,
}

/// A documented response.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status, or the range of statuses.
    pub code: Code,
    /// The description in the document.
    pub description: String,
    /// One entry per media type; empty if no body is documented.
    pub contents: Vec<Content>,
    /// The documented headers.
    pub headers: Vec<Parameter>,
    /// Where the operation states the status. The content may be elsewhere, behind a `$ref`.
    pub location: Location,
}

impl Response {
    /// Whether HTTP allows a body (RFC 9110, 6.4.1), whatever is documented.
    pub fn has_body(&self, operation: &Operation) -> bool {
        operation.method != "HEAD"
            && !matches!(self.code, Code::Exact(100..=199 | 204 | 205 | 304) | Code::Range(1))
    }
}

/// The status, or the range of statuses, of a documented response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// One status code, 100 to 599.
    Exact(u16),
    /// A range by its first digit: 4 is `4XX`.
    Range(u16),
    /// `default`: every status without another entry.
    Default,
}

impl Code {
    /// Whether it is a success (2XX).
    pub fn is_success(self) -> bool {
        matches!(self, Self::Exact(200..=299) | Self::Range(2))
    }

    /// Parses a status as documents write it: `201`, `4XX`, `default`.
    pub(super) fn parse(text: &str) -> Option<Self> {
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

/// A complete example request.
#[derive(Clone, Debug)]
pub struct RequestExample {
    /// The method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The names and values of the query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// The headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body; empty if there is none.
    pub body: String,
    /// Where the example starts.
    pub location: Location,
}

/// A credential that an operation requires.
#[derive(Clone, Debug)]
pub struct Credential {
    /// The name of the security scheme.
    pub name: String,
    /// How it is sent.
    pub kind: CredentialKind,
    /// Where the operation requires it.
    pub location: Location,
}

/// How a credential is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialKind {
    /// `Authorization: Bearer ...`. OAuth 2 and OpenID Connect tokens are sent so too (RFC 6750).
    Bearer,
    /// `Authorization: Basic ...`
    Basic,
    /// `Authorization`, with this scheme in lower case: `digest`. What follows the scheme depends on a challenge of the server.
    Challenge(String),
    /// A parameter with this location and name.
    Parameter(ParameterLocation, String),
    /// A scheme that the suite cannot judge, as written: `mutualTLS`.
    Other(String),
}

impl CredentialKind {
    /// Whether it is sent in the header `Authorization`.
    pub fn is_authorization(&self) -> bool {
        matches!(self, Self::Bearer | Self::Basic | Self::Challenge(_))
    }

    /// Whether it is HTTP digest authentication (RFC 7616).
    pub fn is_digest(&self) -> bool {
        matches!(self, Self::Challenge(scheme) if scheme == "digest")
    }

    /// Whether the suite knows what a client sends. A challenge has an answer that only the client can compute.
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Challenge(_) | Self::Other(_))
    }
}

impl Document {
    /// The base URLs of an operation: its own, else the document's.
    pub fn servers_of<'a>(&'a self, operation: &'a Operation) -> &'a [Server] {
        if operation.servers.is_empty() { &self.servers } else { &operation.servers }
    }

    /// The text of each of its files by name, ready for excerpts.
    pub fn excerpts(&self) -> impl Iterator<Item = (&str, Excerpts<'_>)> {
        let files = self.files.values().map(|file| (&*file.name, Excerpts::of(&file.text)));
        std::iter::once((&*self.name, Excerpts::of(&self.text))).chain(files)
    }

    /// Whether the place is in this document or in a file that it refers to.
    pub fn has(&self, location: &Location) -> bool {
        location.document == self.name || self.files.values().any(|file| file.name == location.document)
    }

    /// The location of a JSON pointer. Its line is that of the nearest ancestor with a known line.
    pub fn locate(&self, pointer: &str) -> Location {
        let file = path_of(pointer).and_then(|path| self.files.get(&path));
        let document = file.map_or(&self.name, |file| &file.name);
        Location::new(document, self.lines.nearest(pointer), pointer)
    }
}
