//! Parameters of requests, and headers of responses.

use std::collections::BTreeSet;

use serde_json::json;

use super::{Node, Reader};
use crate::document::{Content, Example, Fault, Parameter, Place, Schema, path};

/// Headers that OpenAPI describes elsewhere (media types, security), and therefore not as parameters.
const DESCRIBED_ELSEWHERE: [&str; 3] = ["accept", "content-type", "authorization"];

/// HTTP's own: no client chooses them (RFC 9110, sections 7.2, 7.6.1 and 8.6).
const HTTP_HEADERS: [&str; 8] =
    ["connection", "content-length", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

/// Keys that parameters and headers have alike.
const KEYS: [&str; 9] = [
    "description",
    "required",
    "style",
    "explode",
    "allowReserved",
    "schema",
    "example",
    "examples",
    "content",
];

/// What a parameter or header states about its value.
struct Stated {
    schema: Schema,
    /// The media type in which it is written, if it has `content`.
    media_type: Option<String>,
    examples: Vec<Example>,
}

impl<'a> Reader<'a> {
    /// The parameters under a path or an operation.
    pub(super) fn parameters(&mut self, node: &Node<'a>) -> Result<Vec<Parameter>, Fault> {
        let mut parameters = Vec::new();
        let mut taken = BTreeSet::new();
        for node in node.items_of("parameters")? {
            let resolved = self.resolve(&node)?;
            let parameter = self.parameter(&resolved)?;
            let name = &parameter.name;
            let is_header = |of: &[&str]| {
                parameter.place == Place::Header && of.iter().any(|header| header.eq_ignore_ascii_case(name))
            };
            if is_header(&DESCRIBED_ELSEWHERE) {
                self.note(&node, format!("OpenAPI ignores a parameter called `{name}`; so does this reader"));
            } else if is_header(&HTTP_HEADERS) {
                self.note(&node, format!("the header `{name}` is HTTP's own, no client's; it is not read"));
            } else if !taken.insert((parameter.place, name.clone())) {
                self.note(
                    &node,
                    format!("a second parameter called `{name}` in the same place; it is not read"),
                );
            } else {
                parameters.push(parameter);
            }
        }
        Ok(parameters)
    }

    /// An operation's own parameters, after those its path states for every operation.
    pub(super) fn operation_parameters(
        &mut self,
        node: &Node<'a>,
        path: &str,
        shared: &[Parameter],
    ) -> Result<Vec<Parameter>, Fault> {
        let own = self.parameters(node)?;
        let overridden: BTreeSet<_> = own.iter().map(|own| (own.place, &own.name)).collect();
        let inherited = shared.iter().filter(|shared| !overridden.contains(&(shared.place, &shared.name)));
        let mut parameters: Vec<_> = inherited.cloned().collect();
        parameters.extend(own);
        for note in path::match_template(path, &mut parameters, |_| self.location(node)) {
            self.note(node, note);
        }
        Ok(parameters)
    }

    fn parameter(&mut self, node: &Node<'a>) -> Result<Parameter, Fault> {
        self.check_keys(node, &KEYS, &["name", "in", "deprecated", "allowEmptyValue"])?;
        let name = node.required_text("name")?;
        let place = self.place(node)?;
        let mut parameter = self.described(node, name, place)?;
        if place == Place::Path && !parameter.required {
            self.note(
                node,
                format!("`{name}` stands in the path without `required: true`; it is read as required"),
            );
            parameter.required = true;
        }
        Ok(parameter)
    }

    /// A header of a response.
    pub(super) fn header(&mut self, name: &str, node: &Node<'a>) -> Result<Parameter, Fault> {
        let node = self.resolve(node)?;
        self.check_keys(&node, &KEYS, &["deprecated", "allowEmptyValue"])?;
        self.described(&node, name, Place::Header)
    }

    /// What parameters and headers are described by alike.
    fn described(&mut self, node: &Node<'a>, name: &str, place: Place) -> Result<Parameter, Fault> {
        let value = self.value(node)?;
        let style = match value.media_type {
            Some(media_type) => media_type,
            None => self.style(node, place)?,
        };
        let mut examples = self.examples(node)?;
        examples.extend(value.examples);
        Ok(Parameter {
            name: name.to_owned(),
            place,
            required: node.flag_of("required", false)?,
            schema: value.schema,
            explode: node.flag_of("explode", style == "form")?,
            style,
            allow_reserved: node.flag_of("allowReserved", false)?,
            description: node.text_of("description")?.unwrap_or_default().to_owned(),
            examples,
            location: self.location(node),
        })
    }

    /// A value is stated by a schema, or by content in one media type.
    fn value(&mut self, node: &Node<'a>) -> Result<Stated, Fault> {
        let mut contents = self.contents(node)?.into_iter();
        let content = contents.next();
        if let Some(schema) = node.get("schema") {
            if content.is_some() {
                self.note(node, "both `schema` and `content`; only the schema is read");
            }
            let examples = self.schema_example(&schema)?.into_iter().collect();
            return Ok(Stated { schema: self.schema(&schema)?, media_type: None, examples });
        }
        if contents.next().is_some() {
            self.note(
                node,
                "content in several media types, of which a parameter has one; only the first is read",
            );
        }
        if content.is_none() {
            self.note(node, "neither `schema` nor `content`; any value is taken");
        }
        let any = Schema { value: json!({}), pointer: node.pointer.clone() };
        Ok(match content {
            Some(Content { schema, media_type, examples, .. }) => {
                Stated { schema: schema.unwrap_or(any), media_type: Some(media_type), examples }
            }
            None => Stated { schema: any, media_type: None, examples: Vec::new() },
        })
    }

    fn style(&mut self, node: &Node<'a>, place: Place) -> Result<String, Fault> {
        let (default, styles): (_, &[_]) = match place {
            Place::Path => ("simple", &["simple", "label", "matrix"]),
            Place::Header => ("simple", &["simple"]),
            Place::Query => ("form", &["form", "spaceDelimited", "pipeDelimited", "deepObject"]),
            Place::Cookie => ("form", &["form"]),
        };
        let stated = node.text_of("style")?.unwrap_or(default);
        if styles.contains(&stated) {
            return Ok(stated.to_owned());
        }
        self.note(node, format!("the style `{stated}` does not exist in this place; read as `{default}`"));
        Ok(default.to_owned())
    }

    pub(super) fn place(&mut self, node: &Node<'a>) -> Result<Place, Fault> {
        match node.required_text("in")? {
            "path" => Ok(Place::Path),
            "query" => Ok(Place::Query),
            "header" => Ok(Place::Header),
            "cookie" => Ok(Place::Cookie),
            other => Err(node.fault(format!("`in: {other}`; it must be path, query, header or cookie"))),
        }
    }
}
