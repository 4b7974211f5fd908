//! The OpenAPI reader: all parts that affect HTTP messages. `swagger` has what version 2.0 states in its own way.

mod body;
mod form;
mod link;
mod node;
mod operation;
mod parameter;
mod reader;
mod schema;
mod security;
mod swagger;
mod version;

use std::sync::Arc;

use self::node::Node;
use self::reader::OpenApiReader;
use self::version::Version;
use super::cache::Validators;
use super::error::Result;
use super::model::{Document, Kind, Prose};
use super::schema::pattern::PatternStrings;
use super::schema::{MessageDirection, definition_of, put};
use super::tree::Tree;

pub(super) fn read(name: &Arc<str>, text: &Arc<str>, tree: Tree) -> Result<Document> {
    let root = Node::root(&tree);
    let version = Version::of(&root)?;
    let (kind, keys) = match version.is_swagger() {
        true => (Kind::Swagger, swagger::ROOT_KEYS),
        false => (Kind::OpenApi, "openapi info servers security paths components"),
    };
    let mut reader = OpenApiReader::new(name, text, &tree, version);
    reader.check_keys(&root, keys, "tags externalDocs")?;
    let servers = reader.servers(&root)?;
    let prose = reader.document_prose(&root)?;
    reader.schemes = reader.security_schemes(&root)?;
    let operations = reader.operations(&root)?;
    reader.read_definitions(&root)?;
    let definitions = std::mem::take(&mut reader.definitions);
    let notes = reader.distinct_notes();
    let moved = std::mem::take(&mut reader.moved);
    let Tree { mut lines, files, .. } = tree;
    moved.iter().for_each(|(pointer, line)| lines.insert(pointer, *line));
    Ok(Document {
        name: name.clone(),
        text: text.clone(),
        kind,
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

    /// Reads the shared schemas, and those at other places to which a `$ref` points.
    fn read_definitions(&mut self, root: &Node<'a>) -> Result<()> {
        self.direction = MessageDirection::Response;
        for (_, node) in self.shared_schemas(root)? {
            let schema = self.schema(&node)?;
            put(&mut self.definitions, &schema.pointer, schema.value);
        }
        while let Some((pointer, direction)) = self.referenced.pop() {
            let place = definition_of(&pointer, direction);
            let is_missing = self.definitions.pointer(&place).is_none();
            if let Some(node) = root.at(&pointer).filter(|_| is_missing) {
                self.direction = direction;
                let schema = self.schema(&node)?;
                put(&mut self.definitions, &place, schema.value);
            }
        }
        Ok(())
    }

    fn shared_schemas(&mut self, root: &Node<'a>) -> Result<Vec<(&'a str, Node<'a>)>> {
        if self.version.is_swagger() {
            return root.entries_of("definitions");
        }
        let Some(components) = root.get("components") else { return Ok(Vec::new()) };
        self.check_keys(
            &components,
            "schemas securitySchemes",
            "responses parameters examples requestBodies headers links callbacks pathItems",
        )?;
        components.entries_of("schemas")
    }
}
