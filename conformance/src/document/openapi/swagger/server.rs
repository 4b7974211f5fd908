//! Base URLs: `schemes`, `host` and `basePath`.

use crate::document::error::Result;
use crate::document::model::Server;
use crate::document::openapi::node::Node;
use crate::document::openapi::reader::OpenApiReader;

impl<'a> OpenApiReader<'a> {
    /// The base URLs of the document, one for each scheme, or those of an operation with schemes of its own.
    pub(crate) fn base_urls(&mut self, node: &Node<'a>) -> Result<Vec<Server>> {
        let root = Node::root(self.tree);
        let schemes = node.items_of("schemes")?;
        if schemes.is_empty() && node.pointer != root.pointer {
            return Ok(Vec::new());
        }
        let path = self.base_path(&root)?;
        let Some(host) = root.get("host") else {
            let relative = root.get("basePath").filter(|_| !path.is_empty());
            return Ok(relative.map(|node| self.server_at(path, &node)).into_iter().collect());
        };
        let name = host.text()?;
        if name.contains(['/', '{']) {
            self.note(&host, format!("`host: {name}` must be a host name, with a port or without"));
        }
        let mut servers = Vec::new();
        for node in &schemes {
            match node.text()? {
                scheme @ ("http" | "https") => {
                    servers.push(self.server_at(format!("{scheme}://{name}{path}"), node));
                }
                other => self.note_not_judged(node, format!("the scheme `{other}`")),
            }
        }
        if schemes.is_empty() {
            servers.push(self.server_at(format!("https://{name}{path}"), &host));
        }
        Ok(servers)
    }

    /// The path with which the path of each request begins; empty for `/`.
    fn base_path(&mut self, root: &Node<'a>) -> Result<String> {
        let Some(node) = root.get("basePath") else { return Ok(String::new()) };
        let path = node.text()?;
        if path.starts_with('/') || path.is_empty() {
            return Ok(path.trim_end_matches('/').to_owned());
        }
        self.note(&node, format!("`basePath: {path}` does not start with `/`; it is read as `/{path}`"));
        Ok(format!("/{}", path.trim_end_matches('/')))
    }

    fn server_at(&self, url: String, node: &Node<'a>) -> Server {
        Server { url, location: self.location(node) }
    }
}
