//! Compares the properties of a schema.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::comparison::{Comparison, SchemaChange};
use super::rule::{self, Direction};
use super::view::SchemaView;
use crate::document::Document;
use crate::document::pointer::escape;
use crate::document::schema::walk::{properties, required};

impl Comparison<'_> {
    pub(super) fn compare_properties(&mut self) {
        let old = Properties::of(&self.pair.old);
        let new = Properties::of(&self.pair.new);
        let names: BTreeSet<&str> = old.by_name.keys().chain(new.by_name.keys()).copied().collect();
        for name in names {
            match (old.by_name.get(name), new.by_name.get(name)) {
                (Some(was), Some(is)) => {
                    self.requirement(name, was, is);
                    let (old, new) =
                        (self.pair.old.below(&was.at, was.value), self.pair.new.below(&is.at, is.value));
                    self.push(&format!(".{name}"), old, new);
                }
                (Some(was), None) => self.property_removed(name, was),
                (None, Some(is)) => self.property_added(name, is),
                (None, None) => {}
            }
        }
    }

    fn requirement(&mut self, name: &str, was: &Property<'_>, is: &Property<'_>) {
        let (rule, what) = match (was.is_required(), is.is_required()) {
            (false, true) => (
                self.by(&rule::REQUEST_PROPERTY_BECAME_REQUIRED, &rule::RESPONSE_PROPERTY_BECAME_REQUIRED),
                "required",
            ),
            (true, false) => (
                self.by(&rule::REQUEST_PROPERTY_BECAME_OPTIONAL, &rule::RESPONSE_PROPERTY_BECAME_OPTIONAL),
                "optional",
            ),
            _ => return,
        };
        self.changes.push(SchemaChange {
            rule,
            says: format!("{}.{name}: became {what}", self.pair.name).into(),
            old: Some(format!("{}/{}", self.pair.old.pointer, was.requirement())),
            new: Some(format!("{}/{}", self.pair.new.pointer, is.requirement())),
        });
    }

    fn property_removed(&mut self, name: &str, was: &Property<'_>) {
        let rule = match (self.pair.direction, was.is_required()) {
            (Direction::Unclear, _) => &rule::SCHEMA_CHANGED_OTHERWISE,
            (Direction::Request, _) => &rule::REQUEST_PROPERTY_REMOVED,
            (Direction::Response, true) => &rule::RESPONSE_PROPERTY_REQUIRED_REMOVED,
            (Direction::Response, false) => &rule::RESPONSE_PROPERTY_OPTIONAL_REMOVED,
        };
        let new = self.hidden_at(self.versions.new, &self.pair.new, name);
        let what = match &new {
            Some(_) => format!("became {}", self.mark()),
            None => "removed".to_owned(),
        };
        let says = format!("{}.{name}: {what}", self.pair.name).into();
        let old = Some(format!("{}/{}", self.pair.old.pointer, was.at));
        self.changes.push(SchemaChange { rule, says, old, new });
    }

    /// The keyword of a property that messages of this direction do not have.
    fn mark(&self) -> &'static str {
        match self.pair.direction {
            Direction::Response => "writeOnly",
            Direction::Request | Direction::Unclear => "readOnly",
        }
    }

    /// The place of a property that a document describes, though messages of this direction do not have it.
    fn hidden_at(&self, document: &Document, schema: &SchemaView<'_>, name: &str) -> Option<String> {
        let pointer = format!("{}/properties/{}", schema.pointer, escape(name));
        document.lines.contains_key(&pointer).then_some(pointer)
    }

    fn property_added(&mut self, name: &str, is: &Property<'_>) {
        let rule = match (self.pair.direction, is.is_required()) {
            (Direction::Unclear, _) => &rule::SCHEMA_CHANGED_OTHERWISE,
            (Direction::Request, true) => &rule::REQUEST_PROPERTY_REQUIRED_ADDED,
            (Direction::Request, false) => &rule::REQUEST_PROPERTY_OPTIONAL_ADDED,
            (Direction::Response, _) => &rule::RESPONSE_PROPERTY_ADDED,
        };
        let requirement = if is.is_required() { "required" } else { "optional" };
        let old = self.hidden_at(self.versions.old, &self.pair.old, name);
        let what = match &old {
            Some(_) => format!("no longer {}", self.mark()),
            None => "added".to_owned(),
        };
        let says = format!("{}.{name}: {what}, {requirement}", self.pair.name).into();
        let new = Some(format!("{}/{}", self.pair.new.pointer, is.at));
        self.changes.push(SchemaChange { rule, says, old, new });
    }
}

/// The properties of a schema by name: those that it describes, and those that it only requires.
struct Properties<'a> {
    by_name: BTreeMap<&'a str, Property<'a>>,
}

struct Property<'a> {
    value: &'a Value,
    /// The steps from the schema to the description of the property, or else to its entry in `required`.
    at: String,
    /// The index in `required`; none for an optional property.
    index: Option<usize>,
}

impl<'a> Properties<'a> {
    fn of(schema: &SchemaView<'a>) -> Self {
        let mut by_name = BTreeMap::new();
        for (name, value) in properties(schema.value) {
            let at = format!("properties/{}", escape(name));
            by_name.insert(name.as_str(), Property { value, at, index: None });
        }
        for (index, name) in required(schema.value).enumerate() {
            let bare = || Property { value: &Value::Null, at: format!("required/{index}"), index: None };
            by_name.entry(name).or_insert_with(bare).index = Some(index);
        }
        Self { by_name }
    }
}

impl Property<'_> {
    fn is_required(&self) -> bool {
        self.index.is_some()
    }

    /// The steps to the place that states whether the property is required.
    fn requirement(&self) -> String {
        self.index.map_or_else(|| self.at.clone(), |index| format!("required/{index}"))
    }
}
