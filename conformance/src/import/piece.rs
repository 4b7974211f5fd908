//! Splits the text of a document into pieces. The pieces in their order make the text again.

use serde_json::{Map, Value};

use super::leaf::is_split;
use crate::document::OpenApiSource;
use crate::document::pointer::escape;

/// The pieces of a string.
#[derive(Debug)]
pub(super) struct Pieces {
    /// The name of the document.
    pub(super) name: String,
    /// Whether the text is not the vendor's own any more.
    pub(super) is_rewritten: bool,
    /// The lines before the first key.
    before: String,
    /// The top-level keys, in their order.
    pub(super) parts: Vec<Piece>,
    /// The blank lines at the end.
    after: String,
}

/// The lines of one key, as far as they are not in pieces of their own.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// The key.
    pub(super) key: String,
    /// The indentation of the key, in spaces.
    pub(super) indent: usize,
    /// The comments above the key and the line of the key; all lines of the key if it is not split.
    pub(super) head: String,
    /// The pieces of its mapping, if it is split.
    pub(super) parts: Vec<Piece>,
    /// Whether its mapping would be split, but is empty.
    pub(super) is_empty: bool,
}

impl Pieces {
    /// Splits a string. A string that cannot be split (JSON, or mappings in braces) is rewritten first.
    pub(super) fn of(source: &OpenApiSource) -> Result<Self, String> {
        if !source.is_json()
            && let Some(pieces) = Self::split(source)
        {
            return Ok(pieces);
        }
        let refused =
            || format!("{}: cannot be rewritten as YAML in block style; rewrite it by hand", source.name);
        let text = serde_yaml::to_string(&source.value).map_err(|_| refused())?;
        let rewritten = OpenApiSource::read("rewritten.yaml", text.as_bytes()).map_err(|_| refused())?;
        let same = rewritten.value == source.value;
        let pieces = Self::split(&rewritten).filter(|_| same).ok_or_else(refused)?;
        Ok(Self { name: source.name.to_string(), is_rewritten: true, ..pieces })
    }

    /// The pieces; none when the keys do not have a line each.
    fn split(source: &OpenApiSource) -> Option<Self> {
        let lines: Vec<&str> = source.text.lines().collect();
        let end = lines.iter().rposition(|line| !line.trim().is_empty())? + 1;
        let splitter = Splitter { source, lines: &lines };
        let (start, parts) = splitter.parts("", source.value.as_object()?, 0, end)?;
        Some(Self {
            name: source.name.to_string(),
            is_rewritten: false,
            before: joined(&lines[..start]),
            parts,
            after: joined(&lines[end..]),
        })
    }

    /// The top-level keys.
    pub(super) fn keys(&self) -> Vec<String> {
        self.parts.iter().map(|part| part.key.clone()).collect()
    }

    /// The whole text.
    pub(super) fn text(&self) -> String {
        let mut text = self.before.clone();
        self.parts.iter().for_each(|part| part.put(&mut text));
        text + &self.after
    }
}

impl Piece {
    fn put(&self, text: &mut String) {
        text.push_str(&self.head);
        self.parts.iter().for_each(|part| part.put(text));
    }

    /// The same lines with another indentation.
    pub(super) fn indented(mut self, indent: usize) -> Self {
        if indent != self.indent {
            let own = self.indent;
            self.shift(own, indent);
        }
        self
    }

    fn shift(&mut self, from: usize, to: usize) {
        let shifted = |line: &str| match line.strip_prefix(&" ".repeat(from)) {
            Some(rest) => format!("{}{rest}\n", " ".repeat(to)),
            None => format!("{line}\n"),
        };
        self.head = self.head.lines().map(shifted).collect();
        self.indent = self.indent + to - from;
        self.parts.iter_mut().for_each(|part| part.shift(from, to));
    }
}

struct Splitter<'a> {
    source: &'a OpenApiSource,
    lines: &'a [&'a str],
}

impl Splitter<'_> {
    /// The line on which the pieces of a mapping begin, and the pieces. The mapping ends before the line `end`.
    fn parts(
        &self,
        pointer: &str,
        entries: &Map<String, Value>,
        begin: usize,
        end: usize,
    ) -> Option<(usize, Vec<Piece>)> {
        let keys: Vec<(&String, String)> =
            entries.keys().map(|key| (key, format!("{pointer}/{}", escape(key)))).collect();
        let mut lines = Vec::new();
        for (_, pointer) in &keys {
            lines.push(self.source.lines.get(pointer)?.checked_sub(self.source.offset + 1)?);
        }
        let first = *lines.first()?;
        let indent = indent(self.lines.get(first)?);
        let is_block = lines.is_sorted_by(|one, next| one < next)
            && first >= begin
            && lines.iter().zip(&keys).all(|(at, (key, _))| self.is_key(*at, key, indent));
        if !is_block {
            return None;
        }
        // Comments above the first key of the document are about the document.
        let mut earliest = if pointer.is_empty() { first } else { begin };
        let mut starts = Vec::new();
        for at in &lines {
            starts.push(self.start(*at, earliest, indent));
            earliest = at + 1;
        }
        let mut parts = Vec::new();
        for (index, (key, pointer)) in keys.iter().enumerate() {
            let until = starts.get(index + 1).copied().unwrap_or(end);
            parts.push(self.piece(
                key,
                pointer,
                &entries[*key],
                (starts[index], lines[index], until),
                indent,
            ));
        }
        Some((starts[0], parts))
    }

    /// The piece of a key: from its comments to those of the next key.
    fn piece(
        &self,
        key: &str,
        pointer: &str,
        value: &Value,
        (start, line, until): (usize, usize, usize),
        indent: usize,
    ) -> Piece {
        let below = value.as_object().filter(|_| is_split(pointer));
        let is_empty = below.is_some_and(Map::is_empty);
        let split = below.and_then(|entries| self.parts(pointer, entries, line + 1, until));
        let (head, parts) = match split {
            Some((first, parts)) => (joined(&self.lines[start..first]), parts),
            None => (joined(&self.lines[start..until]), Vec::new()),
        };
        Piece { key: key.to_owned(), indent, head, parts, is_empty }
    }

    /// Whether a line begins with a key and has this indentation.
    fn is_key(&self, line: usize, key: &str, own: usize) -> bool {
        let Some(text) = self.lines.get(line) else { return false };
        let begins = |text: &str| text.starts_with(key);
        let key_text = text.trim_start_matches(' ');
        indent(text) == own && (begins(key_text) || begins(key_text.trim_start_matches(['"', '\''])))
    }

    /// The first line of the piece of a key: that of the comments directly above it that have its indentation.
    fn start(&self, line: usize, earliest: usize, own: usize) -> usize {
        let mut start = line;
        while start > earliest
            && self.lines[start - 1].trim_start().starts_with('#')
            && indent(self.lines[start - 1]) == own
        {
            start -= 1;
        }
        start
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn joined(lines: &[&str]) -> String {
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}
