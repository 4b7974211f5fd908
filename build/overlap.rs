//! Whether a value can satisfy two schemas. The answer is `true` unless the schemas exclude it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::build::json::{entries, string};
use crate::build::reference::resolved;

/// How deep properties are compared. A schema may contain itself.
const DEPTH: usize = 8;

/// Whether a value can satisfy both schemas.
pub(crate) fn can_overlap(root: &Value, one: &Value, other: &Value) -> bool {
    can_overlap_to(root, one, other, DEPTH)
}

fn can_overlap_to(root: &Value, one: &Value, other: &Value, depth: usize) -> bool {
    let [one, other] = [Facts::of(root, one), Facts::of(root, other)];
    if depth == 0 || !one.have_a_type_in_common(&other) {
        return depth == 0;
    }
    if let (Some(one), Some(other)) = (&one.values, &other.values) {
        return one.iter().any(|value| other.contains(value));
    }
    if !(one.is_object() && other.is_object()) {
        return true;
    }
    let is_excluded = |name: &&str| {
        let pairs =
            || one.properties(name).flat_map(|one| other.properties(name).map(move |other| (one, other)));
        one.excludes(name)
            || other.excludes(name)
            || one.required.contains(name)
                && other.required.contains(name)
                && pairs().any(|(one, other)| !can_overlap_to(root, one, other, depth - 1))
    };
    !one.required.union(&other.required).any(is_excluded)
}

/// The property whose value tells the schemas apart: each requires it, and no two allow the same value. Returns the
/// property, and the values in each schema.
pub(crate) fn distinct_property(root: &Value, schemas: &[Value]) -> Option<(String, Vec<Vec<String>>)> {
    let all: Vec<_> = schemas.iter().map(|schema| Facts::of(root, schema)).collect();
    let values_of = |name: &&&str| -> Option<Vec<Vec<String>>> {
        let values =
            all.iter().map(|facts| facts.strings(root, name).filter(|_| facts.required.contains(**name)));
        let values: Vec<_> = values.collect::<Option<_>>()?;
        let mut seen = BTreeSet::new();
        values.iter().flatten().all(|value| seen.insert(value.clone())).then_some(values)
    };
    let first = all.first()?;
    first.required.iter().find_map(|name| Some(((*name).to_owned(), values_of(&name)?)))
}

/// The string values of each property of the schema that has an `enum` of strings.
pub(crate) fn listed_values(root: &Value, schema: &Value) -> Vec<(String, Vec<String>)> {
    let facts = Facts::of(root, schema);
    let names: BTreeSet<_> = facts.properties.iter().map(|(name, _)| *name).collect();
    names.into_iter().filter_map(|name| Some((name.to_owned(), facts.strings(root, name)?))).collect()
}

/// What a schema and the parts of its `allOf` state.
#[derive(Default)]
struct Facts<'a> {
    /// `None` if any type is allowed.
    types: Option<Vec<&'a str>>,
    values: Option<&'a Vec<Value>>,
    required: BTreeSet<&'a str>,
    properties: Vec<(&'a str, &'a Value)>,
    is_closed: bool,
}

impl<'a> Facts<'a> {
    fn of(root: &'a Value, schema: &'a Value) -> Self {
        let mut facts = Self::default();
        facts.add(root, schema, &mut Vec::new());
        facts
    }

    fn add(&mut self, root: &'a Value, schema: &'a Value, seen: &mut Vec<&'a Value>) {
        let schema = resolved(root, schema);
        if seen.iter().any(|other| std::ptr::eq(*other, schema)) {
            return;
        }
        seen.push(schema);
        if let Some(name) = string(schema, "type") {
            let mut types = vec![name];
            types.extend((schema.get("nullable") == Some(&Value::Bool(true))).then_some("null"));
            self.types = Some(types);
        }
        self.values = schema.get("enum").and_then(Value::as_array).or(self.values);
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        self.required.extend(required.filter_map(Value::as_str));
        self.properties.extend(entries(schema, "properties").map(|(name, part)| (name.as_str(), part)));
        self.is_closed |= schema.get("additionalProperties") == Some(&Value::Bool(false));
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.add(root, part, seen);
        }
    }

    fn have_a_type_in_common(&self, other: &Self) -> bool {
        let (Some(one), Some(other)) = (&self.types, &other.types) else { return true };
        let numbers = |types: &[&str]| types.iter().any(|name| ["integer", "number"].contains(name));
        one.iter().any(|name| other.contains(name)) || numbers(one) && numbers(other)
    }

    fn is_object(&self) -> bool {
        self.types.as_ref().is_none_or(|types| types.contains(&"object"))
    }

    fn properties(&self, name: &str) -> impl Iterator<Item = &'a Value> {
        self.properties.iter().filter(move |(other, _)| *other == name).map(|(_, schema)| *schema)
    }

    fn excludes(&self, name: &str) -> bool {
        self.is_closed && self.properties(name).next().is_none()
    }

    /// The strings that the property may have.
    fn strings(&self, root: &Value, name: &str) -> Option<Vec<String>> {
        let mut all = self.properties(name).filter_map(|schema| Facts::of(root, schema).values);
        all.next()?.iter().map(|value| value.as_str().map(str::to_owned)).collect()
    }
}
