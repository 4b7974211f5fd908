//! The schemas of a document as JSON Schema 2020-12. OpenAPI 3.0 has keywords of its own, and the properties of a message depend on
//! its direction.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

/// The formats whose meaning nobody disputes. OpenAPI leaves the meaning of each other format open.
const OPEN_FORMATS: [&str; 11] = [
    "time",
    "duration",
    "regex",
    "uri-reference",
    "uri-template",
    "iri",
    "iri-reference",
    "idn-email",
    "idn-hostname",
    "json-pointer",
    "relative-json-pointer",
];

/// Keywords whose value is a schema, a list of schemas, or schemas by name.
const ONE: &str = "items additionalProperties not if then else contains propertyNames unevaluatedItems unevaluatedProperties";
const SEVERAL: &str = "allOf oneOf anyOf prefixItems";
const NAMED: &str = "properties patternProperties dependentSchemas $defs";

/// Keywords that constrain nothing. Documents have them in forms that JSON Schema does not allow.
const ANNOTATIONS: [&str; 5] = ["title", "description", "default", "example", "examples"];

/// Where a value is: OpenAPI 3.0.3, 4.7.24.2: `readOnly` properties should not be sent in a request, and `required` has no effect on
/// them there. The same holds for `writeOnly` and responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Direction {
    Request,
    Response,
}

impl Direction {
    fn hidden(self) -> &'static str {
        match self {
            Self::Request => "readOnly",
            Self::Response => "writeOnly",
        }
    }
}

/// Validators of the schemas of a document, each compiled once.
pub(super) struct Judge {
    root: Arc<Value>,
    is_3_0: bool,
    known: Mutex<HashMap<(String, Direction), Arc<Validator>>>,
}

impl Judge {
    pub(super) fn new(root: Arc<Value>) -> Self {
        let is_3_0 = root["openapi"].as_str().is_some_and(|version| version.starts_with("3.0"));
        Self { root, is_3_0, known: Mutex::default() }
    }

    pub(super) fn allows(&self, schema: &Value, direction: Direction, value: &Value) -> bool {
        let key = (schema.to_string(), direction);
        let known = self.known.lock().unwrap().get(&key).cloned();
        let validator = known.unwrap_or_else(|| Arc::new(self.compiled(schema, direction)));
        self.known.lock().unwrap().insert(key, Arc::clone(&validator));
        validator.is_valid(value)
    }

    fn compiled(&self, schema: &Value, direction: Direction) -> Validator {
        let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
        let options =
            OPEN_FORMATS.iter().fold(options, |options, format| options.with_format(*format, |_| true));
        options.build(&self.whole(schema, direction)).unwrap()
    }

    /// The schema with all that it refers to.
    fn whole(&self, schema: &Value, direction: Direction) -> Value {
        let mut definitions = Map::new();
        let own = self.converted(schema, direction);
        let mut left = references(&own);
        while let Some(reference) = left.pop() {
            if !definitions.contains_key(&reference) {
                let target = self.root.pointer(&unescaped(&reference)).unwrap();
                let target = self.converted(target, direction);
                left.extend(references(&target));
                definitions.insert(reference, target);
            }
        }
        json!({ "allOf": [with_definitions(own)], "$defs": with_definitions(Value::Object(definitions)) })
    }

    fn converted(&self, schema: &Value, direction: Direction) -> Value {
        let Some(keywords) = schema.as_object() else { return schema.clone() };
        // OpenAPI 3.0.3, 4.7.24: the keywords beside a `$ref` are ignored.
        if let Some(reference) = schema.get("$ref").filter(|_| self.is_3_0) {
            return json!({ "$ref": reference });
        }
        let mut out = Map::new();
        for (key, value) in keywords.iter().filter(|(key, _)| !ANNOTATIONS.contains(&key.as_str())) {
            out.insert(key.clone(), self.keyword(key, value, direction));
        }
        self.leave_out_hidden(schema, direction, &mut out);
        let is_nullable = self.is_3_0 && in_2020_12(&mut out);
        let own = Value::Object(out);
        if is_nullable { json!({ "anyOf": [own, { "type": "null" }] }) } else { own }
    }

    fn keyword(&self, key: &str, value: &Value, direction: Direction) -> Value {
        let listed = |keywords: &str| keywords.split(' ').any(|one| one == key);
        match value {
            Value::Object(named) if listed(NAMED) => {
                named.iter().map(|(name, schema)| (name.clone(), self.converted(schema, direction))).collect()
            }
            Value::Array(all) if listed(SEVERAL) => {
                all.iter().map(|one| self.converted(one, direction)).collect()
            }
            one if listed(ONE) => self.converted(one, direction),
            other => other.clone(),
        }
    }

    /// Leaves out the properties that a message of this direction does not have.
    fn leave_out_hidden(&self, schema: &Value, direction: Direction, out: &mut Map<String, Value>) {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
        let is_hidden =
            |name: &str| properties.get(name).is_some_and(|property| self.is_hidden(property, direction));
        if let Some(Value::Object(properties)) = out.get_mut("properties") {
            properties.retain(|name, _| !is_hidden(name));
        }
        if let Some(Value::Array(names)) = out.get_mut("required") {
            names.retain(|name| name.as_str().is_none_or(|name| !is_hidden(name)));
        }
    }

    pub(super) fn is_hidden(&self, property: &Value, direction: Direction) -> bool {
        let target = property.get("$ref").and_then(Value::as_str);
        let target = target.and_then(|target| self.root.pointer(&unescaped(target.trim_start_matches('#'))));
        property.get(direction.hidden()) == Some(&Value::Bool(true))
            || target.is_some_and(|target| self.is_hidden(target, direction))
    }
}

/// OpenAPI 3.0 has `nullable` and boolean `exclusiveMinimum`. Returns whether null is allowed. OpenAPI 3.0.1, 4.7.24: `nullable`
/// "allows sending a null value for the defined schema". 3.0.3 adds that a `type` must be stated for it; many documents state none.
fn in_2020_12(schema: &mut Map<String, Value>) -> bool {
    for (exclusive, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if schema.get(exclusive).is_some_and(Value::is_boolean)
            && schema.remove(exclusive) == Some(Value::Bool(true))
            && let Some(limit) = schema.get(bound).cloned()
        {
            schema.insert(exclusive.to_owned(), limit);
        }
    }
    schema.remove("nullable") == Some(Value::Bool(true))
}

/// The JSON pointers that the schema refers to.
fn references(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(map) => {
            let own =
                map.get("$ref").and_then(Value::as_str).map(|own| own.trim_start_matches('#').to_owned());
            own.into_iter().chain(map.values().flat_map(references)).collect()
        }
        Value::Array(all) => all.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// Each `$ref` leads to the definition with the pointer as its name.
fn with_definitions(schema: Value) -> Value {
    match schema {
        Value::Object(map) => {
            let entry = |(key, value): (String, Value)| match (&*key, &value) {
                ("$ref", Value::String(reference)) => {
                    let name = reference.trim_start_matches('#').replace('~', "~0").replace('/', "~1");
                    let name = name.replace('%', "%25");
                    (key, json!(format!("#/$defs/{name}")))
                }
                _ => (key, with_definitions(value)),
            };
            map.into_iter().map(entry).collect()
        }
        Value::Array(all) => all.into_iter().map(with_definitions).collect(),
        other => other,
    }
}

/// The pointer in the fragment of a URI.
pub(super) fn unescaped(pointer: &str) -> String {
    percent_encoding::percent_decode_str(pointer).decode_utf8().unwrap().into_owned()
}
