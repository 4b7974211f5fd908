//! Request bodies and responses.

use super::{Node, Reader};
use crate::document::{Body, Code, Content, Example, Fault, Parameter, Response};

impl<'a> Reader<'a> {
    pub(super) fn request_body(&mut self, operation: &Node<'a>) -> Result<Option<Body>, Fault> {
        let Some(node) = operation.get("requestBody") else {
            return Ok(None);
        };
        let node = self.resolve(&node)?;
        self.check_keys(&node, &["required", "content"], &["description"])?;
        Ok(Some(Body {
            required: node.flag_of("required", false)?,
            contents: self.contents(&node)?,
            location: self.location(&node),
        }))
    }

    pub(super) fn responses(&mut self, operation: &Node<'a>) -> Result<Vec<Response>, Fault> {
        let mut responses = Vec::new();
        for (status, node) in operation.entries_of("responses")? {
            match Code::parse(status) {
                Some(code) => responses.push(self.response(code, &node)?),
                None if status.starts_with("x-") => {}
                None => self.note(
                    &node,
                    format!(
                        "`{status}` is neither a status, nor a range (4XX), nor `default`; it is not read"
                    ),
                ),
            }
        }
        if responses.is_empty() {
            self.note(operation, "no response is documented");
        }
        Ok(responses)
    }

    /// A response, located where the operation states its status, its parts where they stand.
    fn response(&mut self, code: Code, stated: &Node<'a>) -> Result<Response, Fault> {
        let node = self.resolve(stated)?;
        self.check_keys(&node, &["description", "content", "headers"], &["links"])?;
        Ok(Response {
            code,
            description: node.text_of("description")?.unwrap_or_default().to_owned(),
            contents: self.contents(&node)?,
            headers: self.headers(&node)?,
            location: self.location(stated),
        })
    }

    fn headers(&mut self, node: &Node<'a>) -> Result<Vec<Parameter>, Fault> {
        let mut headers = Vec::new();
        for (name, node) in node.entries_of("headers")? {
            if name.eq_ignore_ascii_case("content-type") {
                self.note(&node, "OpenAPI ignores a header called `Content-Type`; so does this reader");
            } else {
                headers.push(self.header(name, &node)?);
            }
        }
        Ok(headers)
    }

    /// What stands under `content`, one entry a media type.
    pub(super) fn contents(&mut self, node: &Node<'a>) -> Result<Vec<Content>, Fault> {
        let mut contents = Vec::new();
        for (media_type, node) in node.entries_of("content")? {
            contents.push(self.content(media_type, &node)?);
        }
        Ok(contents)
    }

    fn content(&mut self, media_type: &str, node: &Node<'a>) -> Result<Content, Fault> {
        self.check_keys(node, &["schema", "example", "examples", "encoding"], &[])?;
        if let Some(encoding) = node.get("encoding") {
            self.note(
                &encoding,
                "`encoding` is not read: properties are written in their media type's own way",
            );
        }
        let mut examples = self.examples(node)?;
        let mut schema = None;
        if let Some(node) = node.get("schema") {
            examples.extend(self.schema_example(&node)?);
            schema = Some(self.schema(&node)?);
        }
        Ok(Content { media_type: media_type.to_owned(), schema, examples, location: self.location(node) })
    }

    /// What stands under `example` and `examples`.
    pub(super) fn examples(&mut self, node: &Node<'a>) -> Result<Vec<Example>, Fault> {
        let mut examples: Vec<_> = node.any("example").iter().map(|node| self.example(node)).collect();
        for (_, node) in node.entries_of("examples")? {
            let node = self.resolve(&node)?;
            self.check_keys(&node, &["value", "externalValue"], &["summary", "description"])?;
            if let Some(external) = node.get("externalValue") {
                self.note(&external, "an example in another file; it is not fetched");
            }
            examples.extend(node.any("value").iter().map(|node| self.example(node)));
        }
        Ok(examples)
    }

    pub(super) fn example(&self, node: &Node<'a>) -> Example {
        Example { value: node.value.clone(), location: self.location(node) }
    }
}
