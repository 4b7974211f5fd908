//! Values that satisfy a schema: the documented example where there is one, otherwise a synthesised value.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::pattern::{self, MAX_LENGTH};
use super::walk::{branches, kind, properties, required, resolve};
use crate::document::model::{Content, Document, Schema};

/// The largest sample of one body, in bytes of JSON.
pub(crate) const MAX_BYTES: usize = 256 * 1024;

/// The name of a property that only `additionalProperties` allows.
pub(crate) const KEY: &str = "conformance";

/// What clients often change: zeros at the start, case, double blanks, characters with a meaning in a URL, escapes, double
/// slashes, dot segments, hyphens, characters outside ASCII, a last dot or slash.
pub(crate) const REVEALING: &str = "007 A  b&c=d+e%20f%2Fg#h?i//j/../B_-é./";

/// The most parts of a value whose parts all differ. Each list in a list doubles their number.
const MAX_DISTINCT: usize = 2_000;

/// The smallest positive integer that a double cannot hold.
const BEYOND_DOUBLE: i64 = (1 << 53) + 1;

/// The deepest nesting of a synthesised value. Recursive schemas end here.
const MAX_DEPTH: usize = 12;

/// The body to serve for a documented content: its example, otherwise a synthesised value with every documented property.
pub(crate) fn body(document: &Document, content: &Content) -> Option<Value> {
    let example = content.examples.first().map(|example| example.value.clone());
    example.or_else(|| content.schema.as_ref().and_then(|schema| value(document, schema)))
}

/// A value with every documented property; none when no value within our caps satisfies the schema.
pub(crate) fn value(document: &Document, schema: &Schema) -> Option<Value> {
    Synthesis::new(document, MAX_LENGTH, None).value(&schema.value, MAX_DEPTH)
}

/// A value like [`value`] whose parts all differ, as far as the schema allows: lists have two elements, free text is not ASCII, and
/// 64-bit integers do not fit into a double. With `large`, other integers do not either. Examples and defaults are not used. The
/// value can break a rule between its parts: the caller validates it.
pub(crate) fn distinct(document: &Document, schema: &Schema, large: bool) -> Option<Value> {
    let distinct = Distinct { large, ..Distinct::default() };
    Synthesis::new(document, MAX_DISTINCT, Some(distinct)).value(&schema.value, MAX_DEPTH)
}

/// The string as free text that differs for each number.
pub(crate) fn free_text(number: usize) -> String {
    format!(" {number}: Grüße  aus \"東京\", e\u{301} &amp; 🎧. ")
}

/// The state from which the parts of a value get different values.
#[derive(Default)]
struct Distinct {
    /// Whether every integer without a bound is too large for a double.
    large: bool,
    /// The number of parts that differ so far.
    count: usize,
    /// The number of choices among few values so far: booleans and enumerations. In an element of a list it begins with the index of
    /// the element, so that two elements differ.
    choices: usize,
}

/// A value for an argument: one that clients often change, where the schema allows every string of its length. It has no characters
/// that must be encoded, and in a path no slashes, because many servers refuse them there.
pub(crate) fn argument(document: &Document, schema: &Schema, is_in_path: bool) -> Option<Value> {
    let (resolved, _) = resolve(document, &schema.value, &schema.pointer)?;
    let states = |keyword: &&str| resolved.get(*keyword).is_some();
    let is_free =
        kind(resolved) == "string" && !["pattern", "format", "example", "default", "enum"].iter().any(states);
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || "-._".contains(*c) || (*c == '/' && !is_in_path);
    let text: String = REVEALING.chars().filter(is_plain).collect();
    let bound = |keyword| resolved.get(keyword).and_then(Value::as_u64);
    let fits = bound("minLength").is_none_or(|least| text.len() as u64 >= least)
        && bound("maxLength").is_none_or(|most| text.len() as u64 <= most);
    match is_free && fits && branches(resolved).is_empty() {
        true => Some(text.into()),
        false => value(document, schema),
    }
}

/// A value in the making, and what bounds its size.
struct Synthesis<'a> {
    document: &'a Document,
    /// How the parts of the value differ; none where equal parts may have equal values.
    distinct: Option<Distinct>,
    /// How many more parts the value may have.
    left: usize,
    /// The pointers of the shared schemas that were written with all their properties. The second time a schema gets its
    /// required properties only; otherwise schemas that refer to each other would grow without bound.
    written: BTreeSet<String>,
}

impl<'a> Synthesis<'a> {
    fn new(document: &'a Document, left: usize, distinct: Option<Distinct>) -> Self {
        Self { document, distinct, left, written: BTreeSet::new() }
    }

    fn value(&mut self, schema: &Value, depth: usize) -> Option<Value> {
        self.left = self.left.checked_sub(1)?;
        let is_shared = schema.get("$ref").is_some();
        let (schema, pointer) = resolve(self.document, schema, "")?;
        let with_all = !is_shared || self.written.insert(pointer);
        if let Some(given) = self.given(schema) {
            return Some(given);
        }
        let depth = depth.checked_sub(1)?;
        let listed = |keyword| schema.get(keyword).and_then(Value::as_array);
        if let Some(parts) = listed("allOf") {
            return self.all_of(schema, parts, depth);
        }
        if let Some(choices) = listed("oneOf").or_else(|| listed("anyOf")) {
            return choices.iter().find_map(|choice| self.value(choice, depth));
        }
        match kind(schema) {
            "object" => self.object(schema, with_all, depth).map(Value::Object),
            "array" => self.array(schema, depth),
            "string" => string(schema, self.number()).map(Value::String),
            "integer" => Some(self.integer(schema)),
            "number" => Some(json!(self.fraction(schema))),
            "boolean" => Some(json!(self.choice().is_multiple_of(2))),
            _ => Some(Value::Null),
        }
    }

    /// The value that the schema itself names: its example, its default, or the first of its `enum`. Where parts must differ: any
    /// of its `enum`.
    fn given(&mut self, schema: &Value) -> Option<Value> {
        let listed = schema.get("enum").and_then(Value::as_array).filter(|values| !values.is_empty());
        match &self.distinct {
            Some(_) => listed.map(|values| values[self.choice() % values.len()].clone()),
            None => {
                let given = schema.get("example").or(schema.get("default"));
                given.or(listed.and_then(|values| values.first())).cloned()
            }
        }
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

    fn integer(&mut self, schema: &Value) -> Value {
        let is_bounded = ["maximum", "multipleOf"].iter().any(|keyword| schema.get(*keyword).is_some());
        let is_large = self.distinct.as_ref().is_some_and(|distinct| match schema.get("format") {
            Some(format) => format == "int64",
            None => distinct.large,
        });
        match (is_large && !is_bounded, range(schema)) {
            // Every second integer of this size fits into a double.
            (true, _) => json!(BEYOND_DOUBLE + 2 * self.number() as i64),
            (false, Some(range)) => {
                json!(number(schema, self.choice() as f64 % range.max(1.0)).ceil() as i64)
            }
            (false, None) => json!(number(schema, self.number() as f64).ceil() as i64),
        }
    }

    /// Where parts must differ, a number that is not an integer.
    fn fraction(&mut self, schema: &Value) -> f64 {
        let steps = match (&self.distinct, range(schema)) {
            (None, _) => 0.0,
            (Some(_), Some(range)) if schema.get("multipleOf").is_none() => {
                range * ((self.choice() % 8) as f64 + 0.5) / 8.0
            }
            (Some(_), _) if schema.get("multipleOf").is_some() => self.choice() as f64,
            (Some(_), _) => self.number() as f64 + 0.5,
        };
        number(schema, steps)
    }

    fn all_of(&mut self, schema: &Value, parts: &[Value], depth: usize) -> Option<Value> {
        let mut whole = self.object(schema, true, depth)?;
        for part in parts {
            match self.value(part, depth)? {
                Value::Object(part) => whole.extend(part),
                scalar => return Some(scalar),
            }
        }
        Some(Value::Object(whole))
    }

    /// An object with all of its properties, or with the required ones only.
    fn object(&mut self, schema: &Value, with_all: bool, depth: usize) -> Option<Map<String, Value>> {
        let is_required = |name: &String| required(schema).any(|required| required == name);
        let mut whole = Map::new();
        let mut given: Vec<_> =
            properties(schema).filter(|(name, _)| with_all || is_required(name)).collect();
        if self.distinct.is_some() {
            // The order of the properties in the document changes no value.
            given.sort_by_key(|(name, _)| *name);
        }
        for (name, property) in given {
            match self.value(property, depth) {
                Some(value) => drop(whole.insert(name.clone(), value)),
                // Recursion ends here: an optional property that would nest too deep is left out.
                None if !is_required(name) => {}
                None => return None,
            }
        }
        if let Some(others) = schema.get("additionalProperties").filter(|others| others.is_object()) {
            let value = self.value(others, depth);
            whole.extend(value.map(|value| (KEY.to_owned(), value)));
        }
        Some(whole)
    }

    fn array(&mut self, schema: &Value, depth: usize) -> Option<Value> {
        let bound = |keyword| schema.get(keyword).and_then(Value::as_u64);
        let least = bound("minItems").unwrap_or(0);
        let wanted = if self.distinct.is_some() { bound("maxItems").unwrap_or(2).min(2) } else { 1 };
        let Some(items) = schema.get("items") else { return Some(json!([])) };
        let copies = usize::try_from(least.max(wanted)).ok()?;
        match self.elements(items, copies, depth) {
            Some(elements) => Some(Value::Array(elements)),
            None if least == 0 => Some(json!([])),
            None => None,
        }
    }

    /// This many elements: equal ones, except where parts must differ.
    fn elements(&mut self, items: &Value, copies: usize, depth: usize) -> Option<Vec<Value>> {
        let (before, written) = (self.left, self.written.clone());
        if self.distinct.is_some() {
            let element = |index: usize| {
                // Each element has all properties.
                self.written.clone_from(&written);
                self.distinct.iter_mut().for_each(|distinct| distinct.choices = index);
                self.value(items, depth)
            };
            return (0..copies).map(element).collect();
        }
        let element = self.value(items, depth)?;
        let parts = before - self.left;
        self.left = self.left.checked_sub(parts.checked_mul(copies - 1)?)?;
        // A few long elements can be larger than many short ones.
        let is_large = copies > 1 && element.to_string().len().checked_mul(copies)? > MAX_BYTES;
        (!is_large).then(|| vec![element; copies])
    }
}

/// The distance between the bounds of a number, in steps.
fn range(schema: &Value) -> Option<f64> {
    let bound = |keyword| schema.get(keyword).and_then(Value::as_f64);
    Some((bound("maximum")? - bound("minimum")?) / bound("multipleOf").unwrap_or(1.0))
}

/// A number that the schema allows: `steps` after or before the first one, as far as the bounds allow.
fn number(schema: &Value, steps: f64) -> f64 {
    let bound = |keyword| schema.get(keyword).and_then(Value::as_f64);
    let above = schema.get("exclusiveMinimum") == Some(&Value::Bool(true));
    let below = schema.get("exclusiveMaximum") == Some(&Value::Bool(true));
    let step = bound("multipleOf").unwrap_or(1.0);
    let (least, most) = (bound("minimum"), bound("maximum"));
    let first = match (least, most) {
        (Some(least), _) => ((least / step).ceil() + f64::from(u8::from(above))) * step,
        (None, Some(most)) if most < step => ((most / step).floor() - f64::from(u8::from(below))) * step,
        _ => step,
    };
    let shift = steps * step;
    let is_within =
        |value: &f64| least.is_none_or(|least| *value >= least) && most.is_none_or(|most| *value < most);
    [first + shift, first - shift].into_iter().find(is_within).unwrap_or(first)
}

/// A string that the schema allows: another one for each `index`, as far as its pattern and format allow. Free text is ASCII for the
/// index 0 only.
fn string(schema: &Value, index: usize) -> Option<String> {
    let bound = |keyword| schema.get(keyword).and_then(Value::as_u64).map(|bound| bound as usize);
    let (least, most) = (bound("minLength").unwrap_or(0), bound("maxLength"));
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
        return pattern::matching(pattern, least.max(1), most);
    }
    if least > MAX_LENGTH {
        return None;
    }
    let sample = match schema.get("format").and_then(Value::as_str) {
        Some(format) => formatted(format, index),
        None if index > 0 => free_text(index),
        None => "sample".to_owned(),
    };
    let length = least.max(sample.chars().count()).min(most.unwrap_or(usize::MAX));
    Some(sample.chars().cycle().take(length).collect())
}

/// A string of a format: another one for each `index`.
fn formatted(format: &str, index: usize) -> String {
    match format {
        "uuid" => format!("37a4c3a0-b034-4e8c-9ed9-{:012x}", 0x76da_6645_544a_usize + index),
        "date-time" => format!("2026-01-02T03:{:02}:05Z", (4 + index) % 60),
        "date" => format!("2026-01-{:02}", 2 + index % 27),
        "uri" | "url" => format!("https://conformance.example/sample{}", suffix(index)),
        "email" => format!("someone{}@conformance.example", suffix(index)),
        "ipv4" => format!("192.0.2.{}", 1 + index % 254),
        "ipv6" => format!("2001:db8::{:x}", 1 + index % 0xffff),
        "hostname" => format!("conformance{}.example", suffix(index)),
        "byte" => "c2FtcGxl".repeat(1 + index % 100),
        _ => format!("sample{}", suffix(index)),
    }
}

fn suffix(index: usize) -> String {
    if index == 0 { String::new() } else { index.to_string() }
}
