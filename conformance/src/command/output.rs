//! Where a report goes: standard output, or a file.

use std::convert::Infallible;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Stop, print};

/// A FILE of the command line; `-` is standard output.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Output {
    Standard,
    File(PathBuf),
}

impl Output {
    pub(super) fn of(given: &str) -> Result<Self, Infallible> {
        Ok(if given == "-" { Self::Standard } else { Self::File(given.into()) })
    }

    /// Writes the whole text.
    pub(super) fn write(&self, text: &str) -> Result<(), Stop> {
        match self {
            Self::Standard => print(text),
            Self::File(path) => write(path, text),
        }
    }
}

impl Output {
    /// Refuses, before anything is run, a place that cannot be written to.
    pub(super) fn check(&self) -> Result<(), Stop> {
        let Self::File(path) = self else { return Ok(()) };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        match path.as_os_str().is_empty() || path.is_dir() || !folder.is_dir() {
            true => Err(Stop::Usage(format!("'{}' is no file that can be written", path.display()))),
            false => Ok(()),
        }
    }
}

/// Writes a file, named in the error when it cannot be.
pub(super) fn write(path: &Path, text: impl AsRef<[u8]>) -> Result<(), Stop> {
    let written = match path.metadata() {
        // A device or a pipe is written to, never replaced.
        Ok(metadata) if !metadata.is_file() => fs::write(path, text),
        _ => replace(path, text.as_ref()),
    };
    written.map_err(|error| Stop::Usage(format!("{}: cannot be written: {error}", path.display())))
}

/// Replaces a file in one step: nobody ever reads half of it, and a failure leaves the old one.
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
