//! What the checks find.

use serde::Serialize;
use serde_json::Value;

use crate::document::Location;

/// The longest value that a defect shows, in characters.
const MAX_SHOWN: usize = 120;

/// One defect of a document.
#[derive(Clone, Debug, Serialize)]
pub struct Defect {
    /// The check that found it.
    pub check: &'static str,
    /// The place in the document.
    pub location: Location,
    /// What is wrong.
    pub says: String,
    /// Why it matters for a client.
    pub matters: &'static str,
}

/// A value as a defect shows it.
pub(super) fn shown(value: &Value) -> String {
    clipped(value.to_string())
}

/// A text without the end of a long one.
pub(super) fn clipped(text: String) -> String {
    if text.chars().count() <= MAX_SHOWN {
        return text;
    }
    text.chars().take(MAX_SHOWN).chain("...".chars()).collect()
}
