//! Output to standard output and to files.

use std::convert::Infallible;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::error::CommandError;

/// A FILE argument. `-` is standard output.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Output {
    Standard,
    File(PathBuf),
}

impl Output {
    pub(super) fn parse(given: &str) -> Result<Self, Infallible> {
        Ok(if given == "-" { Self::Standard } else { Self::File(given.into()) })
    }

    /// Writes the text.
    pub(super) fn write(&self, text: &str) -> Result<(), CommandError> {
        match self {
            Self::Standard => print(text),
            Self::File(path) => write(path, text),
        }
    }

    /// Checks that the file can probably be written. A run may take minutes, so this check comes before it.
    pub(super) fn check(&self) -> Result<(), CommandError> {
        let Self::File(path) = self else { return Ok(()) };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        match path.as_os_str().is_empty() || path.is_dir() || !folder.is_dir() {
            true => Err(CommandError::Usage(format!(
                "'{}' cannot be written: it is empty or a folder, or its folder does not exist",
                path.display()
            ))),
            false => Ok(()),
        }
    }
}

/// Writes a file. The error names the file.
pub(super) fn write(path: &Path, text: impl AsRef<[u8]>) -> Result<(), CommandError> {
    let written = match path.metadata() {
        // A device or a pipe must not be replaced by a file.
        Ok(metadata) if !metadata.is_file() => fs::write(path, text),
        _ => replace(path, text.as_ref()),
    };
    written.map_err(|error| CommandError::Usage(format!("{}: cannot be written: {error}", path.display())))
}

/// Replaces a file atomically: a reader never sees half of it, and an error leaves the old file.
fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(text)?;
    file.persist(target)?;
    Ok(())
}

/// A value as indented JSON.
pub(super) fn pretty(value: &serde_json::Value) -> Result<String, CommandError> {
    let text = serde_json::to_string_pretty(value).map_err(CommandError::suite)?;
    Ok(text + "\n")
}

/// Prints to standard output. A closed pipe (`| head`) is not an error.
pub(super) fn print(text: &str) -> Result<(), CommandError> {
    print_with(|out| out.write_all(text.as_bytes()))
}

/// Prints what is made while it is written, as [`print`].
pub(super) fn print_with(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), CommandError> {
    let mut out = BufWriter::new(anstream::stdout());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(CommandError::Usage(format!("standard output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}
