//! A raw document of Swagger 2.0, rewritten as OpenAPI 3.0 for the client. It shares no code with the readers of the suite.

use serde_json::{Map, Value, json};

/// Keys of a parameter that are not part of its schema.
const OF_PARAMETER: [&str; 5] = ["name", "in", "required", "description", "collectionFormat"];

struct Swagger {
    root: Value,
}

/// The document as OpenAPI 3.0, with each operation complete by itself.
pub(super) fn as_openapi_3(text: &str) -> Value {
    let root: Value = serde_yaml::from_str(&text.replace("#/definitions/", "#/components/schemas/")).unwrap();
    let document = Swagger { root };
    let text = |key: &str| document.root[key].as_str().unwrap_or_default();
    json!({
        "openapi": "3.0.3",
        "servers": [{ "url": format!("https://{}{}", text("host"), text("basePath")) }],
        "security": document.root["security"],
        "paths": document.paths(),
        "components": { "schemas": document.root["definitions"], "securitySchemes": document.security_schemes() },
    })
}

impl Swagger {
    fn paths(&self) -> Value {
        let mut paths = Map::new();
        for (path, item) in self.root["paths"].as_object().unwrap() {
            let methods = item.as_object().unwrap().iter().filter(|(key, _)| *key != "parameters");
            let operations =
                methods.map(|(method, operation)| (method.clone(), self.operation(item, operation)));
            paths.insert(path.clone(), Value::Object(operations.collect()));
        }
        paths.into()
    }

    fn operation(&self, item: &Value, operation: &Value) -> Value {
        let listed = |of: &Value| of["parameters"].as_array().cloned().unwrap_or_default();
        let all: Vec<Value> =
            [listed(item), listed(operation)].concat().iter().map(|entry| self.followed(entry)).collect();
        let in_place = |place: &str| all.iter().filter(|one| one["in"] == place).cloned().collect::<Vec<_>>();
        let (bodies, fields) = (in_place("body"), in_place("formData"));
        let others = all.iter().filter(|one| one["in"] != "body" && one["in"] != "formData");
        let mut whole = json!({
            "operationId": operation["operationId"],
            "parameters": others.map(parameter).collect::<Vec<_>>(),
            "responses": self.responses(operation),
        });
        let consumes = self.media_types(operation, "consumes");
        let content = match (bodies.first(), fields.is_empty()) {
            (Some(body), _) => Some((body["required"].clone(), json!({ "schema": body["schema"] }))),
            (None, false) => Some(form(&fields)),
            (None, true) => None,
        };
        if let Some((required, content)) = content {
            let contents: Map<String, Value> =
                consumes.into_iter().map(|media_type| (media_type, content.clone())).collect();
            whole["requestBody"] = json!({ "required": required, "content": contents });
        }
        if let Some(security) = operation.get("security") {
            whole["security"] = security.clone();
        }
        whole
    }

    fn responses(&self, operation: &Value) -> Value {
        let mut responses = Map::new();
        for (status, response) in operation["responses"].as_object().unwrap() {
            let response = self.followed(response);
            let types = self.media_types(operation, "produces");
            let contents = response.get("schema").map(|schema| {
                let of_type = |media_type| (media_type, json!({ "schema": schema_of(schema) }));
                types.into_iter().map(of_type).collect::<Map<String, Value>>()
            });
            responses.insert(
                status.clone(),
                contents.map_or(json!({}), |contents| json!({ "content": contents })),
            );
        }
        responses.into()
    }

    fn media_types(&self, operation: &Value, key: &str) -> Vec<String> {
        let stated = operation.get(key).unwrap_or(&self.root[key]);
        stated.as_array().into_iter().flatten().map(|name| name.as_str().unwrap().to_owned()).collect()
    }

    fn security_schemes(&self) -> Value {
        let mut schemes = self.root["securityDefinitions"].clone();
        for scheme in schemes.as_object_mut().unwrap().values_mut().filter(|scheme| scheme["type"] == "basic")
        {
            *scheme = json!({ "type": "http", "scheme": "basic" });
        }
        schemes
    }

    fn followed(&self, value: &Value) -> Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.root.pointer(reference.trim_start_matches('#')).unwrap().clone(),
            None => value.clone(),
        }
    }
}

/// A schema. A file is a binary string.
fn schema_of(stated: &Value) -> Value {
    match stated["type"] == "file" {
        true => json!({ "type": "string", "format": "binary" }),
        false => stated.clone(),
    }
}

fn parameter(stated: &Value) -> Value {
    let keywords =
        stated.as_object().unwrap().iter().filter(|(key, _)| !OF_PARAMETER.contains(&key.as_str()));
    let schema: Map<String, Value> = keywords.map(|(key, value)| (key.clone(), value.clone())).collect();
    let mut parameter = json!({
        "name": stated["name"], "in": stated["in"], "required": stated["required"] == true,
        "schema": schema_of(&schema.into()), "explode": stated["collectionFormat"] == "multi",
    });
    let style = match stated["collectionFormat"].as_str() {
        Some("ssv") => "spaceDelimited",
        Some("pipes") => "pipeDelimited",
        _ => return parameter,
    };
    parameter["style"] = style.into();
    parameter
}

/// Whether a form is required, and its content.
fn form(fields: &[Value]) -> (Value, Value) {
    let (mut properties, mut encoding, mut required) = (Map::new(), Map::new(), Vec::new());
    for field in fields {
        let name = field["name"].as_str().unwrap().to_owned();
        let sent = parameter(field);
        if field["required"] == true {
            required.push(name.clone());
        }
        if field["type"] == "array" {
            let style = sent.get("style").cloned().unwrap_or("form".into());
            encoding.insert(name.clone(), json!({ "style": style, "explode": sent["explode"] }));
        }
        properties.insert(name, sent["schema"].clone());
    }
    let is_required = !required.is_empty();
    let schema = json!({ "type": "object", "properties": properties, "required": required });
    (is_required.into(), json!({ "schema": schema, "encoding": encoding }))
}
