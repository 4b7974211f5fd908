//! Facts: each single thing a document states, so that a run can say which of them it looked at.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::call::JSON;
use crate::document::{Content, Document, Location, Operation, Parameter, Prose, Schema, collapse};
use crate::provider::{ProseRule, Provider};

/// Document and JSON pointer, written `document#pointer`. Shared, for every case holds several.
pub type FactId = Arc<str>;

/// One thing a document states.
#[derive(Clone, Debug, Serialize)]
pub struct Fact {
    /// What cases refer to it by.
    pub id: FactId,
    /// What sort of thing it is.
    pub kind: FactKind,
    /// The fact in a few words.
    pub says: String,
    /// Where it is stated.
    #[serde(serialize_with = "crate::plan::location_text")]
    pub location: Location,
}

/// The sorts of facts.
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
    /// A limit on a value: a pattern, a length, an enumeration, that it is required, its type.
    Constraint,
    /// A credential an operation asks for.
    Credential,
    /// An example value.
    Example,
    /// A sentence a rule rests on.
    Prose,
}

/// The keywords of a schema that limit a value; each is a fact of its own.
const CONSTRAINTS: &[&str] = &[
    "type",
    "enum",
    "pattern",
    "format",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// The id of the fact stated at a pointer of a document.
pub fn id(document: &Document, pointer: &str) -> FactId {
    format!("{}#{pointer}", document.name).into()
}

/// Every fact of a document, in document order, each once however often it is referred to.
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

/// The fact a prose rule rests on, if its sentence stands in this document.
pub fn prose(document: &Document, rule: &ProseRule) -> Option<Fact> {
    let location = sentence(document, &rule.sentence)?;
    Some(Fact {
        id: format!("{}#{} ({})", document.name, location.pointer, rule.rule).into(),
        kind: FactKind::Prose,
        says: rule.sentence.clone(),
        location,
    })
}

/// Where a sentence stands in a document's prose.
pub fn sentence(document: &Document, sentence: &str) -> Option<Location> {
    let wanted = collapse(sentence);
    let of_operations = document.operations.iter().flat_map(|o| &o.prose);
    of_operations
        .chain(&document.prose)
        .find(|prose| collapse(&prose.text).contains(&wanted))
        .map(|prose| prose.location.clone())
}

/// Every sentence of a document's prose, white space collapsed.
pub fn sentences(document: &Document) -> Vec<(String, Location)> {
    let of_operations = document.operations.iter().flat_map(|o| &o.prose);
    of_operations.chain(&document.prose).flat_map(sentences_of).collect()
}

/// The sentences of a paragraph, each with the place where the paragraph begins.
pub fn sentences_of(prose: &Prose) -> Vec<(String, Location)> {
    let text = collapse(&prose.text);
    text.split_inclusive(". ").map(|s| (s.trim().to_owned(), prose.location.clone())).collect()
}

/// How many words two sentences share: which of many is nearest.
pub fn common_words(one: &str, other: &str) -> usize {
    let words: BTreeSet<&str> = one.split_whitespace().collect();
    other.split_whitespace().filter(|word| words.contains(word)).count()
}

struct Census<'a> {
    document: &'a Document,
    /// The schemas that have been walked.
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
        // A client sends one of the alternatives.
        for credential in operation.credentials() {
            let pointer = &credential.location.pointer;
            self.add(FactKind::Credential, pointer, format!("credential {}", credential.name));
        }
        for parameter in &operation.parameters {
            self.parameter(parameter, FactKind::Parameter);
        }
        if let Some(body) = &operation.body {
            // A client sends one of the forms; the others it need not know.
            sent(&body.contents).into_iter().for_each(|content| self.content(content));
        }
        for response in &operation.responses {
            let pointer = &response.location.pointer;
            self.add(FactKind::Response, pointer, format!("{} of {}", response.code, operation.id));
            response.headers.iter().for_each(|header| self.parameter(header, FactKind::Header));
            response.contents.iter().for_each(|content| self.content(content));
        }
    }

    fn parameter(&mut self, parameter: &Parameter, kind: FactKind) {
        let says = format!("{} {}", noun(kind), parameter.name);
        self.add(kind, &parameter.location.pointer, says);
        if parameter.required && kind == FactKind::Parameter {
            let pointer = format!("{}/required", parameter.location.pointer);
            self.add(FactKind::Constraint, &pointer, format!("{} is required", parameter.name));
        }
        self.schema(&parameter.schema);
        for example in &parameter.examples {
            self.add(FactKind::Example, &example.location.pointer, format!("example of {}", parameter.name));
        }
    }

    fn content(&mut self, content: &Content) {
        if let Some(schema) = &content.schema {
            self.schema(schema);
        }
        for example in &content.examples {
            self.add(
                FactKind::Example,
                &example.location.pointer,
                format!("example of {}", content.media_type),
            );
        }
    }

    fn schema(&mut self, schema: &Schema) {
        let mut parts = Vec::new();
        walk(self.document, &schema.value, &schema.pointer, &mut self.seen, &mut parts);
        for (pointer, kind, says) in parts {
            self.add(kind, &pointer, says);
        }
    }
}

fn noun(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Header => "header",
        _ => "parameter",
    }
}

/// Collects the facts a schema states, following each `$ref` once.
fn walk(
    document: &Document,
    schema: &Value,
    pointer: &str,
    seen: &mut BTreeSet<String>,
    out: &mut Vec<(String, FactKind, String)>,
) {
    let Some((schema, pointer)) = resolve(document, schema, pointer) else {
        return;
    };
    if !seen.insert(pointer.clone()) {
        return;
    }
    for keyword in CONSTRAINTS {
        if let Some(limit) = schema.get(*keyword) {
            out.push((format!("{pointer}/{keyword}"), FactKind::Constraint, format!("{keyword} {limit}")));
        }
    }
    for (index, name) in required(schema).enumerate() {
        out.push((
            format!("{pointer}/required/{index}"),
            FactKind::Constraint,
            format!("{name} is required"),
        ));
    }
    for (name, property) in entries(schema.get("properties")) {
        let at = format!("{pointer}/properties/{}", escape(name));
        out.push((at.clone(), FactKind::Property, format!("property {name}")));
        if property.get("example").is_some() {
            out.push((format!("{at}/example"), FactKind::Example, format!("example of {name}")));
        }
        walk(document, property, &at, seen, out);
    }
    for (keyword, branch) in branches(schema) {
        walk(document, branch, &format!("{pointer}/{keyword}"), seen, out);
    }
}

/// The sub-schemas that are not properties, each with the pointer step that leads to it.
pub(crate) fn branches(schema: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    for keyword in ["allOf", "oneOf", "anyOf"] {
        for (index, branch) in schema.get(keyword).and_then(Value::as_array).into_iter().flatten().enumerate()
        {
            found.push((format!("{keyword}/{index}"), branch));
        }
    }
    for keyword in ["items", "additionalProperties"] {
        if let Some(branch) = schema.get(keyword).filter(|branch| branch.is_object()) {
            found.push((keyword.to_owned(), branch));
        }
    }
    found
}

/// A schema with its `$ref` followed, and the pointer under which it is stated.
pub(crate) fn resolve<'a>(
    document: &'a Document,
    mut schema: &'a Value,
    pointer: &str,
) -> Option<(&'a Value, String)> {
    let mut pointer = pointer.to_owned();
    for _ in 0..32 {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else {
            return Some((schema, pointer));
        };
        (schema, pointer) = document.definition(reference)?;
    }
    None
}

/// The names of the properties that a schema requires.
pub(crate) fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

pub(crate) fn entries(properties: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    properties.and_then(Value::as_object).into_iter().flatten()
}

/// A name as a step of a JSON pointer (RFC 6901).
pub(crate) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The ids of the facts of a schema that serving a value exercises: its properties, and the limits
/// the value keeps. That something is required, and of which type, only a broken value exercises.
pub fn exercised(document: &Document, schema: &Schema, value: &Value) -> BTreeSet<FactId> {
    let mut found = BTreeSet::new();
    exercise(document, &schema.value, &schema.pointer, value, &mut found);
    found.into_iter().map(|pointer| id(document, &pointer)).collect()
}

fn exercise(document: &Document, schema: &Value, pointer: &str, value: &Value, found: &mut BTreeSet<String>) {
    let Some((schema, pointer)) = resolve(document, schema, pointer) else {
        return;
    };
    // Of null there is no other value that could be of the wrong type.
    let kept = |keyword: &&&str| **keyword != "type" || value.is_null() && has_type(schema, value);
    for keyword in CONSTRAINTS.iter().filter(|keyword| schema.get(**keyword).is_some()).filter(kept) {
        found.insert(format!("{pointer}/{keyword}"));
    }
    for (name, property) in entries(schema.get("properties")) {
        let Some(inner) = value.get(name) else { continue };
        let at = format!("{pointer}/properties/{}", escape(name));
        if property.get("example") == Some(inner) {
            found.insert(format!("{at}/example"));
        }
        exercise(document, property, &at, inner, found);
        found.insert(at);
    }
    for (keyword, branch) in branches(schema) {
        let at = format!("{pointer}/{keyword}");
        match (keyword.as_str(), value) {
            ("items", Value::Array(elements)) => {
                elements.iter().for_each(|element| exercise(document, branch, &at, element, found));
            }
            ("additionalProperties", Value::Object(fields)) => {
                let extra = fields.get(super::sample::KEY);
                extra.into_iter().for_each(|inner| exercise(document, branch, &at, inner, found));
            }
            ("items" | "additionalProperties", _) => {}
            _ if fits(document, branch, value) => exercise(document, branch, &at, value, found),
            _ => {}
        }
    }
}

/// Whether a value looks like one of a branch: it has its type, everything the branch requires is there,
/// and what tells branches apart by a list of values has one of them.
pub(crate) fn fits(document: &Document, branch: &Value, value: &Value) -> bool {
    let Some((branch, _)) = resolve(document, branch, "") else { return false };
    let is_listed = |schema: &Value, value: &Value| {
        schema.get("enum").and_then(Value::as_array).is_none_or(|listed| listed.contains(value))
    };
    let mut known =
        entries(branch.get("properties")).filter_map(|(name, part)| Some((part, value.get(name)?)));
    has_type(branch, value)
        && is_listed(branch, value)
        && required(branch).all(|name| value.get(name).is_some())
        && known.all(|(part, value)| is_listed(part, value))
}

fn has_type(schema: &Value, value: &Value) -> bool {
    let Some(named) = schema.get("type").and_then(Value::as_str) else { return true };
    match value {
        Value::Null => named == "null",
        Value::Bool(_) => named == "boolean",
        Value::Number(_) => ["number", "integer"].contains(&named),
        Value::String(_) => named == "string",
        Value::Array(_) => named == "array",
        Value::Object(_) => named == "object",
    }
}

/// An object's schema, and those that `allOf` makes it of, each with its pointer.
pub(crate) fn objects<'a>(
    document: &'a Document,
    schema: &'a Value,
    pointer: &str,
) -> Vec<(&'a Value, String)> {
    let mut found = Vec::new();
    let mut left = vec![(schema, pointer.to_owned())];
    while let Some((schema, pointer)) = left.pop() {
        let Some((schema, pointer)) = resolve(document, schema, &pointer) else { continue };
        if found.iter().any(|(_, known)| *known == pointer) {
            continue;
        }
        let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten().enumerate();
        let parts = parts.map(|(index, part)| (part, format!("{pointer}/allOf/{index}")));
        left.extend(parts.collect::<Vec<_>>().into_iter().rev());
        found.push((schema, pointer));
    }
    found
}

/// The ids of the limits that a schema itself states.
pub(crate) fn limits(document: &Document, schema: &Schema) -> Vec<FactId> {
    let Some((schema, pointer)) = resolve(document, &schema.value, &schema.pointer) else {
        return Vec::new();
    };
    let stated = CONSTRAINTS.iter().filter(|keyword| schema.get(**keyword).is_some());
    stated.map(|keyword| id(document, &format!("{pointer}/{keyword}"))).collect()
}

/// The form in which a body is sent or served, where a document leaves the choice: JSON, else the first.
pub(crate) fn sent(contents: &[Content]) -> Option<&Content> {
    let is_json = |content: &&Content| content.media_type.starts_with(JSON);
    contents.iter().find(is_json).or(contents.first())
}
