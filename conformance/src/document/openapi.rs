//! The OpenAPI 3.0 reader: all parts that affect HTTP messages.

mod body;
mod node;
mod operation;
mod parameter;
mod reader;
mod schema;
mod security;

use std::sync::Arc;

use serde_json::{Value, json};

use self::node::Node;
use self::reader::OpenApiReader;
use super::error::Result;
use super::model::{Document, Kind, Prose};
use super::schema::{definition_of, put};
use super::tree::Tree;

pub(super) fn read(name: &Arc<str>, text: &Arc<str>, tree: Tree) -> Result<Document> {
    let mut reader = OpenApiReader::new(name, text, &tree);
    let root = Node::root(&tree);
    check_version(&root)?;
    reader.check_keys(
        &root,
        "openapi info servers security paths components",
        "tags externalDocs webhooks",
    )?;
    let servers = reader.servers(&root)?;
    let prose = reader.document_prose(&root)?;
    reader.schemes = reader.security_schemes(&root)?;
    let operations = reader.operations(&root)?;
    let definitions = reader.definitions(&root)?;
    let notes = reader.distinct_notes();
    Ok(Document {
        name: name.clone(),
        text: text.clone(),
        kind: Kind::OpenApi,
        servers,
        operations,
        definitions,
        prose,
        notes,
        lines: tree.lines,
    })
}

fn check_version(root: &Node<'_>) -> Result<()> {
    root.mapping()?;
    if let Some(swagger) = root.any("swagger") {
        return Err(swagger.error(format!(
            "the document is Swagger {}; only OpenAPI 3.0 is supported; convert the document",
            swagger.value.to_string().trim_matches('"'),
        )));
    }
    let Some(version) = root.any("openapi") else {
        return Err(root.error("the top level has no `openapi:` key; check that this is an OpenAPI document"));
    };
    let text = version.text()?;
    if text == "3.0" || text.starts_with("3.0.") {
        return Ok(());
    }
    Err(version.error(format!(
        "the document is OpenAPI {text}; only OpenAPI 3.0 is supported; convert the document"
    )))
}

impl<'a> OpenApiReader<'a> {
    /// Prose that belongs to no operation.
    fn document_prose(&mut self, root: &Node<'a>) -> Result<Vec<Prose>> {
        let mut found = Vec::new();
        if let Some(info) = root.get("info") {
            self.check_keys(&info, "description", "title version contact license termsOfService")?;
            found.extend(self.prose(&info, "description")?);
        }
        for tag in root.items_of("tags")? {
            self.check_keys(&tag, "description", "name externalDocs")?;
            found.extend(self.prose(&tag, "description")?);
        }
        Ok(found)
    }

    /// The schemas that `$ref`s point to, laid out so that the `$ref`s resolve.
    fn definitions(&mut self, root: &Node<'a>) -> Result<Value> {
        let mut definitions = json!({ "components": { "schemas": {} } });
        if let Some(components) = root.get("components") {
            self.check_keys(
                &components,
                "schemas securitySchemes",
                "responses parameters examples requestBodies headers links callbacks",
            )?;
            for (name, node) in components.entries_of("schemas")? {
                definitions["components"]["schemas"][name] = self.schema(&node)?.value;
            }
        }
        while let Some(pointer) = self.referenced.pop() {
            let place = definition_of(&pointer);
            let is_missing = definitions.pointer(&place).is_none();
            if let Some(node) = root.at(&pointer).filter(|_| is_missing) {
                let schema = self.schema(&node)?;
                put(&mut definitions, &place, schema.value);
            }
        }
        Ok(definitions)
    }
}
