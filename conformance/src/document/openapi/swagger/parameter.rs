//! Parameters and headers that are their own schema, and `collectionFormat`.

use serde_json::Value;

use crate::document::error::Result;
use crate::document::model::{ParameterLocation, Schema};
use crate::document::openapi::node::Node;
use crate::document::openapi::reader::OpenApiReader;
use crate::document::openapi::version::lists;
use crate::document::serialisation::{Serialisation, Style};

/// The keywords of the schema that a parameter is.
const KEYWORDS: &str = "type format items default maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern \
                        maxItems minItems uniqueItems enum multipleOf x-nullable";
/// The other keys of a parameter and of a header.
const KEYS: &str = "name in description required allowEmptyValue collectionFormat";
const HEADER_KEYS: &str = "description collectionFormat";

/// What a list is part of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ListPlace {
    Parameter(ParameterLocation),
    Form,
}

impl<'a> OpenApiReader<'a> {
    pub(crate) fn check_parameter_keys(&mut self, node: &Node<'a>) -> Result<()> {
        self.check_keys(node, &format!("{KEYS} {KEYWORDS}"), "")
    }

    pub(crate) fn check_header_keys(&mut self, node: &Node<'a>) -> Result<()> {
        self.check_keys(node, &format!("{HEADER_KEYS} {KEYWORDS}"), "")
    }

    /// The schema that a parameter or a header is.
    pub(crate) fn own_schema(&mut self, node: &Node<'a>) -> Result<Schema> {
        if node.get("type").is_none() {
            self.note(node, "the key `type` is missing; every value is accepted");
        }
        let keywords = self.some_keywords(node, |key| lists(KEYWORDS, key))?;
        Ok(Schema { value: Value::Object(keywords), pointer: node.pointer.clone() })
    }

    /// How the value of a parameter is sent: a list by its `collectionFormat`, which is `csv` by default.
    pub(crate) fn collection_format(&mut self, node: &Node<'a>, place: ListPlace) -> Result<Serialisation> {
        let (usual, takes_multi) = match place {
            ListPlace::Parameter(ParameterLocation::Path | ParameterLocation::Header) => {
                (Style::Simple, false)
            }
            ListPlace::Parameter(_) | ListPlace::Form => (Style::Form, true),
        };
        let of = |style: Style, explode: bool| Serialisation { style, explode, allow_reserved: false };
        let stated = node.text_of("collectionFormat")?;
        if node.any("type").is_none_or(|name| name.value != "array") {
            let explode = usual == Style::Form;
            return Ok(of(usual, explode));
        }
        Ok(match stated {
            None | Some("csv") => of(usual, false),
            Some("ssv") => of(Style::SpaceDelimited, false),
            Some("tsv") => of(Style::TabDelimited, false),
            Some("pipes") => of(Style::PipeDelimited, false),
            Some("multi") if takes_multi => of(usual, true),
            Some(other) => {
                let text =
                    format!("`collectionFormat: {other}` is not allowed in this location; `csv` is used");
                self.note(node, text);
                of(usual, false)
            }
        })
    }
}
