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
mod overlap;
mod reference;
mod rust_name;
mod schema;
mod shape;
mod status;
mod unsupported;
mod uses;
mod yaml;

use document::Document;
use fix::Api;
use left_out::LeftOutList;

/// Generates the client for a document. The second argument is the list of operations to leave out.
/// Both arguments are a file name, which error messages show, and the content of that file. The error has one line for
/// each defect.
#[allow(dead_code, reason = "the build script generates the client for this crate")]
pub(crate) fn generate(document: (&str, &str), left_out: (&str, &str)) -> Result<String, String> {
    let (document, api) = read(document, left_out)?;
    Ok(emit::source(&document, &api, None)?)
}

/// Generates the client as [`generate`] does, and the names that `src/pyannote.rs` uses.
pub(crate) fn generate_for_this_crate(
    document: (&str, &str),
    left_out: (&str, &str),
) -> Result<String, String> {
    let (document, api) = read(document, left_out)?;
    let uses = uses::emit(&document, &api)?;
    Ok(emit::source(&document, &api, Some(uses))?)
}

/// The document that progenitor supports, and what it does not generate.
fn read(document: (&str, &str), left_out: (&str, &str)) -> Result<(Document, Api), String> {
    let mut document = Document::read(document.0, document.1)?;
    let list = LeftOutList::read(left_out.0, left_out.1)?;
    shape::check(&document)?;
    reference::check(&document)?;
    let mut api = fix::apply(&mut document)?;
    unsupported::remove(&mut document, &mut api, &list)?;
    Ok((document, api))
}
