//! The OpenAPI text of a document, as the vendor wrote it, without the page around it.
//! Import and diff compare and merge this text.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::error::{LineError, ReadError, Result};
use super::files::{KEY, SourceFile};
use super::model::{Document, Location};
use super::pointer_lines::PointerLines;
use super::text::{self, Format};
use super::tree::Tree;
use super::{json, page, yaml};

/// The YAML or JSON of a document, or of the fenced block of a page.
#[derive(Clone, Debug)]
pub struct OpenApiSource {
    /// The name of the document or page.
    pub name: Arc<str>,
    /// The text, without byte order mark and with `\n` line ends.
    pub text: String,
    /// The number of file lines before the text.
    pub offset: usize,
    /// The complete value, including parts that no reader uses.
    pub value: Value,
    /// The line (from 1) in the file of each JSON pointer.
    pub lines: PointerLines,
}

/// The OpenAPI text of a file, and the number of lines before it.
fn openapi_text<'a>(name: &str, text: &'a str) -> Result<(Cow<'a, str>, usize)> {
    match Format::of(name, text) {
        Format::OpenApi => Ok((text.into(), 0)),
        Format::Page => {
            let (block, offset) = page::openapi_block(text)?;
            // The last line needs a line end as well, so that text can be appended.
            Ok(((block + "\n").into(), offset))
        }
        Format::Rst => {
            let message = "the file is a reStructuredText page, which has no OpenAPI block";
            Err(LineError::new(0, message))
        }
    }
}

/// Parses the OpenAPI text of a file.
pub(super) fn openapi_tree(name: &str, text: &str) -> Result<Tree> {
    let (own, offset) = openapi_text(name, text)?;
    tree(&own, offset, "")
}

impl OpenApiSource {
    /// Reads a YAML or JSON file, or the OpenAPI block of a page.
    ///
    /// # Errors
    ///
    /// As [`Document::read`]; also for an RST page, which has no OpenAPI block.
    pub fn read(name: &str, bytes: &[u8]) -> std::result::Result<Self, ReadError> {
        let name: Arc<str> = name.into();
        let source = text::decode(bytes).and_then(|text| Self::parse(&name, &text));
        source.map_err(|error| error.of(&name))
    }

    /// Parses the decoded text of a file.
    fn parse(name: &Arc<str>, text: &str) -> Result<Self> {
        let (own, offset) = openapi_text(name, text)?;
        let Tree { value, lines, .. } = tree(&own, offset, "")?;
        let own = own.into_owned();
        Ok(Self { name: name.clone(), text: own, offset, value, lines })
    }

    /// Whether the text is JSON.
    pub fn is_json(&self) -> bool {
        is_json(&self.text)
    }

    /// The location of a JSON pointer. Its line is that of the nearest ancestor with a known line.
    pub fn locate(&self, pointer: &str) -> Location {
        Location::new(&self.name, self.lines.nearest(pointer), pointer)
    }
}

impl Document {
    /// The OpenAPI text of this document; `None` for an RST page.
    pub fn openapi_source(&self) -> Option<OpenApiSource> {
        OpenApiSource::read(&self.name, self.text.as_bytes()).ok()
    }

    /// The complete value of this document with that of the files that it refers to, at their JSON pointers; `None` for an RST page.
    pub(crate) fn whole_value(&self) -> Option<Value> {
        let mut whole = self.openapi_source()?.value;
        let read =
            |(path, file): (&String, &SourceFile)| Some((path.clone(), tree(&file.text, 0, "").ok()?.value));
        let files: Map<String, Value> = self.files.iter().filter_map(read).collect();
        if !files.is_empty() {
            whole.as_object_mut()?.insert(KEY.to_owned(), Value::Object(files));
        }
        Some(whole)
    }
}

/// Reads a YAML or JSON file that is not an API description.
pub(crate) fn read_values(name: &str, bytes: &[u8]) -> std::result::Result<Tree, ReadError> {
    let read = text::decode(bytes).and_then(|text| tree(&text, 0, ""));
    read.map_err(|error| error.of(&name.into()))
}

/// Parses a string that starts after `offset` lines of its file. `root` is the pointer of its value.
pub(super) fn tree(text: &str, offset: usize, root: &str) -> Result<Tree> {
    if is_json(text) { json::read(text, offset, root) } else { yaml::read(text, offset, root) }
}

/// Whether a string is JSON, judged by its start.
fn is_json(text: &str) -> bool {
    text.trim_start().strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with('"'))
}

#[cfg(test)]
mod tests {
    use super::tree;

    #[test]
    fn a_pointer_without_a_line_has_the_line_of_its_ancestor() {
        let tree = tree("a:\n  b/c:\n    - d~e: 1\n", 10, "").unwrap();
        assert_eq!(tree.line("/a/b~1c/0/d~0e"), 13);
        assert_eq!(tree.line("/a/b~1c/0/missing/deep"), 13);
        assert_eq!(tree.line("/a/b~1c"), 12);
        assert_eq!(tree.line("/z"), 11);
    }

    #[test]
    fn a_text_that_starts_like_json_is_json_and_other_flow_style_is_yaml() {
        assert_eq!(tree("{\"a\": \"\\ud83d\\ude00\"}", 0, "").unwrap().value["a"], "😀");
        assert_eq!(tree("{a: b}", 0, "").unwrap().value["a"], "b");
    }
}
