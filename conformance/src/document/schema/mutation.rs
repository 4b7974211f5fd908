//! Mutations of a value: each breaks one constraint of its schema, or replaces a part by another documented alternative.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::combined;
use super::sample;
use super::walk::{Branch, COMBINED, branches, fits, has_type, list, properties, required, resolve};
use crate::document::model::{Document, Schema};
use crate::document::pointer::escape;

/// The most mutations of one value, of each kind. Facts whose mutations are left out are reported as not exercised.
const MAX_MUTATIONS: usize = 500;

/// The most values of one alternative that are tried.
const MAX_TURNS: usize = 8;

/// A value with one part changed.
#[derive(Debug)]
pub(crate) struct Mutation {
    /// What is changed, as a part of the case id: `wrong-type/errors.0.field`.
    pub(crate) variation: String,
    /// The same in words, to follow a noun: `whose errors.0.field has the wrong type`.
    pub(crate) what: String,
    /// The JSON pointer of the one fact that the mutation exercises, if it is about one.
    pub(crate) pointer: Option<String>,
    /// The mutated value.
    pub(crate) value: Value,
}

/// The mutations of one value.
#[derive(Debug, Default)]
pub(crate) struct Mutations {
    /// Values that break the schema: in each, one part has another type or one required property is missing.
    pub(crate) broken: Vec<Mutation>,
    /// Values that the schema allows: in each, one part is another alternative of its `oneOf` or `anyOf`.
    pub(crate) alternatives: Vec<Mutation>,
}

/// Every mutation of a value that its schema suggests.
pub(crate) fn mutations(document: &Document, schema: &Schema, value: &Value) -> Mutations {
    let mut mutator = Mutator {
        document,
        schema,
        seen: BTreeSet::new(),
        forms: BTreeMap::new(),
        names: BTreeMap::new(),
        mutations: Mutations::default(),
    };
    mutator.visit(&schema.value, &schema.pointer, &mut Part { whole: value, path: Vec::new(), within: "" });
    mutator.mutations
}

struct Mutator<'a> {
    document: &'a Document,
    /// The schema of the whole value.
    schema: &'a Schema,
    /// The pointers of the alternatives used and of the constraints broken so far. A schema can occur at many places of one
    /// value, and an alternative can contain itself.
    seen: BTreeSet<String>,
    /// The number of forms each part has had so far, by name. An alternative can directly contain alternatives.
    forms: BTreeMap<String, usize>,
    /// How often each name of a broken value is used. Several parts of a composition can state the same constraint.
    names: BTreeMap<String, usize>,
    mutations: Mutations,
}

/// A part of a value.
struct Part<'a> {
    whole: &'a Value,
    path: Vec<String>,
    /// The name of the alternative of the whole value that contains it; empty in the original value.
    within: &'a str,
}

impl Part<'_> {
    fn value(&self) -> Option<&Value> {
        self.whole.pointer(&pointer(&self.path))
    }

    /// The part's name in a case's id.
    fn name(&self) -> String {
        let path = if self.path.is_empty() { "body".to_owned() } else { self.path.join(".") };
        if self.within.is_empty() { path } else { format!("{path}/{}", self.within) }
    }

    /// A copy of the whole value with this part replaced, or removed.
    fn replaced(&self, replacement: Option<Value>) -> Value {
        let mut copy = self.whole.clone();
        match (replacement, self.path.split_last()) {
            (Some(value), _) => {
                if let Some(part) = copy.pointer_mut(&pointer(&self.path)) {
                    *part = value;
                }
            }
            (None, Some((last, parents))) => {
                if let Some(Value::Object(fields)) = copy.pointer_mut(&pointer(parents)) {
                    fields.remove(last);
                }
            }
            (None, None) => {}
        }
        copy
    }
}

impl Mutator<'_> {
    fn visit(&mut self, schema: &Value, pointer: &str, part: &mut Part<'_>) {
        let document = self.document;
        let Some((schema, pointer)) = resolve(document, schema, pointer) else { return };
        let Some(value) = part.value().cloned() else { return };
        if schema.get("type").is_some() {
            let of =
                |name: String| (format!("wrong-type/{name}"), format!("whose {name} has the wrong type"));
            if let Some(other) = other_type(schema, &value) {
                self.add_broken(format!("{pointer}/type"), part, Some(other), of);
            }
        }
        for (index, field) in required(schema).enumerate() {
            self.at(field, part, |mutator, part| {
                let of = |name: String| (format!("missing/{name}"), format!("without the required {name}"));
                mutator.add_broken(format!("{pointer}/required/{index}"), part, None, of);
            });
        }
        self.combined(schema, &pointer, &value, part);
        for (field, property) in properties(schema) {
            let at = format!("{pointer}/properties/{}", escape(field));
            self.at(field, part, |mutator, part| mutator.visit(property, &at, part));
        }
        let first_item = list(schema, "prefixItems").len().to_string();
        for Branch { keyword, step, schema } in branches(schema) {
            let at = format!("{pointer}/{step}");
            match keyword {
                "allOf" => self.visit(schema, &at, part),
                "prefixItems" => {
                    let index = step.rsplit('/').next().unwrap_or_default();
                    self.at(index, part, |mutator, part| mutator.visit(schema, &at, part));
                }
                "items" => self.at(&first_item, part, |mutator, part| mutator.visit(schema, &at, part)),
                "additionalProperties" => {
                    self.at(sample::KEY, part, |mutator, part| mutator.visit(schema, &at, part));
                }
                _ => {}
            }
        }
        self.choices(schema, &pointer, &value, part);
    }

    /// Adds a value for each keyword that constrains a part together with others, where one is found that breaks the whole.
    fn combined(&mut self, schema: &Value, pointer: &str, value: &Value, part: &Part<'_>) {
        for keyword in COMBINED.iter().filter(|keyword| schema.get(**keyword).is_some()) {
            let at = format!("{pointer}/{keyword}");
            let found = (!self.seen.contains(&at))
                .then(|| combined::breaking(self.document, schema, keyword, value))
                .flatten();
            let Some(broken) = found else { continue };
            if !self.document.allows(self.schema, &part.replaced(Some(broken.clone()))) {
                self.add_broken(at, part, Some(broken), |name| {
                    (format!("{keyword}/{name}"), format!("whose {name} breaks `{keyword}`"))
                });
            }
        }
    }

    /// Calls `work` for a property or an element of a part, if the value has it.
    fn at(&mut self, step: &str, part: &mut Part<'_>, work: impl FnOnce(&mut Self, &mut Part<'_>)) {
        part.path.push(step.to_owned());
        if part.value().is_some() {
            work(self, part);
        }
        part.path.pop();
    }

    /// Visits the alternative that the value is, and adds a mutation for each other alternative.
    fn choices(&mut self, schema: &Value, pointer: &str, value: &Value, part: &mut Part<'_>) {
        let choices: Vec<_> = branches(schema).into_iter().filter(Branch::is_alternative).collect();
        let chosen = choices.iter().position(|choice| fits(self.document, choice.schema, value));
        for (index, Branch { step, schema: choice, .. }) in choices.iter().enumerate() {
            let at = format!("{pointer}/{step}");
            if Some(index) == chosen {
                self.visit(choice, &at, part);
                continue;
            }
            if self.seen.contains(&at) {
                continue;
            }
            if let Some(other) = self.other(schema, choice, part) {
                self.seen.insert(at.clone());
                self.alternative(choice, &at, other, part);
            }
        }
    }

    /// A value of another alternative with which the whole value satisfies its schema.
    fn other(&self, schema: &Value, choice: &Value, part: &Part<'_>) -> Option<Value> {
        let validator = self.document.compiled(self.schema)?;
        let values =
            (0..MAX_TURNS).filter_map(|turn| sample::alternative(self.document, schema, choice, turn));
        values.into_iter().find(|value| validator.is_valid(&part.replaced(Some(value.clone()))))
    }

    fn alternative(&mut self, choice: &Value, at: &str, other: Value, part: &mut Part<'_>) {
        let number = self.forms.entry(part.name()).or_insert(1);
        *number += 1;
        let mut named = format!("alternative-{number}");
        if !part.within.is_empty() {
            named = format!("{}.{named}", part.within);
        }
        let variation = match part.path.is_empty() {
            true => named.clone(),
            false => format!("{named}/{}", part.path.join(".")),
        };
        let value = part.replaced(Some(other));
        let mut inside = Part { whole: &value, path: part.path.clone(), within: &named };
        self.visit(choice, at, &mut inside);
        if self.mutations.alternatives.len() < MAX_MUTATIONS {
            let what = format!("whose {} has another documented form", part.name());
            self.mutations.alternatives.push(Mutation { variation, what, pointer: None, value });
        }
    }

    /// Adds a mutation that breaks the constraint at `pointer`, unless another mutation breaks it already. Without a
    /// replacement the part is removed. `describe` turns the name of the part into the variation and its description.
    fn add_broken(
        &mut self,
        pointer: String,
        part: &Part<'_>,
        replacement: Option<Value>,
        describe: impl FnOnce(String) -> (String, String),
    ) {
        if self.mutations.broken.len() < MAX_MUTATIONS && self.seen.insert(pointer.clone()) {
            let (name, what) = describe(part.name());
            let count = self.names.entry(name.clone()).or_default();
            *count += 1;
            let variation = if *count == 1 { name } else { format!("{name}-{count}") };
            let value = part.replaced(replacement);
            self.mutations.broken.push(Mutation { variation, what, pointer: Some(pointer), value });
        }
    }
}

fn pointer(path: &[String]) -> String {
    path.iter().map(|step| format!("/{}", escape(step))).collect()
}

/// A value of a type that the schema does not allow.
fn other_type(schema: &Value, value: &Value) -> Option<Value> {
    let (text, object) = (json!("conformance"), json!({ "conformance": true }));
    let usual = match value {
        Value::Object(_) | Value::Array(_) => [text, object],
        _ => [object, text],
    };
    let others = [json!(true), json!([]), json!(1.5)];
    usual.into_iter().chain(others).find(|other| !has_type(schema, other))
}
