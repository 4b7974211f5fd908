//! OpenAPI schemas, converted to JSON Schema 2020-12: each meaning in one form, whatever the version of the document.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value, json};

use super::form::javascript_literal;
use super::node::Node;
use super::reader::{OpenApiReader, weight};
use super::version::lists;
use crate::document::error::Result;
use crate::document::model::{Example, Schema};
use crate::document::schema::{MessageDirection, definition_of, uri_fragment};

/// Keywords that do not affect a value. A schema in `$defs` or `definitions` is read where a `$ref` names it.
const IGNORED: &str = "externalDocs nullable $defs definitions $comment contentSchema";
/// Keywords that say nothing about a value.
const ANNOTATIONS: &str = "title summary description deprecated $comment externalDocs xml";
/// Keywords whose value is one schema.
const SUBSCHEMAS: &str = "additionalProperties items not contains propertyNames if then else unevaluatedItems unevaluatedProperties";
const TYPES: [&str; 6] = ["string", "number", "integer", "boolean", "array", "object"];

/// The longest chain of `allOf` in which properties of one direction are found.
const MAX_PARTS: usize = 32;

impl<'a> OpenApiReader<'a> {
    pub(super) fn schema(&mut self, node: &Node<'a>) -> Result<Schema> {
        Ok(Schema { value: self.converted(node)?, pointer: node.pointer.clone() })
    }

    /// The examples of a schema, or of the target of its `$ref`.
    pub(super) fn schema_example(&mut self, node: &Node<'a>) -> Result<Vec<Example>> {
        let own = self.own_examples(node)?;
        let found = if own.is_empty() { self.own_examples(&node.resolve()?)? } else { own };
        for example in &found {
            self.spend(example, weight(example.value))?;
        }
        Ok(found.iter().map(|example| self.example(example)).collect())
    }

    fn own_examples(&self, node: &Node<'a>) -> Result<Vec<Node<'a>>> {
        let mut found: Vec<_> = node.any("example").into_iter().collect();
        if self.version.has_json_schema() && node.any("examples").is_some_and(|list| list.value.is_array()) {
            found.extend(node.items_of("examples")?);
        }
        Ok(found)
    }

    /// The recursion is bounded, because the nesting of the text is capped.
    fn converted(&mut self, node: &Node<'a>) -> Result<Value> {
        if let (Value::Bool(allows), true) = (node.value, self.version.has_json_schema()) {
            return Ok(if *allows { json!({}) } else { json!({ "not": {} }) });
        }
        if let Some(reference) = node.get("$ref") {
            return self.with_siblings(node, &reference);
        }
        self.keywords(node).map(Value::Object)
    }

    /// A `$ref`. In JSON Schema 2020-12, a value must also satisfy the keywords beside it.
    fn with_siblings(&mut self, node: &Node<'a>, reference: &Node<'a>) -> Result<Value> {
        let target = self.reference(node, reference)?;
        if !self.version.has_json_schema() {
            self.note_siblings(node)?;
            return Ok(target);
        }
        let mut siblings = self.keywords(node)?;
        siblings.retain(|keyword, _| !lists(ANNOTATIONS, keyword));
        if siblings.is_empty() {
            return Ok(target);
        }
        match siblings.get_mut("allOf").and_then(Value::as_array_mut) {
            Some(parts) => parts.push(target),
            None => drop(siblings.insert("allOf".to_owned(), json!([target]))),
        }
        Ok(Value::Object(siblings))
    }

    /// The keywords of a schema, without its `$ref`.
    fn keywords(&mut self, node: &Node<'a>) -> Result<Map<String, Value>> {
        self.some_keywords(node, |key| key != "$ref")
    }

    /// The keywords of a schema for which a condition holds.
    pub(super) fn some_keywords(
        &mut self,
        node: &Node<'a>,
        is_read: impl Fn(&str) -> bool,
    ) -> Result<Map<String, Value>> {
        let hidden = self.hidden_properties(node)?;
        self.hidden.push(hidden);
        let mut schema = Map::new();
        for (key, entry) in node.entries()?.filter(|(key, _)| is_read(key)) {
            if let Some(value) = self.keyword(key, &entry)? {
                schema.insert(key.to_owned(), value);
            }
        }
        self.hidden.pop();
        self.in_one_form(node, schema)
    }

    /// A keyword's value in JSON Schema; `None` if the keyword is dropped.
    fn keyword(&mut self, key: &str, node: &Node<'a>) -> Result<Option<Value>> {
        let has_json_schema = self.version.has_json_schema();
        if self.version.lacks(key) {
            self.note_unknown_key(key, node, "");
            return Ok(None);
        }
        if self.ignores(key, node) {
            return Ok(None);
        }
        match key {
            "type" => return self.types(node),
            "pattern" => return self.pattern(node).map(Some),
            "enum" => return self.distinct_items(node),
            "required" => return self.required(node),
            "properties" => return self.properties(node).map(Some),
            "patternProperties" | "dependentSchemas" => return self.schemas(node).map(Some),
            "dependentRequired" => {
                node.entries()?.try_for_each(|(_, names)| strings(&names))?;
            }
            "additionalProperties" | "unevaluatedProperties" | "unevaluatedItems"
                if node.value.is_boolean() => {}
            _ if lists(SUBSCHEMAS, key) => return self.converted(node).map(Some),
            "allOf" | "oneOf" | "anyOf" | "prefixItems" => return self.alternatives(node),
            "multipleOf" | "maximum" | "minimum" => node.number().map(drop)?,
            "exclusiveMaximum" | "exclusiveMinimum" if !node.value.is_boolean() && has_json_schema => {
                node.number().map(drop)?;
            }
            "exclusiveMaximum" | "exclusiveMinimum" | "uniqueItems" => node.flag().map(drop)?,
            "maxLength" | "minLength" | "maxItems" | "minItems" | "maxProperties" | "minProperties"
            | "minContains" | "maxContains" => node.count().map(drop)?,
            // These are no constraints; planning uses them to generate values.
            "title" | "description" | "format" | "contentEncoding" | "contentMediaType" => {
                node.text().map(drop)?;
            }
            "readOnly" | "writeOnly" | "deprecated" => node.flag().map(drop)?,
            "examples" => node.items().map(drop)?,
            // Swagger 2.0 has only the name of the property.
            "discriminator" if self.version.is_swagger() => {
                return Ok(Some(json!({ "propertyName": node.text()? })));
            }
            "default" | "example" | "discriminator" | "const" | "xml" => {}
            _ => {
                self.note_unknown_key(key, node, IGNORED);
                return Ok(None);
            }
        }
        Ok(Some(node.value.clone()))
    }

    /// Notes a keyword of the wrong form. Returns whether it is ignored. A keyword that constrains a value is read if its meaning is
    /// clear.
    fn ignores(&mut self, key: &str, node: &Node<'a>) -> bool {
        let text = match key {
            "title" | "description" if !node.value.is_string() => {
                format!("`{key}` must be a string; it is ignored")
            }
            "examples" if !node.value.is_array() => {
                "`examples` of a schema must be a list; it is ignored".to_owned()
            }
            "exclusiveMaximum" | "exclusiveMinimum" if self.version.has_json_schema() => {
                if node.value.is_boolean() {
                    let form = format!("`{key}: {}` is the form of OpenAPI 3.0", node.value);
                    self.note(
                        node,
                        format!("{form}, and later versions have a number; it is read as in 3.0"),
                    );
                }
                return false;
            }
            _ => return false,
        };
        self.note(node, text);
        true
    }

    /// A `$ref`, rewritten so that it resolves through the document's definitions.
    fn reference(&mut self, node: &Node<'a>, reference: &Node<'a>) -> Result<Value> {
        let target = reference.target()?;
        let resolved = node.resolve()?;
        if !(resolved.value.is_boolean() && self.version.has_json_schema()) {
            resolved.mapping()?;
        }
        let definition = definition_of(&target.pointer, self.direction);
        self.referenced.push((target.pointer, self.direction));
        Ok(json!({ "$ref": format!("#{}", uri_fragment(&definition)) }))
    }

    /// The types; one type is no list.
    fn types(&mut self, node: &Node<'a>) -> Result<Option<Value>> {
        if !(self.version.has_type_lists() && node.value.is_array()) {
            return Ok(self.type_name(node)?.map(Value::from));
        }
        let mut names = Vec::new();
        for item in node.items()? {
            let name = self.type_name(&item)?;
            names.extend(name.filter(|name| !names.contains(name)));
        }
        Ok(match names.as_slice() {
            [] => None,
            [name] => Some(Value::from(*name)),
            names => Some(json!(names)),
        })
    }

    fn type_name(&mut self, node: &Node<'a>) -> Result<Option<&'a str>> {
        let name = node.text()?;
        let is_added = match name {
            "null" => self.version.has_type_lists(),
            // A form field or a response.
            "file" => self.version.is_swagger(),
            _ => false,
        };
        if TYPES.contains(&name) || is_added {
            return Ok(Some(name));
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

    /// The required names, without those that messages of this direction do not have.
    fn required(&mut self, node: &Node<'a>) -> Result<Option<Value>> {
        strings(node)?;
        let Some(Value::Array(mut names)) = self.distinct_items(node)? else { return Ok(None) };
        let is_hidden = |name: &Value| {
            let name = name.as_str().unwrap_or_default();
            self.hidden.iter().any(|hidden| hidden.contains(name))
        };
        names.retain(|name| !is_hidden(name));
        Ok((!names.is_empty()).then_some(Value::Array(names)))
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

    /// The properties that messages of this direction have. Each begins a schema of its own.
    fn properties(&mut self, node: &Node<'a>) -> Result<Value> {
        let outer = std::mem::take(&mut self.hidden);
        let mut properties = Map::new();
        for (name, property) in node.entries()? {
            if !self.is_hidden(&property)? {
                properties.insert(name.to_owned(), self.converted(&property)?);
            }
        }
        self.hidden = outer;
        Ok(Value::Object(properties))
    }

    fn schemas(&mut self, node: &Node<'a>) -> Result<Value> {
        node.entries()?.map(|(name, schema)| Ok((name.to_owned(), self.converted(&schema)?))).collect()
    }

    /// The names of the properties of a schema, and of the parts of its `allOf`, that messages of this direction do not have.
    fn hidden_properties(&self, node: &Node<'a>) -> Result<BTreeSet<String>> {
        let mut hidden = BTreeSet::new();
        if !self.has_directions {
            return Ok(hidden);
        }
        let mut left = vec![node.clone()];
        for _ in 0..MAX_PARTS {
            let Some(part) = left.pop() else { break };
            let part = part.resolve()?;
            for (name, property) in part.entries_of("properties").unwrap_or_default() {
                if self.is_hidden(&property)? {
                    hidden.insert(name.to_owned());
                }
            }
            left.extend(part.items_of("allOf").unwrap_or_default());
        }
        Ok(hidden)
    }

    /// Whether messages of this direction do not have the property.
    fn is_hidden(&self, property: &Node<'a>) -> Result<bool> {
        let keyword = match self.direction {
            MessageDirection::Request => "readOnly",
            MessageDirection::Response => "writeOnly",
        };
        let is_marked =
            |node: &Node<'a>| node.any(keyword).is_some_and(|flag| *flag.value == Value::Bool(true));
        let is_read = self.has_directions && !self.version.lacks(keyword);
        Ok(is_read && (is_marked(property) || is_marked(&property.resolve()?)))
    }
}

/// Checks that a node is a list of strings.
fn strings(node: &Node<'_>) -> Result<()> {
    node.items()?.iter().try_for_each(|name| name.text().map(drop))
}
