//! The media of uploads: bytes that anyone can compute, so that nothing has to be kept to compare.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::plan::case::Change;

/// After how many bytes the media repeats itself: a prime, so that a block left out or sent twice
/// never lines up with itself.
const PERIOD: usize = 251;

/// A megabyte of media, from which any part of it is taken.
static BLOCK: LazyLock<Vec<u8>> = LazyLock::new(|| (0..=250).cycle().take(PERIOD * 4_178).collect());

/// Whether a chunk is the media's from a place on.
pub fn is_media(chunk: &[u8], from: u64) -> bool {
    let skipped = (from % PERIOD as u64) as usize;
    let (first, rest) = chunk.split_at(chunk.len().min(BLOCK.len() - skipped));
    BLOCK[skipped..].starts_with(first) && rest.chunks(BLOCK.len()).all(|part| BLOCK.starts_with(part))
}

/// A copy of that media for one case alone, which may change it.
///
/// # Errors
///
/// The file system's.
pub fn changing(folder: &Path, bytes: u64) -> io::Result<PathBuf> {
    let (_, path) = tempfile::NamedTempFile::new_in(folder)?.keep().map_err(|error| error.error)?;
    std::fs::copy(file(folder, bytes)?, &path)?;
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
    // Under another name first, and never over one that is there: cases run side by side, and a
    // file that is replaced under its reader has changed.
    let mut whole = tempfile::NamedTempFile::new_in(folder)?;
    let mut left = bytes;
    while left > 0 {
        let part = left.min(BLOCK.len() as u64);
        whole.write_all(&BLOCK[..part as usize])?;
        left -= part;
    }
    match whole.persist_noclobber(&path) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
        _ => Ok(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_its_media_from_any_place_and_in_any_chunks() {
        let folder = tempfile::tempdir().unwrap();
        let content = std::fs::read(file(folder.path(), 3_000_000).unwrap()).unwrap();
        assert_eq!(content.len(), 3_000_000);
        assert!(
            is_media(&content, 0) && is_media(&content[1..], 1) && is_media(&content[1_999_999..], 1_999_999)
        );
        assert!(is_media(&[], 7));
    }

    #[test]
    fn a_byte_altered_left_out_or_sent_twice_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let mut content = std::fs::read(file(folder.path(), 2_000_000).unwrap()).unwrap();
        assert!(!is_media(&content[1..], 0));
        assert!(!is_media(&content, 1));
        content[1_999_000] ^= 1;
        assert!(!is_media(&content, 0));
    }
}
