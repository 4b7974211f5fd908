//! `conformance completions` and `conformance man`: what a shell and a reader of manuals need.

use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Command, Stop, print};

#[derive(Args, Debug)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

#[derive(Args, Debug)]
pub(super) struct Man {
    /// The verb whose page it is, in place of the whole command's
    verb: Option<String>,
}

pub(super) fn completions(arguments: &Completions) -> Result<ExitCode, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Command::command(), "conformance", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn man(arguments: &Man) -> Result<ExitCode, Stop> {
    let mut page = Command::command();
    page.build();
    if let Some(verb) = &arguments.verb {
        let found = page.find_subcommand(verb).cloned();
        page =
            found.ok_or_else(|| Stop::Usage(format!("there is no verb {verb}: see conformance --help")))?;
    }
    let mut text = Vec::new();
    let rendered = clap_mangen::Man::new(page).render(&mut text);
    rendered.map_err(|error| Stop::Suite(format!("the manual page cannot be made: {error}")))?;
    print(&String::from_utf8_lossy(&text))?;
    Ok(ExitCode::SUCCESS)
}
