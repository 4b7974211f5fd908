//! Whole documents made at random.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

use super::body::{request_body, responses};
use super::parameter::parameters;
use crate::samples::{components, in_3_0};

/// The security schemes, and whether each is sent in the header `Authorization`.
const SCHEMES: [(&str, bool); 8] = [
    ("login", true),
    ("digest", true),
    ("token", true),
    ("oauth", true),
    ("openid", true),
    ("key", false),
    ("queryKey", false),
    ("cookieKey", false),
];

/// The `conformance.yaml` of a document: a credential for each security scheme that an operation asks for.
pub(super) fn config(document: &Value) -> String {
    let items =
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let operations = items.filter(|operation| operation.is_object());
    let stated = operations.map(|operation| operation.get("security").unwrap_or(&document["security"]));
    let alternatives = stated.flat_map(|all| all.as_array().unwrap());
    let names = alternatives.flat_map(|alternative| alternative.as_object().unwrap().keys());
    let credentials: Map<String, Value> = names
        .map(|name| {
            let sample = if name == "login" {
                json!({ "scheme": name, "sample": "ann:pass:word" })
            } else {
                json!({ "scheme": name })
            };
            (name.clone(), sample)
        })
        .collect();
    json!({ "providers": { "random": { "documents": ["random.json"], "credentials": credentials } } })
        .to_string()
}

fn schemes() -> Value {
    json!({
        "login": { "type": "http", "scheme": "basic" },
        "digest": { "type": "http", "scheme": "digest" },
        "token": { "type": "http", "scheme": "bearer" },
        "oauth": { "type": "oauth2", "flows": { "clientCredentials": { "tokenUrl": "https://random.example/token", "scopes": {} } } },
        "openid": { "type": "openIdConnect", "openIdConnectUrl": "https://random.example/.well-known/openid-configuration" },
        "key": { "type": "apiKey", "in": "header", "name": "X-Key" },
        "queryKey": { "type": "apiKey", "in": "query", "name": "key" },
        "cookieKey": { "type": "apiKey", "in": "cookie", "name": "sid" },
    })
}

/// The schemas that others name: a union with a discriminator, an object with properties of one direction, an object that may be null.
fn shared(is_new: bool) -> Value {
    let mut all = components();
    let nullable = if is_new {
        json!({ "type": ["string", "null"], "maxLength": 12 })
    } else {
        json!({ "type": "string", "nullable": true, "maxLength": 12 })
    };
    let pet = |kind: &str, own: &str| {
        json!({
            "type": "object", "required": ["kind", own],
            "properties": { "kind": { "type": "string", "enum": [kind] }, own: { "type": "integer", "minimum": 0 } },
        })
    };
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let added = [
        ("Cat", pet("cat", "lives")),
        ("Dog", pet("dog", "walks")),
        (
            "Pet",
            json!({
                "oneOf": [reference("Cat"), reference("Dog")],
                "discriminator": { "propertyName": "kind", "mapping": { "cat": "#/components/schemas/Cat", "dog": "#/components/schemas/Dog" } },
            }),
        ),
        (
            "Account",
            json!({
                "type": "object", "required": ["id", "secret", "nickname"],
                "properties": {
                    "id": { "type": "integer", "readOnly": true },
                    "secret": { "type": "string", "minLength": 4, "writeOnly": true },
                    "nickname": nullable,
                    "pet": reference("Pet"),
                },
            }),
        ),
        (
            "Either",
            json!({ "anyOf": [{ "type": "string", "minLength": 3 }, { "type": "array", "items": { "type": "integer" } }, reference("Account")] }),
        ),
    ];
    for (name, schema) in added {
        all["schemas"][name] = schema;
    }
    all["securitySchemes"] = schemes();
    all
}

/// Alternatives of credentials. A request has one header `Authorization`, so only one scheme of an alternative can be sent there.
fn security() -> BoxedStrategy<Value> {
    let alternative = subsequence(SCHEMES.to_vec(), 0..=3).prop_map(|chosen| {
        let mut has_authorization = false;
        let kept = chosen.into_iter().filter(|(_, is_authorization)| {
            let is_kept = !(*is_authorization && has_authorization);
            has_authorization |= is_authorization;
            is_kept
        });
        kept.map(|(name, _)| (name.to_owned(), json!([]))).collect::<Map<_, _>>()
    });
    proptest::collection::vec(alternative, 0..4).prop_map(|all| json!(all)).boxed()
}

/// An operation with its path and method.
fn operation(index: usize, is_new: bool) -> BoxedStrategy<(String, Value)> {
    let methods = vec!["get", "get", "post", "post", "put", "patch", "delete", "head"];
    let body = proptest::option::of(request_body(is_new));
    let parts =
        (parameters(is_new), body, responses(is_new), proptest::option::of(security()), any::<bool>());
    (select(methods), parts)
        .prop_map(move |(method, (parameters, body, responses, security, is_of_path))| {
            let of_path = parameters.iter().filter(|parameter| parameter["in"] == "path");
            let segments: String =
                of_path.map(|own| format!("/{{{}}}", own["name"].as_str().unwrap())).collect();
            let mut operation = json!({ "operationId": format!("op{index}"), "responses": responses });
            // GET, HEAD and DELETE have no body with a defined meaning (RFC 9110, 9.3).
            if let Some(body) = body.filter(|_| ["post", "put", "patch"].contains(&method)) {
                operation["requestBody"] = body;
            }
            operation
                .as_object_mut()
                .unwrap()
                .extend(security.map(|security| ("security".to_owned(), security)));
            let mut item = json!({});
            let owner = if is_of_path { &mut item } else { &mut operation };
            owner["parameters"] = json!(parameters);
            item[method] = operation;
            (format!("/op{index}{segments}"), item)
        })
        .boxed()
}

/// A document of OpenAPI 3.0 or 3.1.
pub(super) fn document() -> BoxedStrategy<Value> {
    any::<bool>()
        .prop_flat_map(|is_new| {
            let operations = proptest::collection::vec(0..3_usize, 1..4).prop_flat_map(move |all| {
                all.iter().enumerate().map(|(index, _)| operation(index, is_new)).collect::<Vec<_>>()
            });
            let server = select(vec!["https://random.example", "https://random.example/api/v2/"]);
            (Just(is_new), operations, security(), server)
        })
        .prop_map(|(is_new, operations, security, server)| {
            let version = if is_new { "3.1.0" } else { "3.0.3" };
            let paths: Map<String, Value> = operations.into_iter().collect();
            let whole = json!({
                "openapi": version,
                "info": { "title": "Random", "version": "1" },
                "servers": [{ "url": server }],
                "security": security,
                "paths": paths,
                "components": shared(is_new),
            });
            if is_new { whole } else { in_3_0(&whole) }
        })
        .boxed()
}
