//! A schema without `$ref`, `allOf`, `oneOf`, `anyOf` and `if`: the keywords that a value must satisfy together, for one choice among
//! the alternatives. `not` and what only a validator can decide stay: a value for the result can break the schema.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::walk::{resolve, types_of};
use crate::document::model::Document;

/// The deepest composition.
const MAX_DEPTH: usize = 32;

/// The keywords that combine schemas.
const COMPOSITION: [&str; 6] = ["allOf", "oneOf", "anyOf", "if", "then", "else"];

/// The keywords of one choice among the alternatives of a schema.
pub(super) struct Flat<'a> {
    pub(super) schema: Cow<'a, Value>,
    /// The number of choices.
    pub(super) choices: usize,
    /// The property that names the alternative, and the name (OpenAPI's `discriminator`).
    pub(super) tag: Option<(String, String)>,
}

/// The keywords of a schema, for the choice with this number. The numbers wrap around.
pub(super) fn flat<'a>(document: &'a Document, schema: &'a Value, choice: usize) -> Option<Flat<'a>> {
    let is_flat = |schema: &Value| {
        !COMPOSITION.iter().any(|keyword| schema.get(*keyword).is_some())
            && schema.get("discriminator").is_none()
    };
    let (resolved, _) = resolve(document, schema, "")?;
    if is_flat(resolved) {
        return Some(Flat { schema: Cow::Borrowed(resolved), choices: 1, tag: None });
    }
    let mut flattening = Flattening { document, choice, choices: 1, tag: None };
    let mut whole = Map::new();
    flattening.add(&mut whole, schema, None, MAX_DEPTH)?;
    let Flattening { choices, tag, .. } = flattening;
    Some(Flat { schema: Cow::Owned(Value::Object(whole)), choices, tag })
}

struct Flattening<'a> {
    document: &'a Document,
    /// The digits of the choice that are not used yet: the first alternative uses the last digit.
    choice: usize,
    choices: usize,
    tag: Option<(String, String)>,
}

impl<'a> Flattening<'a> {
    /// Adds a schema. `name` is the name of the shared schema whose `allOf` has it.
    fn add(
        &mut self,
        whole: &mut Map<String, Value>,
        schema: &'a Value,
        name: Option<&str>,
        depth: usize,
    ) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        let (schema, pointer) = resolve(self.document, schema, "")?;
        let own = pointer.rsplit('/').next().filter(|own| !own.is_empty());
        let keywords = schema.as_object()?;
        for (keyword, value) in
            keywords.iter().filter(|(keyword, _)| !COMPOSITION.contains(&keyword.as_str()))
        {
            add_keyword(whole, keyword, value);
        }
        let list = |keyword: &str| keywords.get(keyword).and_then(Value::as_array).map(Vec::as_slice);
        for part in list("allOf").unwrap_or_default() {
            self.add(whole, part, name.or(own), depth)?;
        }
        self.add_condition(whole, keywords, depth)?;
        for alternatives in [list("oneOf"), list("anyOf")].into_iter().flatten() {
            let chosen = &alternatives[self.pick(alternatives.len())];
            self.tag = tag_of(self.document, schema, chosen).or(self.tag.take());
            self.add(whole, chosen, None, depth)?;
        }
        if list("oneOf").or(list("anyOf")).is_none()
            && let (Some((property, names)), Some(name)) = (discriminator(keywords), name.or(own))
        {
            self.tag = Some((property, tag(names, name)));
        }
        Some(())
    }

    /// Adds `if` and `then`, or `else`.
    fn add_condition(
        &mut self,
        whole: &mut Map<String, Value>,
        keywords: &'a Map<String, Value>,
        depth: usize,
    ) -> Option<()> {
        let Some(condition) = keywords.get("if") else { return Some(()) };
        let added = match self.pick(2) {
            0 => [Some(condition), keywords.get("then")],
            _ => [None, keywords.get("else")],
        };
        added.into_iter().flatten().try_for_each(|schema| self.add(whole, schema, None, depth))
    }

    fn pick(&mut self, count: usize) -> usize {
        let picked = self.choice % count;
        self.choice /= count;
        self.choices = self.choices.saturating_mul(count);
        picked
    }
}

/// The property that names an alternative of a schema, and the name.
pub(super) fn tag_of(document: &Document, schema: &Value, alternative: &Value) -> Option<(String, String)> {
    let (property, names) = discriminator(schema.as_object()?)?;
    let (_, pointer) = resolve(document, alternative, "")?;
    pointer.rsplit('/').next().map(|name| (property, tag(names, name)))
}

/// The property of a discriminator, and its names of schemas.
fn discriminator(keywords: &Map<String, Value>) -> Option<(String, Option<&Map<String, Value>>)> {
    let discriminator = keywords.get("discriminator")?;
    let property = discriminator.get("propertyName")?.as_str()?;
    Some((property.to_owned(), discriminator.get("mapping").and_then(Value::as_object)))
}

/// The value that stands for a schema: its key in the mapping, otherwise its name.
fn tag(mapping: Option<&Map<String, Value>>, name: &str) -> String {
    let is_name =
        |reference: &Value| reference.as_str().is_some_and(|text| text.rsplit('/').next() == Some(name));
    let mapped = mapping.into_iter().flatten().find(|(_, reference)| is_name(reference));
    mapped.map_or_else(|| name.to_owned(), |(key, _)| key.clone())
}

/// Adds a keyword: a value must satisfy it together with the same keyword of other schemas.
fn add_keyword(whole: &mut Map<String, Value>, keyword: &str, value: &Value) {
    // The example of a part is no example of the whole.
    if ["example", "default"].contains(&keyword) && (value.is_object() || whole.contains_key("type")) {
        return;
    }
    let Some(known) = whole.get_mut(keyword) else {
        whole.insert(keyword.to_owned(), value.clone());
        return;
    };
    match keyword {
        "properties" | "patternProperties" | "dependentSchemas" => add_each(known, value),
        "required" => add_names(known, value),
        "dependentRequired" => {
            for (name, names) in value.as_object().into_iter().flatten() {
                add_names(&mut known[name.as_str()], names);
            }
        }
        "enum" => retain(known, |listed| value.as_array().is_some_and(|values| values.contains(listed))),
        "type" => *known = both_types(known, value),
        "prefixItems" => {
            let (Some(known), Some(added)) = (known.as_array_mut(), value.as_array()) else { return };
            let short = known.len();
            known.iter_mut().zip(added).for_each(|(known, added)| *known = both(known, added));
            known.extend(added.iter().skip(short).cloned());
        }
        "items" | "additionalProperties" | "propertyNames" | "unevaluatedProperties" | "unevaluatedItems" => {
            *known = both(known, value);
        }
        "pattern" => {
            let listed = match known.take() {
                Value::Array(listed) => listed,
                one => vec![one],
            };
            *known = listed.into_iter().chain([value.clone()]).collect();
        }
        "multipleOf" => *known = common_multiple(known, value),
        _ if keyword.starts_with("min") || keyword == "exclusiveMinimum" => {
            replace_if(known, value, |new, old| new > old);
        }
        _ if keyword.starts_with("max") || keyword == "exclusiveMaximum" => {
            replace_if(known, value, |new, old| new < old);
        }
        _ => {}
    }
}

fn add_each(known: &mut Value, added: &Value) {
    let (Some(known), Some(added)) = (known.as_object_mut(), added.as_object()) else { return };
    for (name, added) in added {
        let merged = known.get(name).map_or_else(|| added.clone(), |known| both(known, added));
        known.insert(name.clone(), merged);
    }
}

fn add_names(known: &mut Value, added: &Value) {
    if known.is_null() {
        *known = json!([]);
    }
    let (Some(known), Some(added)) = (known.as_array_mut(), added.as_array()) else { return };
    for name in added {
        if !known.contains(name) {
            known.push(name.clone());
        }
    }
}

fn retain(list: &mut Value, keep: impl Fn(&Value) -> bool) {
    list.as_array_mut().into_iter().for_each(|list| list.retain(&keep));
}

/// A schema for the values that satisfy both.
fn both(one: &Value, other: &Value) -> Value {
    match (one, other) {
        _ if one == other => one.clone(),
        (Value::Bool(true), schema) | (schema, Value::Bool(true)) => schema.clone(),
        (Value::Bool(false), _) | (_, Value::Bool(false)) => Value::Bool(false),
        _ => json!({ "allOf": [one, other] }),
    }
}

/// The types in both lists. An integer is a number.
fn both_types(one: &Value, other: &Value) -> Value {
    let (one, other) = (types_of(one), types_of(other));
    let within =
        |name: &&str, list: &[&str]| list.contains(name) || *name == "integer" && list.contains(&"number");
    let mut common: Vec<&str> = one.iter().copied().filter(|name| within(name, &other)).collect();
    common.extend(other.iter().filter(|name| within(name, &one) && !one.contains(name)));
    json!(common)
}

fn replace_if(known: &mut Value, value: &Value, is_stricter: fn(f64, f64) -> bool) {
    if let (Some(old), Some(new)) = (known.as_f64(), value.as_f64())
        && is_stricter(new, old)
    {
        *known = value.clone();
    }
}

/// The least common multiple of two integers; of other numbers the larger, whose multiples are tried in turn.
fn common_multiple(one: &Value, other: &Value) -> Value {
    match (one.as_u64(), other.as_u64()) {
        (Some(one @ 1..), Some(other @ 1..)) => {
            let (mut divisor, mut rest) = (one, other);
            while rest != 0 {
                (divisor, rest) = (rest, divisor % rest);
            }
            (one / divisor).checked_mul(other).map_or(json!(one.max(other)), |multiple| json!(multiple))
        }
        _ if one.as_f64() > other.as_f64() => one.clone(),
        _ => other.clone(),
    }
}
