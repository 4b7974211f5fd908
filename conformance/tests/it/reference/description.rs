//! A raw OpenAPI document: its operations, with references followed. It shares no code with the readers of the suite.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// A document as YAML.
pub(super) struct Description {
    root: Value,
}

/// One operation.
pub(super) struct Described {
    pub(super) id: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) parameters: Vec<Value>,
    pub(super) body: Option<DescribedBody>,
    pub(super) responses: Value,
    /// The alternatives: in each, the security schemes by name.
    pub(super) security: Vec<Vec<(String, Value)>>,
}

/// The body of an operation, with the media types in the order of the document.
pub(super) struct DescribedBody {
    pub(super) is_required: bool,
    pub(super) contents: Vec<(String, Value)>,
}

impl Description {
    pub(super) fn read(text: &str) -> Self {
        Self { root: serde_yaml::from_str(text).unwrap() }
    }

    /// The value, or the target of its `$ref`.
    pub(super) fn followed<'v>(&'v self, value: &'v Value) -> &'v Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.followed(self.root.pointer(reference.trim_start_matches('#')).unwrap()),
            None => value,
        }
    }

    /// A schema that is complete by itself.
    pub(super) fn whole(&self, schema: &Value) -> Value {
        json!({ "allOf": [schema], "components": self.root["components"] })
    }

    pub(super) fn operations(&self) -> Vec<Described> {
        let mut found = Vec::new();
        for (path, item) in self.root["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                found.push(self.operation(path, method, operation));
            }
        }
        found
    }

    fn operation(&self, path: &str, method: &str, operation: &Value) -> Described {
        let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
        let server = self.root["servers"][0]["url"].as_str().unwrap();
        let prefix = server.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap_or_default();
        let body = operation.get("requestBody").map(|body| DescribedBody {
            is_required: body["required"] == true,
            contents: body["content"].as_object().unwrap().clone().into_iter().collect(),
        });
        Described {
            id: operation["operationId"].as_str().unwrap().to_owned(),
            method: method.to_uppercase(),
            path: prefix + path,
            parameters: parameters.map(|parameter| self.followed(parameter).clone()).collect(),
            body,
            responses: operation["responses"].clone(),
            security: self.security(operation),
        }
    }

    fn security(&self, operation: &Value) -> Vec<Vec<(String, Value)>> {
        let stated = operation.get("security").or(self.root.get("security"));
        let scheme = |name: &String| (name.clone(), self.root["components"]["securitySchemes"][name].clone());
        let alternative = |alternative: &Value| alternative.as_object().unwrap().keys().map(scheme).collect();
        stated.and_then(Value::as_array).into_iter().flatten().map(alternative).collect()
    }

    /// The properties of an object schema, and those that it requires.
    pub(super) fn properties(&self, schema: &Value) -> (Map<String, Value>, Vec<String>) {
        let schema = self.followed(schema);
        let properties = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        (properties, required.map(|name| name.as_str().unwrap().to_owned()).collect())
    }
}

impl Described {
    /// The names of the arguments, by place and name: where a name occurs in several places, the place comes before it.
    pub(super) fn argument_names(
        &self,
        properties: &Map<String, Value>,
    ) -> BTreeMap<(String, String), String> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let parameters =
            self.parameters.iter().map(|parameter| (text(&parameter["in"]), text(&parameter["name"])));
        let places: Vec<(String, String)> =
            parameters.chain(properties.keys().map(|name| ("body".to_owned(), name.clone()))).collect();
        let is_shared = |name: &str| places.iter().filter(|(_, other)| other == name).count() > 1;
        let named = places.iter().map(|(place, name)| {
            let argument = if is_shared(name) { format!("{place}.{name}") } else { name.clone() };
            ((place.clone(), name.clone()), argument)
        });
        named.collect()
    }
}
