//! Readers of API descriptions: OpenAPI 3.0 and reStructuredText into one model, [`Document`].
//!
//! The readers see the vendor's text. The corrections that `build/` of the client crate makes are not
//! applied here, so the suite checks the generated client independently.
//!
//! `text` decodes the file. `source` takes the OpenAPI text out of a docs page (`page`) and parses it
//! (`yaml`, `json`) into a `tree` with line numbers, which `openapi` reads. `rst` reads its text directly.
//! An error that stops a reader is a [`ReadError`]; any other defect is a [`Note`].

use std::sync::Arc;

pub use self::error::ReadError;
pub use self::excerpt::Excerpts;
pub use self::model::{
    Body, Code, Content, Credential, CredentialKind, Document, Example, Kind, Location, Note, Operation,
    Parameter, ParameterLocation, Prose, RequestExample, Response, Schema, Server,
};
pub use self::source::OpenApiSource;

mod error;
mod excerpt;
mod json;
mod model;
mod openapi;
mod page;
mod path;
pub(crate) mod pointer;
mod prose;
mod rst;
pub(crate) mod schema;
mod source;
mod text;
mod tree;
mod yaml;

pub(crate) use path::shape;
pub(crate) use prose::collapse;
pub(crate) use source::read_values;
pub(crate) use text::MAX_BYTES;
pub(crate) use tree::Tree;

use self::error::LineError;
use self::text::Format;

impl Document {
    /// Reads a document. The extension of the name selects the format (`.yaml`, `.yml`, `.json`, `.md`,
    /// `.mdx`, `.markdown`, `.rst`); without a known extension, the text does.
    ///
    /// # Errors
    ///
    /// A [`ReadError`] has the line and a message. It is returned if the bytes are not UTF-8, exceed 32 MiB,
    /// 100 levels of nesting or one million values, are not valid YAML or JSON or a supported page, or if a
    /// part that the model needs is missing or has the wrong type. Other defects become [`Note`]s.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, ReadError> {
        let name: Arc<str> = name.into();
        read_text(&name, bytes).map_err(|error| error.of(&name))
    }
}

fn read_text(name: &Arc<str>, bytes: &[u8]) -> Result<Document, LineError> {
    let text: Arc<str> = text::decode(bytes)?.into();
    if Format::of(name, &text) == Format::Rst {
        return rst::read(name, &text);
    }
    let OpenApiSource { value, lines, .. } = OpenApiSource::parse(name, text.to_string())?;
    openapi::read(name, &text, Tree { value, lines })
}
