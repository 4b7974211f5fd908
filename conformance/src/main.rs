//! The `conformance` command. `media_upload_conformance::command` has its code.

use std::process::ExitCode;

fn main() -> ExitCode {
    media_upload_conformance::command::main()
}
