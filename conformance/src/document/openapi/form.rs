//! Keywords of schemas that versions write differently. The model has each of them in one form.

use serde_json::{Map, Value, json};

use super::node::Node;
use super::reader::OpenApiReader;
use super::version::Version;
use crate::document::error::Result;

impl<'a> OpenApiReader<'a> {
    /// The keywords of a schema in the form of the model.
    pub(super) fn in_one_form(
        &mut self,
        node: &Node<'a>,
        mut schema: Map<String, Value>,
    ) -> Result<Map<String, Value>> {
        if self.version.has_json_schema() {
            self.put_examples_and_const(node, &mut schema)?;
        }
        self.put_exclusive_bounds(node, &mut schema);
        put_file(&mut schema);
        Ok(if self.is_nullable(node)? { with_null(schema) } else { schema })
    }

    /// Whether the schema allows null beside its type. Documents of Swagger 2.0 use an extension, whose value can be anything.
    fn is_nullable(&self, node: &Node<'a>) -> Result<bool> {
        match self.version {
            Version::V2_0 => Ok(node.any("x-nullable").is_some_and(|flag| *flag.value == Value::Bool(true))),
            Version::V3_0 => node.flag_of("nullable", false),
            Version::JsonSchema(_) => Ok(false),
        }
    }

    /// OpenAPI 3.0: `exclusiveMinimum: true` makes a `minimum` exclusive, and `exclusiveMaximum` a `maximum`.
    fn put_exclusive_bounds(&mut self, node: &Node<'a>, schema: &mut Map<String, Value>) {
        for (exclusive, constraint) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
            let Some(Value::Bool(flag)) = schema.get(exclusive).cloned() else { continue };
            schema.remove(exclusive);
            match schema.get(constraint).cloned() {
                None => {
                    self.note(
                        node,
                        format!("`{exclusive}` has no effect without `{constraint}`; it is ignored"),
                    );
                }
                Some(bound) if flag => {
                    schema.remove(constraint);
                    schema.insert(exclusive.to_owned(), bound);
                }
                Some(_) => {}
            }
        }
    }

    /// JSON Schema 2020-12: the first of `examples` becomes the `example`, and `const` an `enum`.
    fn put_examples_and_const(&mut self, node: &Node<'a>, schema: &mut Map<String, Value>) -> Result<()> {
        if schema.remove("examples").is_some()
            && !schema.contains_key("example")
            && let Some(first) = node.items_of("examples")?.first()
        {
            self.keep_line(node, "example", first);
            schema.insert("example".to_owned(), first.value.clone());
        }
        if !schema.contains_key("enum")
            && let (Some(constant), Some(stated)) = (schema.remove("const"), node.any("const"))
        {
            self.keep_line(node, "enum", &stated);
            schema.insert("enum".to_owned(), json!([constant]));
        }
        Ok(())
    }

    /// Locates a keyword of the model where the document has the other form.
    fn keep_line(&mut self, node: &Node<'a>, keyword: &str, stated: &Node<'a>) {
        self.moved.insert(format!("{}/{keyword}", node.pointer), stated.line());
    }
}

/// Adds `null` to the type. A schema without a type becomes `anyOf` the schema and `null`.
fn with_null(mut schema: Map<String, Value>) -> Map<String, Value> {
    if let Some(Value::Array(values)) = schema.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    match schema.get_mut("type") {
        Some(Value::Array(names)) if names.iter().any(|name| name == "null") => {}
        Some(Value::Array(names)) => names.push("null".into()),
        Some(name) => *name = json!([name.clone(), "null"]),
        None => schema = Map::from_iter([("anyOf".to_owned(), json!([schema, { "type": "null" }]))]),
    }
    schema
}

/// Swagger 2.0: a file is a binary string.
fn put_file(schema: &mut Map<String, Value>) {
    if schema.get("type").is_some_and(|name| name == "file") {
        schema.insert("type".to_owned(), "string".into());
        schema.insert("format".to_owned(), "binary".into());
    }
}

/// Splits `/pattern/flags`. The pattern must have no unescaped slash.
pub(super) fn javascript_literal(text: &str) -> Option<(&str, &str)> {
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
