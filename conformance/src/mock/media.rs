//! The media of uploads. Each byte follows from its position, so that a server can compare media without holding it.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::plan::case::{FileChange, Media};

/// The number of bytes after which the media repeats itself. It is a prime, so that a block left out or sent twice is noticed.
const PERIOD: usize = 251;

/// A megabyte of media.
static BLOCK: LazyLock<Vec<u8>> = LazyLock::new(|| (0..=250).cycle().take(PERIOD * 4_178).collect());

/// Whether a chunk equals the media from a position on.
pub fn is_media(chunk: &[u8], from: u64) -> bool {
    let skipped = (from % PERIOD as u64) as usize;
    let (first, rest) = chunk.split_at(chunk.len().min(BLOCK.len() - skipped));
    BLOCK[skipped..].starts_with(first) && rest.chunks(BLOCK.len()).all(|part| BLOCK.starts_with(part))
}

/// Changes the length of a file while it is read.
///
/// # Errors
///
/// Those of the file system.
pub fn change(path: &Path, change: FileChange) -> io::Result<()> {
    let file = OpenOptions::new().write(true).open(path)?;
    let length = file.metadata()?.len();
    file.set_len(match change {
        FileChange::Grows => length + 1_000,
        FileChange::Shrinks => length / 2,
    })
}

/// The path of a file with the media of a case. Cases share a file unless they change it.
///
/// # Errors
///
/// Those of the file system.
pub fn file(folder: &Path, media: Media) -> io::Result<PathBuf> {
    let path = folder.join(format!("media-{}.wav", media.bytes));
    if media.change.is_none() && path.metadata().is_ok_and(|metadata| metadata.len() == media.bytes) {
        return Ok(path);
    }
    // Under a temporary name first, and never over an existing file: cases run concurrently, and another one may be reading it.
    let mut whole = tempfile::NamedTempFile::new_in(folder)?;
    let mut left = media.bytes;
    while left > 0 {
        let part = left.min(BLOCK.len() as u64);
        whole.write_all(&BLOCK[..part as usize])?;
        left -= part;
    }
    if media.change.is_some() {
        return whole.keep().map(|(_, path)| path).map_err(|error| error.error);
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
    fn a_file_equals_its_media_from_any_position_and_in_any_chunks() {
        let folder = tempfile::tempdir().unwrap();
        let content =
            std::fs::read(file(folder.path(), Media { bytes: 3_000_000, change: None }).unwrap()).unwrap();
        assert_eq!(content.len(), 3_000_000);
        assert!(
            is_media(&content, 0) && is_media(&content[1..], 1) && is_media(&content[1_999_999..], 1_999_999)
        );
        assert!(is_media(&[], 7));
    }

    #[test]
    fn a_byte_altered_left_out_or_sent_twice_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let mut content =
            std::fs::read(file(folder.path(), Media { bytes: 2_000_000, change: None }).unwrap()).unwrap();
        assert!(!is_media(&content[1..], 0));
        assert!(!is_media(&content, 1));
        content[1_999_000] ^= 1;
        assert!(!is_media(&content, 0));
    }
}
