//! Parameters of requests, and headers of responses.

use std::collections::BTreeSet;

use super::{Node, Reader};
use crate::document::{Example, Fault, Parameter, Place, Schema, path};

/// Headers that OpenAPI describes elsewhere (media types, security), and therefore not as parameters.
const DESCRIBED_ELSEWHERE: [&str; 3] = ["accept", "content-type", "authorization"];

impl<'a> Reader<'a> {
    /// The parameters under a path or an operation.
    pub(super) fn parameters(&mut self, node: &Node<'a>) -> Result<Vec<Parameter>, Fault> {
        let mut parameters = Vec::new();
        let mut taken = BTreeSet::new();
        for node in node.items_of("parameters")? {
            let resolved = self.resolve(&node)?;
            let parameter = self.parameter(&resolved)?;
            let name = &parameter.name;
            if parameter.place == Place::Header && is_described_elsewhere(name) {
                self.note(&node, format!("OpenAPI ignores a parameter called `{name}`; so does this reader"));
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
        self.match_path(node, path, &mut parameters);
        Ok(parameters)
    }

    /// Holds the path's parameters to its template.
    fn match_path(&mut self, node: &Node<'a>, path: &str, parameters: &mut Vec<Parameter>) {
        let names: BTreeSet<_> = path::names(path).collect();
        parameters.retain(|Parameter { name, place, .. }| {
            let is_lost = *place == Place::Path && !names.contains(name.as_str());
            if is_lost {
                self.note(
                    node,
                    format!(
                        "the path has no `{{{name}}}`, though a parameter says so; nothing is sent for it"
                    ),
                );
            }
            !is_lost
        });
        for name in path::undescribed(path, parameters) {
            self.note(node, path::undescribed_note(name));
            parameters.push(path::bare_parameter(name, self.location(node)));
        }
    }

    fn parameter(&mut self, node: &Node<'a>) -> Result<Parameter, Fault> {
        let name = node.required_text("name")?;
        let place = self.place(node)?;
        let mut parameter = self.parameter_or_header(node, name, place)?;
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
        self.parameter_or_header(&node, name, Place::Header)
    }

    fn parameter_or_header(&mut self, node: &Node<'a>, name: &str, place: Place) -> Result<Parameter, Fault> {
        self.check_keys(
            node,
            &[
                "name",
                "in",
                "description",
                "required",
                "style",
                "explode",
                "allowReserved",
                "schema",
                "example",
                "examples",
                "content",
            ],
            &["deprecated", "allowEmptyValue"],
        )?;
        let (schema, media_type, mut examples) = self.parameter_value(node)?;
        examples.splice(0..0, self.examples(node)?);
        let style = match (media_type, node.text_of("style")?) {
            (Some(media_type), _) => media_type,
            (None, Some(style)) => style.to_owned(),
            (None, None) => default_style(place).to_owned(),
        };
        Ok(Parameter {
            name: name.to_owned(),
            place,
            required: node.flag_of("required", false)?,
            schema,
            explode: node.flag_of("explode", style == "form")?,
            style,
            allow_reserved: node.flag_of("allowReserved", false)?,
            description: node.text_of("description")?.unwrap_or_default().to_owned(),
            examples,
            location: self.location(node),
        })
    }

    /// A parameter's schema; the media type in which it is written, if it has `content`; its examples.
    fn parameter_value(&mut self, node: &Node<'a>) -> Result<(Schema, Option<String>, Vec<Example>), Fault> {
        let unstated =
            |node: &Node<'_>| Schema { value: serde_json::json!({}), pointer: node.pointer.clone() };
        if let Some(schema) = node.get("schema") {
            let example = self.schema_example(&schema)?;
            return Ok((self.schema(&schema)?, None, example.into_iter().collect()));
        }
        let Some(content) = self.contents(node)?.into_iter().next() else {
            self.note(node, "neither `schema` nor `content`; any value is taken");
            return Ok((unstated(node), None, Vec::new()));
        };
        let schema = content.schema.unwrap_or_else(|| unstated(node));
        Ok((schema, Some(content.media_type), content.examples))
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

fn is_described_elsewhere(name: &str) -> bool {
    DESCRIBED_ELSEWHERE.contains(&name.to_ascii_lowercase().as_str())
}

fn default_style(place: Place) -> &'static str {
    match place {
        Place::Path | Place::Header => "simple",
        Place::Query | Place::Cookie => "form",
    }
}
