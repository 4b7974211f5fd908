//! The media of uploads: bytes that anyone can compute, so that nothing has to be kept to compare.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::plan::case::Change;

/// The media's byte at a place. The period is a prime, so that a block left out or sent twice
/// never lines up with itself.
pub fn byte(at: u64) -> u8 {
    (at % 251) as u8
}

/// Whether a chunk is the media's from a place on.
pub fn is_media(chunk: &[u8], from: u64) -> bool {
    (from..).zip(chunk).all(|(at, found)| byte(at) == *found)
}

/// A file of that size for one case alone, which may change it. What is in it does not matter.
///
/// # Errors
///
/// The file system's.
pub fn changing(folder: &Path, bytes: u64) -> io::Result<PathBuf> {
    let (file, path) = tempfile::NamedTempFile::new_in(folder)?.keep().map_err(|error| error.error)?;
    file.set_len(bytes)?;
    Ok(path)
}

/// Changes a file under its reader.
///
/// # Errors
///
/// The file system's.
pub fn change(path: &Path, change: Change) -> io::Result<()> {
    let file = OpenOptions::new().write(true).open(path)?;
    let length = file.metadata()?.len();
    file.set_len(match change {
        Change::Grows => length + 1_000,
        Change::Shrinks => length / 2,
    })
}

/// Writes media of a size into a folder, once.
///
/// # Errors
///
/// The file system's.
pub fn file(folder: &Path, bytes: u64) -> io::Result<PathBuf> {
    let path = folder.join(format!("media-{bytes}.wav"));
    if path.metadata().is_ok_and(|metadata| metadata.len() == bytes) {
        return Ok(path);
    }
    // Under another name first: cases run side by side, and none may see half a file.
    let mut whole = tempfile::NamedTempFile::new_in(folder)?;
    let mut out = BufWriter::new(whole.as_file_mut());
    for at in 0..bytes {
        out.write_all(&[byte(at)])?;
    }
    out.flush()?;
    drop(out);
    whole.persist(&path).map_err(|error| error.error)?;
    Ok(path)
}
