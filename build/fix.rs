//! Changes the document in memory into one that progenitor supports and that means the same.

pub(crate) mod content;
mod discriminator;
pub(crate) mod parameter;
mod response;
mod schema_name;
mod string;
mod title;

use crate::build::defect::Defect;
use crate::build::document::Document;
use crate::build::operation::{self, Operation};

/// Applies all fixes, and returns the operations of the document.
pub(crate) fn apply(document: &mut Document) -> Result<Vec<Operation>, Defect> {
    string::remove_delimiters(document)?;
    let mut operations = operation::find(document)?;
    for operation in &operations {
        parameter::gather(&mut document.root, operation);
        content::inline(&mut document.root, operation);
    }
    parameter::remove_shared(&mut document.root);
    string::remove_formats(&mut document.root);
    schema_name::name_targets(&mut document.root);
    discriminator::require_values(&mut document.root);
    schema_name::make_unique(&mut document.root);
    for operation in &mut operations {
        response::take_errors(document, operation)?;
        response::take_successes(&mut document.root, operation);
    }
    title::make_unique(&mut document.root, &operations);
    Ok(operations)
}
