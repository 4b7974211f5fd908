//! Media types: `consumes` and `produces`, of an operation or of the document.

use crate::document::error::Result;
use crate::document::model::Location;
use crate::document::openapi::node::Node;
use crate::document::openapi::reader::OpenApiReader;

/// A media type, and where the document states it.
#[derive(Clone, Debug)]
pub(super) struct StatedType {
    pub(super) name: String,
    pub(super) location: Location,
}

impl<'a> OpenApiReader<'a> {
    /// The media types of an operation under a key: its own, even an empty list, else those of the document.
    pub(super) fn media_types(&self, operation: &Node<'a>, key: &str) -> Result<Vec<StatedType>> {
        let root = Node::root(self.tree);
        let stated_by = if operation.get(key).is_some() { operation } else { &root };
        let mut types: Vec<StatedType> = Vec::new();
        for node in stated_by.items_of(key)? {
            let name = node.text()?;
            if !types.iter().any(|known| known.name.eq_ignore_ascii_case(name)) {
                types.push(self.stated_type(name, &node));
            }
        }
        Ok(types)
    }

    pub(super) fn stated_type(&self, name: &str, node: &Node<'a>) -> StatedType {
        StatedType { name: name.to_owned(), location: self.location(node) }
    }
}
