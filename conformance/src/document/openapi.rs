//! The OpenAPI reader: 3.0, all of it that bears on what goes over the wire.

mod body;
mod node;
mod operation;
mod parameter;
mod schema;
mod security;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Value, json};

use self::node::Node;
use super::schema::{definition_of, put};
use super::tree::Tree;
use super::{CredentialKind, Document, Fault, Kind, Location, Note, Prose, Server, prose};

/// How much may be read because something refers to it, in bytes. Real documents stay below 16 MiB.
const MAX_REPEATED: usize = 256 * 1024 * 1024;

pub(super) fn read(name: &Arc<str>, text: &Arc<str>, tree: Tree) -> Result<Document, Fault> {
    let mut reader = Reader::new(name, text, &tree);
    let root = Node::root(&tree);
    check_version(&root)?;
    reader.check_keys(
        &root,
        &["openapi", "info", "servers", "security", "paths", "components"],
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
    /// The weight of each place that some `$ref` names.
    weights: HashMap<String, usize>,
    /// The weight of all that has been read because something refers to it.
    repeated: usize,
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
    Err(version.fault(format!("this is OpenAPI {text}; only 3.0 is read, convert the document")))
}

impl<'a> Reader<'a> {
    fn new(name: &Arc<str>, text: &'a str, tree: &'a Tree) -> Self {
        Self {
            name: name.clone(),
            tree,
            source: text.lines().collect(),
            schemes: BTreeMap::new(),
            referenced: Vec::new(),
            weights: HashMap::new(),
            repeated: 0,
            notes: Vec::new(),
        }
    }

    fn location(&self, node: &Node<'_>) -> Location {
        Location { document: self.name.clone(), line: node.line(), pointer: node.pointer.clone() }
    }

    fn note(&mut self, node: &Node<'_>, text: impl Into<String>) {
        let location = self.location(node);
        self.notes.push(Note { text: text.into(), location });
    }

    /// Notes every key of a mapping that is neither read nor passed over deliberately.
    fn check_keys(&mut self, node: &Node<'_>, read: &[&str], passed_over: &[&str]) -> Result<(), Fault> {
        for (key, entry) in node.entries()?.filter(|(key, _)| !read.contains(key)) {
            self.note_unknown_key(key, &entry, passed_over);
        }
        Ok(())
    }

    /// Notes a key that is not read, unless it is passed over deliberately, as extensions are.
    fn note_unknown_key(&mut self, key: &str, node: &Node<'_>, passed_over: &[&str]) {
        if !key.starts_with("x-") && !passed_over.contains(&key) {
            self.note(node, format!("`{key}` is not a key that OpenAPI 3.0 has here; it is not read"));
        }
    }

    /// The place that is meant: the node itself, or where its `$ref` leads.
    fn resolve(&mut self, node: &Node<'a>) -> Result<Node<'a>, Fault> {
        if node.get("$ref").is_none() {
            return Ok(node.clone());
        }
        self.note_siblings(node)?;
        let target = node.resolve()?;
        let weight = *self.weights.entry(target.pointer.clone()).or_insert_with(|| weight(target.value));
        self.spend(node, weight)?;
        Ok(target)
    }

    /// Counts what is read more than once, so that a small document cannot stand for an endless one.
    fn spend(&mut self, node: &Node<'_>, weight: usize) -> Result<(), Fault> {
        self.repeated += weight;
        if self.repeated > MAX_REPEATED {
            let most = MAX_REPEATED / (1024 * 1024);
            return Err(node.fault(format!(
                "what is stated once and used often comes to more than {most} MiB, the most that is read"
            )));
        }
        Ok(())
    }

    fn note_siblings(&mut self, node: &Node<'a>) -> Result<(), Fault> {
        for (key, entry) in node.entries()?.filter(|(key, _)| *key != "$ref" && !key.starts_with("x-")) {
            self.note(
                &entry,
                format!("`{key}` stands beside a `$ref`, where OpenAPI 3.0 ignores it; so does this reader"),
            );
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
        node.items_of("servers")?.iter().map(|server| self.server(server)).collect()
    }

    /// A server's URL, its variables replaced by their defaults.
    fn server(&mut self, node: &Node<'a>) -> Result<Server, Fault> {
        self.check_keys(node, &["url", "variables"], &["description"])?;
        let mut defaults = BTreeMap::new();
        for (name, variable) in node.entries_of("variables")? {
            self.check_keys(&variable, &["default"], &["enum", "description"])?;
            defaults.insert(name, variable.required_text("default")?);
        }
        let url = with_defaults(node.required_text("url")?, &defaults);
        if url.contains('{') {
            self.note(
                node,
                format!("a variable of `{url}` has no default; it cannot be called as it stands"),
            );
        }
        Ok(Server { url, location: self.location(node) })
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
            .map(|(text, line)| Prose { text, location: Location { line, ..self.location(&node) } })
            .collect())
    }

    /// The schemas that `$ref`s name, laid out so that the same `$ref`s find them.
    fn definitions(&mut self, root: &Node<'a>) -> Result<Value, Fault> {
        let mut definitions = json!({ "components": { "schemas": {} } });
        if let Some(components) = root.get("components") {
            self.check_keys(
                &components,
                &["schemas", "securitySchemes"],
                &["responses", "parameters", "examples", "requestBodies", "headers", "links", "callbacks"],
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

/// A URL with each `{name}` replaced by its default, where there is one.
fn with_defaults(url: &str, defaults: &BTreeMap<&str, &str>) -> String {
    let mut parts = url.split('{');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('}').and_then(|(name, rest)| Some((defaults.get(name)?, rest))) {
            Some((default, rest)) => whole.extend([*default, rest]),
            None => whole.extend(["{", part]),
        }
    }
    whole
}

/// About how many bytes a value holds.
fn weight(value: &Value) -> usize {
    16 + match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(weight).sum(),
        Value::Object(map) => map.iter().map(|(key, value)| key.len() + weight(value)).sum(),
    }
}
