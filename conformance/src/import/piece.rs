//! A text cut into pieces, which laid together again are the text.

use serde_json::{Map, Value};

use super::leaf::is_cut;
use crate::document::Block;
use crate::plan::fact::escape;

/// A text in pieces.
#[derive(Debug)]
pub(super) struct Pieces {
    /// Whose text it is.
    pub(super) name: String,
    /// Whether it is no longer the vendor's own.
    pub(super) is_rewritten: bool,
    /// What stands before the first key.
    before: String,
    /// The keys at the top, in their order.
    pub(super) parts: Vec<Piece>,
    /// The blank lines at the end.
    after: String,
}

/// The lines of one key.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// The key.
    pub(super) key: String,
    /// How many blanks stand before it.
    pub(super) indent: usize,
    /// The key's own line, with the comments above it; all its lines if it is not cut any deeper.
    pub(super) head: String,
    /// What is below it, if it is cut deeper.
    pub(super) parts: Vec<Piece>,
    /// Whether it could be cut deeper, and nothing is below it.
    pub(super) is_empty: bool,
}

impl Pieces {
    /// Cuts a text. What cannot be cut (JSON, or mappings in braces) is rewritten first.
    pub(super) fn of(block: &Block) -> Result<Self, String> {
        if !block.is_json()
            && let Some(pieces) = Self::cut(block)
        {
            return Ok(pieces);
        }
        let refused = || format!("{}: cannot be rewritten as YAML in block style; do it by hand", block.name);
        let text = serde_yaml::to_string(&block.value).map_err(|_| refused())?;
        let rewritten = Block::read("rewritten.yaml", text.as_bytes()).map_err(|_| refused())?;
        let same = rewritten.value == block.value;
        let pieces = Self::cut(&rewritten).filter(|_| same).ok_or_else(refused)?;
        Ok(Self { name: block.name.to_string(), is_rewritten: true, ..pieces })
    }

    /// None where keys do not stand on lines of their own, one below the other.
    fn cut(block: &Block) -> Option<Self> {
        let lines: Vec<&str> = block.text.lines().collect();
        let end = lines.iter().rposition(|line| !line.trim().is_empty())? + 1;
        let cutter = Cutter { block, lines: &lines };
        let (start, parts) = cutter.parts("", block.value.as_object()?, 0, end)?;
        Some(Self {
            name: block.name.to_string(),
            is_rewritten: false,
            before: joined(&lines[..start]),
            parts,
            after: joined(&lines[end..]),
        })
    }

    /// The keys at the top.
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

    /// The same lines, further in or out: only where the lines they come to are indented otherwise.
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

struct Cutter<'a> {
    block: &'a Block,
    lines: &'a [&'a str],
}

impl Cutter<'_> {
    /// The pieces of a mapping, which ends before the line `end`, and the line on which they begin.
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
            lines.push(self.block.lines.get(pointer)?.checked_sub(self.block.offset + 1)?);
        }
        let first = *lines.first()?;
        let indent = indent(self.lines.get(first)?);
        let is_block = lines.is_sorted_by(|one, next| one < next)
            && first >= begin
            && lines.iter().zip(&keys).all(|(at, (key, _))| self.is_key(*at, key, indent));
        if !is_block {
            return None;
        }
        // What stands above the first key of all is about the document, not about the key.
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

    /// A key's piece: from its comments to the next key's.
    fn piece(
        &self,
        key: &str,
        pointer: &str,
        value: &Value,
        (start, line, until): (usize, usize, usize),
        indent: usize,
    ) -> Piece {
        let below = value.as_object().filter(|_| is_cut(pointer));
        let is_empty = below.is_some_and(Map::is_empty);
        let cut = below.and_then(|entries| self.parts(pointer, entries, line + 1, until));
        let (head, parts) = match cut {
            Some((first, parts)) => (joined(&self.lines[start..first]), parts),
            None => (joined(&self.lines[start..until]), Vec::new()),
        };
        Piece { key: key.to_owned(), indent, head, parts, is_empty }
    }

    /// Whether a line begins with a key at this indentation.
    fn is_key(&self, line: usize, key: &str, own: usize) -> bool {
        let Some(text) = self.lines.get(line) else { return false };
        let begins = |text: &str| text.starts_with(key);
        let key_text = text.trim_start_matches(' ');
        indent(text) == own && (begins(key_text) || begins(key_text.trim_start_matches(['"', '\''])))
    }

    /// Where a key's piece starts: at the comments just above it that stand at its indentation.
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
