//! Parameters of requests, and headers of responses.

use std::collections::BTreeSet;

use serde_json::json;

use super::node::Node;
use super::reader::OpenApiReader;
use super::swagger::{ListPlace, is_in_body};
use crate::document::error::Result;
use crate::document::model::{Content, Example, Parameter, ParameterLocation, Schema};
use crate::document::path;
use crate::document::serialisation::{Serialisation, Style};

/// Headers that OpenAPI describes by media types and security schemes, so it ignores them as parameters.
const DESCRIBED_ELSEWHERE: [&str; 3] = ["accept", "content-type", "authorization"];

/// Headers that the HTTP implementation sets (RFC 9110, sections 7.2, 7.6.1 and 8.6).
const HTTP_HEADERS: [&str; 8] =
    ["connection", "content-length", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

/// Keys that both parameters and headers have.
const KEYS: &str = "description required style explode allowReserved schema example examples content";

impl<'a> OpenApiReader<'a> {
    /// The parameters of a path item or an operation.
    pub(super) fn parameters(&mut self, node: &Node<'a>) -> Result<Vec<Parameter>> {
        let mut parameters = Vec::new();
        let mut taken = BTreeSet::new();
        for node in node.items_of("parameters")? {
            let resolved = self.resolve(&node)?;
            if self.version.is_swagger() && is_in_body(&resolved) {
                continue;
            }
            let parameter = self.parameter(&resolved)?;
            let name = &parameter.name;
            let is_header = |of: &[&str]| {
                parameter.sent_in == ParameterLocation::Header
                    && of.iter().any(|header| header.eq_ignore_ascii_case(name))
            };
            if is_header(&DESCRIBED_ELSEWHERE) {
                self.note_described_elsewhere(&node, name);
            } else if is_header(&HTTP_HEADERS) {
                self.note(&node, format!("the header `{name}` is set by the HTTP implementation, not by the caller; it is ignored"));
            } else if !taken.insert((parameter.sent_in, name.clone())) {
                let text = format!("a second parameter named `{name}` in the same location; it is ignored");
                self.note(&node, text);
            } else {
                parameters.push(parameter);
            }
        }
        Ok(parameters)
    }

    /// Swagger 2.0 has no rule about such a header.
    fn note_described_elsewhere(&mut self, node: &Node<'a>, name: &str) {
        match self.version.is_swagger() {
            true => self.note_not_judged(node, format!("the header parameter `{name}`")),
            false => {
                self.note(node, format!("OpenAPI ignores a header parameter named `{name}`; it is ignored"));
            }
        }
    }

    /// The parameters of an operation: first those of its path item, then its own.
    pub(super) fn operation_parameters(
        &mut self,
        node: &Node<'a>,
        path: &str,
        shared: &[Parameter],
    ) -> Result<Vec<Parameter>> {
        let own = self.parameters(node)?;
        let overridden: BTreeSet<_> = own.iter().map(|own| (own.sent_in, &own.name)).collect();
        let inherited = shared.iter().filter(|shared| !overridden.contains(&(shared.sent_in, &shared.name)));
        let mut parameters: Vec<_> = inherited.cloned().collect();
        parameters.extend(own);
        for note in path::match_template(path, &mut parameters, |_| self.location(node)) {
            self.note(node, note);
        }
        Ok(parameters)
    }

    fn parameter(&mut self, node: &Node<'a>) -> Result<Parameter> {
        match self.version.is_swagger() {
            true => self.check_parameter_keys(node)?,
            false => self.check_keys(node, KEYS, "name in deprecated allowEmptyValue")?,
        }
        let name = node.required_text("name")?;
        let sent_in = self.parameter_location(node)?;
        let mut parameter = self.described(node, name, sent_in)?;
        if sent_in == ParameterLocation::Path && !parameter.required {
            self.note(
                node,
                format!("the path parameter `{name}` has no `required: true`; it is treated as required"),
            );
            parameter.required = true;
        }
        Ok(parameter)
    }

    /// A header of a response.
    pub(super) fn header(&mut self, name: &str, node: &Node<'a>) -> Result<Parameter> {
        let node = self.resolve(node)?;
        match self.version.is_swagger() {
            true => self.check_header_keys(&node)?,
            false => self.check_keys(&node, KEYS, "deprecated allowEmptyValue")?,
        }
        self.described(&node, name, ParameterLocation::Header)
    }

    /// The part that parameters and headers have in common.
    fn described(&mut self, node: &Node<'a>, name: &str, sent_in: ParameterLocation) -> Result<Parameter> {
        let (schema, format, examples) = match self.version.is_swagger() {
            true => {
                let format = self.collection_format(node, ListPlace::Parameter(sent_in))?;
                (self.own_schema(node)?, format, Vec::new())
            }
            false => {
                let (schema, style, value_examples) = self.value(node, sent_in)?;
                let examples = [self.examples(node)?, value_examples].concat();
                (schema, serialisation(node, style)?, examples)
            }
        };
        Ok(Parameter {
            name: name.to_owned(),
            sent_in,
            required: node.flag_of("required", false)?,
            schema,
            format,
            allow_empty: sent_in == ParameterLocation::Query && node.flag_of("allowEmptyValue", false)?,
            description: node.text_of("description")?.unwrap_or_default().to_owned(),
            examples,
            location: self.location(node),
        })
    }

    /// The schema of a value, its style or media type, and the examples beside the schema.
    fn value(
        &mut self,
        node: &Node<'a>,
        sent_in: ParameterLocation,
    ) -> Result<(Schema, Style, Vec<Example>)> {
        let mut contents = self.contents(node)?.into_iter();
        let content = contents.next();
        if let Some(schema) = node.get("schema") {
            if content.is_some() {
                self.note(node, "`schema` and `content` are both present; `content` is ignored");
            }
            let examples = self.schema_example(&schema)?.into_iter().collect();
            return Ok((self.schema(&schema)?, self.style(node, sent_in)?, examples));
        }
        if contents.next().is_some() {
            self.note(node, "`content` has several media types, but one is allowed; only the first is used");
        }
        let any = Schema { value: json!({}), pointer: node.pointer.clone() };
        if let Some(Content { schema, media_type, examples, .. }) = content {
            return Ok((schema.unwrap_or(any), Style::Content(media_type), examples));
        }
        self.note(node, "neither `schema` nor `content` is present; every value is accepted");
        Ok((any, self.style(node, sent_in)?, Vec::new()))
    }

    /// The style of a value in a location. The first one listed for the location is the default.
    pub(super) fn style(&mut self, node: &Node<'a>, sent_in: ParameterLocation) -> Result<Style> {
        let allowed: &[Style] = match sent_in {
            ParameterLocation::Path => &[Style::Simple, Style::Label, Style::Matrix],
            ParameterLocation::Header => &[Style::Simple],
            ParameterLocation::Query => {
                &[Style::Form, Style::SpaceDelimited, Style::PipeDelimited, Style::DeepObject]
            }
            ParameterLocation::Cookie => &[Style::Form],
        };
        let default = allowed[0].clone();
        let stated = node.text_of("style")?.unwrap_or(default.word());
        let known = Style::ALL.into_iter().find(|style| style.word() == stated && allowed.contains(style));
        if known.is_none() {
            let text =
                format!("the style `{stated}` is not allowed in this location; `{}` is used", default.word());
            self.note(node, text);
        }
        Ok(known.unwrap_or(default))
    }

    pub(super) fn parameter_location(&mut self, node: &Node<'a>) -> Result<ParameterLocation> {
        let stated = node.required_text("in")?;
        let is_swagger = self.version.is_swagger();
        let mut allowed = ParameterLocation::ALL
            .into_iter()
            .filter(|location| !is_swagger || *location != ParameterLocation::Cookie);
        allowed.find(|location| location.word() == stated).ok_or_else(|| {
            let last = if is_swagger { "header, formData or body" } else { "header or cookie" };
            node.error(format!("`in: {stated}` is not a parameter location; use path, query, {last}"))
        })
    }
}

/// How a value of this style is sent.
pub(super) fn serialisation(node: &Node<'_>, style: Style) -> Result<Serialisation> {
    let explode = node.flag_of("explode", style == Style::Form)?;
    let allow_reserved = node.flag_of("allowReserved", false)?;
    Ok(Serialisation { style, explode, allow_reserved })
}
