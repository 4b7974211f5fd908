//! The values of one argument that its schema suggests: values at the edges of each constraint, and beyond them.

use serde_json::{Value, json};

use super::argument_schema::{ArgumentSchema, Variation, bound, vary};
use super::fact;
use super::operation_plan::Argument;
use super::strings::strings;
use crate::document::schema::mutation::mutations;
use crate::document::schema::walk::{branches, kind};
use crate::wire::parameter::text;

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
        "array" => all.extend(lists(argument)),
        _ => {}
    }
    // Only a body can hold an object or a list unchanged.
    if argument.place.is_none() {
        all.extend(parts(given));
    }
    let keyword = schema.get("type").map(|_| "type");
    all.push(vary("wrong-type", "a value of another type", wrong_type(schema), keyword));
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
fn lists(argument: &Argument) -> Vec<Variation> {
    let Some(element) = argument.sample.get(0) else { return Vec::new() };
    let sized = |name: &str, keyword: &'static str, length: Option<usize>| {
        let length = length.filter(|length| *length <= MAX_ELEMENTS)?;
        Some(vary(name, &format!("a list of {length}"), vec![element.clone(); length], Some(keyword)))
    };
    let bound = |keyword| bound(&argument.schema.value, keyword);
    let (least, most) = (bound("minItems"), bound("maxItems"));
    let sizes = [
        sized("fewest", "minItems", least),
        sized("too-few", "minItems", least.and_then(|least| least.checked_sub(1))),
        sized("most", "maxItems", most),
        sized("too-many", "maxItems", most.and_then(|most| most.checked_add(1))),
    ];
    sizes.into_iter().flatten().collect()
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
        edge("largest", "maximum", 0.0),
        edge("too-large", "maximum", step),
        broken_step,
    ];
    edges.into_iter().flatten().collect()
}

fn wrong_type(schema: &Value) -> Value {
    match kind(schema) {
        "object" | "array" => json!("conformance"),
        _ if branches(schema).is_empty() => json!({ "conformance": "not of the documented type" }),
        _ => json!([[]]),
    }
}
