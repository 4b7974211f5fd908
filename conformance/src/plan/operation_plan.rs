//! What planning the cases of one operation needs: its arguments, with a sample and the facts of each.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::case::{Basis, Case, Family, Outcome, id_part};
use super::fact::{self, FactId};
use super::planned_argument::Argument;
use super::source::Source;
use super::unexercised::Skipped;
use crate::document::pointer::escape;
use crate::document::schema::{sample, walk};
use crate::document::{Document, Location, Operation, Parameter, ParameterLocation, Schema};
use crate::wire::body::{BodyFormat, is_file_schema};
use crate::wire::credential::{self, AskedCredential};
use crate::wire::message::ExpectedRequest;
use crate::wire::parameter::{Place, carries};
use crate::wire::request::{Arguments, BodyProperty, BodyShape, RequestShape, WHOLE_BODY};
use crate::wire::value::{file, has_file, is_composite};

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
            credentials: None,
            request: Some(smallest.request.clone()),
            serve: Vec::new(),
            upload: None,
            outcome: Outcome::Lost,
            basis: Basis::Document,
        }
    }

    fn smallest(&self) -> SmallestCall {
        let sample = |argument: &Argument| (argument.name.clone(), argument.sample.clone());
        let required: Arguments = self.arguments.iter().filter(|one| one.required).map(sample).collect();
        // The body as a whole can ask for more properties than those that it requires.
        let all =
            || self.arguments.iter().filter(|one| one.required || one.place.is_none()).map(sample).collect();
        let arguments = if self.allows_body(&required) { required } else { all() };
        let given = self.arguments.iter().filter(|argument| arguments.contains_key(&argument.name));
        let request = Arc::new(self.shape.request(&arguments, &self.shape.sample_credentials(None)));
        let alternatives = self.shape.alternatives.iter();
        let checked = alternatives
            .zip(credential::selectable(&self.shape.alternatives))
            .filter(|(_, has_case)| !has_case);
        let credentials = checked.flat_map(|(alternative, _)| self.credential_facts(alternative));
        let supplied = self.shape.client_supplied.iter().flat_map(|parameter| self.supplied_facts(parameter));
        let facts = std::iter::once(self.fact(&self.operation.location.pointer))
            .chain(credentials)
            .chain(supplied)
            .chain(self.body_type())
            .chain(given.flat_map(|argument| argument.facts.clone()))
            .collect();
        SmallestCall { arguments, request, facts }
    }

    /// The facts of an alternative of the credentials. A request must have one alternative of those without cases of their own.
    pub(crate) fn credential_facts(&self, alternative: &[AskedCredential]) -> Vec<FactId> {
        let stated = alternative.iter().filter(|asked| !asked.is_parameter && asked.kind.is_known());
        stated.map(|asked| self.fact(&asked.location.pointer)).collect()
    }

    /// Checks that the smallest documented call satisfies the document.
    ///
    /// # Errors
    ///
    /// In a few words, for which argument the suite has no value.
    pub(super) fn check_samples(&self) -> Result<(), String> {
        let given =
            self.arguments.iter().filter(|one| one.required && one.sampled_at.is_none() && !one.has_file());
        for argument in given {
            let validator = self.source.document.compiled(&argument.schema);
            let validator = validator
                .ok_or_else(|| format!("the schema of the argument {} cannot be compiled", argument.name))?;
            if !validator.is_valid(&argument.sample) {
                return Err(format!("the suite found no value for the required argument {}", argument.name));
            }
        }
        let smallest = self.smallest.get_or_init(|| self.smallest());
        match self.allows_body(&smallest.arguments) {
            true if smallest.request.has_all_segments() => Ok(()),
            true => Err("the path of a request cannot carry a value that the suite found".to_owned()),
            false => Err("the suite found no body that satisfies its schema".to_owned()),
        }
    }

    /// Whether the body with these arguments satisfies its schema, if each argument satisfies its own. A provider can state a sample
    /// that does not, and a file is no JSON value.
    pub(super) fn allows_body(&self, arguments: &Arguments) -> bool {
        let document = &self.source.document;
        let Some(body) = self.shape.body.as_ref().filter(|body| !body.properties.is_empty()) else {
            return true;
        };
        let is_stated =
            self.arguments.iter().any(|argument| argument.sampled_at.is_some() || argument.has_file());
        if is_stated || walk::is_plain(document, &body.schema.value) {
            return true;
        }
        let validator = document.compiled(body.schema);
        validator
            .is_some_and(|validator| body.value(arguments).is_none_or(|value| validator.is_valid(&value)))
    }

    /// The examples of arguments and responses that break their schemas. No case uses them.
    pub(super) fn wrong_examples(&self) -> Vec<Skipped> {
        let document = &self.source.document;
        let parameters = self.operation.parameters.iter();
        let headers = self.operation.responses.iter().flat_map(|response| &response.headers);
        let described = parameters.chain(headers).map(|parameter| (&parameter.schema, &parameter.examples));
        let bodies = self.operation.body.iter().flat_map(|body| &body.contents);
        let contents = bodies.chain(self.operation.responses.iter().flat_map(|response| &response.contents));
        let contents = contents.filter_map(|content| Some((content.schema.as_ref()?, &content.examples)));
        let all = described
            .chain(contents)
            .flat_map(|(schema, examples)| examples.iter().map(move |one| (schema, one)));
        let wrong = all.filter(|(schema, example)| !sample::is_right(document, schema, example));
        wrong
            .map(|(_, example)| self.skipped(&example.location, "the example breaks its schema".to_owned()))
            .collect()
    }

    /// What planning left out at this place.
    pub(super) fn skipped(&self, location: &Location, reason: String) -> Skipped {
        Skipped { id: self.fact(&location.pointer), reason }
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
        let right =
            parameter.examples.iter().filter(|one| sample::is_right(document, &parameter.schema, one));
        let examples = right.map(|example| self.fact(&example.location.pointer));
        let facts = std::iter::once(self.fact(&parameter.location.pointer)).chain(examples);
        let required_at = format!("{}/required", parameter.location.pointer);
        let (sample, sampled_at) =
            self.sample(&[name, &parameter.name], documented, &parameter.schema, Some(parameter.sent_in));
        let schema = resolved(document, &parameter.schema);
        let within = facts_within(document, &schema, &sample);
        // OpenAPI does not say how the parts of a part are sent: then nothing is known about the request.
        let is_single = !is_composite(&sample);
        let is_judged = is_single || carries(Place::Parameter(parameter.sent_in, &parameter.format), &sample);
        Argument {
            name: name.to_owned(),
            place: Some(parameter.sent_in),
            format: Some(parameter.format.clone()),
            allow_empty: parameter.allow_empty,
            required: parameter.required || parameter.sent_in == ParameterLocation::Path,
            server_value: self
                .is_server_value(&[name, &parameter.name], parameter.sent_in == ParameterLocation::Path),
            sample,
            sampled_at,
            schema,
            location: parameter.location.clone(),
            required_at: parameter.required.then(|| document.locate(&required_at)),
            facts: facts.chain(within).filter(|_| is_judged).collect(),
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
        let own = property.schema.get("example").filter(|own| documented.as_ref() == Some(own));
        if own.is_some_and(|own| document.allows(&schema, own)) {
            facts.insert(self.fact(&format!("{at}/example")));
        }
        let schema = resolved(document, &schema);
        facts.extend(facts_within(document, &schema, &sample));
        Argument {
            name: property.argument.clone(),
            place: None,
            format: None,
            allow_empty: false,
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

    fn whole_body(&self, body: &BodyShape<'a>) -> Argument {
        let BodyShape { content, schema, .. } = body;
        let documented = content.examples.first();
        let (sample, sampled_at) =
            self.sample(&[WHOLE_BODY], documented.map(|example| example.value.clone()), schema, None);
        let right = documented.filter(|example| sample::is_right(&self.source.document, schema, example));
        let facts = right.into_iter().map(|example| self.fact(&example.location.pointer));
        let schema = resolved(&self.source.document, schema);
        let facts = facts.chain(facts_within(&self.source.document, &schema, &sample));
        let is_judged = body.format().is_some_and(BodyFormat::is_judged);
        Argument {
            name: WHOLE_BODY.to_owned(),
            place: None,
            format: None,
            allow_empty: false,
            required: self.operation.body.as_ref().is_some_and(|body| body.required),
            server_value: self.is_server_value(&[WHOLE_BODY], false),
            facts: facts.filter(|_| is_judged).collect(),
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

    /// A file, where the body can have one.
    fn file(&self, schema: &Schema, place: Option<ParameterLocation>) -> Option<Value> {
        let format = self.shape.body.as_ref().and_then(BodyShape::format)?;
        (place.is_none() && format.has_files())
            .then(|| file_of(&self.source.document, &schema.value))
            .flatten()
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
        if let Some(file) = self.file(schema, place) {
            return (file, None);
        }
        let synthesised = || match place {
            Some(ParameterLocation::Header | ParameterLocation::Cookie) => sample::value(document, schema),
            _ => sample::argument(document, schema, place == Some(ParameterLocation::Path)),
        };
        let is_right = |value: &Value| document.allows(schema, value);
        (documented.filter(is_right).or_else(synthesised).unwrap_or(Value::Null), None)
    }
}

/// The constraints of a schema that describes a file, or a list of files. Every value that is no file breaks them.
fn facts_of_file(document: &Document, schema: &Schema) -> BTreeSet<FactId> {
    let (items, pointer) = (schema.value.get("items"), format!("{}/items", schema.pointer));
    let items = items.map(|items| Schema { value: items.clone(), pointer });
    std::iter::once(schema).chain(&items).flat_map(|schema| fact::constraints(document, schema)).collect()
}

/// A file, or a list of files, where a schema describes one.
fn file_of(document: &Document, schema: &Value) -> Option<Value> {
    let (schema, _) = walk::resolve(document, schema, "")?;
    match schema.get("items") {
        Some(items) => Some(json!([file_of(document, items)?])),
        None => is_file_schema(schema).then(file),
    }
}

/// The schema with its `$ref` followed.
fn resolved(document: &Document, schema: &Schema) -> Schema {
    walk::resolve(document, &schema.value, &schema.pointer)
        .map_or_else(|| schema.clone(), |(value, pointer)| Schema { value: value.clone(), pointer })
}

/// The facts that the parts of a value exercise. A single value has none: cases of their own exercise its constraints.
fn facts_within(document: &Document, schema: &Schema, sample: &Value) -> BTreeSet<FactId> {
    if has_file(sample) {
        return facts_of_file(document, schema);
    }
    let has_forms = ["oneOf", "anyOf"].iter().any(|keyword| schema.value.get(*keyword).is_some());
    let has_parts = is_composite(sample) || has_forms;
    if has_parts { fact::exercised(document, schema, sample) } else { BTreeSet::new() }
}
