//! Links of responses: each names an operation.

use super::node::Node;
use super::reader::OpenApiReader;
use crate::document::error::Result;
use crate::document::path::Ids;
use crate::document::pointer::of_fragment;

impl<'a> OpenApiReader<'a> {
    /// Notes each link to an operation that the document does not have.
    pub(super) fn check_links(&mut self, ids: &Ids) -> Result<()> {
        for link in std::mem::take(&mut self.links) {
            let link = link.resolve()?;
            let missing = match (link.text_of("operationId")?, link.text_of("operationRef")?) {
                (Some(id), _) => Some(id).filter(|id| !ids.has(id)),
                (None, Some(reference)) => self.unknown_target(&link, reference),
                (None, None) => None,
            };
            if let Some(name) = missing {
                self.note(
                    &link,
                    format!("the link names the operation `{name}`, which the document does not have"),
                );
            }
        }
        Ok(())
    }

    /// The reference, if it leads to no place in this document. Other documents are not read.
    fn unknown_target<'r>(&self, link: &Node<'a>, reference: &'r str) -> Option<&'r str> {
        let fragment = reference.strip_prefix('#')?;
        link.at(&of_fragment(fragment)).is_none().then_some(reference)
    }
}
