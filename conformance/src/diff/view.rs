//! A schema of one version of a document, without the differences of form between versions of OpenAPI.

use serde_json::Value;

use crate::document::schema::walk::{self, list};
use crate::document::{Content, Document, Schema};

/// The longest chain of references and wrappers.
const MAX_STEPS: usize = 32;

/// Keywords that say nothing about a value.
const ANNOTATIONS: [&str; 8] =
    ["title", "description", "default", "example", "deprecated", "readOnly", "writeOnly", "xml"];

/// A schema and the pointer to the place that states it.
#[derive(Clone, Debug)]
pub(super) struct SchemaView<'a> {
    pub(super) value: &'a Value,
    pub(super) pointer: String,
    /// The place that allows null.
    pub(super) null_at: Option<String>,
    /// The inline schemas around this one that only wrap it, with their pointers, the outermost first.
    pub(super) wrappers: Vec<(&'a Value, String)>,
    /// The pointers of references and wrappers on the way to a shared schema.
    pub(super) passed: Vec<String>,
}

impl<'a> SchemaView<'a> {
    pub(super) fn at(value: &'a Value, pointer: String) -> Self {
        Self { value, pointer, null_at: None, wrappers: Vec::new(), passed: Vec::new() }
    }

    pub(super) fn of(schema: &'a Schema) -> Self {
        Self::at(&schema.value, schema.pointer.clone())
    }

    /// The schema of a content. A content without a schema allows any value.
    pub(super) fn of_content(content: &'a Content) -> Self {
        match &content.schema {
            Some(schema) => Self::of(schema),
            None => Self::at(&Value::Null, format!("{}/schema", content.location.pointer)),
        }
    }

    /// A subschema.
    pub(super) fn below(&self, steps: &str, value: &'a Value) -> Self {
        Self::at(value, format!("{}/{steps}", self.pointer))
    }

    /// The value of an annotation: of the outermost schema that has it.
    pub(super) fn annotation(&self, keyword: &str) -> Option<&'a Value> {
        let outer = self.wrappers.iter().find_map(|(wrapper, _)| wrapper.get(keyword));
        outer.or_else(|| self.value.get(keyword))
    }

    /// The schema that a `$ref` refers to, or the schema itself, without the wrapper that the reader adds to a nullable schema;
    /// none when the reference cannot be resolved.
    pub(super) fn resolved(mut self, document: &'a Document) -> Option<Self> {
        for _ in 0..MAX_STEPS {
            let (value, pointer) = walk::resolve(document, self.value, &self.pointer)?;
            if pointer != self.pointer {
                let wrappers = self.wrappers.drain(..).map(|(_, pointer)| pointer);
                self.passed.extend(wrappers.chain([self.pointer.clone()]));
            }
            (self.value, self.pointer) = (value, pointer);
            if allows_null(value) {
                self.null_at.get_or_insert_with(|| self.pointer.clone());
            }
            match only_branch(value) {
                Some(("anyOf", _, branch))
                    if !document.lines.contains_key(&format!("{}/anyOf", self.pointer)) =>
                {
                    self.value = branch;
                }
                _ => return Some(self),
            }
        }
        None
    }

    /// The schema inside, if this one only wraps it.
    fn inner(&self, document: &'a Document) -> Option<Self> {
        let (keyword, index, branch) = only_branch(self.value)?;
        let mut inner = self.clone();
        inner.wrappers.push((self.value, self.pointer.clone()));
        (inner.value, inner.pointer) = (branch, format!("{}/{keyword}/{index}", self.pointer));
        inner.resolved(document)
    }

    fn is_composed(&self) -> bool {
        ["allOf", "anyOf", "oneOf"].iter().any(|keyword| self.value.get(keyword).is_some())
    }
}

/// Both views without wrappers. A wrapper stays beside a list of several branches: its branch is compared with those.
pub(super) fn unwrapped<'a>(
    mut old: SchemaView<'a>,
    mut new: SchemaView<'a>,
    [old_document, new_document]: [&'a Document; 2],
) -> (SchemaView<'a>, SchemaView<'a>) {
    for _ in 0..MAX_STEPS {
        match (old.inner(old_document), new.inner(new_document)) {
            (Some(was), Some(is)) => (old, new) = (was, is),
            (Some(was), None) if !new.is_composed() => old = was,
            (None, Some(is)) if !old.is_composed() => new = is,
            _ => break,
        }
    }
    (old, new)
}

/// Whether a schema allows only null.
pub(super) fn is_null(schema: &Value) -> bool {
    let only = |values: &Value| matches!(values.as_array().map(Vec::as_slice), Some([Value::Null]));
    schema.get("type").is_some_and(|name| name == "null") || schema.get("enum").is_some_and(only)
}

/// Whether a schema allows null beside other values.
fn allows_null(schema: &Value) -> bool {
    let is_listed = list(schema, "type").iter().any(|name| name == "null");
    is_listed || list(schema, "anyOf").iter().chain(list(schema, "oneOf")).any(is_null)
}

/// The only branch of a schema besides null, if the schema has no constraint of its own.
fn only_branch(schema: &Value) -> Option<(&'static str, usize, &Value)> {
    let keyword = ["allOf", "anyOf", "oneOf"].into_iter().find(|keyword| schema.get(keyword).is_some())?;
    let is_plain = |key: &String| key == keyword || ANNOTATIONS.contains(&key.as_str());
    let mut others =
        list(schema, keyword).iter().enumerate().filter(|(_, branch)| keyword == "allOf" || !is_null(branch));
    let (index, branch) = others.next()?;
    let is_only = others.next().is_none() && schema.as_object()?.keys().all(is_plain);
    is_only.then_some((keyword, index, branch))
}
