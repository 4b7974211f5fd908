//! The state of the OpenAPI reader, and what all its parts use: locations, notes, references, caps.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};

use super::node::Node;
use super::version::{Version, lists};
use crate::document::error::Result;
use crate::document::files::path_of;
use crate::document::model::{CredentialKind, Location, Note, NoteKind, Prose};
use crate::document::prose;
use crate::document::schema::MessageDirection;
use crate::document::tree::Tree;

/// The maximum size of content that is read more than once, in bytes. Published documents stay below 16 MiB.
const MAX_REPEATED: usize = 256 * 1024 * 1024;

/// The state of the reader.
pub(super) struct OpenApiReader<'a> {
    pub(super) name: Arc<str>,
    pub(super) tree: &'a Tree,
    pub(super) version: Version,
    /// Which messages have the schemas that are read.
    pub(super) direction: MessageDirection,
    /// Whether the document has properties of one direction only. Without any, both directions share their schemas.
    pub(super) has_directions: bool,
    /// The lines of each text, in which prose is located, by the path of the file; empty for the document itself.
    sources: HashMap<&'a str, Vec<&'a str>>,
    pub(super) schemes: BTreeMap<String, CredentialKind>,
    /// The schemas that `$ref`s point to, laid out so that the `$ref`s resolve.
    pub(super) definitions: Value,
    /// The pointers of referenced schemas, and the direction of the reference.
    pub(super) referenced: Vec<(String, MessageDirection)>,
    /// The links of the responses that are read.
    pub(super) links: Vec<Node<'a>>,
    /// The line of each keyword that the model has under another name than the document.
    pub(super) moved: HashMap<String, usize>,
    /// For each schema that is read, from the outside in: the properties that its messages do not have.
    pub(super) hidden: Vec<BTreeSet<String>>,
    /// The size of each `$ref` target, in bytes.
    weights: HashMap<String, usize>,
    /// The size of all content read more than once, in bytes.
    repeated: usize,
    pub(super) notes: Vec<Note>,
}

impl<'a> OpenApiReader<'a> {
    pub(super) fn new(name: &Arc<str>, text: &'a str, tree: &'a Tree, version: Version) -> Self {
        let files = tree.files.texts();
        let texts: Vec<(&str, &str)> = std::iter::once(("", text)).chain(files).collect();
        let is_directional = |text: &str| text.contains("readOnly") || text.contains("writeOnly");
        Self {
            name: name.clone(),
            tree,
            version,
            direction: MessageDirection::Response,
            has_directions: texts.iter().any(|(_, text)| is_directional(text)),
            sources: texts.into_iter().map(|(path, text)| (path, text.lines().collect())).collect(),
            schemes: BTreeMap::new(),
            definitions: json!({}),
            referenced: Vec::new(),
            links: Vec::new(),
            moved: HashMap::new(),
            hidden: Vec::new(),
            weights: HashMap::new(),
            repeated: 0,
            notes: Vec::new(),
        }
    }

    /// Reads what follows for messages of this direction.
    pub(super) fn enter(&mut self, direction: MessageDirection) {
        self.direction = if self.has_directions { direction } else { MessageDirection::Response };
    }

    pub(super) fn location(&self, node: &Node<'_>) -> Location {
        let document = self.tree.files.name_of(&node.pointer).unwrap_or(&self.name);
        Location::new(document, node.line(), &node.pointer)
    }

    pub(super) fn note(&mut self, node: &Node<'_>, text: impl Into<String>) {
        let location = self.location(node);
        self.notes.push(Note { kind: NoteKind::Defect, text: text.into(), location });
    }

    /// Notes something right that the suite does not judge.
    pub(super) fn note_not_judged(&mut self, node: &Node<'_>, what: impl fmt::Display) {
        let text = format!("the suite does not judge {what}; it is ignored");
        self.notes.push(Note { kind: NoteKind::NotJudged, text, location: self.location(node) });
    }

    /// Notes each key that is neither read nor ignored on purpose.
    pub(super) fn check_keys(&mut self, node: &Node<'_>, read: &str, ignored: &str) -> Result<()> {
        for (key, entry) in node.entries()?.filter(|(key, _)| !lists(read, key)) {
            self.note_unknown_key(key, &entry, ignored);
        }
        Ok(())
    }

    /// Notes an unknown key. Extensions (`x-`) are ignored on purpose.
    pub(super) fn note_unknown_key(&mut self, key: &str, node: &Node<'_>, ignored: &str) {
        if self.version.leaves_unjudged(key) {
            let is_empty = node.value.as_object().is_some_and(|entries| entries.is_empty());
            if !is_empty {
                self.note_not_judged(node, format!("`{key}`"));
            }
        } else if !key.starts_with("x-") && !lists(ignored, key) {
            self.note(node, format!("{} has no key `{key}` here; it is ignored", self.version));
        }
    }

    /// The node itself, or the target of its `$ref`.
    pub(super) fn resolve(&mut self, node: &Node<'a>) -> Result<Node<'a>> {
        if node.get("$ref").is_none() {
            return Ok(node.clone());
        }
        self.note_siblings(node)?;
        let target = node.resolve()?;
        let weight = *self.weights.entry(target.pointer.clone()).or_insert_with(|| weight(target.value));
        self.spend(node, weight)?;
        Ok(target)
    }

    /// Counts content that is read more than once, so that a small document cannot expand without bound.
    pub(super) fn spend(&mut self, node: &Node<'_>, weight: usize) -> Result<()> {
        self.repeated += weight;
        if self.repeated > MAX_REPEATED {
            let most = MAX_REPEATED / (1024 * 1024);
            return Err(node.error(format!(
                "content that is used more than once adds up to more than {most} MiB, which is the maximum; use fewer `$ref`s to large content"
            )));
        }
        Ok(())
    }

    pub(super) fn note_siblings(&mut self, node: &Node<'a>) -> Result<()> {
        let allowed = if self.version.has_json_schema() { "$ref summary description" } else { "$ref" };
        for (key, entry) in node.entries()?.filter(|(key, _)| !lists(allowed, key) && !key.starts_with("x-"))
        {
            let text = format!("{} ignores `{key}` beside a `$ref`; it is ignored", self.version);
            self.note(&entry, text);
        }
        Ok(())
    }

    /// The notes in document order. Content that several operations share is noted once.
    pub(super) fn distinct_notes(&mut self) -> Vec<Note> {
        let mut notes = std::mem::take(&mut self.notes);
        let mut seen = HashSet::new();
        notes.retain(|note| seen.insert((note.location.pointer.clone(), note.text.clone())));
        notes.sort_by_key(|note| note.location.line);
        notes
    }

    /// The paragraphs of the string under a key.
    pub(super) fn prose(&self, node: &Node<'a>, key: &str) -> Result<Vec<Prose>> {
        let Some(node) = node.get(key) else {
            return Ok(Vec::new());
        };
        let text = node.text()?;
        let file = path_of(&node.pointer).unwrap_or_default();
        let source = self.sources.get(&*file).map_or(&[][..], Vec::as_slice);
        let lines = prose::first_lines(source, node.line(), text);
        let located = prose::paragraphs(text).into_iter().zip(lines);
        Ok(located
            .map(|(text, line)| Prose { text, location: Location { line, ..self.location(&node) } })
            .collect())
    }
}

/// The approximate size of a value, in bytes.
pub(super) fn weight(value: &Value) -> usize {
    16 + match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(weight).sum(),
        Value::Object(map) => map.iter().map(|(key, value)| key.len() + weight(value)).sum(),
    }
}
