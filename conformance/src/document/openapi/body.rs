//! Request bodies and responses.

use std::collections::BTreeMap;

use super::node::Node;
use super::parameter::serialisation;
use super::reader::OpenApiReader;
use crate::document::error::Result;
use crate::document::model::{Body, Code, Content, Example, Parameter, ParameterLocation, Response};
use crate::document::serialisation::Encoding;

impl<'a> OpenApiReader<'a> {
    pub(super) fn request_body(&mut self, operation: &Node<'a>) -> Result<Option<Body>> {
        let Some(node) = operation.get("requestBody") else {
            return Ok(None);
        };
        let node = self.resolve(&node)?;
        self.check_keys(&node, "required content", "description")?;
        Ok(Some(Body {
            required: node.flag_of("required", false)?,
            contents: self.contents(&node)?,
            location: self.location(&node),
        }))
    }

    pub(super) fn responses(&mut self, operation: &Node<'a>) -> Result<Vec<Response>> {
        let mut responses = Vec::new();
        for (status, node) in operation.entries_of("responses")? {
            match Code::parse(status) {
                Some(code) => responses.push(self.response(code, &node, operation)?),
                None if status.starts_with("x-") => {}
                None => self.note(
                    &node,
                    format!("`{status}` is not a status code, a range (`4XX`) or `default`; it is ignored"),
                ),
            }
        }
        if responses.is_empty() {
            self.note(operation, "no response is documented");
        }
        Ok(responses)
    }

    /// A response. Its location is where the operation states the status, even behind a `$ref`.
    fn response(&mut self, code: Code, stated: &Node<'a>, operation: &Node<'a>) -> Result<Response> {
        let node = self.resolve(stated)?;
        let contents = if self.version.is_swagger() {
            self.check_keys(&node, "description schema headers examples", "")?;
            self.produced(&node, operation)?
        } else {
            self.check_keys(&node, "description content headers links", "summary")?;
            self.links.extend(node.entries_of("links")?.into_iter().map(|(_, link)| link));
            self.contents(&node)?
        };
        Ok(Response {
            code,
            description: node.text_of("description")?.unwrap_or_default().to_owned(),
            contents,
            headers: self.headers(&node)?,
            location: self.location(stated),
        })
    }

    fn headers(&mut self, node: &Node<'a>) -> Result<Vec<Parameter>> {
        let mut headers = Vec::new();
        for (name, node) in node.entries_of("headers")? {
            if name.eq_ignore_ascii_case("content-type") {
                self.note(&node, "OpenAPI ignores a response header named `Content-Type`; it is ignored");
            } else {
                headers.push(self.header(name, &node)?);
            }
        }
        Ok(headers)
    }

    /// The entries of `content`, one per media type.
    pub(super) fn contents(&mut self, node: &Node<'a>) -> Result<Vec<Content>> {
        let entries = node.entries_of("content")?.into_iter();
        entries.map(|(media_type, node)| self.content(media_type, &node)).collect()
    }

    fn content(&mut self, media_type: &str, node: &Node<'a>) -> Result<Content> {
        self.check_keys(node, "schema example examples encoding", "")?;
        let mut examples = self.examples(node)?;
        let mut schema = None;
        if let Some(node) = node.get("schema") {
            examples.extend(self.schema_example(&node)?);
            schema = Some(self.schema(&node)?);
        }
        Ok(Content {
            media_type: media_type.to_owned(),
            schema,
            examples,
            encodings: self.encodings(node, media_type)?,
            location: self.location(node),
        })
    }

    /// The entries of `encoding`, by the name of the property.
    fn encodings(&mut self, node: &Node<'a>, media_type: &str) -> Result<BTreeMap<String, Encoding>> {
        // OpenAPI 3.0 has a `style` only for forms that are not multipart.
        let has_format = self.version.has_json_schema() || !media_type.starts_with("multipart/");
        let mut encodings = BTreeMap::new();
        for (name, node) in node.entries_of("encoding")? {
            self.check_keys(&node, "contentType style explode allowReserved", "headers")?;
            let Encoding { media_types, format } = self.encoding(&node)?;
            let format = format.filter(|_| has_format);
            encodings.insert(name.to_owned(), Encoding { media_types, format });
        }
        Ok(encodings)
    }

    fn encoding(&mut self, node: &Node<'a>) -> Result<Encoding> {
        let stated = node.text_of("contentType")?.unwrap_or_default().split(',').map(str::trim);
        let media_types = stated.filter(|media_type| !media_type.is_empty()).map(str::to_owned).collect();
        let has_format = ["style", "explode", "allowReserved"].iter().any(|key| node.get(key).is_some());
        let format = serialisation(node, self.style(node, ParameterLocation::Query)?)?;
        Ok(Encoding { media_types, format: has_format.then_some(format) })
    }

    /// The examples under `example` and `examples`.
    pub(super) fn examples(&mut self, node: &Node<'a>) -> Result<Vec<Example>> {
        let mut examples: Vec<_> = node.any("example").iter().map(|node| self.example(node)).collect();
        for (_, node) in node.entries_of("examples")? {
            let node = self.resolve(&node)?;
            self.check_keys(&node, "value externalValue", "summary description")?;
            if let Some(external) = node.get("externalValue") {
                self.note(&external, "`externalValue` is not supported; the example is ignored");
            }
            examples.extend(node.any("value").iter().map(|node| self.example(node)));
        }
        Ok(examples)
    }

    pub(super) fn example(&self, node: &Node<'a>) -> Example {
        Example { value: node.value.clone(), location: self.location(node) }
    }
}
