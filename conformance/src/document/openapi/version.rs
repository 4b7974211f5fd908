//! The versions of OpenAPI, as far as they change how a document is read. Version 2.0 has the name Swagger.

use std::fmt;

use serde_json::Value;

use super::node::Node;
use crate::document::error::Result;

const SUPPORTED: &str = "only Swagger 2.0 and OpenAPI 3.0, 3.1 and 3.2 are supported; convert the document";

/// Keys of Swagger 2.0 that the suite does not judge: the format of a list within a list.
const NOT_JUDGED_IN_2_0: [&str; 1] = ["collectionFormat"];

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

/// Keywords of schemas that OpenAPI 3.0 added.
const ADDED_BY_3_0: &str = "oneOf anyOf not nullable writeOnly deprecated";

/// Keywords of schemas that OpenAPI 3.1 added, with JSON Schema 2020-12.
const ADDED_BY_3_1: &str = "const examples prefixItems contains minContains maxContains if then else propertyNames patternProperties \
                            dependentSchemas dependentRequired unevaluatedItems unevaluatedProperties contentEncoding contentMediaType \
                            $defs definitions $comment contentSchema";

/// The version of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// Swagger 2.0, with a subset of JSON Schema draft 4.
    V2_0,
    /// OpenAPI 3.0, with its own dialect of JSON Schema.
    V3_0,
    /// OpenAPI 3.1 or 3.2, with JSON Schema 2020-12. The string is the version without its patch number.
    JsonSchema(String),
}

impl Version {
    /// The version that a document states.
    pub(super) fn of(root: &Node<'_>) -> Result<Self> {
        root.mapping()?;
        match (root.any("swagger").or(root.any("swaggerVersion")), root.any("openapi")) {
            (Some(swagger), Some(_)) => {
                Err(swagger.error("the top level has `swagger:` and `openapi:`; remove one of them"))
            }
            (Some(swagger), None) => Self::of_swagger(&swagger),
            (None, Some(version)) => Self::of_openapi(&version),
            (None, None) => Err(root.error(
                "the top level has no `openapi:` and no `swagger:` key; check that this is an OpenAPI document",
            )),
        }
    }

    /// The version is a string. Many documents have the number 2.0, because YAML needs quotes around such a string.
    fn of_swagger(version: &Node<'_>) -> Result<Self> {
        if *version.value == "2.0" || version.value.as_f64() == Some(2.0) {
            return Ok(Self::V2_0);
        }
        let stated = match version.value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => version.text()?.to_owned(),
        };
        Err(version.error(format!("the document is Swagger {stated}; {SUPPORTED}")))
    }

    fn of_openapi(version: &Node<'_>) -> Result<Self> {
        let text = version.text()?;
        let minor: String = text.split('.').take(2).collect::<Vec<_>>().join(".");
        match minor.as_str() {
            "3.0" => Ok(Self::V3_0),
            "3.1" | "3.2" => Ok(Self::JsonSchema(minor)),
            _ => Err(version.error(format!("the document is OpenAPI {text}; {SUPPORTED}"))),
        }
    }

    pub(super) fn is_swagger(&self) -> bool {
        *self == Self::V2_0
    }

    /// Whether its schemas are JSON Schema 2020-12.
    pub(super) fn has_json_schema(&self) -> bool {
        matches!(self, Self::JsonSchema(_))
    }

    /// Whether a schema can have a list of types. Swagger 2.0 takes `type` from JSON Schema as it is, OpenAPI 3.0 does not.
    pub(super) fn has_type_lists(&self) -> bool {
        *self != Self::V3_0
    }

    /// Whether a later version has added this keyword of schemas, or an earlier one had it.
    pub(super) fn lacks(&self, keyword: &str) -> bool {
        match self {
            Self::V2_0 => lists(ADDED_BY_3_0, keyword) || lists(ADDED_BY_3_1, keyword),
            Self::V3_0 => lists(ADDED_BY_3_1, keyword),
            Self::JsonSchema(_) => keyword == "nullable",
        }
    }

    /// Whether this version has the key, and the suite does not judge it.
    pub(super) fn leaves_unjudged(&self, key: &str) -> bool {
        match self {
            Self::V2_0 => NOT_JUDGED_IN_2_0.contains(&key),
            Self::V3_0 => NOT_JUDGED.contains(&key),
            Self::JsonSchema(_) => NOT_JUDGED.contains(&key) || NOT_JUDGED_SINCE_3_1.contains(&key),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V2_0 => f.write_str("Swagger 2.0"),
            Self::V3_0 => f.write_str("OpenAPI 3.0"),
            Self::JsonSchema(minor) => write!(f, "OpenAPI {minor}"),
        }
    }
}

/// Whether a list of words, with spaces between them, has this word.
pub(super) fn lists(words: &str, word: &str) -> bool {
    words.split_whitespace().any(|listed| listed == word)
}
