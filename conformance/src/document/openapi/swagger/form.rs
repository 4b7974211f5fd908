//! Forms: each parameter with `in: formData` is a field.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::body::BodyParameter;
use super::media_type::StatedType;
use super::parameter::ListPlace;
use crate::document::error::Result;
use crate::document::model::{Body, Content, Schema};
use crate::document::openapi::node::Node;
use crate::document::openapi::reader::{OpenApiReader, weight};
use crate::document::pointer;
use crate::document::schema::{definition_of, put, uri_fragment};
use crate::document::serialisation::Encoding;

const URL_ENCODED: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// A form that is being read.
struct Form {
    /// The pointer of its schema: the list of parameters.
    pointer: String,
    properties: Map<String, Value>,
    required: Vec<Value>,
    encodings: BTreeMap<String, Encoding>,
    has_file: bool,
}

impl<'a> OpenApiReader<'a> {
    /// The form of an operation: first the fields of its path item, then its own.
    pub(super) fn form(
        &mut self,
        operation: &Node<'a>,
        own: &[BodyParameter<'a>],
        shared: &[BodyParameter<'a>],
    ) -> Result<Body> {
        let mut form = Form {
            pointer: format!("{}/parameters", operation.pointer),
            properties: Map::new(),
            required: Vec::new(),
            encodings: BTreeMap::new(),
            has_file: false,
        };
        let is_overridden = |entry: &&BodyParameter<'a>| {
            let name = |entry: &BodyParameter<'a>| entry.parameter.any("name").map(|name| name.value);
            !own.iter().any(|own| name(own) == name(entry))
        };
        for entry in shared.iter().filter(is_overridden).chain(own) {
            self.field(&mut form, entry)?;
        }
        let types = self.form_types(operation, &form)?;
        let location = self.location(&operation.get("parameters").unwrap_or_else(|| operation.clone()));
        let schema = json!({ "type": "object", "properties": form.properties, "required": form.required });
        self.spend(operation, types.len() * weight(&schema))?;
        let contents = types.into_iter().map(|StatedType { name, location }| Content {
            media_type: name,
            schema: Some(Schema { value: schema.clone(), pointer: form.pointer.clone() }),
            examples: Vec::new(),
            encodings: form.encodings.clone(),
            location,
        });
        Ok(Body { required: !form.required.is_empty(), contents: contents.collect(), location })
    }

    fn field(
        &mut self,
        form: &mut Form,
        BodyParameter { stated, parameter }: &BodyParameter<'a>,
    ) -> Result<()> {
        self.check_parameter_keys(parameter)?;
        let name = parameter.required_text("name")?;
        if form.properties.contains_key(name) {
            self.note(stated, format!("a second field named `{name}`; it is ignored"));
            return Ok(());
        }
        let schema = self.own_schema(parameter)?;
        form.has_file |= parameter.any("type").is_some_and(|kind| kind.value == "file");
        let format = self.collection_format(parameter, ListPlace::Form)?;
        if !format.explode {
            form.encodings
                .insert(name.to_owned(), Encoding { media_types: Vec::new(), format: Some(format) });
        }
        if parameter.flag_of("required", false)? {
            self.moved.insert(format!("{}/required/{}", form.pointer, form.required.len()), stated.line());
            form.required.push(name.into());
        }
        let mut at = format!("{}/properties", form.pointer);
        pointer::push(&mut at, name);
        self.moved.insert(at, stated.line());
        form.properties.insert(name.to_owned(), self.lay_out(schema));
        Ok(())
    }

    /// Lays out a schema where a `$ref` finds it, so that it keeps its place in the document. Returns the `$ref`.
    fn lay_out(&mut self, Schema { value, pointer }: Schema) -> Value {
        let place = definition_of(&pointer, self.direction);
        put(&mut self.definitions, &place, value);
        json!({ "$ref": format!("#{}", uri_fragment(&place)) })
    }

    /// The media types of a form. A file needs a multipart body.
    fn form_types(&mut self, operation: &Node<'a>, form: &Form) -> Result<Vec<StatedType>> {
        let stated = self.media_types(operation, "consumes")?;
        let allowed: &[&str] = if form.has_file { &[MULTIPART] } else { &[URL_ENCODED, MULTIPART] };
        let is_allowed = |name: &str| allowed.iter().any(|allowed| name.eq_ignore_ascii_case(allowed));
        let is_stated = !stated.is_empty();
        let types: Vec<_> = stated.into_iter().filter(|stated| is_allowed(essence(&stated.name))).collect();
        if !types.is_empty() {
            return Ok(types);
        }
        if is_stated {
            let text = format!("`consumes` has no media type for this form; it is read as {}", allowed[0]);
            self.note(operation, text);
        }
        Ok(vec![self.stated_type(allowed[0], operation)])
    }
}

/// A media type without its parameters.
fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}
