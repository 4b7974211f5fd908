//! Facts: every single thing that a document states. A run reports which of them it exercised.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::sentence;
use crate::document::pointer::escape;
use crate::document::schema::sample;
use crate::document::schema::walk::{
    Branch, COMBINED, CONSTRAINTS, branches, fits, has_type, properties, required, resolve,
};
use crate::document::{Content, Document, Example, Location, Operation, Parameter, Schema};
use crate::provider::{ProseRule, Provider};
use crate::wire::body::preferred;

/// A document and a JSON pointer: `document#pointer`. It is shared, because every case holds several.
pub type FactId = Arc<str>;

/// One thing a document states.
#[derive(Clone, Debug, Serialize)]
pub struct Fact {
    /// The id by which cases refer to the fact.
    pub id: FactId,
    /// The kind of the fact.
    pub kind: FactKind,
    /// The fact in a few words.
    pub says: String,
    /// Where it is stated.
    pub location: Location,
}

/// The kinds of facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactKind {
    /// Method and path.
    Operation,
    /// A status.
    Response,
    /// A header of a response.
    Header,
    /// A parameter of a request.
    Parameter,
    /// A property of a body.
    Property,
    /// A constraint on a value: its type, a pattern, a length, an enumeration, or that it is required.
    Constraint,
    /// A credential that an operation asks for.
    Credential,
    /// An example value.
    Example,
    /// A sentence that a rule rests on.
    Prose,
}

/// The id of the fact stated at a pointer of a document.
pub fn id(document: &Document, pointer: &str) -> FactId {
    format!("{}#{pointer}", document.name).into()
}

/// Every fact of a document, in document order. A shared schema is counted once.
pub fn census(document: &Document, provider: &Provider) -> Vec<Fact> {
    let mut census = Census { document, seen: BTreeSet::new(), facts: HashMap::new() };
    for operation in &document.operations {
        census.operation(operation);
    }
    let mut facts: Vec<_> = census.facts.into_values().collect();
    facts.extend(provider.rules.iter().filter_map(|rule| prose(document, rule)));
    facts.sort_by(|a, b| (a.location.line, &a.id).cmp(&(b.location.line, &b.id)));
    facts
}

/// The fact that a prose rule rests on, if this document has its sentence.
pub fn prose(document: &Document, rule: &ProseRule) -> Option<Fact> {
    let location = sentence::find(document, &rule.sentence)?;
    Some(Fact {
        id: format!("{}#{} ({})", document.name, location.pointer, rule.rule).into(),
        kind: FactKind::Prose,
        says: rule.sentence.clone(),
        location,
    })
}

struct Census<'a> {
    document: &'a Document,
    /// The pointers of the schemas already walked.
    seen: BTreeSet<String>,
    facts: HashMap<FactId, Fact>,
}

impl Census<'_> {
    fn add(&mut self, kind: FactKind, pointer: &str, says: String) {
        let location = self.document.locate(pointer);
        let id = id(self.document, pointer);
        self.facts.entry(id.clone()).or_insert(Fact { id, kind, says, location });
    }

    fn operation(&mut self, operation: &Operation) {
        let at = &operation.location.pointer;
        self.add(FactKind::Operation, at, format!("{} {}", operation.method, operation.path));
        for credential in operation.credentials() {
            let pointer = &credential.location.pointer;
            self.add(FactKind::Credential, pointer, format!("credential {}", credential.name));
        }
        for parameter in &operation.parameters {
            self.parameter(parameter, FactKind::Parameter);
        }
        if let Some(body) = &operation.body {
            // A client sends only one of the media types.
            preferred(&body.contents).into_iter().for_each(|content| self.content(content));
        }
        for response in &operation.responses {
            let pointer = &response.location.pointer;
            self.add(FactKind::Response, pointer, format!("{} of {}", response.code, operation.id));
            response.headers.iter().for_each(|header| self.parameter(header, FactKind::Header));
            let contents = response.contents.iter().filter(|_| response.has_body(operation));
            contents.for_each(|content| self.content(content));
        }
    }

    fn parameter(&mut self, parameter: &Parameter, kind: FactKind) {
        let noun = if kind == FactKind::Header { "header" } else { "parameter" };
        self.add(kind, &parameter.location.pointer, format!("{noun} {}", parameter.name));
        if parameter.required && kind == FactKind::Parameter {
            let pointer = format!("{}/required", parameter.location.pointer);
            self.add(FactKind::Constraint, &pointer, format!("{} is required", parameter.name));
        }
        self.schema(&parameter.schema.value, &parameter.schema.pointer);
        self.examples(&parameter.examples, &parameter.name);
    }

    fn content(&mut self, content: &Content) {
        if let Some(schema) = &content.schema {
            self.schema(&schema.value, &schema.pointer);
        }
        self.examples(&content.examples, &content.media_type);
    }

    fn examples(&mut self, examples: &[Example], of: &str) {
        for example in examples {
            self.add(FactKind::Example, &example.location.pointer, format!("example of {of}"));
        }
    }

    /// Adds the facts that a schema states. Each `$ref` is followed once.
    fn schema(&mut self, schema: &Value, pointer: &str) {
        let document = self.document;
        let Some((schema, pointer)) = resolve(document, schema, pointer) else { return };
        if !self.seen.insert(pointer.clone()) {
            return;
        }
        let says = |keyword: &str, value: &Value| match COMBINED.contains(&keyword) {
            true => keyword.to_owned(),
            false => format!("{keyword} {value}"),
        };
        for keyword in CONSTRAINTS.iter().chain(COMBINED) {
            if let Some(value) = schema.get(*keyword) {
                let says = says(keyword, value);
                self.add(FactKind::Constraint, &format!("{pointer}/{keyword}"), says);
            }
        }
        for (index, name) in required(schema).enumerate() {
            let at = format!("{pointer}/required/{index}");
            self.add(FactKind::Constraint, &at, format!("{name} is required"));
        }
        for (name, property) in properties(schema) {
            let at = format!("{pointer}/properties/{}", escape(name));
            self.add(FactKind::Property, &at, format!("property {name}"));
            if property.get("example").is_some() {
                self.add(FactKind::Example, &format!("{at}/example"), format!("example of {name}"));
            }
            self.schema(property, &at);
        }
        for Branch { step, schema, .. } in branches(schema) {
            self.schema(schema, &format!("{pointer}/{step}"));
        }
    }
}

/// The ids of the facts of a schema that a valid value exercises: its properties and the constraints that it satisfies. Only
/// an invalid value exercises the constraints `required` and `type`.
pub fn exercised(document: &Document, schema: &Schema, value: &Value) -> BTreeSet<FactId> {
    let mut found = BTreeSet::new();
    exercise(document, &schema.value, &schema.pointer, value, &mut found);
    found.into_iter().map(|pointer| id(document, &pointer)).collect()
}

fn exercise(document: &Document, schema: &Value, pointer: &str, value: &Value, found: &mut BTreeSet<String>) {
    let Some((schema, pointer)) = resolve(document, schema, pointer) else { return };
    // Null has no other value of its type, so only null itself exercises the type.
    let is_exercised = |keyword: &&&str| **keyword != "type" || value.is_null() && has_type(schema, value);
    for keyword in CONSTRAINTS.iter().filter(|keyword| schema.get(**keyword).is_some()).filter(is_exercised) {
        found.insert(format!("{pointer}/{keyword}"));
    }
    for (name, property) in properties(schema) {
        let Some(inner) = value.get(name) else { continue };
        let at = format!("{pointer}/properties/{}", escape(name));
        if property.get("example") == Some(inner) {
            found.insert(format!("{at}/example"));
        }
        exercise(document, property, &at, inner, found);
        found.insert(at);
    }
    for Branch { keyword, step, schema } in branches(schema) {
        let at = format!("{pointer}/{step}");
        match (keyword, value) {
            ("items", Value::Array(elements)) => {
                elements.iter().for_each(|element| exercise(document, schema, &at, element, found));
            }
            ("additionalProperties", Value::Object(fields)) => {
                let extra = fields.get(sample::KEY);
                extra.into_iter().for_each(|inner| exercise(document, schema, &at, inner, found));
            }
            ("items" | "additionalProperties", _) => {}
            _ if fits(document, schema, value) => exercise(document, schema, &at, value, found),
            _ => {}
        }
    }
}

/// The ids of the constraints that a schema itself states.
pub(crate) fn constraints(document: &Document, schema: &Schema) -> Vec<FactId> {
    let Some((schema, pointer)) = resolve(document, &schema.value, &schema.pointer) else {
        return Vec::new();
    };
    let stated = CONSTRAINTS.iter().filter(|keyword| schema.get(**keyword).is_some());
    stated.map(|keyword| id(document, &format!("{pointer}/{keyword}"))).collect()
}
