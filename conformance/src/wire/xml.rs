//! XML bodies, as the `xml` objects of their schemas describe them.

use roxmltree::Node;
use serde_json::Value;

use super::serialisation::text;
use crate::document::schema::walk;
use crate::document::{Document, Schema};

/// The most elements and attributes of one description. A schema that has more, or that contains itself, is not judged.
const MAX_ELEMENTS: usize = 1_000;

/// The deepest nesting of a described element.
const MAX_DEPTH: usize = 16;

/// How a value becomes an element or an attribute.
#[derive(Clone, Debug)]
pub(super) struct XmlShape {
    /// The name of the element or attribute; none where the document states none.
    name: Option<String>,
    namespace: Option<String>,
    is_attribute: bool,
    content: XmlContent,
}

#[derive(Clone, Debug)]
enum XmlContent {
    Text,
    /// A child element or an attribute for each property, by its name in the schema.
    Object(Vec<(String, XmlShape)>),
    /// An element for each item: beside the others, or within an element of the list.
    List {
        item: Box<XmlShape>,
        is_wrapped: bool,
    },
}

impl XmlShape {
    /// The shape of a body; none where the schema has a part that has no single form in XML.
    pub(super) fn of(document: &Document, schema: &Schema) -> Option<Self> {
        let reference = schema.value.get("$ref").and_then(Value::as_str);
        let own = reference.and_then(|reference| reference.rsplit('/').next());
        Shaping { document, left: MAX_ELEMENTS }.shape(&schema.value, own, MAX_DEPTH)
    }

    /// A value as it is sent.
    pub(super) fn written(&self, value: &Value) -> String {
        let mut out = String::new();
        self.write(&mut out, self.name.as_deref().unwrap_or("root"), value);
        out
    }

    fn write(&self, out: &mut String, name: &str, value: &Value) {
        let namespace = self.namespace.as_ref().map(|namespace| format!(" xmlns=\"{}\"", escaped(namespace)));
        let mut head = format!("<{name}{}", namespace.unwrap_or_default());
        let mut body = String::new();
        match &self.content {
            XmlContent::Text => body = escaped(&text(value)),
            XmlContent::Object(properties) => {
                for (shape, value) in given(properties, value) {
                    match shape.is_attribute {
                        true => head.push_str(&format!(" {}=\"{}\"", shape.label(), escaped(&text(value)))),
                        false => shape.write_property(&mut body, value),
                    }
                }
            }
            XmlContent::List { item, .. } => {
                elements(value).iter().for_each(|element| item.write(&mut body, item.label(), element))
            }
        }
        out.push_str(&format!("{head}>{body}</{name}>"));
    }

    fn write_property(&self, out: &mut String, value: &Value) {
        match &self.content {
            XmlContent::List { item, is_wrapped: false } => {
                elements(value).iter().for_each(|element| item.write(out, item.label(), element));
            }
            _ => self.write(out, self.label(), value),
        }
    }

    fn label(&self) -> &str {
        self.name.as_deref().unwrap_or("item")
    }

    /// Whether a received body is the value. The order of elements with different names has no meaning.
    pub(super) fn is(&self, content: &[u8], expected: &Value) -> bool {
        let Ok(text) = std::str::from_utf8(content) else { return false };
        let document = roxmltree::Document::parse(text.trim_start_matches('\u{feff}'));
        document.is_ok_and(|document| {
            let root = document.root_element();
            self.name.as_ref().is_none_or(|_| self.is_named(root)) && self.has(root, expected)
        })
    }

    fn is_named(&self, node: Node<'_, '_>) -> bool {
        let has_namespace =
            self.namespace.is_none() || node.tag_name().namespace() == self.namespace.as_deref();
        node.tag_name().name() == self.label() && has_namespace
    }

    /// Whether an element has the value.
    fn has(&self, node: Node<'_, '_>, value: &Value) -> bool {
        match &self.content {
            XmlContent::Text => {
                is_text(&node.children().filter_map(|child| child.text()).collect::<String>(), value)
            }
            XmlContent::List { item, .. } => {
                let children: Vec<_> = node.children().filter(Node::is_element).collect();
                item.are(&children, elements(value))
            }
            XmlContent::Object(properties) => {
                let mut left: Vec<_> = node.children().filter(Node::is_element).collect();
                let all_sent =
                    given(properties, value).all(|(shape, value)| shape.is_property(node, &mut left, value));
                all_sent && left.is_empty()
            }
        }
    }

    /// Whether an element has a property with this value. Takes the elements of the property out of the children.
    fn is_property<'n, 'i>(&self, node: Node<'n, 'i>, left: &mut Vec<Node<'n, 'i>>, value: &Value) -> bool {
        if self.is_attribute {
            return node
                .attributes()
                .any(|known| known.name() == self.label() && is_text(known.value(), value));
        }
        match &self.content {
            XmlContent::List { item, is_wrapped: false } => {
                let own: Vec<_> = left.extract_if(.., |child| item.is_named(*child)).collect();
                item.are(&own, elements(value))
            }
            _ => {
                let own: Vec<_> = left.extract_if(.., |child| self.is_named(*child)).collect();
                // No standard says how null is sent.
                value.is_null() || matches!(own.as_slice(), [own] if self.has(*own, value))
            }
        }
    }

    fn are(&self, nodes: &[Node<'_, '_>], values: &[Value]) -> bool {
        let is = |(node, value): (&Node<'_, '_>, &Value)| self.is_named(*node) && self.has(*node, value);
        nodes.len() == values.len() && nodes.iter().zip(values).all(is)
    }
}

/// Shapes in the making.
struct Shaping<'a> {
    document: &'a Document,
    /// How many more elements and attributes the description may have.
    left: usize,
}

impl Shaping<'_> {
    fn shape(&mut self, schema: &Value, name: Option<&str>, depth: usize) -> Option<XmlShape> {
        let depth = depth.checked_sub(1)?;
        self.left = self.left.checked_sub(1)?;
        let (schema, pointer) = walk::resolve(self.document, schema, "")?;
        if ["oneOf", "anyOf"].iter().any(|keyword| schema.get(*keyword).is_some()) {
            return None;
        }
        let stated = |key: &str| schema.get("xml").and_then(|xml| xml.get(key));
        let own = |key: &str| stated(key).and_then(Value::as_str);
        let is = |key: &str| stated(key) == Some(&Value::Bool(true));
        let name = own("name").or(name);
        let content = match walk::kind(schema) {
            "array" => {
                let item = Box::new(self.shape(schema.get("items")?, name, depth)?);
                XmlContent::List { item, is_wrapped: is("wrapped") }
            }
            "object" => self.object(schema, &pointer, depth)?,
            _ if schema.get("allOf").is_some() => self.object(schema, &pointer, depth)?,
            _ => XmlContent::Text,
        };
        let namespace = own("namespace").map(str::to_owned);
        Some(XmlShape { name: name.map(str::to_owned), namespace, is_attribute: is("attribute"), content })
    }

    fn object(&mut self, schema: &Value, pointer: &str, depth: usize) -> Option<XmlContent> {
        let objects = walk::objects(self.document, schema, pointer);
        if objects.iter().any(|(object, _)| object.get("additionalProperties").is_some_and(Value::is_object))
        {
            return None;
        }
        let properties = objects.iter().flat_map(|(object, _)| walk::properties(object));
        let shaped =
            properties.map(|(name, schema)| Some((name.clone(), self.property(name, schema, depth)?)));
        Some(XmlContent::Object(shaped.collect::<Option<_>>()?))
    }

    /// A property. The name of a list that is not wrapped has no effect on its items.
    fn property(&mut self, name: &str, schema: &Value, depth: usize) -> Option<XmlShape> {
        let mut shape = self.shape(schema, Some(name), depth)?;
        let (schema, _) = walk::resolve(self.document, schema, "")?;
        if let XmlContent::List { item, is_wrapped: false } = &mut shape.content {
            let (items, _) = walk::resolve(self.document, schema.get("items")?, "")?;
            let stated = items.get("xml").and_then(|xml| xml.get("name")).and_then(Value::as_str);
            item.name = Some(stated.unwrap_or(name).to_owned());
        }
        Some(shape)
    }
}

/// The properties that a value has.
fn given<'a>(
    properties: &'a [(String, XmlShape)],
    value: &'a Value,
) -> impl Iterator<Item = (&'a XmlShape, &'a Value)> {
    properties.iter().filter_map(|(name, shape)| Some((shape, value.get(name)?)))
}

fn elements(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn is_text(sent: &str, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Number(_) => {
            serde_json::from_str(sent.trim()).is_ok_and(|sent: Value| super::value::is_same(value, &sent))
        }
        _ => sent == text(value),
    }
}

fn escaped(text: &str) -> String {
    let named = [
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ("\"", "&quot;"),
        ("\r", "&#13;"),
        ("\n", "&#10;"),
        ("\t", "&#9;"),
    ];
    named.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
