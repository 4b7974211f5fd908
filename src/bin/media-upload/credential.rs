//! Where credentials come from: the environment or a file. Never an argument, which others on the machine can see.

use std::path::Path;

use crate::Usage;

/// The longest credential, in bytes: servers take no longer headers. What is longer is another file.
const LONGEST: usize = 8 * 1024;

/// The credential called `name` in `file`, or else in the environment's `variable`; `option` is what names the file.
pub(crate) fn find(name: &str, file: Option<&Path>, variable: &str, option: &str) -> Result<String, Usage> {
    let credential = match file {
        Some(file) => std::fs::read_to_string(file)
            .map_err(|error| Usage(format!("the {name} cannot be read from {}: {error}", file.display())))?,
        None => std::env::var(variable)
            .map_err(|_| Usage(format!("there is no {name}: set {variable}, or give {option} FILE")))?,
    };
    let place = file.map_or_else(|| variable.to_owned(), |file| file.display().to_string());
    match credential.trim() {
        "" => Err(Usage(format!("there is no {name} in {place}: it is empty"))),
        long if long.len() > LONGEST => {
            Err(Usage(format!("what {place} holds is no {name}: it has {} bytes", long.len())))
        }
        credential => Ok(credential.to_owned()),
    }
}
