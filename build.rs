//! Generates the pyannoteAI client: `openapi/pyannote.yaml` -> `$OUT_DIR/pyannote.rs`.
//!
//! This file does only what cargo needs. The generator is `build/`. Cargo runs no tests of a build script, so the
//! integration tests include `build/` as well.

use std::io::ErrorKind;
use std::path::Path;

#[path = "build/mod.rs"]
mod build;

const DOCUMENTS: &str = "openapi";
const DOCUMENT: &str = "openapi/pyannote.yaml";
/// The operations to leave out of the client. This file is optional.
const LEFT_OUT: &str = "openapi/pyannote.left-out.yaml";

fn main() {
    // Cargo must watch the folder, because the list of left-out operations may be added later.
    println!("cargo::rerun-if-changed={DOCUMENTS}");
    if let Err(error) = run() {
        // Cargo prints each line as an error and fails the build.
        for line in error.to_string().lines() {
            println!("cargo::error={line}");
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let out = std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set; run this build script with cargo")?;
    let document = std::fs::read_to_string(DOCUMENT).map_err(|error| format!("{DOCUMENT}: {error}"))?;
    let left_out = match std::fs::read_to_string(LEFT_OUT) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        text => text.map_err(|error| format!("{LEFT_OUT}: {error}"))?,
    };
    let client = build::generate_for_this_crate((DOCUMENT, &document), (LEFT_OUT, &left_out))?;
    std::fs::write(Path::new(&out).join("pyannote.rs"), client)?;
    Ok(())
}
