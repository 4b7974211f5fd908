//! A raw OpenAPI document: its operations, with references followed. It shares no code with the readers of the suite.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::judge::{Direction, Judge, unescaped};

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

use super::swagger;

/// A document as YAML.
pub(super) struct Description {
    root: Arc<Value>,
    pub(super) judge: Judge,
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
        let root = Arc::new(match text.contains("swagger: ") {
            true => swagger::as_openapi_3(text),
            false => serde_yaml::from_str(text).unwrap(),
        });
        Self { judge: Judge::new(Arc::clone(&root)), root }
    }

    /// The value, or the target of its `$ref`.
    pub(super) fn followed<'v>(&'v self, value: &'v Value) -> &'v Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => {
                let pointer = unescaped(reference.trim_start_matches('#'));
                self.followed(self.root.pointer(&pointer).unwrap())
            }
            None => value,
        }
    }

    pub(super) fn operations(&self) -> Vec<Described> {
        let mut found = Vec::new();
        for (path, item) in self.root["paths"].as_object().unwrap() {
            let item = self.followed(item);
            for method in METHODS {
                found.extend(item.get(method).map(|operation| self.operation(path, method, item, operation)));
            }
        }
        found
    }

    fn operation(&self, path: &str, method: &str, item: &Value, operation: &Value) -> Described {
        let server =
            [operation, item, &self.root].into_iter().find_map(|one| one["servers"][0]["url"].as_str());
        let prefix =
            server.unwrap_or_default().splitn(4, '/').nth(3).unwrap_or_default().trim_end_matches('/');
        let prefix = if prefix.is_empty() { String::new() } else { format!("/{prefix}") };
        let body = operation.get("requestBody").map(|body| self.followed(body)).map(|body| DescribedBody {
            is_required: body["required"] == true,
            contents: body["content"].as_object().unwrap().clone().into_iter().collect(),
        });
        Described {
            id: operation["operationId"].as_str().unwrap().to_owned(),
            method: method.to_uppercase(),
            path: prefix + path,
            parameters: self.parameters(item, operation),
            body,
            responses: operation["responses"].clone(),
            security: self.security(operation),
        }
    }

    /// The parameters of an operation, and those of its path that it does not state itself.
    fn parameters(&self, item: &Value, operation: &Value) -> Vec<Value> {
        let stated = |of: &Value| {
            let listed = of.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
            listed.iter().map(|parameter| self.followed(parameter).clone()).collect::<Vec<_>>()
        };
        let own = stated(operation);
        let is_own =
            |other: &Value| own.iter().any(|own| own["name"] == other["name"] && own["in"] == other["in"]);
        let of_path = stated(item).into_iter().filter(|other| !is_own(other)).collect::<Vec<_>>();
        of_path.into_iter().chain(own).filter(|parameter| !is_ignored(parameter)).collect()
    }

    fn security(&self, operation: &Value) -> Vec<Vec<(String, Value)>> {
        let stated = operation.get("security").or(self.root.get("security"));
        let scheme = |name: &String| {
            (name.clone(), self.followed(&self.root["components"]["securitySchemes"][name]).clone())
        };
        let alternative = |alternative: &Value| alternative.as_object().unwrap().keys().map(scheme).collect();
        stated.and_then(Value::as_array).into_iter().flatten().map(alternative).collect()
    }

    /// The properties of an object schema of a request and of the parts of its `allOf`, and those that it requires. None where a
    /// property is stated twice: then a value for it must satisfy both.
    pub(super) fn properties(&self, schema: &Value) -> (Map<String, Value>, Vec<String>) {
        let (mut properties, mut required) = (Map::new(), Vec::new());
        match self.collect(schema, &mut Vec::new(), &mut properties, &mut required) {
            true => (properties, required),
            false => Default::default(),
        }
    }

    fn collect<'v>(
        &'v self,
        schema: &'v Value,
        seen: &mut Vec<&'v Value>,
        properties: &mut Map<String, Value>,
        required: &mut Vec<String>,
    ) -> bool {
        let schema = self.followed(schema);
        if seen.iter().any(|known| std::ptr::eq(*known, schema)) {
            return true;
        }
        seen.push(schema);
        let is_hidden = |property: &Value| self.judge.is_hidden(property, Direction::Request);
        let stated = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        let mut is_distinct = true;
        for (name, property) in stated.filter(|(_, property)| !is_hidden(property)) {
            is_distinct &= properties.insert(name.clone(), property.clone()).is_none();
        }
        let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        required.extend(names.filter_map(Value::as_str).map(str::to_owned));
        let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
        parts.fold(is_distinct, |is_distinct, part| {
            self.collect(part, seen, properties, required) && is_distinct
        })
    }
}

/// OpenAPI 3.0.3, 4.7.12.2: parameter definitions of these headers are ignored.
fn is_ignored(parameter: &Value) -> bool {
    let name = parameter["name"].as_str().unwrap().to_lowercase();
    parameter["in"] == "header" && ["accept", "content-type", "authorization"].contains(&name.as_str())
}

impl Described {
    /// The names of the arguments, by place and name: where a name occurs in several places, the place comes before it. A body without
    /// properties is one argument with the name `body`.
    pub(super) fn argument_names(
        &self,
        properties: Option<&Map<String, Value>>,
    ) -> BTreeMap<(String, String), String> {
        let whole = ("body".to_owned(), "body".to_owned());
        let of_body: Vec<_> = match properties {
            None => Vec::new(),
            Some(properties) if properties.is_empty() => vec![whole.clone()],
            Some(properties) => properties.keys().map(|name| ("body".to_owned(), name.clone())).collect(),
        };
        let is_whole = properties.is_some_and(Map::is_empty);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let parameters =
            self.parameters.iter().map(|parameter| (text(&parameter["in"]), text(&parameter["name"])));
        let places: Vec<(String, String)> = parameters.chain(of_body).collect();
        let is_shared = |name: &str| places.iter().filter(|(_, other)| other == name).count() > 1;
        let named = places.iter().map(|(place, name)| {
            let is_named = is_shared(name) && !(is_whole && (place, name) == (&whole.0, &whole.1));
            let argument = if is_named { format!("{place}.{name}") } else { name.clone() };
            ((place.clone(), name.clone()), argument)
        });
        named.collect()
    }

    /// Whether a success is documented.
    pub(super) fn has_success(&self) -> bool {
        let mut codes = self.responses.as_object().into_iter().flatten().map(|(code, _)| code);
        codes.any(|code| code.starts_with('2') || code == "default")
    }

    /// The documented response with this status.
    pub(super) fn response(&self, status: u16) -> Option<&Value> {
        let range = format!("{}XX", status / 100);
        let found = self.responses.get(status.to_string()).or(self.responses.get(range));
        found.or(self.responses.get("default"))
    }
}
