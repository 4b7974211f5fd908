//! Changes the document in memory into one that progenitor supports and that means the same.

mod content;
mod discriminator;
mod format;
pub(crate) mod parameter;
mod pattern;
mod response;
mod schema_name;
mod title;

use crate::build::defect::Defect;
use crate::build::discover;
use crate::build::document::Document;
use crate::build::operation::Operation;

/// Applies all fixes, and returns the operations of the document.
pub(crate) fn apply(document: &mut Document) -> Result<Vec<Operation>, Defect> {
    pattern::remove_delimiters(document)?;
    let mut operations = discover::operations(document)?;
    for operation in &operations {
        parameter::gather(&mut document.root, operation);
        content::inline(&mut document.root, operation);
    }
    parameter::remove_shared(&mut document.root);
    format::remove_unsupported(&mut document.root);
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
