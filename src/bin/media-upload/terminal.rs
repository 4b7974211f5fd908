//! Text for a terminal: messages on standard error, without control characters.

use std::error::Error;
use std::io::{self, Write};

/// Writes one line to standard error. A failure to write it is ignored, because there is no place to report it.
pub(crate) fn print(text: &str) {
    let _ = writeln!(io::stderr(), "{}", one_line(text));
}

/// `text` with a replacement for each control character: file names and server messages may contain escape sequences.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// The message of an error, followed by those of its sources.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
