//! What planning the cases of one operation needs: its arguments, with a sample and the facts of each.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::Arc;

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
    smallest: OnceCell<SmallestCall>,
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
    /// Its schema, with `$ref` followed.
    pub(crate) schema: Schema,
    /// A value that the document allows.
    pub(crate) sample: Value,
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
        let mut plan = Self { source, operation, shape, arguments: Vec::new(), smallest: OnceCell::new() };
        let given = plan.shape.parameters.iter();
        plan.arguments = given.map(|given| plan.parameter(&given.argument, given.parameter)).collect();
        let of_body: Vec<_> = plan.shape.body.iter().flat_map(|body| plan.body_arguments(body)).collect();
        plan.arguments.extend(of_body);
        plan
    }

    /// A case that makes the smallest documented call and expects a refusal, until the caller says what is served and
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
            outcome: Outcome::Refused,
            basis: Basis::Document,
        }
    }

    fn smallest(&self) -> SmallestCall {
        let given = self.arguments.iter().filter(|argument| argument.required);
        let arguments =
            given.clone().map(|argument| (argument.name.clone(), argument.sample.clone())).collect();
        let request = Arc::new(self.shape.request(&arguments, None));
        let known = self.operation.credentials().iter().filter(|credential| credential.kind.is_known());
        let credentials = known.map(|credential| self.fact(&credential.location.pointer));
        let supplied =
            self.shape.client_supplied.iter().flat_map(|parameter| self.client_supplied(parameter));
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
        let typed = objects.filter(|(object, _)| object.get("type").is_some_and(|kind| kind == "object"));
        typed.map(|(_, pointer)| self.fact(&format!("{pointer}/type"))).collect()
    }

    /// The facts of a parameter that the client supplies. Every case checks its presence and its value.
    fn client_supplied(&self, parameter: &Parameter) -> Vec<FactId> {
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
        Argument {
            name: name.to_owned(),
            place: Some(parameter.sent_in),
            required: parameter.required || parameter.sent_in == ParameterLocation::Path,
            sample: self.sample(&parameter.name, documented, &parameter.schema),
            schema: resolved(document, &parameter.schema),
            location: parameter.location.clone(),
            required_at: parameter.required.then(|| document.locate(&required_at)),
            facts: std::iter::once(self.fact(&parameter.location.pointer)).chain(examples).collect(),
        }
    }

    /// The credential as an argument, where it is a documented parameter.
    pub(crate) fn credential_argument(&self) -> Option<Argument> {
        let name = self.source.provider.credential.as_ref()?.parameter.as_deref()?;
        let parameter = self.operation.parameters.iter().find(|parameter| parameter.name == name)?;
        Some(Argument {
            sample: self.source.provider.credential().sample.into(),
            ..self.parameter(name, parameter)
        })
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
        let sample = self.sample(property.name, documented.clone(), &schema);
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
            required_at,
            facts,
            sample,
            schema,
            location: document.locate(&at),
        }
    }

    fn whole_body(&self, BodyShape { content, schema, .. }: &BodyShape<'a>) -> Argument {
        let documented = content.examples.first();
        let sample = self.sample(WHOLE_BODY, documented.map(|example| example.value.clone()), schema);
        let facts = documented.map(|example| self.fact(&example.location.pointer));
        let schema = resolved(&self.source.document, schema);
        Argument {
            name: WHOLE_BODY.to_owned(),
            place: None,
            required: self.operation.body.as_ref().is_some_and(|body| body.required),
            facts: facts.into_iter().chain(facts_within(&self.source.document, &schema, &sample)).collect(),
            sample,
            schema,
            location: content.location.clone(),
            required_at: None,
        }
    }

    fn sample(&self, name: &str, documented: Option<Value>, schema: &Schema) -> Value {
        let provider = self.source.provider.samples.get(name).cloned();
        provider
            .or(documented)
            .or_else(|| sample::value(&self.source.document, schema))
            .unwrap_or(Value::Null)
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
