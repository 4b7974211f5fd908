//! A place in an OpenAPI document: its value, and the pointer that says where it stands.

use serde_json::{Map, Value};

use crate::document::Fault;
use crate::document::schema::pointer_of;
use crate::document::tree::{Tree, push_token};

/// How many `$ref`s may lead from one place to the next before they are taken for a circle.
const MAX_REFERENCES: usize = 32;

/// A value in the document, and where it stands.
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

    pub(super) fn fault(&self, message: impl Into<String>) -> Fault {
        Fault::new(self.line(), message)
    }

    fn child(&self, token: &str, value: &'a Value) -> Self {
        let mut pointer = self.pointer.clone();
        push_token(&mut pointer, token);
        Self { tree: self.tree, value, pointer }
    }

    /// What a mapping has under a key, `null` included.
    pub(super) fn any(&self, key: &str) -> Option<Self> {
        self.value.as_object()?.get(key).map(|value| self.child(key, value))
    }

    /// What a mapping has under a key; a key without a value is as good as none.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        self.any(key).filter(|node| !node.value.is_null())
    }

    pub(super) fn mapping(&self) -> Result<&'a Map<String, Value>, Fault> {
        self.value.as_object().ok_or_else(|| self.expected("a mapping"))
    }

    /// A mapping's entries, in document order.
    pub(super) fn entries(&self) -> Result<impl Iterator<Item = (&'a str, Self)>, Fault> {
        Ok(self.mapping()?.iter().map(|(key, value)| (key.as_str(), self.child(key, value))))
    }

    /// The entries of the mapping under a key; none if there is no such key.
    pub(super) fn entries_of(&self, key: &str) -> Result<Vec<(&'a str, Self)>, Fault> {
        match self.get(key) {
            Some(node) => Ok(node.entries()?.collect()),
            None => Ok(Vec::new()),
        }
    }

    pub(super) fn items(&self) -> Result<Vec<Self>, Fault> {
        let items = self.value.as_array().ok_or_else(|| self.expected("a list"))?;
        Ok(items.iter().enumerate().map(|(index, item)| self.child(&index.to_string(), item)).collect())
    }

    /// The items of the list under a key; none if there is no such key.
    pub(super) fn items_of(&self, key: &str) -> Result<Vec<Self>, Fault> {
        self.get(key).map_or(Ok(Vec::new()), |node| node.items())
    }

    pub(super) fn text(&self) -> Result<&'a str, Fault> {
        self.value.as_str().ok_or_else(|| self.expected("a text (in quotes if it looks like something else)"))
    }

    /// The text under a key.
    pub(super) fn text_of(&self, key: &str) -> Result<Option<&'a str>, Fault> {
        self.get(key).map(|node| node.text()).transpose()
    }

    /// The text under a key that must be there.
    pub(super) fn required_text(&self, key: &str) -> Result<&'a str, Fault> {
        self.mapping()?;
        self.text_of(key)?.ok_or_else(|| self.fault(format!("`{key}` is missing here; add it")))
    }

    pub(super) fn flag(&self) -> Result<bool, Fault> {
        self.value.as_bool().ok_or_else(|| self.expected("true or false"))
    }

    /// The flag under a key; `default` if there is no such key.
    pub(super) fn flag_of(&self, key: &str, default: bool) -> Result<bool, Fault> {
        self.get(key).map_or(Ok(default), |node| node.flag())
    }

    pub(super) fn number(&self) -> Result<&'a Value, Fault> {
        Some(self.value).filter(|value| value.is_number()).ok_or_else(|| self.expected("a number"))
    }

    pub(super) fn count(&self) -> Result<u64, Fault> {
        self.value.as_u64().ok_or_else(|| self.expected("a whole number, zero or more"))
    }

    /// That this is not of the type it must have.
    pub(super) fn expected(&self, what: &str) -> Fault {
        let found = match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Array(_) => "a list",
            Value::Object(_) => "a mapping",
        };
        let place = if self.pointer.is_empty() { "/" } else { &self.pointer };
        self.fault(format!("expected {what} at {place}, found {found}"))
    }

    /// The place this stands for: itself, or where its `$ref` leads.
    pub(super) fn resolve(&self) -> Result<Self, Fault> {
        let mut node = self.clone();
        for _ in 0..MAX_REFERENCES {
            match node.get("$ref") {
                Some(reference) => node = reference.target()?,
                None => return Ok(node),
            }
        }
        Err(self.fault("this `$ref` leads in a circle; let one of them hold the content itself"))
    }

    /// What this `$ref` names.
    pub(super) fn target(&self) -> Result<Self, Fault> {
        let reference = self.text()?;
        if !reference.starts_with('#') {
            return Err(self.fault(format!(
                "`$ref: {reference}` leads out of this file; only `#/...` is followed, copy the content in"
            )));
        }
        self.at(&pointer_of(reference)).ok_or_else(|| {
            self.fault(format!("`$ref: {reference}` names nothing in this document; mend it or add it"))
        })
    }

    /// The place that a pointer names, from the root.
    pub(super) fn at(&self, pointer: &str) -> Option<Self> {
        let value = self.tree.value.pointer(pointer)?;
        Some(Self { tree: self.tree, value, pointer: pointer.to_owned() })
    }
}
