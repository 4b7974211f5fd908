//! Which credentials an operation asks for.

use std::collections::BTreeMap;

use super::{Node, Reader};
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
            schemes.insert(name.to_owned(), self.security_scheme(&node.resolve()?)?);
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
                Ok(CredentialKind::Parameter(
                    place,
                    node.required_text("name")?.to_owned(),
                ))
            }
            "http" => Ok(
                match node.required_text("scheme")?.to_ascii_lowercase().as_str() {
                    "bearer" => CredentialKind::Bearer,
                    "basic" => CredentialKind::Basic,
                    other => CredentialKind::Other(format!("http {other}")),
                },
            ),
            other => Ok(CredentialKind::Other(other.to_owned())),
        }
    }

    /// An operation's alternatives: its own if it states any, even an empty list, else the document's.
    pub(super) fn security(&mut self, operation: &Node<'a>) -> Result<Vec<Vec<Credential>>, Fault> {
        let root = Node::root(self.tree);
        let stated_by = if operation.get("security").is_some() {
            operation
        } else {
            &root
        };
        stated_by
            .items_of("security")?
            .iter()
            .map(|alternative| self.alternative(alternative))
            .collect()
    }

    /// The credentials that one alternative needs together.
    fn alternative(&mut self, node: &Node<'a>) -> Result<Vec<Credential>, Fault> {
        let mut credentials = Vec::new();
        for (name, entry) in node.entries()? {
            let kind = self.schemes.get(name).cloned().unwrap_or_else(|| {
                let text = format!(
                    "`{name}` is not among the document's securitySchemes; it cannot be sent"
                );
                self.notes.push(crate::document::Note {
                    text,
                    location: self.location(&entry),
                });
                CredentialKind::Other(name.to_owned())
            });
            credentials.push(Credential {
                name: name.to_owned(),
                kind,
                location: self.location(&entry),
            });
        }
        Ok(credentials)
    }
}
