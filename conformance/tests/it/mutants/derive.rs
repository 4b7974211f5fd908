//! Mutants of each fact of a document: clients that are wrong about just that fact.

use media_upload_conformance::{Answer, Document, Fact, FactKind};
use serde_json::Value;

use super::pattern;
use super::place::{Place, Side, places};
use super::spec_client::{Alters, SentRequest};

/// A client that is wrong about one fact.
pub(crate) struct Mutant {
    /// What it does, in words.
    pub(crate) name: String,
    pub(crate) fact: Fact,
    pub(crate) defect: Defect,
}

/// What a mutant does.
pub(crate) enum Defect {
    /// It was written from this document, in which one constraint is altered.
    Document(Box<Document>),
    /// It alters its request.
    Request(Alters<SentRequest>),
    /// It alters the PUT of an upload.
    Put(Alters<SentRequest>),
    /// It alters what it tells its caller.
    Answer(Alters<Answer>),
}

/// The mutants of one fact.
pub(crate) fn mutants(document: &Document, fact: &Fact) -> Vec<Mutant> {
    let derived = Derived { document, places: places(document), fact, mutants: Vec::new() };
    derived.all()
}

pub(super) struct Derived<'a> {
    pub(super) document: &'a Document,
    places: Vec<Place>,
    pub(super) fact: &'a Fact,
    mutants: Vec<Mutant>,
}

impl Derived<'_> {
    fn all(mut self) -> Vec<Mutant> {
        let pointer = self.fact.location.pointer.clone();
        match self.fact.kind {
            FactKind::Operation => self.operation(&pointer),
            FactKind::Credential => self.credential(&pointer),
            FactKind::Parameter => self.parameter(&pointer),
            FactKind::Response => self.response(&pointer),
            FactKind::Property => self.property(&pointer),
            FactKind::Constraint => self.constraint(&pointer),
            FactKind::Example => self.example(&pointer),
            FactKind::Prose => self.upload(),
            FactKind::Header => {}
        }
        self.mutants
    }

    fn add(&mut self, name: impl Into<String>, defect: Defect) {
        self.mutants.push(Mutant { name: name.into(), fact: self.fact.clone(), defect });
    }

    pub(super) fn request(
        &mut self,
        name: impl Into<String>,
        alter: impl Fn(&mut SentRequest) + Send + Sync + 'static,
    ) {
        self.add(name, Defect::Request(Box::new(alter)));
    }

    pub(super) fn put(
        &mut self,
        name: impl Into<String>,
        alter: impl Fn(&mut SentRequest) + Send + Sync + 'static,
    ) {
        self.add(name, Defect::Put(Box::new(alter)));
    }

    pub(super) fn answer(
        &mut self,
        name: impl Into<String>,
        alter: impl Fn(&mut Answer) + Send + Sync + 'static,
    ) {
        self.add(name, Defect::Answer(Box::new(alter)));
    }

    /// A client written from the document with the schema at a pointer altered.
    pub(super) fn altered(&mut self, name: impl Into<String>, pointer: &str, alter: impl Fn(&mut Value)) {
        let mut document = self.document.clone();
        if edit(&mut document, pointer, alter) {
            self.add(name, Defect::Document(Box::new(document)));
        }
    }

    fn constraint(&mut self, pointer: &str) {
        if let Some((owner, index)) = pointer.rsplit_once("/required/") {
            let name = self.schema(owner)["required"][index.parse::<usize>().unwrap()].clone();
            let is_known = self.places.iter().any(|place| place.pointer == owner && place.is_validated());
            if is_known {
                self.altered(format!("does not require {name}"), owner, |schema| {
                    let required = schema["required"].as_array_mut().unwrap();
                    required.retain(|one| *one != name);
                    // Draft 4 of JSON Schema does not allow an empty list.
                    if required.is_empty() {
                        schema.as_object_mut().unwrap().remove("required");
                    }
                });
            }
            let property = format!("{owner}/properties/{}", name.as_str().unwrap_or_default());
            self.lost(&property);
            return;
        }
        let (owner, keyword) = pointer.rsplit_once('/').unwrap();
        if keyword == "required" {
            return self.optional(owner);
        }
        if !self.places.iter().any(|place| place.pointer == owner && place.is_validated()) {
            return self.lost(owner);
        }
        // A client builds the object that it sends, and supplies a constant by itself: it checks neither.
        let stated = self.schema(owner)[keyword].clone();
        let is_built =
            stated == "object" || self.schema(owner)["enum"].as_array().is_some_and(|all| all.len() == 1);
        let is_sent = self.places.iter().any(|place| place.pointer == owner && place.side != Side::Query);
        if is_built {
            if is_sent {
                return self.lost(owner);
            }
            let names: Vec<String> = self.places_at(owner).iter().map(Place::name).collect();
            return names.iter().for_each(|name| self.constant(name));
        }
        self.altered(format!("ignores {keyword}"), owner, |schema| {
            schema.as_object_mut().unwrap().remove(keyword);
        });
        for (name, stricter) in neighbours(keyword, &stated) {
            self.altered(format!("reads {keyword} as {name}"), owner, |schema| {
                schema[keyword] = stricter.clone()
            });
        }
        if self.mutants.len() < 2 {
            self.lost(owner);
        }
    }

    /// Clients that supply another value than the documented constant.
    pub(super) fn constant(&mut self, name: &str) {
        for other in ["0", "2", "01", "1.0", "v1", "true", "latest"] {
            let own = name.to_owned();
            self.request(format!("sends {name} as {other}"), move |sent| {
                let found = sent.query.iter_mut().filter(|(known, _)| *known == own);
                found.for_each(|(_, value)| other.clone_into(value));
            });
        }
    }

    /// Clients that do not require a parameter, or send it without a value.
    fn optional(&mut self, pointer: &str) {
        let mut document = self.document.clone();
        let parameters = document.operations.iter_mut().flat_map(|own| &mut own.parameters);
        let mut name = String::new();
        for parameter in parameters.filter(|own| own.location.pointer == pointer) {
            parameter.required = false;
            name.clone_from(&parameter.name);
        }
        let is_given = parameter_is_given(self.document, pointer);
        if is_given {
            self.add(format!("does not require {name}"), Defect::Document(Box::new(document)));
        }
        self.request(format!("sends {name} without a value"), move |sent| {
            let found = sent.query.iter_mut().filter(|(known, _)| *known == name);
            found.for_each(|(_, value)| value.clear());
        });
    }

    pub(super) fn places_at(&self, pointer: &str) -> Vec<Place> {
        self.places.iter().filter(|place| place.pointer == pointer).cloned().collect()
    }

    pub(super) fn schema(&self, pointer: &str) -> Value {
        let mut schema = Value::Null;
        edit(&mut self.document.clone(), pointer, |found| schema = found.clone());
        schema
    }
}

/// Whether a caller gives the parameter. A client supplies a constant by itself.
fn parameter_is_given(document: &Document, pointer: &str) -> bool {
    let mut parameters = document.operations.iter().flat_map(|own| &own.parameters);
    let found = parameters.find(|own| own.location.pointer == pointer);
    found.is_some_and(|own| own.schema.value["enum"].as_array().is_none_or(|all| all.len() > 1))
}

/// Alters the schema at a pointer. Returns whether the document has it.
fn edit(document: &mut Document, pointer: &str, mut alter: impl FnMut(&mut Value)) -> bool {
    if let Some(found) = document.definitions.pointer_mut(pointer) {
        alter(found);
        return true;
    }
    let mut schemas = Vec::new();
    for operation in &mut document.operations {
        schemas.extend(operation.parameters.iter_mut().map(|own| &mut own.schema));
        let responses = operation.responses.iter_mut().flat_map(|own| &mut own.contents);
        let bodies = operation.body.iter_mut().flat_map(|own| &mut own.contents);
        schemas.extend(responses.chain(bodies).filter_map(|own| own.schema.as_mut()));
    }
    let mut found = schemas.into_iter().filter_map(|schema| {
        let within = pointer.strip_prefix(schema.pointer.as_str())?.to_owned();
        schema.value.pointer_mut(&within)
    });
    found.next().map(&mut alter).is_some()
}

/// Values of a constraint that differ from the stated one by one step.
fn neighbours(keyword: &str, stated: &Value) -> Vec<(String, Value)> {
    let number = |step: i64| stated.as_i64().map(|bound| bound + step);
    match keyword {
        "maxLength" | "minLength" | "maximum" | "minimum" | "maxItems" | "minItems" => {
            [-1, 1].into_iter().filter_map(number).map(|bound| (bound.to_string(), bound.into())).collect()
        }
        "pattern" => pattern::neighbours(stated.as_str().unwrap_or_default()),
        _ => Vec::new(),
    }
}
