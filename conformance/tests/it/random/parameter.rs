//! Parameters of each place, style, form of value and media type.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::samples::{scalar, schema};

/// The schema of a single value that some value satisfies; now and then of any keywords.
pub(super) fn single() -> BoxedStrategy<Value> {
    let usual = select(vec![
        json!({ "type": "string" }),
        json!({ "type": "string", "minLength": 2, "maxLength": 9 }),
        json!({ "type": "string", "pattern": "^[a-z]{2,8}$" }),
        json!({ "type": "string", "enum": ["blue", "dark green", "a&b"] }),
        json!({ "type": "string", "format": "date-time" }),
        json!({ "type": "string", "format": "uuid" }),
        json!({ "type": "string", "example": "a,b;c=d" }),
        json!({ "type": "integer" }),
        json!({ "type": "integer", "minimum": -3, "maximum": 40 }),
        json!({ "type": "number", "minimum": 0.5, "exclusiveMaximum": 8 }),
        json!({ "type": "boolean" }),
    ]);
    prop_oneof![4 => usual, 1 => scalar()].boxed()
}

/// A list of single values.
pub(super) fn list() -> BoxedStrategy<Value> {
    let sizes = select(vec![
        json!({}),
        json!({ "minItems": 1 }),
        json!({ "minItems": 2, "maxItems": 3 }),
        json!({ "maxItems": 2, "uniqueItems": true }),
    ]);
    (single(), sizes)
        .prop_map(|(items, mut list)| {
            list["type"] = json!("array");
            list["items"] = items;
            list
        })
        .boxed()
}

/// An object of single values, whose properties have these names.
pub(super) fn flat(names: Vec<String>) -> BoxedStrategy<Value> {
    let count = names.len();
    let properties = proptest::collection::vec((single(), any::<bool>()), count..=count);
    (properties, any::<bool>())
        .prop_map(move |(properties, is_closed)| {
            let required: Vec<&String> = names
                .iter()
                .zip(&properties)
                .filter(|(_, (_, required))| *required)
                .map(|(name, _)| name)
                .collect();
            let schemas = properties.iter().map(|(schema, _)| schema.clone());
            let properties: Map<String, Value> = names.iter().cloned().zip(schemas).collect();
            let mut object = json!({ "type": "object", "properties": properties });
            if !required.is_empty() {
                object["required"] = json!(required);
            }
            if is_closed {
                object["additionalProperties"] = json!(false);
            }
            object
        })
        .boxed()
}

/// The places with the styles that OpenAPI has there (3.0.3, 4.7.12.3), and whether each has single values, lists and objects.
const STYLES: [(&str, &str, &str); 9] = [
    ("path", "simple", "slo"),
    ("path", "label", "slo"),
    ("path", "matrix", "slo"),
    ("query", "form", "slo"),
    ("query", "spaceDelimited", "lo"),
    ("query", "pipeDelimited", "lo"),
    ("query", "deepObject", "o"),
    ("header", "simple", "slo"),
    ("cookie", "form", "slo"),
];

/// One parameter. Its name has the index, so that it is the only one of this name; the first one of each place can have the name `id`.
fn parameter(index: usize, is_new: bool) -> BoxedStrategy<Value> {
    let styled = select(STYLES.to_vec()).prop_flat_map(move |(place, style, forms)| {
        let forms = select(forms.chars().collect::<Vec<_>>());
        (forms, any::<bool>(), any::<bool>()).prop_flat_map(move |(form, explode, is_stated)| {
            let fields = ["a", "b"].map(|field| format!("{field}{index}")).to_vec();
            let schema = match form {
                's' => single(),
                'l' => list(),
                _ => flat(fields),
            };
            schema.prop_map(move |schema| {
                let mut parameter = json!({ "in": place, "schema": schema });
                // Without these keys, the default of the place holds.
                if is_stated || !["simple", "form"].contains(&style) {
                    parameter["style"] = json!(style);
                    parameter["explode"] = json!(explode || style == "deepObject");
                }
                parameter
            })
        })
    });
    let described = (select(vec!["path", "query", "header", "cookie"]), schema(is_new)).prop_map(
        |(place, schema)| json!({ "in": place, "content": { "application/json": { "schema": schema } } }),
    );
    let flags = (any::<bool>(), any::<bool>(), 0..6_usize, any::<bool>());
    (prop_oneof![8 => styled, 1 => described], flags)
        .prop_map(move |(mut parameter, (is_required, is_reserved, empty, has_short_name))| {
            let place = parameter["in"].as_str().unwrap().to_owned();
            let own = if place == "header" { format!("X-P{index}") } else { format!("p{index}") };
            parameter["name"] = json!(if has_short_name && index == 0 { "id".to_owned() } else { own });
            if is_required || place == "path" {
                parameter["required"] = json!(true);
            }
            if place == "query" && parameter.get("schema").is_some() {
                let is_single =
                    !["array", "object"].contains(&parameter["schema"]["type"].as_str().unwrap_or_default());
                if is_reserved {
                    parameter["allowReserved"] = json!(true);
                }
                if is_single && empty == 0 {
                    parameter["allowEmptyValue"] = json!(true);
                }
            }
            parameter
        })
        .boxed()
}

/// The parameters of an operation.
pub(super) fn parameters(is_new: bool) -> BoxedStrategy<Vec<Value>> {
    (0..5_usize)
        .prop_flat_map(move |count| (0..count).map(|index| parameter(index, is_new)).collect::<Vec<_>>())
        .boxed()
}
