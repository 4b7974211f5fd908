//! Checks what the later steps rely on: the version, and that the top of the document has the form that OpenAPI gives it.

use serde_json::{Map, Value};

use crate::build::defect::Defect;
use crate::build::document::{Document, METHODS};
use crate::build::json::token;

/// The keys of a path item other than methods.
const PATH_ITEM_KEYS: [&str; 5] = ["$ref", "summary", "description", "servers", "parameters"];

/// Checks the document.
pub(crate) fn check(document: &Document) -> Result<(), Defect> {
    check_version(document)?;
    check_mappings(document)?;
    check_info(document)?;
    check_paths(document)
}

/// progenitor supports only OpenAPI 3.0.
fn check_version(document: &Document) -> Result<(), Defect> {
    match document.root.get("openapi") {
        Some(Value::String(version)) if version.starts_with("3.0.") => Ok(()),
        Some(version) => Err(document.defect(
            "/openapi",
            format!("the version is {version}, but the generator supports only OpenAPI 3.0.x"),
            "convert the document to OpenAPI 3.0",
        )),
        None => Err(document.defect(
            "",
            "this is not an OpenAPI document: it has no `openapi`",
            "put the OpenAPI block of the vendor's page here",
        )),
    }
}

fn check_mappings(document: &Document) -> Result<(), Defect> {
    let is_mapping = |pointer: &str| document.root.pointer(pointer).is_none_or(Value::is_object);
    let places = ["/info", "/paths", "/components", "/components/schemas"];
    match places.into_iter().find(|place| !is_mapping(place)) {
        Some(place) => Err(document.defect(place, "the value is not a mapping", "write a mapping")),
        None if document.root.get("paths").is_none() => {
            Err(document.defect("", "the document has no `paths`", "put the vendor's whole document here"))
        }
        None => Ok(()),
    }
}

/// progenitor rejects a document without these.
fn check_info(document: &Document) -> Result<(), Defect> {
    let is_string = |pointer: &&str| document.root.pointer(pointer).is_some_and(Value::is_string);
    match ["/info/title", "/info/version"].into_iter().find(|pointer| !is_string(pointer)) {
        Some(pointer) => Err(document.defect(pointer, "a string is required here", "add it, or quote it")),
        None => Ok(()),
    }
}

/// The later steps ignore every key that is neither a path nor a method, so it must not be a misspelt one.
fn check_paths(document: &Document) -> Result<(), Defect> {
    let is_extension = |name: &str| name.starts_with("x-");
    let paths = document.root["paths"].as_object().into_iter().flatten();
    for (path, item) in paths.filter(|(path, _)| !is_extension(path)) {
        let place = format!("/paths{}", token(path));
        if !path.starts_with('/') {
            let fix = format!("write `/{path}`, or remove it");
            return Err(document.defect(&place, "the path does not start with a slash", fix));
        }
        let is_known =
            |key: &str| METHODS.contains(&key) || PATH_ITEM_KEYS.contains(&key) || is_extension(key);
        let mut keys = item.as_object().into_iter().flat_map(Map::keys);
        if let Some(key) = keys.find(|key| !is_known(key)) {
            return Err(document.defect(
                &format!("{place}{}", token(key)),
                format!("`{key}` is neither a method nor another key of a path item"),
                "write a method in lower case; remove any other key",
            ));
        }
    }
    Ok(())
}
