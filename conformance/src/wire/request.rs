//! The request that the arguments of an operation become.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use serde_json::{Map, Value, json};

use super::body::{self, BodyFormat};
use super::credential::{self, AskedCredential, Credentials};
use super::message::ExpectedRequest;
use super::parameter::ExpectedParameter;
use super::serialisation::{TemplatePart, escaped, escaped_literal, template, text};
use crate::document::schema::walk;
use crate::document::{Content, CredentialKind, Document, Operation, Parameter, ParameterLocation, Schema};
use crate::provider::{ClientCredential, Provider};

/// The name of the argument that is the whole body, where the body is not an object with properties.
pub(crate) const WHOLE_BODY: &str = "body";

/// The schema of a body whose media type has none.
static ANY_VALUE: LazyLock<Schema> = LazyLock::new(|| Schema { value: json!({}), pointer: String::new() });

/// The arguments of a call, by name.
pub type Arguments = Map<String, Value>;

/// How the arguments of one operation become a request.
#[derive(Debug)]
pub(crate) struct RequestShape<'a> {
    operation: &'a Operation,
    /// The alternatives of the credentials that it asks for.
    pub(crate) alternatives: Vec<Vec<AskedCredential>>,
    /// The credentials of all alternatives.
    pub(crate) credentials: Vec<AskedCredential>,
    /// The path of the server's URL, with which the path of each request begins: `/api`, or empty.
    pub(crate) prefix: String,
    /// The parameters that the caller gives.
    pub(crate) parameters: Vec<GivenParameter<'a>>,
    /// The parameters that the client supplies by itself: its credential, or a constant.
    pub(crate) client_supplied: Vec<&'a Parameter>,
    /// The value of each of them that the provider states.
    constants: BTreeMap<&'a str, String>,
    /// The body, where its schema is documented.
    pub(crate) body: Option<BodyShape<'a>>,
}

/// A parameter that the caller gives.
#[derive(Debug)]
pub(crate) struct GivenParameter<'a> {
    /// The name of the argument.
    pub(crate) argument: String,
    pub(crate) parameter: &'a Parameter,
}

/// The body of a request.
#[derive(Debug)]
pub(crate) struct BodyShape<'a> {
    pub(crate) content: &'a Content,
    /// Its schema; one that allows every value, where the document states none.
    pub(crate) schema: &'a Schema,
    /// The documented media types, first the one that is sent.
    formats: Arc<[BodyFormat]>,
    /// The object schemas that make up the body, each with its JSON pointer.
    pub(crate) objects: Vec<(&'a Value, String)>,
    /// The properties of the body, each an argument. Empty: the whole body is one argument.
    pub(crate) properties: Vec<BodyProperty<'a>>,
}

/// A property of a body.
#[derive(Clone, Debug)]
pub(crate) struct BodyProperty<'a> {
    /// The name of the argument.
    pub(crate) argument: String,
    pub(crate) name: &'a str,
    pub(crate) schema: &'a Value,
    /// The JSON pointer of the object schema that has it.
    pub(crate) within: String,
}

impl<'a> RequestShape<'a> {
    pub(crate) fn of(document: &'a Document, provider: &Provider, operation: &'a Operation) -> Self {
        let (client_supplied, given): (Vec<_>, Vec<_>) = operation
            .parameters
            .iter()
            .partition(|parameter| is_client_supplied(provider, operation, &parameter.name));
        let given = given.into_iter();
        let mut parameters: Vec<_> =
            given.map(|parameter| GivenParameter { argument: parameter.name.clone(), parameter }).collect();
        let mut body = BodyShape::of(document, operation);
        name_by_place(&mut parameters, body.as_mut());
        let constants = client_supplied.iter().filter_map(|parameter| {
            let (value, _) = provider.sample(&operation.id, &[&parameter.name])?;
            Some((parameter.name.as_str(), text(value)))
        });
        Self {
            operation,
            alternatives: credential::alternatives(provider, operation),
            credentials: credential::asked(provider, operation),
            prefix: prefix(document, provider, operation),
            parameters,
            constants: constants.collect(),
            client_supplied,
            body,
        }
    }

    /// The sample of each credential. `replaced` is the value of the one that is a parameter.
    pub(crate) fn sample_credentials(&self, replaced: Option<&Value>) -> Credentials {
        credential::values(&self.credentials, replaced, ClientCredential::sample)
    }

    /// The request for these arguments and credentials.
    pub(crate) fn request(&self, arguments: &Arguments, credentials: &Credentials) -> ExpectedRequest {
        let mut request = ExpectedRequest {
            method: self.operation.method.clone(),
            uri: self.path(arguments),
            template: format!("{}{}", self.prefix, self.operation.path),
            parameters: self.given(arguments).collect(),
            require_query_params: self.supplied_by_client(),
            ..ExpectedRequest::default()
        };
        if let Some(body) = &self.body {
            request.body = body.value(arguments);
            request.body_media_type = body.formats.first().map(BodyFormat::sent_as);
            request.bodies = Arc::clone(&body.formats);
        }
        credential::put(&self.alternatives, credentials, &mut request);
        request
    }

    fn path(&self, arguments: &Arguments) -> String {
        let given: BTreeMap<String, String> = self
            .given(arguments)
            .filter(|parameter| parameter.sent_in == ParameterLocation::Path)
            .map(|parameter| (parameter.name.clone(), parameter.written()))
            .collect();
        let constant = |name: &str| Some(escaped(self.constants.get(name)?));
        let segment = |piece: TemplatePart<'_>| match piece {
            TemplatePart::Literal(literal) => escaped_literal(literal),
            TemplatePart::Name(name) => given.get(name).cloned().or(constant(name)).unwrap_or_default(),
        };
        self.prefix.clone() + &template(&self.operation.path).map(segment).collect::<String>()
    }

    fn given(&self, arguments: &Arguments) -> impl Iterator<Item = ExpectedParameter> {
        self.parameters.iter().filter_map(|given| {
            Some(ExpectedParameter::new(given.parameter, arguments.get(&given.argument)?))
        })
    }

    fn supplied_by_client(&self) -> BTreeMap<String, Vec<String>> {
        let in_query =
            self.client_supplied.iter().filter(|parameter| parameter.sent_in == ParameterLocation::Query);
        let allowed = in_query.map(|parameter| {
            let listed = parameter.schema.value.get("enum").and_then(Value::as_array);
            let allowed = match self.constants.get(parameter.name.as_str()) {
                Some(constant) => vec![constant.clone()],
                None => listed.into_iter().flatten().map(text).collect(),
            };
            (parameter.name.clone(), allowed)
        });
        allowed.collect()
    }
}

/// Whether no property is described twice, by several parts of an `allOf`: a value for it must satisfy all of them.
fn are_distinct(objects: &[(&Value, String)]) -> bool {
    let mut names = BTreeSet::new();
    objects.iter().flat_map(|(object, _)| walk::properties(object)).all(|(name, _)| names.insert(name))
}

impl<'a> BodyShape<'a> {
    fn of(document: &'a Document, operation: &'a Operation) -> Option<Self> {
        let content = body::preferred(&operation.body.as_ref()?.contents)?;
        let others = operation.body.iter().flat_map(|body| &body.contents);
        let others = others.filter(|other| other.location != content.location);
        let formats: Arc<[BodyFormat]> =
            std::iter::once(content).chain(others).map(|content| BodyFormat::of(document, content)).collect();
        let is_bytes = formats.first().is_some_and(BodyFormat::is_bytes);
        let any = is_bytes.then_some(&*ANY_VALUE);
        let schema = content.schema.as_ref().or(any)?;
        let has_properties = formats.first().is_some_and(BodyFormat::has_properties);
        let objects = walk::objects(document, &schema.value, &schema.pointer);
        let objects = if has_properties && are_distinct(&objects) { objects } else { Vec::new() };
        let properties = objects.iter().flat_map(|(object, pointer)| {
            let of_object = walk::properties(object);
            of_object.map(move |(name, schema)| BodyProperty {
                argument: name.clone(),
                name,
                schema,
                within: pointer.clone(),
            })
        });
        Some(Self { content, schema, properties: properties.collect(), objects, formats })
    }

    /// The format in which the body is sent.
    pub(crate) fn format(&self) -> Option<&BodyFormat> {
        self.formats.first()
    }

    /// The body with these arguments; none when the whole body is one argument that is not given.
    pub(crate) fn value(&self, arguments: &Arguments) -> Option<Value> {
        if self.properties.is_empty() {
            return arguments.get(WHOLE_BODY).cloned();
        }
        let given = self.properties.iter().filter_map(|property| {
            Some((property.name.to_owned(), arguments.get(&property.argument)?.clone()))
        });
        Some(Value::Object(given.collect()))
    }
}

/// Names arguments by their place, `path.id` and `body.id`, where several of an operation have the same name.
fn name_by_place(parameters: &mut [GivenParameter<'_>], body: Option<&mut BodyShape<'_>>) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let of_body: BTreeSet<&str> = match body.as_deref().map(|body| body.properties.as_slice()) {
        None => BTreeSet::new(),
        Some([]) => BTreeSet::from([WHOLE_BODY]),
        Some(properties) => properties.iter().map(|property| property.name).collect(),
    };
    for name in parameters.iter().map(|given| given.argument.as_str()).chain(of_body) {
        *counts.entry(name.to_owned()).or_default() += 1;
    }
    let is_shared = |name: &String| counts.get(name).is_some_and(|count| *count > 1);
    for given in parameters.iter_mut().filter(|given| is_shared(&given.argument)) {
        given.argument = format!("{}.{}", given.parameter.sent_in.word(), given.argument);
    }
    let properties = body.into_iter().flat_map(|body| &mut body.properties);
    for property in properties.filter(|property| is_shared(&property.argument)) {
        property.argument = format!("body.{}", property.argument);
    }
}

fn is_client_supplied(provider: &Provider, operation: &Operation, name: &str) -> bool {
    let is_named = |kind: &CredentialKind| matches!(kind, CredentialKind::Parameter(_, own) if own == name);
    provider.has_credential_parameter(name)
        || operation.security.iter().flatten().any(|credential| is_named(&credential.kind))
        || provider.client_supplied_at(&operation.id, name).is_some()
}

/// The path of the base URL: of the provider's, or else of the document's. It is empty, or begins with `/` and does not end with it.
pub(crate) fn prefix(document: &Document, provider: &Provider, operation: &Operation) -> String {
    let stated = || document.servers_of(operation).first().map(|server| server.url.as_str());
    let base = provider.base_url.as_deref().or_else(stated).unwrap_or_default();
    let path = match base.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map(|(_, path)| path),
        // A URL without a host is relative to that of the document.
        None => base.strip_prefix('/'),
    };
    match path.unwrap_or_default().trim_end_matches('/') {
        "" => String::new(),
        path => format!("/{path}"),
    }
}
