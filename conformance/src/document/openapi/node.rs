//! Nodes: a value of an OpenAPI document together with its JSON pointer.

use serde_json::{Map, Value};

use crate::document::error::{LineError, Result};
use crate::document::files::FileError;
use crate::document::pointer;
use crate::document::tree::Tree;

/// The maximum length of a chain of `$ref`s. A longer chain counts as circular.
const MAX_REFERENCES: usize = 32;

/// A value in the document and its location.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    tree: &'a Tree,
    pub(super) value: &'a Value,
    pub(super) pointer: String,
}

impl<'a> Node<'a> {
    pub(super) fn root(tree: &'a Tree) -> Self {
        Self { tree, value: &tree.value, pointer: String::new() }
    }

    pub(super) fn line(&self) -> usize {
        self.tree.line(&self.pointer)
    }

    pub(super) fn error(&self, message: impl Into<String>) -> LineError {
        let document = self.tree.files.name_of(&self.pointer).cloned();
        LineError { document, ..LineError::new(self.line(), message) }
    }

    fn child(&self, token: &str, value: &'a Value) -> Self {
        let mut pointer = self.pointer.clone();
        pointer::push(&mut pointer, token);
        Self { tree: self.tree, value, pointer }
    }

    /// The value of a key, even if it is `null`.
    pub(super) fn any(&self, key: &str) -> Option<Self> {
        self.value.as_object()?.get(key).map(|value| self.child(key, value))
    }

    /// The value of a key. `null` counts as absent.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        self.any(key).filter(|node| !node.value.is_null())
    }

    pub(super) fn mapping(&self) -> Result<&'a Map<String, Value>> {
        self.value.as_object().ok_or_else(|| self.expected("a mapping"))
    }

    /// The entries of a mapping, in document order.
    pub(super) fn entries(&self) -> Result<impl Iterator<Item = (&'a str, Self)>> {
        Ok(self.mapping()?.iter().map(|(key, value)| (key.as_str(), self.child(key, value))))
    }

    /// The entries of the mapping under a key; none if the key is absent.
    pub(super) fn entries_of(&self, key: &str) -> Result<Vec<(&'a str, Self)>> {
        match self.get(key) {
            Some(node) => Ok(node.entries()?.collect()),
            None => Ok(Vec::new()),
        }
    }

    pub(super) fn items(&self) -> Result<Vec<Self>> {
        let items = self.value.as_array().ok_or_else(|| self.expected("a list"))?;
        Ok(items.iter().enumerate().map(|(index, item)| self.child(&index.to_string(), item)).collect())
    }

    /// The items of the list under a key; none if the key is absent.
    pub(super) fn items_of(&self, key: &str) -> Result<Vec<Self>> {
        self.get(key).map_or(Ok(Vec::new()), |node| node.items())
    }

    pub(super) fn text(&self) -> Result<&'a str> {
        self.value.as_str().ok_or_else(|| self.expected("a string (quote it if it looks like another type)"))
    }

    /// The string under a key.
    pub(super) fn text_of(&self, key: &str) -> Result<Option<&'a str>> {
        self.get(key).map(|node| node.text()).transpose()
    }

    /// The string under a required key.
    pub(super) fn required_text(&self, key: &str) -> Result<&'a str> {
        self.mapping()?;
        self.text_of(key)?.ok_or_else(|| self.error(format!("the key `{key}` is missing; add it")))
    }

    pub(super) fn flag(&self) -> Result<bool> {
        self.value.as_bool().ok_or_else(|| self.expected("true or false"))
    }

    /// The boolean under a key; `default` if the key is absent.
    pub(super) fn flag_of(&self, key: &str, default: bool) -> Result<bool> {
        self.get(key).map_or(Ok(default), |node| node.flag())
    }

    pub(super) fn number(&self) -> Result<&'a Value> {
        Some(self.value).filter(|value| value.is_number()).ok_or_else(|| self.expected("a number"))
    }

    pub(super) fn count(&self) -> Result<u64> {
        self.value.as_u64().ok_or_else(|| self.expected("an integer of 0 or more"))
    }

    /// The error for a value of the wrong type.
    pub(super) fn expected(&self, what: &str) -> LineError {
        let found = match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "a mapping",
        };
        let place = if self.pointer.is_empty() { "/" } else { &self.pointer };
        self.error(format!("expected {what} at {place}, found {found}"))
    }

    /// The node itself, or the target of its `$ref`.
    pub(super) fn resolve(&self) -> Result<Self> {
        let mut node = self.clone();
        for _ in 0..MAX_REFERENCES {
            match node.get("$ref") {
                Some(reference) => node = reference.target()?,
                None => return Ok(node),
            }
        }
        Err(self.error("this `$ref` is circular; replace one of the references with its content"))
    }

    /// The target of this `$ref`: in the file that has the `$ref`, or in one beside the document.
    pub(super) fn target(&self) -> Result<Self> {
        let reference = self.text()?;
        let (file, pointer) = match self.tree.files.target(&self.pointer, reference) {
            Ok(target) => target,
            Err(FileError::Unreadable(error)) => return Err(error),
            Err(FileError::Refused(why)) => return Err(self.error(format!("`$ref: {reference}` {why}"))),
        };
        self.at(&pointer).ok_or_else(|| {
            let place = if file.is_empty() { "this document" } else { &file };
            self.error(format!(
                "`$ref: {reference}` has no target in {place}; correct the reference or add the target"
            ))
        })
    }

    /// The node at a JSON pointer from the root.
    pub(super) fn at(&self, pointer: &str) -> Option<Self> {
        let value = self.tree.value.pointer(pointer)?;
        Some(Self { tree: self.tree, value, pointer: pointer.to_owned() })
    }
}
