//! Schemas that contradict themselves, or what is stated beside them. Each defect has the value or the keywords that prove it.

use std::collections::BTreeSet;

use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use super::alternatives::confusable;
use super::defect::{Defect, clipped, shown};
use super::limits::impossible;
use crate::document::schema::walk::{declared, objects, properties, required, subschemas};
use crate::document::schema::{pattern, walk};
use crate::document::{Document, Example, Schema};

/// The defects of all schemas of a document, each schema once, and of the examples beside them.
pub(super) fn of_schemas(document: &Document) -> Vec<Defect> {
    let mut checks = Checks { document, seen: BTreeSet::new(), found: Vec::new() };
    for operation in &document.operations {
        let headers = operation.responses.iter().flat_map(|response| &response.headers);
        for parameter in operation.parameters.iter().chain(headers) {
            checks.root(&parameter.schema, &parameter.examples);
        }
        let bodies = operation.body.iter().flat_map(|body| &body.contents);
        for content in bodies.chain(operation.responses.iter().flat_map(|response| &response.contents)) {
            content.schema.iter().for_each(|schema| checks.root(schema, &content.examples));
        }
    }
    for (_, pointer, value) in document.shared_schemas() {
        checks.visit(value, &pointer, true);
    }
    checks.found
}

struct Checks<'a> {
    document: &'a Document,
    /// The pointers of the schemas and examples that are checked.
    seen: BTreeSet<String>,
    found: Vec<Defect>,
}

impl Checks<'_> {
    /// A schema that a message has, with the examples beside it.
    fn root(&mut self, schema: &Schema, examples: &[Example]) {
        for example in examples {
            self.value("example", schema, &example.value, &example.location.pointer);
        }
        self.visit(&schema.value, &schema.pointer, true);
    }

    /// A schema and all that is within it. A part of a composition is not `whole`: the other parts can have what it lacks.
    fn visit(&mut self, schema: &Value, pointer: &str, is_whole: bool) {
        let document = self.document;
        let Some((schema, pointer)) = walk::resolve(document, schema, pointer) else { return };
        if !self.seen.insert(pointer.clone()) {
            return;
        }
        for keyword in ["example", "default"] {
            if let Some(value) = schema.get(keyword) {
                let own = Schema { value: schema.clone(), pointer: pointer.clone() };
                self.value(keyword, &own, value, &format!("{pointer}/{keyword}"));
            }
        }
        self.pattern(schema, &pointer);
        self.listed(schema, &pointer);
        self.found.extend(impossible(document, schema, &pointer));
        self.found.extend(confusable(document, schema, &pointer));
        if is_whole {
            self.undeclared(schema, &pointer);
        }
        for part in subschemas(schema) {
            self.visit(part.schema, &format!("{pointer}/{}", part.step), !part.is_composed);
        }
    }

    /// An example or default that its schema refuses. A request and a response can have different properties of one schema, so the
    /// value need satisfy only one of the two.
    fn value(&mut self, what: &str, schema: &Schema, value: &Value, at: &str) {
        if !self.seen.insert(at.to_owned()) {
            return;
        }
        let Some(validator) = self.document.compiled(schema) else { return };
        let Some(error) = validator.iter_errors(value).next() else { return };
        let place = error.instance_path().as_str();
        let is_extra = matches!(
            error.kind(),
            ValidationErrorKind::AdditionalProperties { .. }
                | ValidationErrorKind::UnevaluatedProperties { .. }
        );
        if self.document.has_directions() && (is_extra || self.is_right_in_requests(schema, value)) {
            return;
        }
        let place = if place.is_empty() { String::new() } else { format!(" at {place}") };
        self.found.push(Defect {
            check: "value-against-schema",
            location: self.document.locate(at),
            says: format!("the {what} {} breaks its schema{place}: {}", shown(value), clipped(error.to_string())),
            matters: "a caller who copies the value gets an error, and a client that checks values refuses it",
        });
    }

    fn is_right_in_requests(&self, schema: &Schema, value: &Value) -> bool {
        let request = self.document.definitions.pointer(&format!("/request{}", schema.pointer));
        request.is_some_and(|request| {
            let request = Schema { value: request.clone(), pointer: schema.pointer.clone() };
            self.document.allows(&request, value)
        })
    }

    /// A pattern that cannot be compiled or that no string matches.
    fn pattern(&mut self, schema: &Value, pointer: &str) {
        let Some(stated) = schema.get("pattern").and_then(Value::as_str) else { return };
        let says = match pattern::Matcher::of(stated) {
            None => format!("the pattern {stated} cannot be compiled"),
            Some(_) if pattern::matches_nothing(stated) => format!("no string matches the pattern {stated}"),
            Some(_) => return,
        };
        self.found.push(Defect {
            check: "pattern-without-match",
            location: self.document.locate(&format!("{pointer}/pattern")),
            says,
            matters: "a client that enforces the pattern refuses every value",
        });
    }

    /// A listed value that the other keywords of its schema refuse.
    fn listed(&mut self, schema: &Value, pointer: &str) {
        let (Some(values), Some(keywords)) =
            (schema.get("enum").and_then(Value::as_array), schema.as_object())
        else {
            return;
        };
        let mut others = keywords.clone();
        others.retain(|keyword, _| keyword != "enum");
        let others = Schema { value: others.into(), pointer: pointer.to_owned() };
        let Some(validator) = self.document.compiled(&others) else { return };
        let refused = values.iter().find_map(|value| Some((value, validator.iter_errors(value).next()?)));
        if let Some((value, error)) = refused {
            self.found.push(Defect {
                check: "value-against-schema",
                location: self.document.locate(&format!("{pointer}/enum")),
                says: format!(
                    "the listed value {} breaks its own schema: {}",
                    shown(value),
                    clipped(error.to_string())
                ),
                matters: "no message can have the value",
            });
        }
    }

    /// Properties that an object requires and does not declare.
    fn undeclared(&mut self, schema: &Value, pointer: &str) {
        let objects = objects(self.document, schema, pointer);
        let declares = |name: &str| objects.iter().any(|(object, _)| declares(object, name));
        if !objects.iter().any(|(object, _)| properties(object).next().is_some()) {
            return;
        }
        let lacking = objects.iter().flat_map(|(object, pointer)| {
            let names = required(object).enumerate().filter(|(_, name)| !declares(name));
            names.map(move |(index, name)| (name.to_owned(), format!("{pointer}/required/{index}")))
        });
        let lacking: Vec<_> = lacking.collect();
        for (name, at) in lacking {
            if self.seen.insert(at.clone()) {
                self.found.push(Defect {
                    check: "required-not-declared",
                    location: self.document.locate(&at),
                    says: format!("the property {name} is required, but no properties declare it"),
                    matters: "code generators leave it out, so their clients break the requirement",
                });
            }
        }
    }
}

/// Whether an object schema says what a property of this name is, in any of its alternatives.
fn declares(object: &Value, name: &str) -> bool {
    let is_named = declared(object, name).is_some();
    let is_open = ["patternProperties", "oneOf", "anyOf", "if", "dependentSchemas"]
        .iter()
        .any(|key| object.get(*key).is_some())
        || object.get("additionalProperties").is_some_and(Value::is_object);
    is_named || is_open
}
