//! The OpenAPI reader: all parts that affect HTTP messages.

mod body;
mod link;
mod node;
mod operation;
mod parameter;
mod reader;
mod schema;
mod security;
mod version;

use std::sync::Arc;

use serde_json::{Value, json};

use self::node::Node;
use self::reader::OpenApiReader;
use self::version::Version;
use super::cache::{PatternStrings, Validators};
use super::error::Result;
use super::model::{Document, Kind, Prose};
use super::schema::{MessageDirection, definition_of, put};
use super::tree::Tree;

pub(super) fn read(name: &Arc<str>, text: &Arc<str>, tree: Tree) -> Result<Document> {
    let root = Node::root(&tree);
    let version = Version::of(&root)?;
    let mut reader = OpenApiReader::new(name, text, &tree, version);
    reader.check_keys(&root, "openapi info servers security paths components", "tags externalDocs")?;
    let servers = reader.servers(&root)?;
    let prose = reader.document_prose(&root)?;
    reader.schemes = reader.security_schemes(&root)?;
    let operations = reader.operations(&root)?;
    let definitions = reader.definitions(&root)?;
    let notes = reader.distinct_notes();
    let moved = std::mem::take(&mut reader.moved);
    let Tree { mut lines, files, .. } = tree;
    lines.extend(moved);
    Ok(Document {
        name: name.clone(),
        text: text.clone(),
        kind: Kind::OpenApi,
        servers,
        operations,
        definitions,
        prose,
        notes,
        lines,
        files: files.sources(),
        validators: Validators::default(),
        strings: PatternStrings::default(),
    })
}

impl<'a> OpenApiReader<'a> {
    /// Prose that belongs to no operation.
    fn document_prose(&mut self, root: &Node<'a>) -> Result<Vec<Prose>> {
        let mut found = Vec::new();
        if let Some(info) = root.get("info") {
            self.check_keys(&info, "description", "title summary version contact license termsOfService")?;
            found.extend(self.prose(&info, "description")?);
        }
        for tag in root.items_of("tags")? {
            self.check_keys(&tag, "description", "name externalDocs summary parent kind")?;
            found.extend(self.prose(&tag, "description")?);
        }
        Ok(found)
    }

    /// The schemas that `$ref`s point to, laid out so that the `$ref`s resolve.
    fn definitions(&mut self, root: &Node<'a>) -> Result<Value> {
        let mut definitions = json!({ "components": { "schemas": {} } });
        self.direction = MessageDirection::Response;
        if let Some(components) = root.get("components") {
            self.check_keys(
                &components,
                "schemas securitySchemes",
                "responses parameters examples requestBodies headers links callbacks pathItems",
            )?;
            for (name, node) in components.entries_of("schemas")? {
                definitions["components"]["schemas"][name] = self.schema(&node)?.value;
            }
        }
        while let Some((pointer, direction)) = self.referenced.pop() {
            let place = definition_of(&pointer, direction);
            let is_missing = definitions.pointer(&place).is_none();
            if let Some(node) = root.at(&pointer).filter(|_| is_missing) {
                self.direction = direction;
                let schema = self.schema(&node)?;
                put(&mut definitions, &place, schema.value);
            }
        }
        Ok(definitions)
    }
}
