//! The OpenAPI reader: 3.0, all of it that bears on what goes over the wire.

mod body;
mod node;
mod parameter;
mod schema;
mod security;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde_json::{Value, json};

use self::node::Node;
use super::yaml::Tree;
use super::{
    CredentialKind, Document, Fault, Kind, Location, Note, Operation, Prose, Server, prose,
};

/// The methods a path may have, as OpenAPI 3.0 lists them.
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

pub(super) fn read(name: &Arc<str>, text: &Arc<str>, tree: Tree) -> Result<Document, Fault> {
    let mut reader = Reader::new(name, text, &tree);
    let root = Node::root(&tree);
    check_version(&root)?;
    reader.check_keys(
        &root,
        &[
            "openapi",
            "info",
            "servers",
            "security",
            "paths",
            "components",
        ],
        &["tags", "externalDocs", "webhooks"],
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

/// What is known while a document is read.
struct Reader<'a> {
    name: Arc<str>,
    tree: &'a Tree,
    /// The document's own lines, where prose is looked up.
    source: Vec<&'a str>,
    schemes: BTreeMap<String, CredentialKind>,
    /// Pointers of schemas outside `components/schemas` that some `$ref` names.
    referenced: Vec<String>,
    notes: Vec<Note>,
}

fn check_version(root: &Node<'_>) -> Result<(), Fault> {
    root.mapping()?;
    if let Some(swagger) = root.any("swagger") {
        return Err(swagger.fault(format!(
            "this is Swagger {}; only OpenAPI 3.0 is read, convert the document",
            swagger.value.to_string().trim_matches('"'),
        )));
    }
    let Some(version) = root.any("openapi") else {
        return Err(root.fault("no `openapi:` key at the top; is this an OpenAPI document?"));
    };
    let text = version.text()?;
    if text == "3.0" || text.starts_with("3.0.") {
        return Ok(());
    }
    Err(version.fault(format!(
        "this is OpenAPI {text}; only 3.0 is read, convert the document"
    )))
}

impl<'a> Reader<'a> {
    fn new(name: &Arc<str>, text: &'a str, tree: &'a Tree) -> Self {
        Self {
            name: name.clone(),
            tree,
            source: text.lines().collect(),
            schemes: BTreeMap::new(),
            referenced: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn location(&self, node: &Node<'_>) -> Location {
        Location {
            document: self.name.clone(),
            line: node.line(),
            pointer: node.pointer.clone(),
        }
    }

    fn note(&mut self, node: &Node<'_>, text: impl Into<String>) {
        let location = self.location(node);
        self.notes.push(Note {
            text: text.into(),
            location,
        });
    }

    /// Notes every key of a mapping that is neither read nor passed over deliberately.
    fn check_keys(
        &mut self,
        node: &Node<'_>,
        read: &[&str],
        passed_over: &[&str],
    ) -> Result<(), Fault> {
        for (key, entry) in node.entries()? {
            if !key.starts_with("x-") && !read.contains(&key) && !passed_over.contains(&key) {
                self.note(
                    &entry,
                    format!("`{key}` is not a key that OpenAPI 3.0 has here; it is not read"),
                );
            }
        }
        Ok(())
    }

    /// The notes, in document order; a place that is read for several operations is noted once.
    fn distinct_notes(&mut self) -> Vec<Note> {
        let mut notes = std::mem::take(&mut self.notes);
        let mut seen = HashSet::new();
        notes.retain(|note| seen.insert((note.location.pointer.clone(), note.text.clone())));
        notes.sort_by_key(|note| note.location.line);
        notes
    }

    fn servers(&mut self, node: &Node<'a>) -> Result<Vec<Server>, Fault> {
        node.items_of("servers")?
            .iter()
            .map(|server| self.server(server))
            .collect()
    }

    /// A server's URL, its variables replaced by their defaults.
    fn server(&mut self, node: &Node<'a>) -> Result<Server, Fault> {
        self.check_keys(node, &["url", "variables"], &["description"])?;
        let mut url = node.required_text("url")?.to_owned();
        for (name, variable) in node.entries_of("variables")? {
            self.check_keys(&variable, &["default"], &["enum", "description"])?;
            url = url.replace(&format!("{{{name}}}"), variable.required_text("default")?);
        }
        if url.contains('{') {
            self.note(node, format!("the URL `{url}` has a variable without a default; it cannot be called as it stands"));
        }
        Ok(Server {
            url,
            location: self.location(node),
        })
    }

    /// Prose that belongs to no operation.
    fn document_prose(&mut self, root: &Node<'a>) -> Result<Vec<Prose>, Fault> {
        let mut found = Vec::new();
        if let Some(info) = root.get("info") {
            self.check_keys(
                &info,
                &["description"],
                &["title", "version", "contact", "license", "termsOfService"],
            )?;
            found.extend(self.prose(&info, "description")?);
        }
        for tag in root.items_of("tags")? {
            self.check_keys(&tag, &["description"], &["name", "externalDocs"])?;
            found.extend(self.prose(&tag, "description")?);
        }
        Ok(found)
    }

    /// The paragraphs of the text under a key.
    fn prose(&self, node: &Node<'a>, key: &str) -> Result<Vec<Prose>, Fault> {
        let Some(node) = node.get(key) else {
            return Ok(Vec::new());
        };
        let text = node.text()?;
        let lines = prose::first_lines(&self.source, node.line(), text);
        let located = prose::paragraphs(text).into_iter().zip(lines);
        Ok(located
            .map(|(text, line)| Prose {
                text,
                location: Location {
                    line,
                    ..self.location(&node)
                },
            })
            .collect())
    }

    fn operations(&mut self, root: &Node<'a>) -> Result<Vec<Operation>, Fault> {
        let mut operations = Vec::new();
        let mut taken = HashSet::new();
        for (path, item) in root.entries_of("paths")? {
            if path.starts_with("x-") {
                continue;
            }
            if !path.starts_with('/') {
                return Err(item.fault(format!("the path `{path}` does not begin with `/`")));
            }
            let item = item.resolve()?;
            self.check_keys(
                &item,
                &METHODS,
                &["summary", "description", "servers", "parameters"],
            )?;
            let shared = self.parameters(&item)?;
            let servers = self.servers(&item)?;
            for method in item
                .mapping()?
                .keys()
                .filter(|key| METHODS.contains(&key.as_str()))
            {
                let Some(node) = item.get(method) else {
                    continue;
                };
                let mut operation = self.operation(&node, path, method, &shared)?;
                if operation.servers.is_empty() {
                    operation.servers.clone_from(&servers);
                }
                operation.prose.extend(self.prose(&item, "description")?);
                operation.id = self.distinct_id(&node, operation.id, &mut taken);
                operations.push(operation);
            }
        }
        Ok(operations)
    }

    fn operation(
        &mut self,
        node: &Node<'a>,
        path: &str,
        method: &str,
        shared: &[super::Parameter],
    ) -> Result<Operation, Fault> {
        self.check_keys(
            node,
            &[
                "operationId",
                "summary",
                "description",
                "parameters",
                "requestBody",
                "responses",
                "security",
                "servers",
            ],
            &["tags", "externalDocs", "callbacks", "deprecated"],
        )?;
        let id = match node.text_of("operationId")? {
            Some(id) => id.to_owned(),
            None => super::id_of_path(path, method),
        };
        let mut prose = self.prose(node, "summary")?;
        prose.extend(self.prose(node, "description")?);
        Ok(Operation {
            id,
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            location: self.location(node),
            servers: self.servers(node)?,
            prose,
            parameters: self.operation_parameters(node, path, shared)?,
            body: self.request_body(node)?,
            responses: self.responses(node)?,
            security: self.security(node)?,
            examples: Vec::new(),
        })
    }

    /// An id that no earlier operation has: the method goes before one that is taken.
    fn distinct_id(&mut self, node: &Node<'a>, id: String, taken: &mut HashSet<String>) -> String {
        let mut distinct = id.clone();
        for attempt in 1.. {
            if taken.insert(distinct.clone()) {
                break;
            }
            let method = node.name();
            distinct = if attempt == 1 {
                format!("{method}_{id}")
            } else {
                format!("{method}_{id}_{attempt}")
            };
        }
        if distinct != id && node.get("operationId").is_some() {
            self.note(node, format!("the operationId `{id}` is taken by an earlier operation; this one is called `{distinct}`"));
        }
        distinct
    }

    /// The schemas that `$ref`s name, laid out so that the same `$ref`s find them.
    fn definitions(&mut self, root: &Node<'a>) -> Result<Value, Fault> {
        let mut definitions = json!({ "components": { "schemas": {} } });
        if let Some(components) = root.get("components") {
            self.check_keys(
                &components,
                &["schemas", "securitySchemes"],
                &[
                    "responses",
                    "parameters",
                    "examples",
                    "requestBodies",
                    "headers",
                    "links",
                    "callbacks",
                ],
            )?;
            for (name, node) in components.entries_of("schemas")? {
                definitions["components"]["schemas"][name] = self.schema(&node)?.value;
            }
        }
        while let Some(pointer) = self.referenced.pop() {
            let missing = definitions.pointer(&pointer).is_none();
            if let Some(node) = root.at(&pointer).filter(|_| missing) {
                let value = self.schema(&node)?.value;
                super::schema::put(&mut definitions, &pointer, value);
            }
        }
        Ok(definitions)
    }
}
