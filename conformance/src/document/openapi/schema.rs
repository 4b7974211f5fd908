//! OpenAPI's schemas as JSON Schema (draft 4, which OpenAPI 3.0 is closest to).

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::{Node, Reader, weight};
use crate::document::schema::{definition_of, uri_fragment};
use crate::document::{Example, Fault, Schema};

/// Keywords that say nothing about a JSON value.
const PASSED_OVER: [&str; 2] = ["xml", "externalDocs"];
const TYPES: [&str; 6] = ["string", "number", "integer", "boolean", "array", "object"];

impl<'a> Reader<'a> {
    pub(super) fn schema(&mut self, node: &Node<'a>) -> Result<Schema, Fault> {
        Ok(Schema { value: self.converted(node)?, pointer: node.pointer.clone() })
    }

    /// The example a schema itself carries, or the schema its `$ref` leads to.
    pub(super) fn schema_example(&mut self, node: &Node<'a>) -> Result<Option<Example>, Fault> {
        let Some(example) = node.resolve()?.any("example") else {
            return Ok(None);
        };
        self.spend(&example, weight(example.value))?;
        Ok(Some(self.example(&example)))
    }

    /// Goes as deep as the schema is nested, which has been limited when the text was read.
    fn converted(&mut self, node: &Node<'a>) -> Result<Value, Fault> {
        if let Some(reference) = node.get("$ref") {
            return self.reference(node, &reference);
        }
        let mut schema = Map::new();
        for (key, entry) in node.entries()? {
            if let Some(value) = self.keyword(key, &entry)? {
                schema.insert(key.to_owned(), value);
            }
        }
        self.drop_exclusive_without_limit(node, &mut schema);
        let is_nullable = node.flag_of("nullable", false)?;
        Ok(if is_nullable { with_null(schema) } else { Value::Object(schema) })
    }

    /// A keyword's value as JSON Schema has it; `None` for one that is not kept.
    fn keyword(&mut self, key: &str, node: &Node<'a>) -> Result<Option<Value>, Fault> {
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
            // These restrict nothing; they are kept for whoever makes values from the schema.
            "title" | "description" | "format" => node.text().map(drop)?,
            "readOnly" | "writeOnly" | "deprecated" => node.flag().map(drop)?,
            "default" | "example" | "discriminator" => {}
            "nullable" => return Ok(None),
            _ => {
                self.note_unknown_key(key, node, &PASSED_OVER);
                return Ok(None);
            }
        }
        Ok(Some(node.value.clone()))
    }

    /// A `$ref`, which finds its target through the document's definitions.
    fn reference(&mut self, node: &Node<'a>, reference: &Node<'a>) -> Result<Value, Fault> {
        self.note_siblings(node)?;
        let target = reference.target()?;
        node.resolve()?.mapping()?;
        let definition = definition_of(&target.pointer);
        if definition != target.pointer {
            self.referenced.push(target.pointer);
        }
        Ok(json!({ "$ref": format!("#{}", uri_fragment(&definition)) }))
    }

    fn type_name(&mut self, node: &Node<'a>) -> Result<Option<Value>, Fault> {
        let name = node.text()?;
        if TYPES.contains(&name) {
            return Ok(Some(Value::from(name)));
        }
        let types = TYPES.join(", ");
        self.note(node, format!("`{name}` is not a type ({types}); any value is taken"));
        Ok(None)
    }

    /// A pattern, without the delimiters it has when written as a JavaScript literal.
    fn pattern(&mut self, node: &Node<'a>) -> Result<Value, Fault> {
        let written = node.text()?;
        let Some((pattern, flags)) = javascript_literal(written) else {
            return Ok(Value::from(written));
        };
        let flags = match flags {
            "" => String::new(),
            flags => format!(", and its flags `{flags}` are ignored"),
        };
        self.note(node, format!(
            "the pattern `{written}` is a JavaScript literal, whose slashes a pattern takes for slashes of the value; \
             it is read without them{flags}"
        ));
        Ok(Value::from(pattern))
    }

    /// The items of a list in which none may stand twice, and which must hold something.
    fn distinct_items(&mut self, node: &Node<'a>) -> Result<Option<Value>, Fault> {
        let mut distinct: Vec<Value> = Vec::new();
        let mut seen = HashSet::new();
        for item in node.items()? {
            if seen.insert(item.value.to_string()) {
                distinct.push(item.value.clone());
            } else {
                self.note(&item, format!("{} stands in this list already; once is enough", item.value));
            }
        }
        Ok(self.unless_empty(node, distinct))
    }

    fn alternatives(&mut self, node: &Node<'a>) -> Result<Option<Value>, Fault> {
        let parts = node.items()?;
        let schemas = parts.iter().map(|part| self.converted(part)).collect::<Result<_, _>>()?;
        Ok(self.unless_empty(node, schemas))
    }

    fn unless_empty(&mut self, node: &Node<'a>, items: Vec<Value>) -> Option<Value> {
        if items.is_empty() {
            self.note(node, "an empty list, which says nothing; it is not read");
        }
        (!items.is_empty()).then_some(Value::Array(items))
    }

    fn properties(&mut self, node: &Node<'a>) -> Result<Value, Fault> {
        let mut properties = Map::new();
        for (name, property) in node.entries()? {
            properties.insert(name.to_owned(), self.converted(&property)?);
        }
        Ok(Value::Object(properties))
    }

    /// `exclusiveMinimum: true` says something only about a `minimum`, and so for the maximum.
    fn drop_exclusive_without_limit(&mut self, node: &Node<'a>, schema: &mut Map<String, Value>) {
        for (exclusive, limit) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
            if schema.contains_key(exclusive) && !schema.contains_key(limit) {
                schema.retain(|key, _| key != exclusive);
                self.note(
                    node,
                    format!("`{exclusive}` without `{limit}`, which says nothing; it is not read"),
                );
            }
        }
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

/// Takes `/pattern/flags` apart: no slash stands unescaped inside, and after it only flags.
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
    fn a_pattern_between_slashes_is_a_literal_with_its_flags() {
        assert_eq!(javascript_literal("/^a$/"), Some(("^a$", "")));
        assert_eq!(javascript_literal("/^a$/gi"), Some(("^a$", "gi")));
        assert_eq!(javascript_literal(r"/^media:\/\/[/.]+$/"), Some((r"^media:\/\/[/.]+$", "")));
    }

    #[test]
    fn a_pattern_about_slashes_is_no_literal() {
        for pattern in ["^/a/$", "/a/b/", "/a/home", "//", "/", "", r"/a\/"] {
            assert_eq!(javascript_literal(pattern), None, "{pattern}");
        }
    }
}
