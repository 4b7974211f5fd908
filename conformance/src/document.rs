//! Readers of API descriptions: Swagger 2.0, OpenAPI 3.0 to 3.2 and reStructuredText into one model, [`Document`].
//!
//! The readers see the vendor's text. The corrections that `build/` of the client crate makes are not
//! applied here, so the suite checks the generated client independently.
//!
//! `text` decodes the file. `source` takes the OpenAPI text out of a docs page (`page`) and parses it (`yaml`, `json`) into a `tree`
//! with line numbers. `loader` adds the `files` that the document refers to. `openapi` reads the tree. `rst` reads its text directly.
//! An error that stops a reader is a [`ReadError`]; any other defect is a [`Note`].

use std::path::Path;
use std::sync::Arc;

pub use self::error::ReadError;
pub use self::excerpt::Excerpts;
pub use self::files::SourceFile;
pub use self::model::{
    Body, Code, Content, Credential, CredentialKind, Document, Example, Kind, Location, Note, NoteKind,
    Operation, Parameter, ParameterLocation, Prose, RequestExample, Response, Schema, Server,
};
pub use self::pointer_lines::PointerLines;
pub use self::serialisation::{Encoding, Serialisation, Style};
pub use self::source::OpenApiSource;

mod cache;
mod error;
mod excerpt;
mod files;
mod json;
mod loader;
mod model;
mod openapi;
mod page;
mod path;
pub(crate) mod pointer;
mod pointer_lines;
mod prose;
mod rst;
pub(crate) mod schema;
mod serialisation;
mod source;
mod text;
mod tree;
mod yaml;

pub(crate) use path::shape;
pub(crate) use prose::collapse;
pub(crate) use source::read_values;
pub(crate) use text::{MAX_BYTES, hash};
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
        read_text(&name, bytes, None).map_err(|error| error.of(&name))
    }

    /// Reads a document whose name is its path. As [`Document::read`], and a `$ref` may name another file: by its relative path, in
    /// the folder of the document or below.
    ///
    /// # Errors
    ///
    /// As [`Document::read`]; also for a file that a `$ref` names: if it cannot be read, is not within the folder, or makes the
    /// document exceed the same caps.
    pub fn read_with_files(path: &str, bytes: &[u8]) -> Result<Self, ReadError> {
        let name: Arc<str> = path.into();
        let folder = Path::new(path).parent().unwrap_or(Path::new(""));
        read_text(&name, bytes, Some(folder)).map_err(|error| error.of(&name))
    }
}

/// Reads the text of a document. Other files are read only within the folder, if there is one.
fn read_text(name: &Arc<str>, bytes: &[u8], folder: Option<&Path>) -> Result<Document, LineError> {
    let text: Arc<str> = text::decode(bytes)?.into();
    if Format::of(name, &text) == Format::Rst {
        return rst::read(name, &text);
    }
    let mut tree = source::openapi_tree(name, &text)?;
    if let Some(folder) = folder {
        loader::attach(&mut tree, name, folder);
    }
    openapi::read(name, &text, tree)
}
