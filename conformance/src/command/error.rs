//! Why a subcommand fails, and the exit codes.

use std::fmt::Display;

use super::interrupt::Signal;

/// The exit codes of `conformance` and of `conformance run`, for their help.
pub(super) const EXIT_CODES: &str = "\
Exit codes: 0 everything conforms; 1 something does not conform (a case fails,
ends in an error, or does not fail although it is listed as known failing),
something that --require names is missing, or no case was judged; 2 usage, or a
document or file that cannot be read; 3 the suite could not run (no driver, a
driver that is silent in five cases in a row, no port); 130 SIGINT, 143 SIGTERM,
129 SIGHUP received.";

/// Why a subcommand fails. The message is one line for standard error.
#[derive(Debug)]
pub(super) enum CommandError {
    /// Exit code 2: the command line is wrong, or a document or a file cannot be read or written.
    Usage(String),
    /// Exit code 3: the suite could not run.
    Suite(String),
    /// Exit code 128 and the number of the signal: it ended the command.
    Interrupted(Signal),
}

impl CommandError {
    pub(super) fn usage(error: impl Display) -> Self {
        Self::Usage(error.to_string())
    }

    pub(super) fn suite(error: impl Display) -> Self {
        Self::Suite(error.to_string())
    }
}
