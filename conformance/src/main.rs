//! The `conformance` command. `media_upload_conformance::command` has its code.

use std::process::ExitCode;

use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    media_upload_conformance::command::main()
}
