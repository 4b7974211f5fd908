//! Security schemes, and the credentials that an operation requires.

use std::collections::BTreeMap;

use super::node::Node;
use super::reader::{OpenApiReader, weight};
use crate::document::error::Result;
use crate::document::model::{Credential, CredentialKind};

impl<'a> OpenApiReader<'a> {
    /// The security schemes of the document, by name.
    pub(super) fn security_schemes(&mut self, root: &Node<'a>) -> Result<BTreeMap<String, CredentialKind>> {
        let stated = match self.version.is_swagger() {
            true => root.entries_of("securityDefinitions")?,
            false => root
                .get("components")
                .map_or(Ok(Vec::new()), |components| components.entries_of("securitySchemes"))?,
        };
        let mut schemes = BTreeMap::new();
        for (name, node) in stated {
            let node = self.resolve(&node)?;
            schemes.insert(name.to_owned(), self.security_scheme(&node)?);
        }
        Ok(schemes)
    }

    fn security_scheme(&mut self, node: &Node<'a>) -> Result<CredentialKind> {
        let is_swagger = self.version.is_swagger();
        let (keys, ignored) = match is_swagger {
            true => ("type name in", "description flow authorizationUrl tokenUrl scopes"),
            false => ("type name in scheme", "description bearerFormat flows openIdConnectUrl"),
        };
        self.check_keys(node, keys, ignored)?;
        match node.required_text("type")? {
            "apiKey" => {
                let sent_in = self.parameter_location(node)?;
                Ok(CredentialKind::Parameter(sent_in, node.required_text("name")?.to_owned()))
            }
            "basic" if is_swagger => Ok(CredentialKind::Basic),
            "http" if !is_swagger => Ok(match node.required_text("scheme")?.to_ascii_lowercase().as_str() {
                "bearer" => CredentialKind::Bearer,
                "basic" => CredentialKind::Basic,
                other => CredentialKind::Challenge(other.to_owned()),
            }),
            "oauth2" | "openIdConnect" => Ok(CredentialKind::Bearer),
            other => Ok(CredentialKind::Other(other.to_owned())),
        }
    }

    /// The alternatives of an operation: its own, even an empty list, else the document's.
    pub(super) fn security(&mut self, operation: &Node<'a>) -> Result<Vec<Vec<Credential>>> {
        let root = Node::root(self.tree);
        let stated_by = if operation.get("security").is_some() { operation } else { &root };
        stated_by.items_of("security")?.iter().map(|alternative| self.alternative(alternative)).collect()
    }

    /// The credentials of one alternative.
    fn alternative(&mut self, node: &Node<'a>) -> Result<Vec<Credential>> {
        self.spend(node, weight(node.value))?;
        let mut credentials = Vec::new();
        for (name, entry) in node.entries()? {
            let kind = self.schemes.get(name).cloned().unwrap_or_else(|| {
                let section = match self.version.is_swagger() {
                    true => "securityDefinitions",
                    false => "components/securitySchemes",
                };
                let text = format!("`{name}` is not defined in `{section}`; it cannot be sent");
                self.note(&entry, text);
                CredentialKind::Other(name.to_owned())
            });
            credentials.push(Credential { name: name.to_owned(), kind, location: self.location(&entry) });
        }
        Ok(credentials)
    }
}
