//! The text of an OpenAPI document as its vendor wrote it, apart from the page around it, with the
//! value that it states: for whoever compares or merges texts and not what is read from them.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::text::{self, Format};
use super::tree::{Tree, nearest_line};
use super::{Document, Fault, Location, ReadError, page};

/// The YAML or JSON of a document or of a page's fenced block.
#[derive(Clone, Debug)]
pub struct Block {
    /// The document's or page's name.
    pub name: Arc<str>,
    /// The text: without byte order mark, its lines ended by `\n` alone.
    pub text: String,
    /// How many lines of the file stand before it.
    pub offset: usize,
    /// All that it states, read or not.
    pub value: Value,
    /// The line of the file, from 1, of every JSON pointer into the value.
    pub lines: HashMap<String, usize>,
}

impl Block {
    /// Reads the text that a file holds, or that a page holds in its fenced block.
    ///
    /// # Errors
    ///
    /// Those of [`Document::read`] for a text that is no YAML, JSON or page with one OpenAPI block.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, ReadError> {
        let name: Arc<str> = name.into();
        Self::read_text(&name, bytes).map_err(|fault| fault.of(&name))
    }

    fn read_text(name: &Arc<str>, bytes: &[u8]) -> Result<Self, Fault> {
        let whole = text::decode(bytes)?;
        let (text, offset) = match Format::of(name, &whole) {
            Format::OpenApi => (whole, 0),
            Format::Page => {
                let block = page::openapi_block(&whole)?;
                // The last line of a fenced block is ended too.
                (block.text + "\n", block.offset)
            }
            Format::Rst => {
                return Err(Fault::new(0, "a reStructuredText page, which holds no OpenAPI block"));
            }
        };
        let Tree { value, lines } = Tree::read(&text, offset)?;
        Ok(Self { name: name.clone(), text, offset, value, lines })
    }

    /// Whether the text is JSON.
    pub fn is_json(&self) -> bool {
        Tree::is_json(&self.text)
    }

    /// The place a pointer names: its own line, or that of the nearest ancestor that has one.
    pub fn locate(&self, pointer: &str) -> Location {
        Location {
            document: self.name.clone(),
            line: nearest_line(&self.lines, pointer),
            pointer: pointer.to_owned(),
        }
    }
}

impl Document {
    /// The OpenAPI text this document was read from; none for an RST page.
    pub fn block(&self) -> Option<Block> {
        Block::read(&self.name, self.text.as_bytes()).ok()
    }
}
