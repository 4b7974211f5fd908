//! Bodies of responses: a schema for all media types of the operation, and examples by media type.

use super::body::USUAL;
use super::media_type::StatedType;
use crate::document::error::Result;
use crate::document::model::Content;
use crate::document::openapi::node::Node;
use crate::document::openapi::reader::OpenApiReader;

impl<'a> OpenApiReader<'a> {
    /// The contents of a response. Without a schema, a response has those of its examples.
    pub(crate) fn produced(&mut self, response: &Node<'a>, operation: &Node<'a>) -> Result<Vec<Content>> {
        let schema = response.get("schema");
        let examples = response.entries_of("examples")?;
        let types = match &schema {
            Some(schema) => self.produced_types(operation, schema, &examples)?,
            None => self.types_of_examples(&examples),
        };
        let contents = types.into_iter().map(|stated| self.content_of(stated, schema.as_ref()));
        let mut contents: Vec<Content> = contents.collect::<Result<_>>()?;
        for (media_type, node) in examples.iter().filter(|(name, _)| !name.starts_with("x-")) {
            let of_type = |content: &&mut Content| content.media_type.eq_ignore_ascii_case(media_type);
            match contents.iter_mut().find(of_type) {
                Some(content) => content.examples.insert(0, self.example(node)),
                None => self
                    .note(node, format!("`produces` does not have `{media_type}`; the example is ignored")),
            }
        }
        Ok(contents)
    }

    fn produced_types(
        &mut self,
        operation: &Node<'a>,
        schema: &Node<'a>,
        examples: &[(&'a str, Node<'a>)],
    ) -> Result<Vec<StatedType>> {
        let stated = self.media_types(operation, "produces")?;
        if !stated.is_empty() {
            return Ok(stated);
        }
        let of_examples = self.types_of_examples(examples);
        if !of_examples.is_empty() {
            return Ok(of_examples);
        }
        let is_file = schema.any("type").is_some_and(|name| name.value == "file");
        let usual = if is_file { "*/*" } else { USUAL };
        self.note(schema, format!("no `produces` is stated for this response; it is read as {usual}"));
        Ok(vec![self.stated_type(usual, schema)])
    }

    fn types_of_examples(&self, examples: &[(&'a str, Node<'a>)]) -> Vec<StatedType> {
        let named = examples.iter().filter(|(name, _)| !name.starts_with("x-"));
        named.map(|(name, node)| self.stated_type(name, node)).collect()
    }
}
