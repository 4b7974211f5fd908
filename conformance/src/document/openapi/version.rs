//! The versions of OpenAPI, as far as they change how a document is read.

use std::fmt;

use super::node::Node;
use crate::document::error::Result;

/// Keys that the suite does not judge. OpenAPI 3.0 has `callbacks`, and documents of it have `webhooks` too.
const NOT_JUDGED: [&str; 2] = ["callbacks", "webhooks"];

/// Further keys that the suite does not judge: 3.1 added those up to `$dynamicAnchor`, 3.2 the others.
const NOT_JUDGED_SINCE_3_1: [&str; 16] = [
    "jsonSchemaDialect",
    "$schema",
    "$id",
    "$anchor",
    "$dynamicRef",
    "$dynamicAnchor",
    "$self",
    "query",
    "additionalOperations",
    "itemSchema",
    "prefixEncoding",
    "itemEncoding",
    "mediaTypes",
    "dataValue",
    "serializedValue",
    "defaultMapping",
];

/// The version of a document.
#[derive(Clone, Debug)]
pub(super) enum Version {
    /// OpenAPI 3.0, with its own dialect of JSON Schema.
    V3_0,
    /// OpenAPI 3.1 or 3.2, with JSON Schema 2020-12. The string is the version without its patch number.
    JsonSchema(String),
}

impl Version {
    /// The version that a document states.
    pub(super) fn of(root: &Node<'_>) -> Result<Self> {
        root.mapping()?;
        if let Some(swagger) = root.any("swagger") {
            return Err(swagger.error(format!(
                "the document is Swagger {}; only OpenAPI 3.0, 3.1 and 3.2 are supported; convert the document",
                swagger.value.to_string().trim_matches('"'),
            )));
        }
        let Some(version) = root.any("openapi") else {
            return Err(
                root.error("the top level has no `openapi:` key; check that this is an OpenAPI document")
            );
        };
        let text = version.text()?;
        let minor: String = text.split('.').take(2).collect::<Vec<_>>().join(".");
        match minor.as_str() {
            "3.0" => Ok(Self::V3_0),
            "3.1" | "3.2" => Ok(Self::JsonSchema(minor)),
            _ => Err(version.error(format!(
                "the document is OpenAPI {text}; only OpenAPI 3.0, 3.1 and 3.2 are supported; convert the document"
            ))),
        }
    }

    /// Whether its schemas are JSON Schema 2020-12.
    pub(super) fn has_json_schema(&self) -> bool {
        matches!(self, Self::JsonSchema(_))
    }

    /// Whether this version has the key, and the suite does not judge it.
    pub(super) fn leaves_unjudged(&self, key: &str) -> bool {
        NOT_JUDGED.contains(&key) || self.has_json_schema() && NOT_JUDGED_SINCE_3_1.contains(&key)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V3_0 => "3.0",
            Self::JsonSchema(minor) => minor,
        })
    }
}
