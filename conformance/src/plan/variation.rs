//! The values of one argument that its schema suggests: values at the edges of each constraint, and beyond them.

use serde_json::{Value, json};

use super::argument_schema::{ArgumentSchema, Variation, vary};
use super::fact;
use super::planned_argument::Argument;
use super::strings::strings;
use crate::document::schema::mutation::mutations;
use crate::document::schema::sample;
use crate::document::schema::walk::{COMBINED, branches, count, kind};
use crate::wire::serialisation::text;

/// The longest list that is given to a client. The elements of a list can be large.
const MAX_ELEMENTS: usize = 1_000;

/// The values of an argument. Names can repeat.
pub(super) fn variations(given: &ArgumentSchema<'_>) -> Vec<Variation> {
    let argument = given.argument;
    let schema = &argument.schema.value;
    let mut all = Vec::new();
    if !argument.required {
        all.push(vary("present", "a value, though it is optional", argument.sample.clone(), None));
    }
    all.extend(listed(schema));
    match kind(schema) {
        "string" => all.extend(strings(given)),
        "integer" | "number" => all.extend(numbers(schema)),
        "array" => all.extend(lists(given)),
        _ => {}
    }
    // A single value has no parts, but in a body it can have other documented forms.
    let is_combined = COMBINED.iter().any(|keyword| schema.get(*keyword).is_some());
    if argument.place.is_none() || is_combined || ["object", "array"].contains(&kind(schema)) {
        all.extend(parts(given));
    }
    let keyword = schema.get("type").map(|_| "type");
    all.push(vary("wrong-type", "a value of another type", wrong_type(argument), keyword));
    all
}

/// Values with one part changed: each constraint within the value broken, each alternative given.
fn parts(ArgumentSchema { document, argument, .. }: &ArgumentSchema<'_>) -> Vec<Variation> {
    let schema = &argument.schema;
    let own_type = Some(format!("{}/type", schema.pointer));
    let mutations = mutations(document, schema, &argument.sample);
    let broken = mutations.broken.into_iter().filter(|mutation| mutation.pointer != own_type);
    let broken = broken.map(|mutation| {
        let facts = mutation.pointer.iter().map(|pointer| fact::id(document, pointer)).collect();
        (facts, mutation)
    });
    let alternatives = mutations.alternatives.into_iter();
    let alternatives =
        alternatives.map(|mutation| (fact::exercised(document, schema, &mutation.value), mutation));
    let all = broken.chain(alternatives).map(|(facts, mutation)| Variation {
        facts,
        pointer: mutation.pointer,
        ..vary(&mutation.variation, &format!("a value {}", mutation.what), mutation.value, None)
    });
    all.collect()
}

/// The shortest and the longest list that the schema allows, and lists one element beyond.
fn lists(ArgumentSchema { document, argument, .. }: &ArgumentSchema<'_>) -> Vec<Variation> {
    let Some(element) = argument.sample.get(0) else { return Vec::new() };
    let is_unique = argument.schema.value.get("uniqueItems") == Some(&Value::Bool(true));
    let sized = |name: &str, keyword: &'static str, length: Option<usize>| {
        let length = length.filter(|length| *length <= MAX_ELEMENTS)?;
        let elements = match is_unique {
            true => sample::elements(document, &argument.schema.value, length)?,
            false => vec![element.clone(); length],
        };
        Some(vary(name, &format!("a list of {length}"), elements, Some(keyword)))
    };
    let repeated = is_unique.then(|| {
        vary("repeated", "a list with an element twice", vec![element.clone(); 2], Some("uniqueItems"))
    });
    let bound = |keyword| count(&argument.schema.value, keyword);
    let (least, most) = (bound("minItems"), bound("maxItems"));
    let sizes = [
        sized("fewest", "minItems", least),
        sized("too-few", "minItems", least.and_then(|least| least.checked_sub(1))),
        sized("most", "maxItems", most),
        sized("too-many", "maxItems", most.and_then(|most| most.checked_add(1))),
    ];
    sizes.into_iter().chain([repeated]).flatten().collect()
}

fn listed(schema: &Value) -> Vec<Variation> {
    let Some(values) = schema.get("enum").and_then(Value::as_array) else {
        return Vec::new();
    };
    let each = values.iter().map(|value| {
        let text = text(value);
        vary(&format!("enum-{text}"), &format!("the listed value {text}"), value.clone(), Some("enum"))
    });
    let other = vary("not-listed", "a value that is not listed", "conformance-not-listed", Some("enum"));
    each.chain([other]).collect()
}

fn numbers(schema: &Value) -> Vec<Variation> {
    let number = |keyword| schema.get(keyword).and_then(Value::as_f64);
    let step = number("multipleOf").unwrap_or(1.0);
    let edge = |name: &str, keyword: &'static str, shift: f64| {
        let bound = number(keyword)?;
        let value = bound + shift;
        let value = if value.fract() == 0.0 { json!(value as i64) } else { json!(value) };
        Some(vary(name, &format!("{value}, where {keyword} is {bound}"), value, Some(keyword)))
    };
    let broken_step = schema.get("multipleOf").map(|_| {
        let purpose = "a number that is not a multiple of the documented step";
        vary("not-a-multiple", purpose, step / 2.0, Some("multipleOf"))
    });
    let edges = [
        edge("smallest", "minimum", 0.0),
        edge("too-small", "minimum", -step),
        edge("smallest", "exclusiveMinimum", step),
        edge("too-small", "exclusiveMinimum", 0.0),
        edge("largest", "maximum", 0.0),
        edge("too-large", "maximum", step),
        edge("largest", "exclusiveMaximum", -step),
        edge("too-large", "exclusiveMaximum", 0.0),
        broken_step,
    ];
    edges.into_iter().flatten().collect()
}

fn wrong_type(argument: &Argument) -> Value {
    let schema = &argument.schema.value;
    match kind(schema) {
        "object" | "array" => json!("conformance"),
        // A parameter is text, and OpenAPI serialises an object in another way.
        "integer" | "number" | "boolean" if argument.place.is_some() => json!("conformance"),
        _ if branches(schema).is_empty() => json!({ "conformance": "not of the documented type" }),
        _ => json!([[]]),
    }
}
