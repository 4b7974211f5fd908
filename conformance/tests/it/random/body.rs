//! Bodies of requests and responses, by media type.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

use super::parameter::{flat, list, single};
use crate::samples::schema;

/// The names of properties. Some occur among parameters too.
const NAMES: [&str; 5] = ["id", "title", "tags", "address", "p1"];

const BINARY: &str = "binary";

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// An object with one property of each name, some of them required.
fn object(properties: Vec<(String, Value)>, required: Vec<bool>) -> Value {
    let named = properties.iter().zip(required).filter(|(_, required)| *required);
    let required: Vec<&String> = named.map(|((name, _), _)| name).collect();
    let mut object = json!({ "type": "object", "properties": Map::from_iter(properties.clone()) });
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    object
}

/// An object whose properties are made by `property`.
fn object_of(property: fn() -> BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    subsequence(NAMES.to_vec(), 1..=4)
        .prop_flat_map(move |chosen| {
            let count = chosen.len();
            let properties: Vec<_> = chosen.iter().map(|_| property()).collect();
            (Just(chosen), properties, proptest::collection::vec(any::<bool>(), count..=count))
        })
        .prop_map(|(chosen, properties, required)| {
            object(names(&chosen).into_iter().zip(properties).collect(), required)
        })
        .boxed()
}

fn simple() -> BoxedStrategy<Value> {
    prop_oneof![3 => single(), 1 => list(), 1 => flat(names(&["x", "y"]))].boxed()
}

/// A schema with an encoding for some of its properties.
fn encoded(schema: Value, choices: Vec<usize>, encoding: fn(&Value, usize) -> Option<Value>) -> Value {
    let properties = schema["properties"].as_object().unwrap();
    let encodings: Map<String, Value> = properties
        .iter()
        .zip(choices)
        .filter_map(|((name, property), choice)| Some((name.clone(), encoding(property, choice)?)))
        .collect();
    let mut content = json!({ "schema": schema });
    if !encodings.is_empty() {
        content["encoding"] = json!(encodings);
    }
    content
}

fn form() -> BoxedStrategy<Value> {
    (object_of(simple), proptest::collection::vec(0..5_usize, 5))
        .prop_map(|(schema, choices)| {
            encoded(schema, choices, |property, choice| match (property["type"].as_str(), choice) {
                (_, 0) => Some(json!({ "style": "form", "explode": true })),
                (Some("array" | "object"), 1) => Some(json!({ "style": "form", "explode": false })),
                (Some("array"), 2) => Some(json!({ "style": "pipeDelimited", "explode": false })),
                (Some("array"), 3) => Some(json!({ "style": "spaceDelimited", "explode": false })),
                (Some("object"), 2) => Some(json!({ "style": "deepObject", "explode": true })),
                (Some("object"), 3) => Some(json!({ "contentType": "application/json" })),
                _ => None,
            })
        })
        .boxed()
}

fn part() -> BoxedStrategy<Value> {
    let file = json!({ "type": "string", "format": BINARY });
    prop_oneof![
        3 => simple(),
        1 => Just(file.clone()),
        1 => Just(json!({ "type": "array", "items": file })),
    ]
    .boxed()
}

fn multipart() -> BoxedStrategy<Value> {
    (object_of(part), proptest::collection::vec(0..3_usize, 5))
        .prop_map(|(schema, choices)| {
            encoded(schema, choices, |property, choice| {
                let is_file = [property, &property["items"]].iter().any(|part| part["format"] == BINARY);
                (is_file && choice == 0).then(|| json!({ "contentType": "image/png, image/jpeg" }))
            })
        })
        .boxed()
}

/// A property in XML: its name, whether it is an attribute, and for a list whether it is wrapped.
fn xml_part() -> BoxedStrategy<Value> {
    let plain = (simple(), 0..6_usize).prop_map(|(mut schema, choice)| {
        let kind = schema["type"].as_str().unwrap_or_default().to_owned();
        match (kind.as_str(), choice) {
            ("array", 0) => schema["xml"] = json!({ "wrapped": true }),
            ("array", 1) => schema["xml"] = json!({ "wrapped": true, "name": "whole" }),
            ("array", 2) => schema["items"]["xml"] = json!({ "name": "item" }),
            ("object" | "array", _) => {}
            (_, 0) => schema["xml"] = json!({ "attribute": true }),
            (_, 1) => schema["xml"] = json!({ "attribute": true, "name": "own" }),
            _ => {}
        }
        schema
    });
    plain.boxed()
}

fn xml() -> BoxedStrategy<Value> {
    object_of(xml_part)
        .prop_map(|mut schema| {
            schema["xml"] = json!({ "name": "root" });
            // Two properties with one name would be one element.
            let mut used = Vec::new();
            for property in schema["properties"].as_object_mut().unwrap().values_mut() {
                let own = property["xml"]["name"].as_str().or(property["items"]["xml"]["name"].as_str());
                let own = own.map(str::to_owned);
                if own.as_ref().is_some_and(|own| used.contains(own)) {
                    property.as_object_mut().unwrap().remove("xml");
                    property["items"].as_object_mut().map(|items| items.remove("xml"));
                }
                used.extend(own);
                property.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            }
            json!({ "schema": schema })
        })
        .boxed()
}

/// A union whose alternatives are told apart by the property `kind`, and properties of one direction only.
fn named() -> BoxedStrategy<Value> {
    let of = |reference: &str| json!({ "schema": { "$ref": format!("#/components/schemas/{reference}") } });
    select(vec![of("Pet"), of("Account"), of("Tree"), of("Either")]).boxed()
}

fn json_schema(is_new: bool) -> BoxedStrategy<Value> {
    prop_oneof![3 => schema(is_new).prop_map(|schema| json!({ "schema": schema })), 1 => named()].boxed()
}

/// The media types of a request body, each with its content.
fn contents(is_new: bool) -> BoxedStrategy<Value> {
    let json_types =
        ["application/json", "application/merge-patch+json", "application/vnd.random+json; version=2"];
    let one = |media_type: &'static str| move |content: Value| json!({ media_type: content });
    let file = json!({ "schema": { "type": "string", "format": BINARY } });
    let raw = ["application/octet-stream", "image/png", "image/*", "*/*"];
    let several = subsequence(
        vec![
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/xml",
        ],
        2..=4,
    );
    prop_oneof![
        4 => (select(json_types.to_vec()), json_schema(is_new)).prop_map(|(name, content)| json!({ name: content })),
        3 => form().prop_map(one("application/x-www-form-urlencoded")),
        3 => multipart().prop_map(one("multipart/form-data")),
        2 => xml().prop_map(one("application/xml")),
        1 => single().prop_filter("a string", |schema| schema["type"] == "string")
            .prop_map(|schema| json!({ "text/plain": { "schema": schema } })),
        1 => select(raw.to_vec()).prop_map(move |name| json!({ name: file })),
        1 => (several, object_of(single)).prop_map(|(names, mut schema)| {
            schema["xml"] = json!({ "name": "root" });
            names.into_iter().map(|name| (name.to_owned(), json!({ "schema": schema }))).collect::<Map<_, _>>().into()
        }),
    ]
    .boxed()
}

/// The body of a request.
pub(super) fn request_body(is_new: bool) -> BoxedStrategy<Value> {
    (contents(is_new), any::<bool>())
        .prop_map(|(contents, required)| json!({ "required": required, "content": contents }))
        .boxed()
}

/// The content of a response; none for a response without a body.
fn answered(is_new: bool) -> BoxedStrategy<Option<Value>> {
    let text = json!({ "text/plain": { "schema": { "type": "string" } } });
    let file = json!({ "application/octet-stream": { "schema": { "type": "string", "format": BINARY } } });
    prop_oneof![
        1 => Just(None),
        5 => (select(vec!["application/json", "application/problem+json", "application/*"]), json_schema(is_new))
            .prop_map(|(name, content)| Some(json!({ name: content }))),
        1 => select(vec![text, file]).prop_map(Some),
        1 => (xml(), json_schema(is_new)).prop_map(|(xml, json)| Some(json!({ "application/xml": xml, "application/json": json }))),
    ]
    .boxed()
}

/// The responses of an operation: one for a success, and some for errors.
pub(super) fn responses(is_new: bool) -> BoxedStrategy<Value> {
    let errors = subsequence(vec!["400", "404", "422", "429", "503", "4XX", "5XX", "default"], 0..=3);
    let header = (select(vec!["X-Total", "Retry-After", "Link"]), single());
    let headers = proptest::option::weighted(0.2, header);
    (select(vec!["200", "201", "202", "204", "205", "2XX"]), errors)
        .prop_flat_map(move |(success, errors)| {
            let codes: Vec<_> = std::iter::once(success).chain(errors).collect();
            let contents: Vec<_> = codes.iter().map(|_| (answered(is_new), headers.clone())).collect();
            (Just(codes), contents)
        })
        .prop_map(|(codes, contents)| {
            let response = |(content, header): (Option<Value>, Option<(&str, Value)>)| {
                let mut response = json!({ "description": "d" });
                if let Some(content) = content {
                    response["content"] = content;
                }
                if let Some((name, schema)) = header {
                    response["headers"] = json!({ name: { "schema": schema } });
                }
                response
            };
            codes
                .into_iter()
                .map(str::to_owned)
                .zip(contents.into_iter().map(response))
                .collect::<Map<_, _>>()
                .into()
        })
        .boxed()
}
