//! `conformance completions` and `conformance man`: the completion script of a shell, and the manual page.

use std::process::ExitCode;

use clap::{Args, Command};
use clap_complete::Shell;

use super::error::CommandError;
use super::output::print;

#[derive(Args, Debug)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

#[derive(Args, Debug)]
pub(super) struct Man {
    /// Print the page of this subcommand, not of the whole command
    #[arg(value_name = "SUBCOMMAND")]
    subcommand: Option<String>,
}

pub(super) fn completions(arguments: &Completions, mut command: Command) -> Result<ExitCode, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "conformance", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn man(arguments: &Man, mut command: Command) -> Result<ExitCode, CommandError> {
    command.build();
    if let Some(name) = &arguments.subcommand {
        let found = command.find_subcommand(name).cloned();
        let unknown = || CommandError::Usage(format!("unknown subcommand '{name}'; see conformance --help"));
        command = found.ok_or_else(unknown)?;
    }
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(command).render(&mut page);
    rendered.map_err(|error| CommandError::Suite(format!("the manual page cannot be rendered: {error}")))?;
    print(&String::from_utf8_lossy(&page))?;
    Ok(ExitCode::SUCCESS)
}
