//! OpenAPI schemas, converted to JSON Schema draft 4, the draft closest to OpenAPI 3.0.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::node::Node;
use super::reader::{OpenApiReader, weight};
use crate::document::error::Result;
use crate::document::model::{Example, Schema};
use crate::document::schema::{definition_of, uri_fragment};

/// Keywords that do not affect the JSON value.
const IGNORED: &str = "xml externalDocs";
const TYPES: [&str; 6] = ["string", "number", "integer", "boolean", "array", "object"];

impl<'a> OpenApiReader<'a> {
    pub(super) fn schema(&mut self, node: &Node<'a>) -> Result<Schema> {
        Ok(Schema { value: self.converted(node)?, pointer: node.pointer.clone() })
    }

    /// The example of a schema, or of the target of its `$ref`.
    pub(super) fn schema_example(&mut self, node: &Node<'a>) -> Result<Option<Example>> {
        let Some(example) = node.resolve()?.any("example") else {
            return Ok(None);
        };
        self.spend(&example, weight(example.value))?;
        Ok(Some(self.example(&example)))
    }

    /// The recursion is bounded, because the nesting of the text is capped.
    fn converted(&mut self, node: &Node<'a>) -> Result<Value> {
        if let Some(reference) = node.get("$ref") {
            return self.reference(node, &reference);
        }
        let mut schema = Map::new();
        for (key, entry) in node.entries()? {
            if let Some(value) = self.keyword(key, &entry)? {
                schema.insert(key.to_owned(), value);
            }
        }
        self.drop_exclusive_without_bound(node, &mut schema);
        let is_nullable = node.flag_of("nullable", false)?;
        Ok(if is_nullable { with_null(schema) } else { Value::Object(schema) })
    }

    /// A keyword's value in JSON Schema; `None` if the keyword is dropped.
    fn keyword(&mut self, key: &str, node: &Node<'a>) -> Result<Option<Value>> {
        match key {
            "type" => return self.type_name(node),
            "pattern" => return self.pattern(node).map(Some),
            "enum" => return self.distinct_items(node),
            "required" => {
                node.items()?.iter().try_for_each(|name| name.text().map(drop))?;
                return self.distinct_items(node);
            }
            "properties" => return self.properties(node).map(Some),
            "additionalProperties" if node.value.is_boolean() => {}
            "additionalProperties" | "items" | "not" => return self.converted(node).map(Some),
            "allOf" | "oneOf" | "anyOf" => return self.alternatives(node),
            "multipleOf" | "maximum" | "minimum" => node.number().map(drop)?,
            "exclusiveMaximum" | "exclusiveMinimum" | "uniqueItems" => node.flag().map(drop)?,
            "maxLength" | "minLength" | "maxItems" | "minItems" | "maxProperties" | "minProperties" => {
                node.count().map(drop)?;
            }
            // These are no constraints; planning uses them to generate values.
            "title" | "description" | "format" => node.text().map(drop)?,
            "readOnly" | "writeOnly" | "deprecated" => node.flag().map(drop)?,
            "default" | "example" | "discriminator" => {}
            "nullable" => return Ok(None),
            _ => {
                self.note_unknown_key(key, node, IGNORED);
                return Ok(None);
            }
        }
        Ok(Some(node.value.clone()))
    }

    /// A `$ref`, rewritten so that it resolves through the document's definitions.
    fn reference(&mut self, node: &Node<'a>, reference: &Node<'a>) -> Result<Value> {
        self.note_siblings(node)?;
        let target = reference.target()?;
        node.resolve()?.mapping()?;
        let definition = definition_of(&target.pointer);
        if definition != target.pointer {
            self.referenced.push(target.pointer);
        }
        Ok(json!({ "$ref": format!("#{}", uri_fragment(&definition)) }))
    }

    fn type_name(&mut self, node: &Node<'a>) -> Result<Option<Value>> {
        let name = node.text()?;
        if TYPES.contains(&name) {
            return Ok(Some(Value::from(name)));
        }
        let types = TYPES.join(", ");
        self.note(node, format!("`{name}` is not an OpenAPI type ({types}); every value is accepted"));
        Ok(None)
    }

    /// A pattern, without the slashes and flags of a JavaScript literal.
    fn pattern(&mut self, node: &Node<'a>) -> Result<Value> {
        let written = node.text()?;
        let Some((pattern, flags)) = javascript_literal(written) else {
            return Ok(Value::from(written));
        };
        let flags = match flags {
            "" => String::new(),
            flags => format!(", and its flags `{flags}` are ignored"),
        };
        self.note(node, format!(
            "the pattern `{written}` is a JavaScript regular expression literal, but in OpenAPI its slashes are part of the pattern; \
             they are removed{flags}"
        ));
        Ok(Value::from(pattern))
    }

    /// A list that must not be empty and must not have duplicates.
    fn distinct_items(&mut self, node: &Node<'a>) -> Result<Option<Value>> {
        let mut distinct = Vec::new();
        let mut seen = HashSet::new();
        for item in node.items()? {
            if seen.insert(item.value.to_string()) {
                distinct.push(item.value.clone());
            } else {
                self.note(&item, format!("{} is a duplicate in this list; it is ignored", item.value));
            }
        }
        Ok(self.unless_empty(node, distinct))
    }

    fn alternatives(&mut self, node: &Node<'a>) -> Result<Option<Value>> {
        let parts = node.items()?;
        let schemas = parts.iter().map(|part| self.converted(part)).collect::<Result<_>>()?;
        Ok(self.unless_empty(node, schemas))
    }

    fn unless_empty(&mut self, node: &Node<'a>, items: Vec<Value>) -> Option<Value> {
        if items.is_empty() {
            self.note(node, "an empty list has no meaning here; it is ignored");
        }
        (!items.is_empty()).then_some(Value::Array(items))
    }

    fn properties(&mut self, node: &Node<'a>) -> Result<Value> {
        node.entries()?.map(|(name, property)| Ok((name.to_owned(), self.converted(&property)?))).collect()
    }

    /// `exclusiveMinimum: true` needs a `minimum`, and `exclusiveMaximum` a `maximum`.
    fn drop_exclusive_without_bound(&mut self, node: &Node<'a>, schema: &mut Map<String, Value>) {
        for (exclusive, constraint) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
            if schema.contains_key(exclusive) && !schema.contains_key(constraint) {
                schema.retain(|key, _| key != exclusive);
                self.note(node, format!("`{exclusive}` has no effect without `{constraint}`; it is ignored"));
            }
        }
    }
}

/// Adds `null` to the type. A schema without a type becomes `anyOf` the schema and `null`.
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

/// Splits `/pattern/flags`. The pattern must have no unescaped slash.
fn javascript_literal(text: &str) -> Option<(&str, &str)> {
    let (pattern, flags) = text.strip_prefix('/')?.rsplit_once('/')?;
    let mut is_escaped = false;
    let mut is_in_class = false;
    for c in pattern.chars() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '[' => is_in_class = true,
            ']' => is_in_class = false,
            '/' if !is_in_class => return None,
            _ => {}
        }
    }
    let is_literal = !pattern.is_empty() && !is_escaped && flags.chars().all(|c| "dgimsuvy".contains(c));
    is_literal.then_some((pattern, flags))
}

#[cfg(test)]
mod tests {
    use super::javascript_literal;

    #[test]
    fn a_pattern_between_slashes_is_a_literal_with_flags() {
        assert_eq!(javascript_literal("/^a$/"), Some(("^a$", "")));
        assert_eq!(javascript_literal("/^a$/gi"), Some(("^a$", "gi")));
        assert_eq!(javascript_literal(r"/^media:\/\/[/.]+$/"), Some((r"^media:\/\/[/.]+$", "")));
    }

    #[test]
    fn a_pattern_that_contains_slashes_is_not_a_literal() {
        for pattern in ["^/a/$", "/a/b/", "/a/home", "//", "/", "", r"/a\/"] {
            assert_eq!(javascript_literal(pattern), None, "{pattern}");
        }
    }
}
