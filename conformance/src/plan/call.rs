//! A call: one operation as a client is asked to make it.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::case::{Basis, Case, Outcome, Serve};
use super::fact::{self, FactId, entries, escape};
use super::{Source, sample};
use crate::document::{Content, CredentialKind, Document, Location, Operation, Parameter, Place, Schema};
use crate::provider::Credential;

/// The media type of JSON bodies.
pub const JSON: &str = "application/json";

/// The name under which a body that is no object is given to the client.
pub(super) const WHOLE_BODY: &str = "body";

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
        let known = self.operation.credentials().iter().filter(|credential| credential.kind.is_known());
        let credentials = known.map(|credential| self.fact(&credential.location.pointer));
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
    fn body_type(&self) -> Vec<FactId> {
        let Some((_, schema)) = self.body() else { return Vec::new() };
        let objects = fact::objects(&self.source.document, &schema.value, &schema.pointer).into_iter();
        let typed = objects.filter(|(object, _)| object.get("type").is_some_and(|kind| kind == "object"));
        typed.map(|(_, pointer)| self.fact(&format!("{pointer}/type"))).collect()
    }

    /// A parameter the client fills in by itself: that it is there, with an allowed value, is
    /// checked in every exchange.
    fn facts_of_own(&self, parameter: &Parameter) -> Vec<FactId> {
        let limits = fact::limits(&self.source.document, &parameter.schema);
        let examples = parameter.examples.iter().map(|example| example.location.pointer.clone());
        let own = [parameter.location.pointer.clone(), format!("{}/required", parameter.location.pointer)];
        own.into_iter().chain(examples).map(|pointer| self.fact(&pointer)).chain(limits).collect()
    }

    /// The first documented success and a body for it: what a case serves that is not about answers.
    pub fn success(&self) -> (Serve, Outcome) {
        self.success.get_or_init(|| super::answer::success(self)).clone()
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

    /// The body's properties; a body that has none is one argument.
    fn properties(&self) -> Vec<Argument> {
        let Some((content, schema)) = self.body() else {
            return Vec::new();
        };
        let objects = fact::objects(&self.source.document, &schema.value, &schema.pointer);
        let properties: Vec<Argument> = objects
            .iter()
            .flat_map(|(object, pointer)| {
                entries(object.get("properties")).map(move |entry| (pointer, entry))
            })
            .map(|(pointer, (name, property))| self.property(content, &objects, pointer, name, property))
            .collect();
        if properties.is_empty() { vec![self.whole_body(content, schema)] } else { properties }
    }

    fn property(
        &self,
        content: &Content,
        objects: &[(&Value, String)],
        pointer: &str,
        name: &str,
        property: &Value,
    ) -> Argument {
        let document = &self.source.document;
        let at = format!("{pointer}/properties/{}", escape(name));
        let schema = Schema { value: property.clone(), pointer: at.clone() };
        let example = content.examples.first().and_then(|example| example.value.get(name));
        let documented = example.or(property.get("example")).cloned();
        let required_at = objects.iter().find_map(|(object, pointer)| {
            let index = fact::required(object).position(|required| required == name)?;
            Some(document.locate(&format!("{pointer}/required/{index}")))
        });
        let sample = self.sample(name, documented.clone(), &schema);
        let mut facts = fact_of_property(self, &at, property, documented.as_ref());
        let schema = resolved(document, &schema);
        facts.extend(facts_within(document, &schema, &sample));
        Argument {
            name: name.to_owned(),
            place: None,
            required: required_at.is_some(),
            required_at,
            facts,
            sample,
            schema,
            location: document.locate(&at),
        }
    }

    fn whole_body(&self, content: &Content, schema: &Schema) -> Argument {
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

    pub(super) fn body(&self) -> Option<(&'a Content, &'a Schema)> {
        let content = fact::sent(&self.operation.body.as_ref()?.contents)?;
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
    pub(super) fn is_own(&self, name: &str) -> bool {
        let provider = &self.source.provider;
        let credential = provider.credential.as_ref().and_then(|credential| credential.parameter.as_deref());
        let secured = self.operation.security.iter().flatten().any(
            |credential| matches!(&credential.kind, CredentialKind::Parameter(_, parameter) if parameter == name),
        );
        credential == Some(name) || secured || provider.client_parameters.iter().any(|own| own == name)
    }

    pub(super) fn own_parameters(&self) -> impl Iterator<Item = &'a Parameter> {
        self.operation.parameters.iter().filter(|parameter| self.is_own(&parameter.name))
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

/// The facts that a value exercises by what is in it: of an object, a list, or one of several forms;
/// not of a single value, whose limits are tried one by one.
fn facts_within(document: &Document, schema: &Schema, sample: &Value) -> BTreeSet<FactId> {
    let has_forms = ["oneOf", "anyOf"].iter().any(|keyword| schema.value.get(*keyword).is_some());
    let has_parts = sample.is_object() || sample.is_array() || has_forms;
    if has_parts { fact::exercised(document, schema, sample) } else { BTreeSet::new() }
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

/// A document's name as a part of a case's id: on one line, and with nothing that lists of cases or
/// terminals give a meaning.
pub(crate) fn id_part(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || (c.is_ascii_graphic() && c != '#');
    name.chars().map(|c| if plain(c) { c } else { '_' }).collect()
}
