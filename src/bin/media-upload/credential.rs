//! Reads a credential from the environment or from a file. It is never an argument, because other users of the machine can see
//! the arguments of a process.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::usage_error::UsageError;

/// The cap on a credential, in bytes. Servers limit headers to about this length.
const MAX_BYTES: usize = 8 * 1024;

/// The credential called `name`: the content of `file`, else the value of the environment variable. `option` is the name of
/// the argument that gives `file`.
pub(crate) fn find(
    name: &str,
    file: Option<&Path>,
    variable: &str,
    option: &str,
) -> Result<String, UsageError> {
    let credential = match file {
        Some(file) => read(file).map_err(|error| {
            UsageError(format!("the {name} cannot be read from {}: {error}", file.display()))
        })?,
        None => std::env::var(variable)
            .map_err(|_| UsageError(format!("there is no {name}: set {variable}, or give {option} FILE")))?,
    };
    let place = file.map_or_else(|| variable.to_owned(), |file| file.display().to_string());
    match credential.trim() {
        "" => Err(UsageError(format!("{place} is empty: it must contain the {name}"))),
        long if long.len() > MAX_BYTES => {
            Err(UsageError(format!("{place} is too long for an {name}: the maximum is {MAX_BYTES} bytes")))
        }
        credential => Ok(credential.to_owned()),
    }
}

/// Reads at most one byte more than the cap.
fn read(file: &Path) -> io::Result<String> {
    io::read_to_string(File::open(file)?.take(MAX_BYTES as u64 + 1))
}
