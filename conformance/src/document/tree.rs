//! The syntax tree of YAML and JSON: a value, the line of each part, and the caps on its size.

use serde_json::Value;

use super::error::{LineError, Result};
use super::files::Files;
use super::pointer_lines::PointerLines;

/// The maximum nesting of mappings and lists. Published documents stay below 40.
const MAX_DEPTH: usize = 100;
/// The maximum number of values. The largest published OpenAPI documents have about 400,000.
const MAX_VALUES: usize = 1_000_000;
/// The maximum total length of all JSON pointers, in bytes. Long keys above many values need much memory.
const MAX_POINTERS: usize = 512 * 1024 * 1024;

/// A value and the line (from 1) of each JSON pointer into it. A mapping entry has the line of its key,
/// a list item the line on which it starts.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) value: Value,
    pub(super) lines: PointerLines,
    /// The files that the document refers to.
    pub(super) files: Files,
}

impl Tree {
    /// The line of a pointer, or of its nearest ancestor with a known line.
    pub(crate) fn line(&self, pointer: &str) -> usize {
        self.lines.nearest(pointer)
    }
}

/// The line of each value, by JSON pointer.
#[derive(Default)]
pub(super) struct LineIndex {
    pub(super) by_pointer: PointerLines,
    bytes: usize,
}

impl LineIndex {
    pub(super) fn insert(&mut self, pointer: &str, line: usize) -> Result<()> {
        self.bytes += pointer.len();
        if self.bytes > MAX_POINTERS {
            let message = "the keys are too long for the number of values below them; shorten the keys";
            return Err(LineError::new(line, message));
        }
        self.by_pointer.insert(pointer, line);
        Ok(())
    }
}

/// Checks the nesting and the number of values.
pub(super) fn check_size(depth: usize, values: usize, line: usize) -> Result<()> {
    let message = if depth > MAX_DEPTH {
        format!("nested deeper than {MAX_DEPTH} levels, which is the maximum; reduce the nesting")
    } else if values > MAX_VALUES {
        format!("more than {MAX_VALUES} values, which is the maximum; split the document")
    } else {
        return Ok(());
    };
    Err(LineError::new(line, message))
}

/// The error for a key that a mapping has twice.
pub(super) fn duplicate(key: &str, line: usize, first: usize) -> LineError {
    let message = format!("the key `{key}` is a duplicate of the one at line {first}; remove one of them");
    LineError::new(line, message)
}
