//! A text as one JSON value, with the line of every place in it; and what a text may hold at most.

use std::collections::HashMap;

use serde_json::Value;

use super::{Fault, json, yaml};

/// How deep mappings and lists may be nested. Real documents stay below 40.
pub(super) const MAX_DEPTH: usize = 100;
/// How many values a document may hold. The largest published OpenAPI documents have about 400,000.
pub(super) const MAX_VALUES: usize = 1_000_000;
/// How many bytes the pointers to them may have in all: a long key above many values would fill the memory.
const MAX_POINTERS: usize = 512 * 1024 * 1024;

/// A text's value and the line, from 1, of every JSON pointer into it: for a mapping's entry the
/// line of its key, for an item of a list the line on which it begins.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) value: Value,
    pub(super) lines: HashMap<String, usize>,
}

impl Tree {
    /// Reads YAML or JSON that begins after `offset` lines of its file.
    pub(super) fn read(text: &str, offset: usize) -> Result<Self, Fault> {
        if Self::is_json(text) { json::read(text, offset) } else { yaml::read(text, offset) }
    }

    /// Whether a text is JSON, by its beginning.
    pub(super) fn is_json(text: &str) -> bool {
        text.trim_start().strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with('"'))
    }

    /// The line of a place: its own, or that of the nearest place around it that has one.
    pub(super) fn line(&self, pointer: &str) -> usize {
        nearest_line(&self.lines, pointer)
    }
}

/// The line of a pointer, or of the nearest place around it that has one; 1 if none has.
pub(super) fn nearest_line(lines: &HashMap<String, usize>, pointer: &str) -> usize {
    let mut pointer = pointer;
    loop {
        if let Some(line) = lines.get(pointer) {
            return *line;
        }
        match pointer.rfind('/') {
            Some(end) => pointer = &pointer[..end],
            None => return 1,
        }
    }
}

/// Adds a reference token to a JSON pointer.
pub(super) fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    for c in token.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

/// The line of every value, by its pointer.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) by_pointer: HashMap<String, usize>,
    bytes: usize,
}

impl Lines {
    pub(super) fn insert(&mut self, pointer: &str, line: usize) -> Result<(), Fault> {
        self.bytes += pointer.len();
        if self.bytes > MAX_POINTERS {
            return Err(Fault::new(line, "keys too long for so many values below them; shorten them"));
        }
        self.by_pointer.insert(pointer.to_owned(), line);
        Ok(())
    }
}

pub(super) fn too_deep(line: usize) -> Fault {
    Fault::new(line, format!("nested deeper than {MAX_DEPTH} levels, the most that is read"))
}

pub(super) fn too_many(line: usize) -> Fault {
    Fault::new(line, format!("more than {MAX_VALUES} values, the most that is read; split the document"))
}

/// A key that stands twice in one mapping: here, and at a line above.
pub(super) fn duplicate(key: &str, line: usize, first: usize) -> Fault {
    Fault::new(line, format!("the key `{key}` stands here and at line {first} already; keep one of them"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_without_a_line_has_that_of_the_place_around_it() {
        let tree = Tree::read("a:\n  b/c:\n    - d~e: 1\n", 10).unwrap();
        assert_eq!(tree.line("/a/b~1c/0/d~0e"), 13);
        assert_eq!(tree.line("/a/b~1c/0/missing/deep"), 13);
        assert_eq!(tree.line("/a/b~1c"), 12);
        assert_eq!(tree.line("/z"), 11);
    }

    #[test]
    fn what_begins_like_json_is_read_as_json_and_other_flow_as_yaml() {
        assert_eq!(Tree::read("{\"a\": \"\\ud83d\\ude00\"}", 0).unwrap().value["a"], "😀");
        assert_eq!(Tree::read("{a: b}", 0).unwrap().value["a"], "b");
    }
}
