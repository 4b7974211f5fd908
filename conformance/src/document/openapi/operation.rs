//! Paths, their operations, and base URLs.

use std::collections::{BTreeMap, HashMap};

use super::node::Node;
use super::reader::OpenApiReader;
use super::swagger;
use super::version::lists;
use crate::document::error::Result;
use crate::document::model::{Body, Operation, Parameter, Prose, Server};
use crate::document::path::{self, Ids};
use crate::document::schema::MessageDirection;

/// The methods that a path item can have. Swagger 2.0 has no `trace`; documents that state it mean it.
const METHODS: &str = "get put post delete options head patch trace";

/// What a path item states for all its operations.
struct Shared<'a> {
    item: Node<'a>,
    parameters: Vec<Parameter>,
    servers: Vec<Server>,
    prose: Vec<Prose>,
}

impl<'a> OpenApiReader<'a> {
    /// The operations of all paths, in document order.
    pub(super) fn operations(&mut self, root: &Node<'a>) -> Result<Vec<Operation>> {
        let mut operations = Vec::new();
        let mut ids = Ids::default();
        let mut shapes: HashMap<String, (&str, usize)> = HashMap::new();
        for (path, item) in root.entries_of("paths")?.into_iter().filter(|(path, _)| !path.starts_with("x-"))
        {
            if !path.starts_with('/') {
                return Err(item.error(format!("the path `{path}` does not start with `/`; add the slash")));
            }
            if let Some((other, line)) = shapes.insert(path::shape(path), (path, item.line())) {
                let text = format!("the path `{path}` matches the same requests as `{other}` at line {line}");
                self.note(&item, text);
            }
            let item = self.resolve(&item)?;
            let shared = self.shared(&item)?;
            for (method, node) in item.entries()?.filter(|(key, _)| lists(METHODS, key)) {
                operations.push(self.operation(&node, path, method, &shared, &mut ids)?);
            }
        }
        if operations.is_empty() {
            self.note(root, "no operation is documented");
        }
        self.check_links(&ids)?;
        Ok(operations)
    }

    fn shared(&mut self, item: &Node<'a>) -> Result<Shared<'a>> {
        let keys = match self.version.is_swagger() {
            true => "parameters",
            false => "summary description servers parameters",
        };
        self.check_keys(item, keys, METHODS)?;
        self.enter(MessageDirection::Request);
        let prose = self.summary_and_description(item)?;
        let (parameters, servers) = (self.parameters(item)?, self.servers(item)?);
        Ok(Shared { item: item.clone(), parameters, servers, prose })
    }

    fn summary_and_description(&self, node: &Node<'a>) -> Result<Vec<Prose>> {
        Ok([self.prose(node, "summary")?, self.prose(node, "description")?].concat())
    }

    fn operation(
        &mut self,
        node: &Node<'a>,
        path: &str,
        method: &str,
        shared: &Shared<'a>,
        ids: &mut Ids,
    ) -> Result<Operation> {
        let keys = match self.version.is_swagger() {
            true => swagger::OPERATION_KEYS,
            false => "operationId summary description parameters requestBody responses security servers",
        };
        self.check_keys(node, keys, "tags externalDocs deprecated")?;
        let mut servers = self.servers(node)?;
        if servers.is_empty() {
            servers.clone_from(&shared.servers);
        }
        let mut prose = self.summary_and_description(node)?;
        prose.extend(shared.prose.iter().cloned());
        self.enter(MessageDirection::Request);
        let parameters = self.operation_parameters(node, path, &shared.parameters)?;
        let body = self.body(node, &shared.item)?;
        self.enter(MessageDirection::Response);
        Ok(Operation {
            id: self.operation_id(node, path, method, ids)?,
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            location: self.location(node),
            servers,
            prose,
            parameters,
            body,
            responses: self.responses(node)?,
            security: self.security(node)?,
            examples: Vec::new(),
        })
    }

    fn body(&mut self, operation: &Node<'a>, item: &Node<'a>) -> Result<Option<Body>> {
        match self.version.is_swagger() {
            true => self.body_of_parameters(operation, item),
            false => self.request_body(operation),
        }
    }

    fn operation_id(&mut self, node: &Node<'a>, path: &str, method: &str, ids: &mut Ids) -> Result<String> {
        let Some(stated) = node.text_of("operationId")? else {
            return Ok(ids.distinct(&path::id(path, method), method));
        };
        let distinct = ids.distinct(stated, method);
        if distinct != stated {
            let text = format!(
                "an earlier operation has the same operationId `{stated}`; this operation gets the id `{distinct}`"
            );
            self.note(node, text);
        }
        Ok(distinct)
    }

    pub(super) fn servers(&mut self, node: &Node<'a>) -> Result<Vec<Server>> {
        if self.version.is_swagger() {
            return self.base_urls(node);
        }
        node.items_of("servers")?.iter().map(|server| self.server(server)).collect()
    }

    /// The URL of a server. Each variable is replaced by its default.
    fn server(&mut self, node: &Node<'a>) -> Result<Server> {
        self.check_keys(node, "url variables", "description")?;
        let mut defaults = BTreeMap::new();
        for (name, variable) in node.entries_of("variables")? {
            self.check_keys(&variable, "default", "enum description")?;
            defaults.insert(name, variable.required_text("default")?);
        }
        let url = with_defaults(node.required_text("url")?, &defaults);
        if url.contains('{') {
            self.note(
                node,
                format!("a variable of the URL `{url}` has no default; the URL cannot be used as it is"),
            );
        }
        Ok(Server { url, location: self.location(node) })
    }
}

/// Replaces each `{name}` that has a default.
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
