//! Checks what the later steps rely on: the version, and that the top of the document has the form that OpenAPI gives it.

use serde_json::{Map, Value};

use crate::build::defect::Defect;
use crate::build::document::{Document, METHODS};
use crate::build::json::{entries, token};

/// The keys of a path item other than methods.
const PATH_ITEM_KEYS: [&str; 5] = ["$ref", "summary", "description", "servers", "parameters"];

pub(crate) fn check(document: &Document) -> Result<(), Defect> {
    check_version(document)?;
    let value = |pointer: &str| document.root.pointer(pointer);
    let mappings = ["/info", "/paths", "/components", "/components/schemas"];
    if let Some(place) = mappings.into_iter().find(|place| !value(place).is_none_or(Value::is_object)) {
        return Err(document.defect(place, "the value is not a mapping", "write a mapping"));
    }
    if value("/paths").is_none() {
        let fix = "put the vendor's whole document here";
        return Err(document.defect("", "the document has no `paths`", fix));
    }
    // progenitor rejects a document without these.
    let strings = ["/info/title", "/info/version"];
    if let Some(place) = strings.into_iter().find(|place| !value(place).is_some_and(Value::is_string)) {
        return Err(document.defect(place, "a string is required here", "add it, or quote it"));
    }
    check_paths(document)
}

/// progenitor supports only OpenAPI 3.0, and `fix::edition` changes 3.1 into it.
fn check_version(document: &Document) -> Result<(), Defect> {
    match document.root.get("openapi") {
        Some(Value::String(version)) if ["3.0.", "3.1."].iter().any(|known| version.starts_with(known)) => {
            Ok(())
        }
        Some(version) => {
            let problem =
                format!("the version is {version}, but the generator supports only OpenAPI 3.0.x and 3.1.x");
            Err(document.defect("/openapi", problem, "convert the document to OpenAPI 3.1"))
        }
        None => {
            let problem = "this is not an OpenAPI document: it has no `openapi`";
            Err(document.defect("", problem, "put the OpenAPI block of the vendor's page here"))
        }
    }
}

/// The later steps ignore every key that is neither a path nor a method, so it must not be a misspelt one.
fn check_paths(document: &Document) -> Result<(), Defect> {
    let is_extension = |name: &str| name.starts_with("x-");
    for (path, item) in entries(&document.root, "paths").filter(|(path, _)| !is_extension(path)) {
        let place = format!("/paths{}", token(path));
        if !path.starts_with('/') {
            let fix = format!("write `/{path}`, or remove it");
            return Err(document.defect(&place, "the path does not start with a slash", fix));
        }
        let is_known =
            |key: &str| METHODS.contains(&key) || PATH_ITEM_KEYS.contains(&key) || is_extension(key);
        if let Some(key) = item.as_object().into_iter().flat_map(Map::keys).find(|key| !is_known(key)) {
            let problem = format!("`{key}` is neither a method nor another key of a path item");
            let fix = "write a method in lower case; remove any other key";
            return Err(document.defect(&format!("{place}{}", token(key)), problem, fix));
        }
    }
    Ok(())
}
