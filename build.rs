//! Generates the pyannoteAI client: `openapi/pyannote.yaml` -> `$OUT_DIR/pyannote.rs`.
//!
//! The document is never edited. What the generator cannot take of it is mended here, in memory, step by step; each step is
//! a module under `build/`, tested by `tests/it/generation.rs`.

use std::path::Path;

#[path = "build/client.rs"]
mod client;
#[path = "build/defect.rs"]
mod defect;
#[path = "build/document.rs"]
mod document;
#[path = "build/error_enum.rs"]
mod error_enum;
#[path = "build/error_response.rs"]
mod error_response;
#[path = "build/pattern.rs"]
mod pattern;
#[path = "build/reference.rs"]
mod reference;
#[path = "build/server.rs"]
mod server;

use defect::Defect;
use document::Document;
#[cfg(test)]
pub(crate) use {document::line, pattern::literal};

const DOCUMENT: &str = "openapi/pyannote.yaml";

fn main() {
    println!("cargo::rerun-if-changed={DOCUMENT}");
    if let Err(failure) = run() {
        // Cargo shows it as one `error:` line and fails the build, without a word about this script.
        println!("cargo::error={failure}");
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let out = std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set: run by cargo only")?;
    let text = std::fs::read_to_string(DOCUMENT).map_err(|error| format!("{DOCUMENT}: {error}"))?;
    let source = generate(DOCUMENT, &text)?;
    std::fs::write(Path::new(&out).join("pyannote.rs"), source)?;
    Ok(())
}

/// The source of the client that the document `text` describes; `file` is the name used in messages.
pub(crate) fn generate(file: &str, text: &str) -> Result<String, Defect> {
    let mut document = Document::read(file, text)?;
    document.check_version()?;
    reference::check(&document)?;
    pattern::strip_delimiters(&mut document)?;
    let operations = error_response::take(&mut document)?;
    let server = server::emit(&document)?;
    let client = client::generate(&document)?;
    let errors = operations.iter().map(error_enum::emit);
    client::print(&document, quote::quote! { #server #client #(#errors)* })
}
