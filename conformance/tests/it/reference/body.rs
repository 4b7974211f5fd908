//! Bodies as their media types and `encoding` describe them.

use serde_json::{Map, Value, json};

use super::defect::Defect;
use super::description::Description;
use super::writing::{Written, text};

const BOUNDARY: &str = "reference--client";

/// A body with its media type.
pub(super) struct WrittenBody {
    pub(super) media_type: String,
    pub(super) content: Vec<u8>,
}

/// The content of a file argument.
pub(super) fn file(value: &Value, defect: Option<Defect>) -> Option<Vec<u8>> {
    let content = std::fs::read(value.get("$file")?.as_str().unwrap()).unwrap();
    Some(match defect {
        Some(Defect::FileAsText) => String::from_utf8_lossy(&content).into_owned().into_bytes(),
        _ => content,
    })
}

/// Writes a value as a documented media type.
pub(super) fn write(
    description: &Description,
    media_type: &str,
    content: &Value,
    value: &Value,
    defect: Option<Defect>,
) -> WrittenBody {
    let mut value = value.clone();
    if let (Some(Defect::DroppedPart), Some(fields)) =
        (defect, value.as_object_mut().filter(|fields| fields.len() > 1))
    {
        let last = fields.keys().next_back().cloned().unwrap();
        fields.remove(&last);
    }
    let concrete = match media_type {
        _ if defect == Some(Defect::RangeSent) => media_type,
        "image/*" => "image/webp",
        "*/*" => "application/zip",
        other => other,
    };
    let written = match media_type {
        _ if defect == Some(Defect::JsonBody) => value.to_string().into_bytes(),
        "application/x-www-form-urlencoded" => form(content, &value, defect).into_bytes(),
        "multipart/form-data" => multipart(content, &value, defect),
        "application/xml" => {
            let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
            let reference = content["schema"]["$ref"].as_str().and_then(|name| name.rsplit('/').next());
            element(description, &mut out, reference.unwrap_or("root"), &content["schema"], &value, defect);
            out.into_bytes()
        }
        _ if media_type.contains("json") => value.to_string().into_bytes(),
        _ => file(&value, defect).unwrap_or_else(|| text(&value).into_bytes()),
    };
    let media_type = match media_type {
        _ if defect == Some(Defect::WrongMediaType) => "text/plain".to_owned(),
        "multipart/form-data" => format!("multipart/form-data; boundary=\"{BOUNDARY}\""),
        _ => concrete.to_owned(),
    };
    WrittenBody { media_type, content: written }
}

fn form(content: &Value, value: &Value, defect: Option<Defect>) -> String {
    let pairs = value.as_object().unwrap().iter().flat_map(|(name, value)| {
        let stated = content["encoding"].get(name).cloned();
        let default =
            if value.is_object() { json!({ "contentType": "application/json" }) } else { json!({}) };
        Written::new(name, &stated.unwrap_or(default), "form", defect).pairs(value)
    });
    // A form has `+` for a blank.
    pairs.collect::<Vec<_>>().join("&").replace("%20", "+")
}

fn multipart(content: &Value, value: &Value, defect: Option<Defect>) -> Vec<u8> {
    let mut body = b"a preamble\r\n".to_vec();
    // The order of parts has no meaning.
    for (name, value) in value.as_object().unwrap().iter().rev() {
        let elements = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        for element in elements {
            let stated =
                content["encoding"][name]["contentType"].as_str().and_then(|types| types.split(", ").last());
            let stated = stated.filter(|_| defect != Some(Defect::WrongPartType));
            let default = if element.is_object() { "application/json" } else { "text/plain; charset=utf-8" };
            let file_content = file(&element, defect);
            let file_name = if file_content.is_some() { "; filename=\"a b.bin\"" } else { "" };
            let head = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file_name}\r\nContent-Type: {}\r\n\r\n",
                stated.unwrap_or(default)
            );
            body.extend_from_slice(head.as_bytes());
            body.extend(file_content.unwrap_or_else(|| text(&element).into_bytes()));
            body.extend_from_slice(b"\r\n");
        }
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

fn escaped(text: &str) -> String {
    text.replace('&', "&#38;").replace('<', "&lt;").replace('>', "&#x3e;").replace('"', "&quot;")
}

/// Writes an element; the properties of an object in reverse order.
fn element(
    description: &Description,
    out: &mut String,
    name: &str,
    schema: &Value,
    value: &Value,
    defect: Option<Defect>,
) {
    let schema = description.followed(schema);
    let xml = |schema: &Value, key: &str| match defect {
        Some(Defect::XmlNamesIgnored) => Value::Null,
        _ => description.followed(schema)["xml"][key].clone(),
    };
    let own = xml(schema, "name").as_str().unwrap_or(name).to_owned();
    let Some(fields) = value.as_object() else {
        *out += &format!("<{own}>{}</{own}>", escaped(&text(value)));
        return;
    };
    let (properties, _) = description.properties(schema);
    let namespace = xml(schema, "namespace");
    let prefix = if namespace.is_null() { "" } else { "p:" };
    *out += &format!("<{prefix}{own}");
    if let Some(namespace) = namespace.as_str() {
        *out += &format!(" xmlns:p=\"{namespace}\"");
    }
    let (attributes, elements): (Vec<_>, Vec<_>) =
        fields.iter().rev().partition(|(name, _)| xml(&properties[*name], "attribute") == true);
    for (name, value) in attributes {
        // OpenAPI 3.0.3, 4.7.26: `name` replaces the name of the element or attribute.
        let own = xml(&properties[name], "name").as_str().unwrap_or(name).to_owned();
        *out += &format!(" {own}='{}'", escaped(&text(value)));
    }
    *out += ">\n";
    for (name, value) in elements {
        property(description, out, name, &properties[name], value, defect, &xml);
        *out += "\n  ";
    }
    *out += &format!("</{prefix}{own}>");
}

fn property(
    description: &Description,
    out: &mut String,
    name: &str,
    schema: &Value,
    value: &Value,
    defect: Option<Defect>,
    xml: &dyn Fn(&Value, &str) -> Value,
) {
    let Some(elements) = value.as_array() else {
        return element(description, out, name, schema, value, defect);
    };
    let items = description.followed(schema)["items"].clone();
    let is_wrapped = xml(schema, "wrapped") == true;
    let outer = xml(schema, "name").as_str().unwrap_or(name).to_owned();
    if is_wrapped {
        *out += &format!("<{outer}>");
    }
    for value in elements {
        element(description, out, if is_wrapped { &outer } else { name }, &items, value, defect);
    }
    if is_wrapped {
        *out += &format!("</{outer}>");
    }
}

/// The properties that a caller gave, as an object.
pub(super) fn object(given: Vec<(String, Value)>) -> Value {
    Value::Object(given.into_iter().collect::<Map<_, _>>())
}
