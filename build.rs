//! Generates the pyannoteAI client: `openapi/pyannote.yaml` -> `$OUT_DIR/pyannote.rs`.
//!
//! The document is never edited. What the generator cannot take of it is mended here, in memory, step by step; each step is
//! a module under `build/`, tested by `tests/it/generation.rs`.

use std::path::Path;

#[path = "build/client.rs"]
mod client;
#[path = "build/content.rs"]
mod content;
#[path = "build/credential.rs"]
mod credential;
#[path = "build/defect.rs"]
mod defect;
#[path = "build/discriminator.rs"]
mod discriminator;
#[path = "build/document.rs"]
mod document;
#[path = "build/duplicate.rs"]
mod duplicate;
#[path = "build/error_enum.rs"]
mod error_enum;
#[path = "build/error_response.rs"]
mod error_response;
#[path = "build/format.rs"]
mod format;
#[path = "build/left_out.rs"]
mod left_out;
#[path = "build/limit.rs"]
mod limit;
#[path = "build/operation.rs"]
mod operation;
#[path = "build/parameter.rs"]
mod parameter;
#[path = "build/pattern.rs"]
mod pattern;
#[path = "build/reference.rs"]
mod reference;
#[path = "build/rust_name.rs"]
mod rust_name;
#[path = "build/schema.rs"]
mod schema;
#[path = "build/server.rs"]
mod server;
#[path = "build/success_enum.rs"]
mod success_enum;
#[path = "build/success_response.rs"]
mod success_response;
#[path = "build/type_name.rs"]
mod type_name;
#[path = "build/version_header.rs"]
mod version_header;

use defect::{Defect, Defects};
use document::Document;
use left_out::List;
use operation::Operation;
use quote::quote;
#[cfg(test)]
pub(crate) use {
    document::{line, lines},
    pattern::literal,
};

const DOCUMENTS: &str = "openapi";
const DOCUMENT: &str = "openapi/pyannote.yaml";
/// The operations that the client is generated without. There need not be one.
const LEFT_OUT: &str = "openapi/pyannote.left-out.yaml";

fn main() {
    // Of the whole folder: a list that is not there yet may come.
    println!("cargo::rerun-if-changed={DOCUMENTS}");
    if let Err(failure) = run() {
        // Cargo shows each as an `error:` line and fails the build, without a word about this script.
        for line in failure.to_string().lines() {
            println!("cargo::error={line}");
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let out = std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set: run by cargo only")?;
    let text = std::fs::read_to_string(DOCUMENT).map_err(|error| format!("{DOCUMENT}: {error}"))?;
    let left_out = match std::fs::read_to_string(LEFT_OUT) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        text => text.map_err(|error| format!("{LEFT_OUT}: {error}"))?,
    };
    let source = generate((DOCUMENT, &text), (LEFT_OUT, &left_out))?;
    std::fs::write(Path::new(&out).join("pyannote.rs"), source)?;
    Ok(())
}

/// The source of the client that a document describes, without the operations that are left out. Both texts come with the name
/// that messages call them by.
pub(crate) fn generate(document: (&str, &str), left_out: (&str, &str)) -> Result<String, Defects> {
    let mut document = Document::read(document.0, document.1)?;
    let list = List::read(left_out.0, left_out.1)?;
    document.check_version()?;
    document.check_shape()?;
    reference::check(&document)?;
    let mut operations = mend(&mut document)?;
    let left_out = limit::leave_out(&mut document, &mut operations, &list)?;
    let client = client::generate(&document, &operations)?;
    let server = server::emit(&document)?;
    let left_out = left_out::emit(&left_out);
    let errors = operations.iter().map(error_enum::emit);
    let successes = operations.iter().map(success_enum::emit);
    Ok(client::print(&document, quote! { #server #left_out #client #(#errors)* #(#successes)* })?)
}

/// Makes of the document one that says the same in words that the generator understands.
fn mend(document: &mut Document) -> Result<Vec<Operation>, Defect> {
    pattern::strip_delimiters(document)?;
    let mut operations = operation::find(document)?;
    for operation in &operations {
        parameter::gather(&mut document.root, operation);
        content::gather(&mut document.root, operation);
    }
    parameter::forget_shared(&mut document.root);
    format::drop_foreign(&mut document.root);
    schema::name_the_nameless(&mut document.root);
    discriminator::pin(&mut document.root);
    schema::distinguish(&mut document.root);
    for operation in &mut operations {
        error_response::take(document, operation)?;
        success_response::take(&mut document.root, operation);
    }
    type_name::distinguish(&mut document.root, &operations);
    Ok(operations)
}
