//! OpenAPI's schemas as JSON Schema (draft 4, which OpenAPI 3.0 is closest to).

use serde_json::{Map, Value, json};

use super::{Node, Reader};
use crate::document::{Example, Fault, Schema};

/// Keywords that mean the same in both and hold no schema.
const LIMITS: [&str; 13] = [
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxProperties",
    "minProperties",
    "required",
];
/// Keywords that restrict nothing, kept for whoever makes values from the schema.
const ANNOTATIONS: [&str; 9] = [
    "title",
    "description",
    "format",
    "default",
    "example",
    "readOnly",
    "writeOnly",
    "deprecated",
    "discriminator",
];
/// Keywords that say nothing about a JSON value.
const PASSED_OVER: [&str; 2] = ["xml", "externalDocs"];
/// Keywords that are converted.
const CONVERTED: [&str; 11] = [
    "type",
    "nullable",
    "enum",
    "pattern",
    "properties",
    "additionalProperties",
    "items",
    "allOf",
    "oneOf",
    "anyOf",
    "not",
];
const TYPES: [&str; 6] = ["string", "number", "integer", "boolean", "array", "object"];

impl<'a> Reader<'a> {
    pub(super) fn schema(&mut self, node: &Node<'a>) -> Result<Schema, Fault> {
        Ok(Schema {
            value: self.converted(node)?,
            pointer: node.pointer.clone(),
        })
    }

    /// The example a schema itself carries, where its `$ref` leads if it is one.
    pub(super) fn schema_example(&self, node: &Node<'a>) -> Result<Option<Example>, Fault> {
        let example = node.resolve()?.any("example");
        Ok(example.map(|node| Example {
            value: node.value.clone(),
            location: self.location(&node),
        }))
    }

    /// Goes as deep as the schema is nested, which the YAML reader has limited.
    fn converted(&mut self, node: &Node<'a>) -> Result<Value, Fault> {
        if let Some(reference) = node.get("$ref") {
            return self.reference(node, &reference);
        }
        self.check_keys(
            node,
            &[LIMITS.as_slice(), &ANNOTATIONS, &CONVERTED].concat(),
            &PASSED_OVER,
        )?;
        let mut schema = Map::new();
        for (key, entry) in node.entries()? {
            if let Some(value) = self.keyword(key, &entry)? {
                schema.insert(key.to_owned(), value);
            }
        }
        let nullable = node.flag_of("nullable", false)?;
        Ok(if nullable {
            with_null(schema)
        } else {
            Value::Object(schema)
        })
    }

    fn keyword(&mut self, key: &str, node: &Node<'a>) -> Result<Option<Value>, Fault> {
        Ok(Some(match key {
            "type" => return self.type_name(node),
            "pattern" => Value::String(self.pattern(node)?),
            "enum" => {
                node.items()?;
                node.value.clone()
            }
            "properties" => {
                let mut properties = Map::new();
                for (name, property) in node.entries()? {
                    properties.insert(name.to_owned(), self.converted(&property)?);
                }
                Value::Object(properties)
            }
            "additionalProperties" if node.value.is_boolean() => node.value.clone(),
            "additionalProperties" | "items" | "not" => self.converted(node)?,
            "allOf" | "oneOf" | "anyOf" => {
                let parts = node.items()?;
                Value::Array(
                    parts
                        .iter()
                        .map(|part| self.converted(part))
                        .collect::<Result<_, _>>()?,
                )
            }
            _ if LIMITS.contains(&key) => limit(key, node)?,
            _ if ANNOTATIONS.contains(&key) => node.value.clone(),
            _ => return Ok(None),
        }))
    }

    fn reference(&mut self, node: &Node<'a>, reference: &Node<'a>) -> Result<Value, Fault> {
        let target = reference.target()?;
        target.mapping()?;
        node.resolve()?;
        for (key, entry) in node
            .entries()?
            .filter(|(key, _)| *key != "$ref" && !key.starts_with("x-"))
        {
            self.note(&entry, format!("`{key}` stands beside a `$ref`, where OpenAPI 3.0 ignores it; so does this reader"));
        }
        let is_component = target
            .pointer
            .strip_prefix("/components/schemas/")
            .is_some_and(|name| !name.contains('/'));
        if !is_component {
            self.referenced.push(target.pointer.clone());
        }
        Ok(json!({ "$ref": format!("#{}", target.pointer) }))
    }

    fn type_name(&mut self, node: &Node<'a>) -> Result<Option<Value>, Fault> {
        let name = node.text()?;
        if TYPES.contains(&name) {
            return Ok(Some(Value::from(name)));
        }
        self.note(
            node,
            format!(
                "`{name}` is not a type; any value is taken (the types are {})",
                TYPES.join(", ")
            ),
        );
        Ok(None)
    }

    /// A pattern, without the delimiters it has when written as a JavaScript literal.
    fn pattern(&mut self, node: &Node<'a>) -> Result<String, Fault> {
        let written = node.text()?;
        let Some((pattern, flags)) = javascript_literal(written) else {
            return Ok(written.to_owned());
        };
        let mut note = format!(
            "the pattern `{written}` is written as a JavaScript literal, which as a pattern matches no sensible value; \
             it is read without its slashes"
        );
        if !flags.is_empty() {
            note.push_str(&format!(", and its flags `{flags}` are ignored"));
        }
        self.note(node, note);
        Ok(pattern.to_owned())
    }
}

/// The type and `null`, or, where no type is stated, either `null` or the rest.
fn with_null(mut schema: Map<String, Value>) -> Value {
    if let Some(Value::Array(values)) = schema.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    match schema.get_mut("type") {
        Some(name) => {
            *name = json!([name.clone(), "null"]);
            Value::Object(schema)
        }
        None => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}

/// A keyword's value, if it is of the keyword's type.
fn limit(key: &str, node: &Node<'_>) -> Result<Value, Fault> {
    match key {
        "required" => node
            .items()?
            .iter()
            .try_for_each(|name| name.text().map(|_| ()))?,
        "exclusiveMaximum" | "exclusiveMinimum" | "uniqueItems" => node.flag().map(|_| ())?,
        "multipleOf" | "maximum" | "minimum" if node.value.is_number() => {}
        "multipleOf" | "maximum" | "minimum" => return Err(node.expected("a number")),
        _ if node.value.is_u64() => {}
        _ => return Err(node.expected("a whole number, zero or more")),
    }
    Ok(node.value.clone())
}

/// Takes `/pattern/flags` apart: no slash stands unescaped inside, and after it only flags.
fn javascript_literal(text: &str) -> Option<(&str, &str)> {
    let (pattern, flags) = text.strip_prefix('/')?.rsplit_once('/')?;
    let mut escaped = false;
    let mut in_class = false;
    for c in pattern.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '/' if !in_class => return None,
            _ => {}
        }
    }
    let is_literal =
        !pattern.is_empty() && !escaped && flags.chars().all(|c| "dgimsuvy".contains(c));
    is_literal.then_some((pattern, flags))
}
