//! Where credentials come from: the environment or a file. Never an argument, which others on the machine can see.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::Usage;

/// The longest credential, in bytes: servers take no longer headers. What is longer is another file.
const LONGEST: usize = 8 * 1024;

/// The credential called `name` in `file`, or else in the environment's `variable`; `option` is what names the file.
pub(crate) fn find(name: &str, file: Option<&Path>, variable: &str, option: &str) -> Result<String, Usage> {
    let credential = match file {
        Some(file) => read(file)
            .map_err(|error| Usage(format!("the {name} cannot be read from {}: {error}", file.display())))?,
        None => std::env::var(variable)
            .map_err(|_| Usage(format!("there is no {name}: set {variable}, or give {option} FILE")))?,
    };
    let place = file.map_or_else(|| variable.to_owned(), |file| file.display().to_string());
    match credential.trim() {
        "" => Err(Usage(format!("there is no {name} in {place}: it is empty"))),
        long if long.len() > LONGEST => {
            Err(Usage(format!("what {place} holds is no {name}: it is longer than {LONGEST} bytes")))
        }
        credential => Ok(credential.to_owned()),
    }
}

/// What a file holds, as far as it can tell that it is too long.
fn read(file: &Path) -> io::Result<String> {
    io::read_to_string(File::open(file)?.take(LONGEST as u64 + 1))
}
