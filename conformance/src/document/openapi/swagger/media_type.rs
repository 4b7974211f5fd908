//! Media types: `consumes` and `produces`, of an operation or of the document.

use crate::document::error::Result;
use crate::document::model::Location;
use crate::document::openapi::node::Node;
use crate::document::openapi::reader::OpenApiReader;

/// The maximum number of media types of an operation: a body has a copy of its schema for each.
const MAX_TYPES: usize = 100;

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
        let listed = stated_by.items_of(key)?;
        if let Some(excess) = listed.get(MAX_TYPES) {
            let text =
                format!("`{key}` lists more than {MAX_TYPES} media types, which is the maximum; remove some");
            return Err(excess.error(text));
        }
        let mut types: Vec<StatedType> = Vec::new();
        for node in listed {
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
