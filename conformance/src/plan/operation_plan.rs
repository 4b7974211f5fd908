//! What planning the cases of one operation needs: its arguments, with a sample and the facts of each.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::OnceLock;

use serde_json::Value;

use super::case::{Basis, Case, Family, Outcome, id_part};
use super::fact::{self, FactId};
use super::source::Source;
use crate::document::pointer::escape;
use crate::document::schema::{sample, walk};
use crate::document::{Document, Location, Operation, Parameter, ParameterLocation, Schema};
use crate::wire::message::ExpectedRequest;
use crate::wire::request::{Arguments, BodyProperty, BodyShape, RequestShape, WHOLE_BODY};

/// One operation of one document, with everything that planning its cases needs.
#[derive(Debug)]
pub(crate) struct OperationPlan<'a> {
    pub(crate) source: &'a Source,
    pub(crate) operation: &'a Operation,
    /// How arguments become a request.
    pub(crate) shape: RequestShape<'a>,
    /// What a caller can give, in document order.
    pub(crate) arguments: Vec<Argument>,
    smallest: OnceLock<SmallestCall>,
}

/// The smallest documented call: a sample for every required argument, and nothing else.
#[derive(Debug)]
struct SmallestCall {
    arguments: Arguments,
    request: Arc<ExpectedRequest>,
    facts: BTreeSet<FactId>,
}

/// An argument that a caller can give.
#[derive(Clone, Debug)]
pub(crate) struct Argument {
    /// The name under which a driver finds it.
    pub(crate) name: String,
    /// Where it is sent; none when it is sent in the body.
    pub(crate) place: Option<ParameterLocation>,
    /// Whether the document requires it.
    pub(crate) required: bool,
    /// Whether only the server can know a valid value: by default, that of a parameter in the path.
    pub(crate) server_value: bool,
    /// Its schema, with `$ref` followed.
    pub(crate) schema: Schema,
    /// A value that the document allows.
    pub(crate) sample: Value,
    /// Where the provider states the sample, if it does.
    pub(crate) sampled_at: Option<Location>,
    /// Where it is stated.
    pub(crate) location: Location,
    /// Where the document states that it is required, if it does.
    pub(crate) required_at: Option<Location>,
    /// The facts that giving it exercises.
    pub(crate) facts: BTreeSet<FactId>,
}

impl<'a> OperationPlan<'a> {
    /// Collects the arguments of an operation.
    pub(crate) fn new(source: &'a Source, operation: &'a Operation) -> Self {
        let shape = RequestShape::of(&source.document, &source.provider, operation);
        let mut plan = Self { source, operation, shape, arguments: Vec::new(), smallest: OnceLock::new() };
        let given = plan.shape.parameters.iter();
        plan.arguments = given.map(|given| plan.parameter(&given.argument, given.parameter)).collect();
        let of_body: Vec<_> = plan.shape.body.iter().flat_map(|body| plan.body_arguments(body)).collect();
        plan.arguments.extend(of_body);
        plan
    }

    /// A case that makes the smallest documented call and expects an error, until the caller says what is served and
    /// expected. `id` is the part of the case id after `<provider>/<operation>/`.
    pub(crate) fn case(
        &self,
        id: &str,
        family: Family,
        purpose: impl Into<String>,
        location: &Location,
    ) -> Case {
        let smallest = self.smallest.get_or_init(|| self.smallest());
        let provider = &self.source.provider.name;
        Case {
            id: format!("{provider}/{}/{id}", id_part(&self.operation.id)),
            provider: provider.clone(),
            operation: self.operation.id.clone(),
            family,
            purpose: purpose.into(),
            location: location.clone(),
            facts: smallest.facts.clone(),
            params: smallest.arguments.clone(),
            credential: None,
            request: Some(smallest.request.clone()),
            serve: Vec::new(),
            upload: None,
            outcome: Outcome::Lost,
            basis: Basis::Document,
        }
    }

    fn smallest(&self) -> SmallestCall {
        let given = self.arguments.iter().filter(|argument| argument.required);
        let arguments =
            given.clone().map(|argument| (argument.name.clone(), argument.sample.clone())).collect();
        let request = Arc::new(self.shape.request(&arguments, &self.shape.sample_credentials(None)));
        let known = self.operation.credentials().iter().filter(|credential| credential.kind.is_known());
        let credentials = known.map(|credential| self.fact(&credential.location.pointer));
        let supplied = self.shape.client_supplied.iter().flat_map(|parameter| self.supplied_facts(parameter));
        let facts = std::iter::once(self.fact(&self.operation.location.pointer))
            .chain(credentials)
            .chain(supplied)
            .chain(self.body_type())
            .chain(given.flat_map(|argument| argument.facts.clone()))
            .collect();
        SmallestCall { arguments, request, facts }
    }

    /// The id of the fact at a pointer of the document.
    pub(crate) fn fact(&self, pointer: &str) -> FactId {
        fact::id(&self.source.document, pointer)
    }

    /// The fact that the body is an object: every body sent is compared with one.
    fn body_type(&self) -> Vec<FactId> {
        let objects = self.shape.body.iter().flat_map(|body| &body.objects);
        let typed = objects.filter(|(object, _)| walk::is_object(object));
        typed.map(|(_, pointer)| self.fact(&format!("{pointer}/type"))).collect()
    }

    /// The facts of a parameter that the client supplies. Every case checks its presence and its value.
    fn supplied_facts(&self, parameter: &Parameter) -> Vec<FactId> {
        let constraints = fact::constraints(&self.source.document, &parameter.schema);
        let examples = parameter.examples.iter().map(|example| example.location.pointer.clone());
        let own = [parameter.location.pointer.clone(), format!("{}/required", parameter.location.pointer)];
        own.into_iter().chain(examples).map(|pointer| self.fact(&pointer)).chain(constraints).collect()
    }

    fn parameter(&self, name: &str, parameter: &Parameter) -> Argument {
        let document = &self.source.document;
        let documented = parameter.examples.first().map(|example| example.value.clone());
        let examples = parameter.examples.iter().map(|example| self.fact(&example.location.pointer));
        let required_at = format!("{}/required", parameter.location.pointer);
        let (sample, sampled_at) =
            self.sample(&[name, &parameter.name], documented, &parameter.schema, Some(parameter.sent_in));
        Argument {
            name: name.to_owned(),
            place: Some(parameter.sent_in),
            required: parameter.required || parameter.sent_in == ParameterLocation::Path,
            server_value: self
                .is_server_value(&[name, &parameter.name], parameter.sent_in == ParameterLocation::Path),
            sample,
            sampled_at,
            schema: resolved(document, &parameter.schema),
            location: parameter.location.clone(),
            required_at: parameter.required.then(|| document.locate(&required_at)),
            facts: std::iter::once(self.fact(&parameter.location.pointer)).chain(examples).collect(),
        }
    }

    /// The credential as an argument, where it is a documented parameter.
    pub(crate) fn credential_argument(&self) -> Option<Argument> {
        let asked = self.shape.credentials.iter().find(|asked| asked.is_parameter)?;
        let name = asked.own.parameter.as_deref()?;
        let parameter = self.operation.parameters.iter().find(|parameter| parameter.name == name)?;
        let place = self.source.provider.locate(&format!("/credentials/{}/sample", escape(&asked.own.name)));
        let sample = asked.own.sample().into();
        Some(Argument { sample, sampled_at: Some(place), ..self.parameter(name, parameter) })
    }

    /// The parameters that the client supplies by itself, as arguments.
    pub(crate) fn client_supplied(&self) -> Vec<Argument> {
        let supplied = self.shape.client_supplied.iter();
        supplied.map(|parameter| self.parameter(&parameter.name, parameter)).collect()
    }

    /// The names under which a provider may list a parameter of this operation.
    pub(crate) fn parameter_names(&self) -> Vec<String> {
        let properties = self.shape.body.iter().flat_map(|body| &body.properties);
        let arguments = self.arguments.iter().map(|argument| argument.name.as_str());
        let parameters = self.operation.parameters.iter().map(|parameter| parameter.name.as_str());
        arguments
            .chain(parameters)
            .chain(properties.map(|property| property.name))
            .map(str::to_owned)
            .collect()
    }

    /// The properties of the body; the whole body as one argument when it has none.
    fn body_arguments(&self, body: &BodyShape<'a>) -> Vec<Argument> {
        match body.properties.is_empty() {
            true => vec![self.whole_body(body)],
            false => body.properties.iter().map(|property| self.property(body, property)).collect(),
        }
    }

    fn property(&self, body: &BodyShape<'a>, property: &BodyProperty<'a>) -> Argument {
        let document = &self.source.document;
        let at = format!("{}/properties/{}", property.within, escape(property.name));
        let schema = Schema { value: property.schema.clone(), pointer: at.clone() };
        let example = body.content.examples.first().and_then(|example| example.value.get(property.name));
        let documented = example.or(property.schema.get("example")).cloned();
        let required_at = body.objects.iter().find_map(|(object, pointer)| {
            let index = walk::required(object).position(|required| required == property.name)?;
            Some(document.locate(&format!("{pointer}/required/{index}")))
        });
        let names = [property.argument.as_str(), property.name];
        let (sample, sampled_at) = self.sample(&names, documented.clone(), &schema, None);
        let mut facts = BTreeSet::from([self.fact(&at)]);
        if documented.is_some() && property.schema.get("example") == documented.as_ref() {
            facts.insert(self.fact(&format!("{at}/example")));
        }
        let schema = resolved(document, &schema);
        facts.extend(facts_within(document, &schema, &sample));
        Argument {
            name: property.argument.clone(),
            place: None,
            required: required_at.is_some(),
            server_value: self.is_server_value(&names, false),
            required_at,
            facts,
            sample,
            sampled_at,
            schema,
            location: document.locate(&at),
        }
    }

    fn whole_body(&self, BodyShape { content, schema, .. }: &BodyShape<'a>) -> Argument {
        let documented = content.examples.first();
        let (sample, sampled_at) =
            self.sample(&[WHOLE_BODY], documented.map(|example| example.value.clone()), schema, None);
        let facts = documented.map(|example| self.fact(&example.location.pointer));
        let schema = resolved(&self.source.document, schema);
        Argument {
            name: WHOLE_BODY.to_owned(),
            place: None,
            required: self.operation.body.as_ref().is_some_and(|body| body.required),
            server_value: self.is_server_value(&[WHOLE_BODY], false),
            facts: facts.into_iter().chain(facts_within(&self.source.document, &schema, &sample)).collect(),
            sample,
            sampled_at,
            schema,
            location: content.location.clone(),
            required_at: None,
        }
    }

    fn is_server_value(&self, names: &[&str], otherwise: bool) -> bool {
        self.source.provider.is_server_value(&self.operation.id, names).unwrap_or(otherwise)
    }

    /// A value that the document allows, and where the provider states it, if it does. `names` are the names under which a
    /// provider may list it.
    fn sample(
        &self,
        names: &[&str],
        documented: Option<Value>,
        schema: &Schema,
        place: Option<ParameterLocation>,
    ) -> (Value, Option<Location>) {
        if let Some((sample, place)) = self.source.provider.sample(&self.operation.id, names) {
            return (sample.clone(), Some(place));
        }
        let document = &self.source.document;
        let synthesised = || match place {
            Some(ParameterLocation::Header | ParameterLocation::Cookie) => sample::value(document, schema),
            _ => sample::argument(document, schema, place == Some(ParameterLocation::Path)),
        };
        (documented.or_else(synthesised).unwrap_or(Value::Null), None)
    }
}

/// The schema with its `$ref` followed.
fn resolved(document: &Document, schema: &Schema) -> Schema {
    walk::resolve(document, &schema.value, &schema.pointer)
        .map_or_else(|| schema.clone(), |(value, pointer)| Schema { value: value.clone(), pointer })
}

/// The facts that the parts of a value exercise. A single value has none: cases of their own exercise its constraints.
fn facts_within(document: &Document, schema: &Schema, sample: &Value) -> BTreeSet<FactId> {
    let has_forms = ["oneOf", "anyOf"].iter().any(|keyword| schema.value.get(*keyword).is_some());
    let has_parts = sample.is_object() || sample.is_array() || has_forms;
    if has_parts { fact::exercised(document, schema, sample) } else { BTreeSet::new() }
}
