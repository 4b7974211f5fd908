//! Paths and their operations.

use super::{Node, Reader};
use crate::document::path::{self, Ids};
use crate::document::{Fault, Operation, Parameter, Prose, Server};

/// The methods a path may have, as OpenAPI 3.0 lists them.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// What a path states for all its operations.
struct Shared {
    parameters: Vec<Parameter>,
    servers: Vec<Server>,
    prose: Vec<Prose>,
}

impl<'a> Reader<'a> {
    /// The operations of all paths, in document order.
    pub(super) fn operations(&mut self, root: &Node<'a>) -> Result<Vec<Operation>, Fault> {
        let mut operations = Vec::new();
        let mut ids = Ids::default();
        for (path, item) in root.entries_of("paths")?.into_iter().filter(|(path, _)| !path.starts_with("x-"))
        {
            if !path.starts_with('/') {
                return Err(item.fault(format!("the path `{path}` must begin with `/`")));
            }
            let item = self.resolve(&item)?;
            let shared = self.shared(&item)?;
            for (method, node) in item.entries()?.filter(|(key, _)| METHODS.contains(key)) {
                operations.push(self.operation(&node, path, method, &shared, &mut ids)?);
            }
        }
        if operations.is_empty() {
            self.note(root, "no operation is documented");
        }
        Ok(operations)
    }

    fn shared(&mut self, item: &Node<'a>) -> Result<Shared, Fault> {
        self.check_keys(item, &["summary", "description", "servers", "parameters"], &METHODS)?;
        let mut prose = self.prose(item, "summary")?;
        prose.extend(self.prose(item, "description")?);
        Ok(Shared { parameters: self.parameters(item)?, servers: self.servers(item)?, prose })
    }

    fn operation(
        &mut self,
        node: &Node<'a>,
        path: &str,
        method: &str,
        shared: &Shared,
        ids: &mut Ids,
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
        let mut servers = self.servers(node)?;
        if servers.is_empty() {
            servers.clone_from(&shared.servers);
        }
        let mut prose = self.prose(node, "summary")?;
        prose.extend(self.prose(node, "description")?);
        prose.extend(shared.prose.iter().cloned());
        Ok(Operation {
            id: self.operation_id(node, path, method, ids)?,
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            location: self.location(node),
            servers,
            prose,
            parameters: self.operation_parameters(node, path, &shared.parameters)?,
            body: self.request_body(node)?,
            responses: self.responses(node)?,
            security: self.security(node)?,
            examples: Vec::new(),
        })
    }

    fn operation_id(
        &mut self,
        node: &Node<'a>,
        path: &str,
        method: &str,
        ids: &mut Ids,
    ) -> Result<String, Fault> {
        let Some(stated) = node.text_of("operationId")? else {
            return Ok(ids.distinct(&path::id(path, method), method));
        };
        let distinct = ids.distinct(stated, method);
        if distinct != stated {
            self.note(
                node,
                format!(
                    "an earlier operation has the operationId `{stated}`; this one is called `{distinct}`"
                ),
            );
        }
        Ok(distinct)
    }
}
