//! Makes a value from the keywords of a schema. The value satisfies most schemas: a validator decides, and a search tries again.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::flat::{Flat, flat};
use super::pattern;
use super::scalar::{number, range, string};
use super::turns::Turns;
use super::walk::{count, declared, kind_at, list, properties, required, resolve};
use crate::document::model::Document;
use crate::document::pointer;

/// The largest sample of one body, in bytes of JSON.
pub(crate) const MAX_BYTES: usize = 256 * 1024;

/// The name of a property that only `additionalProperties` allows.
pub(crate) const KEY: &str = "conformance";

/// The smallest positive integer that a double cannot hold.
const BEYOND_DOUBLE: i64 = (1 << 53) + 1;

/// The deepest nesting of a synthesised value. Recursive schemas end here.
pub(super) const MAX_DEPTH: usize = 12;

/// The most alternatives that are tried for one part, where the first ones cannot be made.
const MAX_CHOICES: usize = 16;

/// The most elements of a list that are made one by one.
const MAX_ELEMENTS: usize = 1_000;

/// The most properties that are added to reach `minProperties`.
const MAX_ADDED: usize = 100;

/// The state from which the parts of a value get different values.
pub(super) struct Distinct {
    /// Whether every integer without a bound is too large for a double.
    large: bool,
    /// The number of parts that differ so far.
    count: usize,
    /// The number of choices among few values so far: booleans and enumerations. In an element of a list it begins with the index of
    /// the element, so that two elements differ.
    choices: usize,
}

impl Distinct {
    pub(super) fn new(large: bool) -> Self {
        Self { large, count: 0, choices: 0 }
    }
}

/// A value in the making, and what bounds its size.
pub(super) struct Synthesis<'a> {
    document: &'a Document,
    /// How the parts of the value differ; none where equal parts may have equal values.
    distinct: Option<Distinct>,
    /// How many more parts the value may have.
    left: usize,
    /// The pointers of the shared schemas that were written with all their properties. The second time a schema gets its
    /// required properties only; otherwise schemas that refer to each other would grow without bound.
    written: BTreeSet<String>,
    turns: &'a Turns,
    /// The JSON pointer of the part that is made.
    place: String,
}

impl<'a> Synthesis<'a> {
    pub(super) fn new(
        document: &'a Document,
        left: usize,
        distinct: Option<Distinct>,
        turns: &'a Turns,
    ) -> Self {
        Self { document, distinct, left, written: BTreeSet::new(), turns, place: String::new() }
    }

    /// A value, or the value of its turn.
    pub(super) fn value(&mut self, schema: &Value, depth: usize, shift: usize) -> Option<Value> {
        let mut turn = shift + self.turns.at(&self.place);
        self.left = self.left.checked_sub(1)?;
        let is_shared = schema.get("$ref").is_some();
        let (_, pointer) = resolve(self.document, schema, "")?;
        let with_all = !is_shared || self.written.insert(pointer);
        let mut tried = 0;
        loop {
            let flat = flat(self.document, schema, turn)?;
            let turn_of_parts = turn / flat.choices;
            if let Some(given) = self.given(&flat.schema, turn_of_parts) {
                return Some(given);
            }
            if let Some(made) = self.made(&flat, with_all, depth.checked_sub(1)?, turn_of_parts) {
                return Some(made);
            }
            (turn, tried) = (turn + 1, tried + 1);
            if tried >= flat.choices.min(MAX_CHOICES) {
                return None;
            }
        }
    }

    fn made(&mut self, flat: &Flat<'_>, with_all: bool, depth: usize, turn: usize) -> Option<Value> {
        let schema = &*flat.schema;
        let (kind, turn) = kind_at(schema, turn)?;
        match kind {
            "object" => self.object(flat, with_all, depth, turn).map(Value::Object),
            "array" => self.array(schema, depth, turn),
            "string" => string(self.document, schema, self.number(), turn).map(Value::String),
            "integer" => Some(self.integer(schema, turn)),
            "number" => Some(json!(self.fraction(schema, turn))),
            "boolean" => Some(json!((self.choice() + turn).is_multiple_of(2))),
            _ => Some(Value::Null),
        }
    }

    /// The value that the schema itself names: its example, its default, or one of its `enum`. Where parts must differ: any of its
    /// `enum`.
    fn given(&mut self, schema: &Value, turn: usize) -> Option<Value> {
        let listed = schema.get("enum").and_then(Value::as_array).map(Vec::as_slice);
        if self.distinct.is_some() {
            let listed = listed.filter(|values| !values.is_empty())?;
            return Some(listed[(self.choice() + turn) % listed.len()].clone());
        }
        let own = ["example", "default"].into_iter().filter_map(|keyword| schema.get(keyword));
        let mut given = own.chain(listed.into_iter().flatten());
        let values = || listed.filter(|values| !values.is_empty());
        given.nth(turn).or_else(|| values().map(|values| &values[turn % values.len()])).cloned()
    }

    /// A number for the next part: another one for each where parts must differ, otherwise 0.
    fn number(&mut self) -> usize {
        let Some(distinct) = &mut self.distinct else { return 0 };
        distinct.count += 1;
        distinct.count
    }

    /// A number for the next choice among few values.
    fn choice(&mut self) -> usize {
        let Some(distinct) = &mut self.distinct else { return 0 };
        distinct.choices += 1;
        distinct.choices
    }

    fn integer(&mut self, schema: &Value, turn: usize) -> Value {
        let is_bounded = ["maximum", "exclusiveMaximum", "multipleOf"]
            .iter()
            .any(|keyword| schema.get(*keyword).is_some());
        let is_large = self.distinct.as_ref().is_some_and(|distinct| match schema.get("format") {
            Some(format) => format == "int64",
            None => distinct.large,
        });
        let steps = match (is_large && !is_bounded, range(schema)) {
            // Every second integer of this size fits into a double.
            (true, _) => return json!(BEYOND_DOUBLE + 2 * (self.number() + turn) as i64),
            (false, Some(range)) => self.choice() as f64 % range.max(1.0),
            (false, None) => self.number() as f64,
        };
        json!(number(schema, steps + turn as f64).ceil() as i64)
    }

    /// Where parts must differ, a number that is not an integer.
    fn fraction(&mut self, schema: &Value, turn: usize) -> f64 {
        let steps = match (&self.distinct, range(schema)) {
            (None, _) => 0.0,
            (Some(_), Some(range)) if schema.get("multipleOf").is_none() => {
                range * ((self.choice() % 8) as f64 + 0.5) / 8.0
            }
            (Some(_), _) if schema.get("multipleOf").is_some() => self.choice() as f64,
            (Some(_), _) => self.number() as f64 + 0.5,
        };
        number(schema, steps + turn as f64)
    }

    /// An object with all of its properties, or with the required ones only. Every second turn has the required ones only.
    fn object(
        &mut self,
        flat: &Flat<'_>,
        with_all: bool,
        depth: usize,
        turn: usize,
    ) -> Option<Map<String, Value>> {
        let schema = &*flat.schema;
        let (with_all, shift) = (with_all && turn.is_multiple_of(2), turn / 2);
        let is_required = |name: &String| required(schema).any(|required| required == name);
        let mut whole = Map::new();
        let mut given: Vec<_> =
            properties(schema).filter(|(name, _)| with_all || is_required(name)).collect();
        if self.distinct.is_some() {
            // The order of the properties in the document changes no value.
            given.sort_by_key(|(name, _)| *name);
        }
        for (name, property) in given {
            match self.part(name, property, depth, shift) {
                Some(value) => drop(whole.insert(name.clone(), value)),
                // Recursion ends here: an optional property that would nest too deep is left out.
                None if !is_required(name) => {}
                None => return None,
            }
        }
        self.add_undeclared(schema, &mut whole, depth, shift)?;
        self.add_dependent(schema, &mut whole, depth, shift);
        if turn.is_multiple_of(2) {
            self.add_other(schema, &mut whole, depth, shift);
        }
        self.reach_count(schema, &mut whole, depth, shift);
        if let Some(tag) = &flat.tag {
            put_tag(schema, tag, &mut whole);
        }
        Some(whole)
    }

    /// A property or an element.
    fn part(&mut self, name: &str, schema: &Value, depth: usize, shift: usize) -> Option<Value> {
        let length = self.place.len();
        pointer::push(&mut self.place, name);
        let value = self.value(schema, depth, shift);
        self.place.truncate(length);
        value
    }

    /// The required properties that are not among the declared ones.
    fn add_undeclared(
        &mut self,
        schema: &Value,
        whole: &mut Map<String, Value>,
        depth: usize,
        shift: usize,
    ) -> Option<()> {
        for name in required(schema).filter(|name| declared(schema, name).is_none()) {
            let value = self.part(name, &schema_of(schema, name), depth, shift)?;
            whole.insert(name.to_owned(), value);
        }
        Some(())
    }

    /// The properties that must be there because another one is.
    fn add_dependent(&mut self, schema: &Value, whole: &mut Map<String, Value>, depth: usize, shift: usize) {
        let Some(dependent) = schema.get("dependentRequired").and_then(Value::as_object) else { return };
        for _ in 0..dependent.len() {
            let present = dependent.iter().filter(|(name, _)| whole.contains_key(*name));
            let names = present.flat_map(|(_, names)| names.as_array().into_iter().flatten());
            let missing = names.filter_map(Value::as_str).find(|name| !whole.contains_key(*name));
            let Some(name) = missing else { return };
            let value = self.part(name, &schema_of(schema, name), depth, shift);
            whole.extend(value.map(|value| (name.to_owned(), value)));
        }
    }

    /// A property that only `additionalProperties` describes.
    fn add_other(&mut self, schema: &Value, whole: &mut Map<String, Value>, depth: usize, shift: usize) {
        let Some(others) = schema.get("additionalProperties").filter(|others| others.is_object()) else {
            return;
        };
        let is_named = schema.get("propertyNames").is_none() && schema.get("patternProperties").is_none();
        let value = if is_named { self.part(KEY, others, depth, shift) } else { None };
        whole.extend(value.map(|value| (KEY.to_owned(), value)));
    }

    /// Adds properties up to `minProperties`, and removes optional ones down to `maxProperties`.
    fn reach_count(&mut self, schema: &Value, whole: &mut Map<String, Value>, depth: usize, shift: usize) {
        let least = count(schema, "minProperties").unwrap_or(0);
        let optional: Vec<_> = properties(schema).filter(|(name, _)| !whole.contains_key(*name)).collect();
        for (name, property) in optional {
            if whole.len() >= least {
                break;
            }
            let value = self.part(name, property, depth, shift);
            whole.extend(value.map(|value| (name.clone(), value)));
        }
        for index in 0..MAX_ADDED {
            if whole.len() >= least {
                break;
            }
            let name = self.name(schema, index + shift);
            let value = self.part(&name, &schema_of(schema, &name), depth, shift);
            whole.extend(value.map(|value| (name, value)));
        }
        let Some(most) = count(schema, "maxProperties") else { return };
        let is_optional = |name: &String| !required(schema).any(|required| required == name);
        let optional: Vec<String> = whole.keys().filter(|name| is_optional(name)).cloned().collect();
        for name in optional.into_iter().rev().take(whole.len().saturating_sub(most)) {
            whole.shift_remove(&name);
        }
    }

    /// The name of a property that is not declared.
    fn name(&mut self, schema: &Value, index: usize) -> String {
        let patterns = schema.get("patternProperties").and_then(Value::as_object);
        let of_pattern =
            patterns.and_then(|patterns| patterns.keys().next()).map(|pattern| json!({ "pattern": pattern }));
        let named = schema.get("propertyNames").cloned();
        let names = [named, of_pattern].into_iter().flatten().next();
        let made = names.and_then(|names| self.value(&names, MAX_DEPTH, index));
        match made {
            Some(Value::String(name)) => name,
            _ => format!("{KEY}{}", index + 1),
        }
    }

    fn array(&mut self, schema: &Value, depth: usize, turn: usize) -> Option<Value> {
        let least = count(schema, "minItems").unwrap_or(0);
        let most = count(schema, "maxItems").unwrap_or(usize::MAX);
        let first = list(schema, "prefixItems");
        let (wanted, shift) = match (turn % 2, self.distinct.is_some()) {
            (1, _) => (0, turn / 2),
            (_, true) => (2, turn / 2),
            (_, false) => (1, turn / 2),
        };
        let mut elements = Vec::new();
        for (index, schema) in first.iter().enumerate().take(most) {
            elements.push(self.part(&index.to_string(), schema, depth, shift)?);
        }
        let asked = self.contained(schema, depth, shift, elements.len())?;
        elements.extend(asked);
        let any = json!({});
        let items = schema.get("items").or((elements.len() < least).then_some(&any));
        let Some(items) = items else { return Some(Value::Array(elements)) };
        let wanted = if elements.len() > first.len() { 0 } else { wanted };
        let copies =
            least.saturating_sub(elements.len()).max(wanted).min(most.saturating_sub(elements.len()));
        let is_unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
        match self.elements(items, elements.len(), copies, depth, shift, is_unique) {
            Some(others) => elements.extend(others),
            None if elements.len() >= least => {}
            None => return None,
        }
        Some(Value::Array(elements))
    }

    /// The elements that `contains` asks for.
    fn contained(&mut self, schema: &Value, depth: usize, shift: usize, from: usize) -> Option<Vec<Value>> {
        let Some(contains) = schema.get("contains") else { return Some(Vec::new()) };
        let count = count(schema, "minContains").unwrap_or(1);
        let parts: Vec<&Value> = schema.get("items").into_iter().chain([contains]).collect();
        let is_unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
        self.elements(&json!({ "allOf": parts }), from, count, depth, shift, is_unique)
    }

    /// This many elements from an index on: equal ones, except where parts must differ or a validator refused one.
    fn elements(
        &mut self,
        items: &Value,
        from: usize,
        copies: usize,
        depth: usize,
        shift: usize,
        is_unique: bool,
    ) -> Option<Vec<Value>> {
        let is_searched = !self.turns.are_usual() && copies <= MAX_ELEMENTS;
        if self.distinct.is_some() || is_unique || is_searched {
            let written = self.written.clone();
            let element = |index: usize| {
                // Each element has all properties.
                self.written.clone_from(&written);
                self.distinct.iter_mut().for_each(|distinct| distinct.choices = index);
                let shift = if is_unique { shift + from + index } else { shift };
                self.part(&(from + index).to_string(), items, depth, shift)
            };
            return (0..copies).map(element).collect();
        }
        if copies == 0 {
            return Some(Vec::new());
        }
        let before = self.left;
        let element = self.part(&from.to_string(), items, depth, shift)?;
        let parts = before - self.left;
        self.left = self.left.checked_sub(parts.checked_mul(copies - 1)?)?;
        // A few long elements can be larger than many short ones.
        let is_large = copies > 1 && element.to_string().len().checked_mul(copies)? > MAX_BYTES;
        (!is_large).then(|| vec![element; copies])
    }
}

/// The schema of a property that may not be declared.
fn schema_of(schema: &Value, name: &str) -> Value {
    let declared = declared(schema, name);
    let patterns = schema.get("patternProperties").and_then(Value::as_object).into_iter().flatten();
    let matching: Vec<&Value> = patterns
        .filter(|(pattern, _)| pattern::accepts(pattern, name) == Some(true))
        .map(|(_, property)| property)
        .collect();
    let others = schema.get("additionalProperties").filter(|others| others.is_object());
    match (declared, matching.is_empty()) {
        (None, true) => others.cloned().unwrap_or_else(|| json!({})),
        (Some(declared), true) => declared.clone(),
        (declared, false) => json!({ "allOf": declared.into_iter().chain(matching).collect::<Vec<_>>() }),
    }
}

/// Puts the name of the alternative into its property, where that allows it.
pub(super) fn put_tag(schema: &Value, (property, name): &(String, String), whole: &mut Map<String, Value>) {
    let is_fixed = declared(schema, property)
        .is_some_and(|schema| ["enum", "$ref", "allOf"].iter().any(|key| schema.get(*key).is_some()));
    if let Some(Value::String(text)) = whole.get_mut(property).filter(|_| !is_fixed) {
        text.clone_from(name);
    }
}
