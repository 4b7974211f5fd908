//! Where the schemas of a document occur in requests and responses.

use media_upload_conformance::document::{Code, Schema};
use media_upload_conformance::{Answer, Document};
use serde_json::Value;

use super::spec_client::SentRequest;
use super::value;

/// The deepest place. Schemas that contain themselves end here.
const MAX_DEPTH: usize = 8;

/// The side of the exchange that has a place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Side {
    /// A query parameter.
    Query,
    /// The body of the request.
    Body,
    /// The body of the response with this status.
    Response(u16),
}

/// A place of a value: the schema of the value, and the way to it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) side: Side,
    /// The JSON pointer of the schema.
    pub(crate) pointer: String,
    /// The names of the fields. `*` is every element of a list.
    path: Vec<String>,
    pub(crate) is_list: bool,
}

impl Place {
    /// A query parameter.
    pub(crate) fn parameter(name: &str) -> Self {
        Self { side: Side::Query, pointer: String::new(), path: vec![name.to_owned()], is_list: false }
    }

    pub(crate) fn name(&self) -> String {
        self.path.last().cloned().unwrap_or_else(|| "the body".to_owned())
    }

    /// Whether a client checks the value: it checks its arguments and the body of a success.
    pub(crate) fn is_validated(&self) -> bool {
        !matches!(self.side, Side::Response(300..))
    }

    /// Replaces the string in a request.
    pub(crate) fn edit_request(&self, sent: &mut SentRequest, alter: &dyn Fn(&str) -> Value) {
        if self.side == Side::Query {
            let own = sent.query.iter_mut().filter(|(name, _)| *name == self.path[0]);
            own.for_each(|(_, text)| {
                let altered = alter(text);
                *text = altered.as_str().map_or_else(|| altered.to_string(), str::to_owned);
            });
            return;
        }
        self.edit_whole_body(sent, &|value| {
            if let Some(text) = value.as_str() {
                *value = alter(text);
            }
        });
    }

    /// Removes the field of a request body, and gives the rest of the object and the value to `alter`.
    pub(crate) fn edit_body(
        &self,
        sent: &mut SentRequest,
        alter: &dyn Fn(&mut serde_json::Map<String, Value>, Value),
    ) {
        let Ok(Value::Object(mut fields)) = serde_json::from_slice(&sent.body) else { return };
        if let Some(value) = fields.remove(&self.path[0]) {
            alter(&mut fields, value);
            sent.body = Value::Object(fields).to_string().into_bytes();
        }
    }

    /// Alters the value in a request body.
    pub(crate) fn edit_whole_body(&self, sent: &mut SentRequest, alter: &dyn Fn(&mut Value)) {
        if self.side == Side::Query {
            return;
        }
        let Ok(mut body) = serde_json::from_slice(&sent.body) else { return };
        value::at(&mut body, &self.path, alter);
        sent.body = Value::to_string(&body).into_bytes();
    }

    /// Gives the object or list that has the value, and its key, to `alter`.
    pub(crate) fn edit_answer(&self, answer: &mut Answer, alter: &dyn Fn(&mut Value, &str)) {
        let Some((key, parents)) = self.path.split_last() else { return };
        self.edit_shown(answer, &mut |body| {
            value::at(body, parents, &|parent| match (key.as_str(), parent) {
                ("*", Value::Array(elements)) => elements.iter_mut().for_each(|element| alter(element, "")),
                (key, parent) => alter(parent, key),
            });
        });
    }

    /// Alters the value in an answer.
    pub(crate) fn edit_whole(&self, answer: &mut Answer, alter: &dyn Fn(&mut Value)) {
        self.edit_shown(answer, &mut |body| value::at(body, &self.path, alter));
    }

    fn edit_shown(&self, answer: &mut Answer, alter: &mut dyn FnMut(&mut Value)) {
        let Side::Response(status) = self.side else { return };
        match answer {
            Answer::Result(value) if status < 300 => alter(value),
            Answer::Error(report) if report.status == Some(status) && status >= 300 => {
                alter(&mut report.body)
            }
            _ => {}
        }
    }
}

/// Every place of the schemas of a document.
pub(crate) fn places(document: &Document) -> Vec<Place> {
    let mut walk = Walk { document, found: Vec::new() };
    for operation in &document.operations {
        for parameter in &operation.parameters {
            walk.schema(&parameter.schema, Side::Query, vec![parameter.name.clone()]);
        }
        let body = operation.body.iter().flat_map(|body| &body.contents);
        body.filter_map(|content| content.schema.as_ref())
            .for_each(|schema| walk.schema(schema, Side::Body, Vec::new()));
        for response in &operation.responses {
            let Code::Exact(status) = response.code else { continue };
            let contents = response.contents.iter();
            contents
                .filter_map(|content| content.schema.as_ref())
                .for_each(|schema| walk.schema(schema, Side::Response(status), Vec::new()));
        }
    }
    walk.found
}

struct Walk<'a> {
    document: &'a Document,
    found: Vec<Place>,
}

impl Walk<'_> {
    fn schema(&mut self, schema: &Schema, side: Side, path: Vec<String>) {
        let document = self.document;
        let (value, pointer) = match schema.value.get("$ref").and_then(Value::as_str) {
            Some(reference) => document.definition(reference).unwrap(),
            None => (&schema.value, schema.pointer.clone()),
        };
        if path.len() > MAX_DEPTH {
            return;
        }
        let inner = |step: &str, schema: &Value| Schema {
            value: schema.clone(),
            pointer: format!("{pointer}/{step}"),
        };
        for (name, property) in value.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let path = [path.clone(), vec![name.clone()]].concat();
            self.schema(&inner(&format!("properties/{name}"), property), side.clone(), path);
        }
        if let Some(items) = value.get("items") {
            let path = [path.clone(), vec!["*".to_owned()]].concat();
            self.schema(&inner("items", items), side.clone(), path);
        }
        let is_list = value.get("type").is_some_and(|kind| kind == "array");
        // A property that refers to a shared schema is stated at its own pointer too.
        if schema.pointer != pointer {
            self.found.push(Place {
                side: side.clone(),
                pointer: schema.pointer.clone(),
                path: path.clone(),
                is_list,
            });
        }
        self.found.push(Place { side, pointer: pointer.clone(), path, is_list });
    }
}
