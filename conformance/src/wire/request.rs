//! The request that the arguments of an operation become.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::utf8_percent_encode;
use serde_json::{Map, Value};

use super::body;
use super::credential::{self, AskedCredential, Credentials};
use super::message::ExpectedRequest;
use super::parameter::{UNRESERVED, text};
use crate::document::schema::walk;
use crate::document::{Content, CredentialKind, Document, Operation, Parameter, ParameterLocation, Schema};
use crate::provider::{ClientCredential, Provider};

/// The name of the argument that is the whole body, where the body is not an object with properties.
pub(crate) const WHOLE_BODY: &str = "body";

/// The arguments of a call, by name.
pub type Arguments = Map<String, Value>;

/// How the arguments of one operation become a request.
#[derive(Debug)]
pub(crate) struct RequestShape<'a> {
    operation: &'a Operation,
    /// The credentials that it asks for.
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
    pub(crate) schema: &'a Schema,
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
        if let Some(body) = &mut body {
            name_by_place(&mut parameters, &mut body.properties);
        }
        let constants = client_supplied.iter().filter_map(|parameter| {
            let (value, _) = provider.sample(&operation.id, &[&parameter.name])?;
            Some((parameter.name.as_str(), text(value)))
        });
        Self {
            operation,
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
            query_params: self
                .given(arguments, ParameterLocation::Query)
                .map(|(name, value)| (name.to_owned(), text(value)))
                .collect(),
            require_query_params: self.supplied_by_client(),
            headers: self.headers(arguments),
            ..ExpectedRequest::default()
        };
        if let Some(body) = &self.body {
            request.body = body.value(arguments);
            request.body_media_type = Some(body.content.media_type.clone());
        }
        credential::put(&self.credentials, credentials, &mut request);
        request
    }

    fn path(&self, arguments: &Arguments) -> String {
        let in_path =
            self.parameters.iter().filter(|given| given.parameter.sent_in == ParameterLocation::Path);
        let given = in_path.map(|given| {
            let value = arguments.get(&given.argument).map(text).unwrap_or_default();
            (given.parameter.name.as_str(), value)
        });
        let constants = self.constants.iter().map(|(name, value)| (*name, value.clone()));
        let mut path = self.operation.path.clone();
        for (name, value) in given.chain(constants) {
            let segment = utf8_percent_encode(&value, UNRESERVED).to_string();
            path = path.replace(&format!("{{{name}}}"), &segment);
        }
        self.prefix.clone() + &path
    }

    fn given<'p>(
        &'p self,
        arguments: &'p Arguments,
        place: ParameterLocation,
    ) -> impl Iterator<Item = (&'p str, &'p Value)> {
        let there = self.parameters.iter().filter(move |given| given.parameter.sent_in == place);
        there.filter_map(|given| Some((given.parameter.name.as_str(), arguments.get(&given.argument)?)))
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

    fn headers(&self, arguments: &Arguments) -> BTreeMap<String, String> {
        let given = self.given(arguments, ParameterLocation::Header);
        let mut headers: BTreeMap<_, _> =
            given.map(|(name, value)| (name.to_lowercase(), text(value))).collect();
        let cookies = self.given(arguments, ParameterLocation::Cookie);
        let cookies: Vec<_> = cookies.map(|(name, value)| format!("{name}={}", text(value))).collect();
        if !cookies.is_empty() {
            headers.insert("cookie".to_owned(), cookies.join("; "));
        }
        headers
    }
}

impl<'a> BodyShape<'a> {
    fn of(document: &'a Document, operation: &'a Operation) -> Option<Self> {
        let content = body::preferred(&operation.body.as_ref()?.contents)?;
        let schema = content.schema.as_ref()?;
        let objects = walk::objects(document, &schema.value, &schema.pointer);
        let properties = objects.iter().flat_map(|(object, pointer)| {
            let of_object = walk::properties(object);
            of_object.map(move |(name, schema)| BodyProperty {
                argument: name.clone(),
                name,
                schema,
                within: pointer.clone(),
            })
        });
        Some(Self { content, schema, properties: properties.collect(), objects })
    }

    fn value(&self, arguments: &Arguments) -> Option<Value> {
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
fn name_by_place(parameters: &mut [GivenParameter<'_>], properties: &mut [BodyProperty<'_>]) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let of_body: BTreeSet<&str> = match &*properties {
        [] => BTreeSet::from([WHOLE_BODY]),
        properties => properties.iter().map(|property| property.name).collect(),
    };
    for name in parameters.iter().map(|given| given.argument.as_str()).chain(of_body) {
        *counts.entry(name.to_owned()).or_default() += 1;
    }
    let is_shared = |name: &String| counts.get(name).is_some_and(|count| *count > 1);
    for given in parameters.iter_mut().filter(|given| is_shared(&given.argument)) {
        given.argument = format!("{}.{}", given.parameter.sent_in.word(), given.argument);
    }
    for property in properties.iter_mut().filter(|property| is_shared(&property.argument)) {
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
    let after_host = base.split_once("://").map_or("", |(_, rest)| rest).split_once('/');
    match after_host.map_or("", |(_, path)| path.trim_end_matches('/')) {
        "" => String::new(),
        path => format!("/{path}"),
    }
}
