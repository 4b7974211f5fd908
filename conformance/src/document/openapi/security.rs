//! Which credentials an operation asks for.

use std::collections::BTreeMap;

use super::{Node, Reader, weight};
use crate::document::{Credential, CredentialKind, Fault};

impl<'a> Reader<'a> {
    /// The document's schemes by name.
    pub(super) fn security_schemes(
        &mut self,
        root: &Node<'a>,
    ) -> Result<BTreeMap<String, CredentialKind>, Fault> {
        let Some(components) = root.get("components") else {
            return Ok(BTreeMap::new());
        };
        let mut schemes = BTreeMap::new();
        for (name, node) in components.entries_of("securitySchemes")? {
            let node = self.resolve(&node)?;
            schemes.insert(name.to_owned(), self.security_scheme(&node)?);
        }
        Ok(schemes)
    }

    fn security_scheme(&mut self, node: &Node<'a>) -> Result<CredentialKind, Fault> {
        self.check_keys(
            node,
            &["type", "name", "in", "scheme"],
            &["description", "bearerFormat", "flows", "openIdConnectUrl"],
        )?;
        match node.required_text("type")? {
            "apiKey" => {
                let place = self.place(node)?;
                Ok(CredentialKind::Parameter(place, node.required_text("name")?.to_owned()))
            }
            "http" => Ok(match node.required_text("scheme")?.to_ascii_lowercase().as_str() {
                "bearer" => CredentialKind::Bearer,
                "basic" => CredentialKind::Basic,
                other => CredentialKind::Other(format!("http {other}")),
            }),
            other => Ok(CredentialKind::Other(other.to_owned())),
        }
    }

    /// An operation's alternatives: its own if it states any, even an empty list, else the document's.
    pub(super) fn security(&mut self, operation: &Node<'a>) -> Result<Vec<Vec<Credential>>, Fault> {
        let root = Node::root(self.tree);
        let stated_by = if operation.get("security").is_some() { operation } else { &root };
        stated_by.items_of("security")?.iter().map(|alternative| self.alternative(alternative)).collect()
    }

    /// The credentials that one alternative needs together.
    fn alternative(&mut self, node: &Node<'a>) -> Result<Vec<Credential>, Fault> {
        self.spend(node, weight(node.value))?;
        let mut credentials = Vec::new();
        for (name, entry) in node.entries()? {
            let kind = match self.schemes.get(name) {
                Some(kind) => kind.clone(),
                None => {
                    self.note(
                        &entry,
                        format!("`{name}` is not among the document's securitySchemes; it cannot be sent"),
                    );
                    CredentialKind::Other(name.to_owned())
                }
            };
            credentials.push(Credential { name: name.to_owned(), kind, location: self.location(&entry) });
        }
        Ok(credentials)
    }
}
