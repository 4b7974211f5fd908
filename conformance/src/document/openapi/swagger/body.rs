//! Request bodies: the parameter that is the whole body, or those that are the fields of a form.

use std::collections::BTreeMap;

use super::media_type::StatedType;
use crate::document::error::Result;
use crate::document::model::{Body, Content};
use crate::document::openapi::node::Node;
use crate::document::openapi::reader::{OpenApiReader, weight};

/// The media type of bodies and responses in documents that state none: that of other tools for Swagger 2.0.
pub(super) const USUAL: &str = "application/json";

/// An entry of a list of parameters.
#[derive(Clone, Debug)]
pub(super) struct BodyParameter<'a> {
    /// The entry itself, which can be a `$ref`.
    pub(super) stated: Node<'a>,
    /// The parameter.
    pub(super) parameter: Node<'a>,
}

/// Whether a parameter is a body, or a field of one.
pub(crate) fn is_in_body(parameter: &Node<'_>) -> bool {
    ["body", "formData"].iter().any(|place| is_in(parameter, place))
}

fn is_in(parameter: &Node<'_>, place: &str) -> bool {
    parameter.any("in").is_some_and(|stated| stated.value == place)
}

impl<'a> OpenApiReader<'a> {
    /// The body of an operation, from its parameters and those of its path item.
    pub(crate) fn body_of_parameters(
        &mut self,
        operation: &Node<'a>,
        item: &Node<'a>,
    ) -> Result<Option<Body>> {
        let (own, shared) = (self.in_body(operation)?, self.in_body(item)?);
        let find = |entries: &[BodyParameter<'a>]| {
            entries.iter().find(|entry| is_in(&entry.parameter, "body")).cloned()
        };
        let is_field = |entry: &BodyParameter<'a>| is_in(&entry.parameter, "formData");
        if own.iter().any(is_field) && find(&own).is_none() {
            return self.form(operation, &own, &shared).map(Some);
        }
        match find(&own).or_else(|| find(&shared)) {
            Some(entry) => {
                self.note_others(&own, &entry);
                self.whole_body(operation, &entry.parameter).map(Some)
            }
            None if shared.is_empty() => Ok(None),
            None => self.form(operation, &own, &shared).map(Some),
        }
    }

    /// The parameters of a body in the list of an operation or of a path item.
    fn in_body(&mut self, node: &Node<'a>) -> Result<Vec<BodyParameter<'a>>> {
        let mut entries = Vec::new();
        for stated in node.items_of("parameters")? {
            let parameter = self.resolve(&stated)?;
            if is_in_body(&parameter) {
                entries.push(BodyParameter { stated, parameter });
            }
        }
        Ok(entries)
    }

    /// Notes each parameter beside the one that is the whole body.
    fn note_others(&mut self, entries: &[BodyParameter<'a>], body: &BodyParameter<'a>) {
        for entry in entries.iter().filter(|entry| entry.stated.pointer != body.stated.pointer) {
            self.note(&entry.stated, "another parameter is the whole body; this one is ignored");
        }
    }

    fn whole_body(&mut self, operation: &Node<'a>, parameter: &Node<'a>) -> Result<Body> {
        self.check_keys(parameter, "name in required schema", "description")?;
        parameter.required_text("name")?;
        let schema = parameter.get("schema");
        if schema.is_none() {
            self.note(parameter, "the key `schema` is missing; every value is accepted");
        }
        let mut types = self.media_types(operation, "consumes")?;
        if types.is_empty() {
            self.note(parameter, format!("no `consumes` is stated for this body; it is read as {USUAL}"));
            types.push(self.stated_type(USUAL, parameter));
        }
        let contents = types.into_iter().map(|stated| self.content_of(stated, schema.as_ref()));
        Ok(Body {
            required: parameter.flag_of("required", false)?,
            contents: contents.collect::<Result<_>>()?,
            location: self.location(parameter),
        })
    }

    /// A body of this media type.
    pub(super) fn content_of(&mut self, stated: StatedType, schema: Option<&Node<'a>>) -> Result<Content> {
        let mut content = Content {
            media_type: stated.name,
            schema: None,
            examples: Vec::new(),
            encodings: BTreeMap::new(),
            location: stated.location,
        };
        if let Some(node) = schema {
            // Each media type has a copy.
            self.spend(node, weight(node.value))?;
            content.examples = self.schema_example(node)?;
            content.schema = Some(self.schema(node)?);
        }
        Ok(content)
    }
}
