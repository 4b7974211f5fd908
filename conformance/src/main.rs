//! The verbs, nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    media_upload_conformance::command::main()
}
