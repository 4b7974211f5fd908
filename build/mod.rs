//! The generator: an OpenAPI document in, the source of a Rust client out.
//!
//! progenitor generates the client. The steps here check the document, fix in memory what progenitor does not
//! support, find the operations that cannot be generated, and add typed errors and successes to progenitor's code.

mod defect;
mod document;
mod emit;
mod fix;
mod json;
mod left_out;
mod operation;
mod reference;
mod rust_name;
mod schema;
mod shape;
mod status;
mod unsupported;
mod yaml;

use document::Document;
use left_out::LeftOutList;

/// Generates the client for a document. The second argument is the list of operations to leave out.
/// Both arguments are a file name, which error messages show, and the content of that file. The error has one line for
/// each defect.
pub(crate) fn generate(document: (&str, &str), left_out: (&str, &str)) -> Result<String, String> {
    let mut document = Document::read(document.0, document.1)?;
    let list = LeftOutList::read(left_out.0, left_out.1)?;
    shape::check(&document)?;
    reference::check(&document)?;
    let mut operations = fix::apply(&mut document)?;
    let left_out = unsupported::remove(&mut document, &mut operations, &list)?;
    Ok(emit::source(&document, &operations, &left_out)?)
}
