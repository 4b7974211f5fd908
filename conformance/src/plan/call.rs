//! A call: one operation as a client is asked to make it, and the request that must go out for it.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::case::{Basis, Case, ExpectedRequest, Outcome, Serve};
use super::fact::{self, FactId, entries, escape};
use super::{Params, Source, sample};
use crate::document::{Content, CredentialKind, Document, Location, Operation, Parameter, Place, Schema};
use crate::provider::Credential;

/// The media type of JSON bodies.
pub const JSON: &str = "application/json";

/// The name under which a body that is no object is given to the client.
const WHOLE_BODY: &str = "body";

/// One operation of one document, with all that planning its cases needs.
#[derive(Debug)]
pub struct Call<'a> {
    /// The document and its provider.
    pub source: &'a Source,
    /// The operation.
    pub operation: &'a Operation,
    /// What a caller can give, in document order.
    pub arguments: Vec<Argument>,
    /// What every case of the call begins as: made once, for there are many.
    smallest: OnceCell<Case>,
    success: OnceCell<(Serve, Outcome)>,
}

/// One thing a caller can give.
#[derive(Clone, Debug)]
pub struct Argument {
    /// Its name in the document.
    pub name: String,
    /// Where it goes; none: into the body.
    pub place: Option<Place>,
    /// Whether the document requires it.
    pub required: bool,
    /// Its schema, `$ref`s followed.
    pub schema: Schema,
    /// A value the document allows.
    pub sample: Value,
    /// Where it is stated.
    pub location: Location,
    /// Where it is said that it is required, if it is.
    pub required_at: Option<Location>,
    /// The facts that giving it exercises.
    pub facts: BTreeSet<FactId>,
}

impl<'a> Call<'a> {
    /// Collects an operation's arguments.
    pub fn new(source: &'a Source, operation: &'a Operation) -> Self {
        let mut call = Self {
            source,
            operation,
            arguments: Vec::new(),
            smallest: OnceCell::new(),
            success: OnceCell::new(),
        };
        call.arguments = call.parameters();
        call.arguments.extend(call.properties());
        call
    }

    /// A case that makes the smallest documented call; `id` is what follows `<provider>/<operation>/`.
    pub fn case(&self, id: &str, purpose: String, location: Location) -> Case {
        let smallest = self.smallest.get_or_init(|| self.smallest());
        Case { id: format!("{}{id}", smallest.id), purpose, location, ..smallest.clone() }
    }

    /// What the ids of its cases begin with: `<provider>/<operation>/`.
    pub fn id(&self) -> String {
        format!("{}/{}/", self.source.provider.name, id_part(&self.operation.id))
    }

    /// The smallest documented call: a sample for everything that is required, and nothing else.
    fn smallest(&self) -> Case {
        let required = self.arguments.iter().filter(|argument| argument.required);
        let params = required.map(|argument| (argument.name.clone(), argument.sample.clone())).collect();
        Case {
            id: self.id(),
            provider: self.source.provider.name.clone(),
            operation: self.operation.id.clone(),
            purpose: String::new(),
            location: self.operation.location.clone(),
            facts: self.base_facts(),
            request: Some(Arc::new(self.request(&params, None))),
            params,
            credential: None,
            media: None,
            serve: Vec::new(),
            storage: Vec::new(),
            asked_wait_s: None,
            outcome: Outcome::Refused,
            basis: Basis::Document,
        }
    }

    /// The id of the fact at a pointer of this call's document.
    pub fn fact(&self, pointer: &str) -> FactId {
        fact::id(&self.source.document, pointer)
    }

    /// The facts that every exchange of the smallest call exercises.
    fn base_facts(&self) -> BTreeSet<FactId> {
        let credentials = self.operation.security.iter().flatten().map(|c| self.fact(&c.location.pointer));
        let own = self.own_parameters().flat_map(|parameter| self.facts_of_own(parameter));
        let given = self.arguments.iter().filter(|argument| argument.required);
        std::iter::once(self.fact(&self.operation.location.pointer))
            .chain(credentials)
            .chain(own)
            .chain(self.body_type())
            .chain(given.flat_map(|argument| argument.facts.clone()))
            .collect()
    }

    /// That the body is an object: whatever goes out is compared with one.
    fn body_type(&self) -> Option<FactId> {
        let (_, schema) = self.body()?;
        let (schema, pointer) = fact::resolve(&self.source.document, &schema.value, &schema.pointer)?;
        (schema.get("type")? == "object").then(|| self.fact(&format!("{pointer}/type")))
    }

    /// A parameter the client fills in by itself: that it is there, with an allowed value, is
    /// checked in every exchange.
    fn facts_of_own(&self, parameter: &Parameter) -> Vec<FactId> {
        let schema = &parameter.schema;
        let keywords = schema.value.as_object().into_iter().flatten().map(|(keyword, _)| keyword);
        let limits = keywords.map(|keyword| format!("{}/{keyword}", schema.pointer));
        let examples = parameter.examples.iter().map(|example| example.location.pointer.clone());
        let own = [parameter.location.pointer.clone(), format!("{}/required", parameter.location.pointer)];
        own.into_iter().chain(limits).chain(examples).map(|pointer| self.fact(&pointer)).collect()
    }

    /// The first documented success and a body for it: what a case serves that is not about answers.
    pub fn success(&self) -> (Serve, Outcome) {
        self.success.get_or_init(|| super::answer::success(self)).clone()
    }

    /// The request that must go out for these arguments, and for another credential than the sample
    /// if one is given.
    pub fn request(&self, params: &Params, credential: Option<&Value>) -> ExpectedRequest {
        let mut request = ExpectedRequest {
            method: self.operation.method.clone(),
            uri: self.path(params),
            query_params: self.query(params),
            ..ExpectedRequest::default()
        };
        self.put_own_parameters(&mut request);
        self.put_headers(params, &mut request);
        self.put_body(params, &mut request);
        self.put_credential(credential, &mut request);
        request
    }

    fn parameters(&self) -> Vec<Argument> {
        let given = self.operation.parameters.iter().filter(|parameter| !self.is_own(&parameter.name));
        given.map(|parameter| self.parameter(parameter)).collect()
    }

    fn parameter(&self, parameter: &Parameter) -> Argument {
        let document = &self.source.document;
        let documented = parameter.examples.first().map(|example| example.value.clone());
        let examples = parameter.examples.iter().map(|example| self.fact(&example.location.pointer));
        let required_at = format!("{}/required", parameter.location.pointer);
        Argument {
            name: parameter.name.clone(),
            place: Some(parameter.place),
            required: parameter.required || parameter.place == Place::Path,
            sample: self.sample(&parameter.name, documented, &parameter.schema),
            schema: resolved(document, &parameter.schema),
            location: parameter.location.clone(),
            required_at: parameter.required.then(|| document.locate(&required_at)),
            facts: std::iter::once(self.fact(&parameter.location.pointer)).chain(examples).collect(),
        }
    }

    /// The credential as an argument, where it is a parameter whose form the document states.
    pub fn credential_argument(&self) -> Option<Argument> {
        let name = self.source.provider.credential.as_ref()?.parameter.as_deref()?;
        let parameter = self.operation.parameters.iter().find(|parameter| parameter.name == name)?;
        Some(Argument { sample: self.credential().sample.into(), ..self.parameter(parameter) })
    }

    /// The body's properties; a body that is no object is one argument.
    fn properties(&self) -> Vec<Argument> {
        let Some((content, schema)) = self.body() else {
            return Vec::new();
        };
        let document = &self.source.document;
        let Some((object, pointer)) = fact::resolve(document, &schema.value, &schema.pointer) else {
            return Vec::new();
        };
        if object.get("properties").is_none() {
            return vec![self.whole_body(content, schema)];
        }
        let example = content.examples.first().map(|example| &example.value);
        entries(object.get("properties"))
            .map(|(name, property)| {
                let at = format!("{pointer}/properties/{}", escape(name));
                let schema = Schema { value: property.clone(), pointer: at.clone() };
                let documented =
                    example.and_then(|example| example.get(name)).or(property.get("example")).cloned();
                Argument {
                    name: name.clone(),
                    place: None,
                    required: required_index(object, name).is_some(),
                    required_at: required_index(object, name)
                        .map(|index| document.locate(&format!("{pointer}/required/{index}"))),
                    facts: fact_of_property(self, &at, property, documented.as_ref()),
                    sample: self.sample(name, documented, &schema),
                    schema: resolved(document, &schema),
                    location: document.locate(&at),
                }
            })
            .collect()
    }

    fn whole_body(&self, content: &Content, schema: &Schema) -> Argument {
        let documented = content.examples.first().map(|example| example.value.clone());
        Argument {
            name: WHOLE_BODY.to_owned(),
            place: None,
            required: self.operation.body.as_ref().is_some_and(|body| body.required),
            sample: self.sample(WHOLE_BODY, documented, schema),
            schema: resolved(&self.source.document, schema),
            location: content.location.clone(),
            required_at: None,
            facts: BTreeSet::new(),
        }
    }

    fn body(&self) -> Option<(&'a Content, &'a Schema)> {
        let contents = &self.operation.body.as_ref()?.contents;
        let json = contents.iter().find(|content| content.media_type.starts_with(JSON));
        let content = json.or(contents.first())?;
        Some((content, content.schema.as_ref()?))
    }

    fn sample(&self, name: &str, documented: Option<Value>, schema: &Schema) -> Value {
        let provider = self.source.provider.samples.get(name).cloned();
        provider
            .or(documented)
            .or_else(|| sample::value(&self.source.document, schema))
            .unwrap_or(Value::Null)
    }

    /// Whether the client fills this parameter in by itself: its credential, or a fixed value.
    fn is_own(&self, name: &str) -> bool {
        let provider = &self.source.provider;
        let credential = provider.credential.as_ref().and_then(|credential| credential.parameter.as_deref());
        let secured = self.operation.security.iter().flatten().any(
            |credential| matches!(&credential.kind, CredentialKind::Parameter(_, parameter) if parameter == name),
        );
        credential == Some(name) || secured || provider.client_parameters.iter().any(|own| own == name)
    }

    fn own_parameters(&self) -> impl Iterator<Item = &'a Parameter> {
        self.operation.parameters.iter().filter(|parameter| self.is_own(&parameter.name))
    }

    /// The path of the document's own server, which every request begins with: `/api`, or nothing.
    pub fn prefix(&self) -> String {
        let base = self.source.document.servers.first().map_or("", |server| server.url.as_str());
        let after_host = base.split_once("://").map_or("", |(_, rest)| rest).split_once('/');
        match after_host.map_or("", |(_, path)| path.trim_end_matches('/')) {
            "" => String::new(),
            path => format!("/{path}"),
        }
    }

    fn path(&self, params: &Params) -> String {
        let mut path = self.operation.path.clone();
        for argument in self.arguments.iter().filter(|argument| argument.place == Some(Place::Path)) {
            let value = params.get(&argument.name).map(text).unwrap_or_default();
            path = path.replace(&format!("{{{}}}", argument.name), &encode_segment(&value));
        }
        self.prefix() + &path
    }

    fn query(&self, params: &Params) -> BTreeMap<String, String> {
        self.given(params, Place::Query).map(|(name, value)| (name.to_owned(), text(value))).collect()
    }

    fn given<'p>(&'p self, params: &'p Params, place: Place) -> impl Iterator<Item = (&'p str, &'p Value)> {
        let there = self.arguments.iter().filter(move |argument| argument.place == Some(place));
        there.filter_map(|argument| Some((argument.name.as_str(), params.get(&argument.name)?)))
    }

    fn put_own_parameters(&self, request: &mut ExpectedRequest) {
        for parameter in self.own_parameters().filter(|parameter| parameter.place == Place::Query) {
            let allowed = parameter.schema.value.get("enum").and_then(Value::as_array);
            let allowed = allowed.into_iter().flatten().map(text).collect();
            request.require_query_params.insert(parameter.name.clone(), allowed);
        }
    }

    fn put_headers(&self, params: &Params, request: &mut ExpectedRequest) {
        for (name, value) in self.given(params, Place::Header) {
            request.headers.insert(name.to_lowercase(), text(value));
        }
        let cookies: Vec<_> = self
            .given(params, Place::Cookie)
            .map(|(name, value)| format!("{name}={}", text(value)))
            .collect();
        if !cookies.is_empty() {
            request.headers.insert("cookie".to_owned(), cookies.join("; "));
        }
    }

    fn put_body(&self, params: &Params, request: &mut ExpectedRequest) {
        let Some((content, _)) = self.body() else { return };
        let of_body = |argument: &&Argument| argument.place.is_none();
        let given: Map<String, Value> = self
            .arguments
            .iter()
            .filter(of_body)
            .filter_map(|argument| Some((argument.name.clone(), params.get(&argument.name)?.clone())))
            .collect();
        let whole =
            self.arguments.iter().any(|argument| argument.place.is_none() && argument.name == WHOLE_BODY);
        request.body = if whole { given.get(WHOLE_BODY).cloned() } else { Some(Value::Object(given)) };
        request.body_media_type = Some(content.media_type.clone());
    }

    fn put_credential(&self, given: Option<&Value>, request: &mut ExpectedRequest) {
        let credential = self.credential();
        let secret = given.map_or(credential.sample, text);
        if let Some(parameter) = &credential.parameter {
            request.require_query_params.insert(parameter.clone(), vec![secret.clone()]);
        }
        let kinds = self.operation.security.first().into_iter().flatten().map(|credential| &credential.kind);
        for kind in kinds {
            match kind {
                CredentialKind::Bearer => {
                    request.headers.insert("authorization".to_owned(), format!("Bearer {secret}"));
                }
                CredentialKind::Parameter(Place::Query, name) => {
                    request.require_query_params.insert(name.clone(), vec![secret.clone()]);
                }
                CredentialKind::Parameter(Place::Header, name) => {
                    request.headers.insert(name.to_lowercase(), secret.clone());
                }
                CredentialKind::Parameter(..) | CredentialKind::Basic | CredentialKind::Other(_) => {}
            }
        }
        if !request.headers.contains_key("authorization") {
            request.forbid_headers.push("authorization".to_owned());
        }
    }

    /// The credential the client is given.
    pub fn credential(&self) -> Credential {
        self.source.provider.credential()
    }
}

/// The schema itself, its `$ref` followed.
fn resolved(document: &Document, schema: &Schema) -> Schema {
    fact::resolve(document, &schema.value, &schema.pointer)
        .map_or_else(|| schema.clone(), |(value, pointer)| Schema { value: value.clone(), pointer })
}

/// Where in its object's `required` list a property stands.
fn required_index(object: &Value, name: &str) -> Option<usize> {
    object.get("required")?.as_array()?.iter().position(|required| required == name)
}

fn fact_of_property(call: &Call<'_>, at: &str, property: &Value, sample: Option<&Value>) -> BTreeSet<FactId> {
    let example = property.get("example").filter(|example| Some(*example) == sample);
    std::iter::once(call.fact(at)).chain(example.map(|_| call.fact(&format!("{at}/example")))).collect()
}

/// A value as it stands in a query, a path or a header.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A value as one segment of a path: everything but the unreserved characters of RFC 3986 encoded.
fn encode_segment(value: &str) -> String {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    value
        .bytes()
        .map(|byte| if unreserved(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// A document's name as a part of a case's id: on one line, and with nothing that lists of cases or
/// terminals give a meaning.
pub(crate) fn id_part(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || (c.is_ascii_graphic() && c != '#');
    name.chars().map(|c| if plain(c) { c } else { '_' }).collect()
}
