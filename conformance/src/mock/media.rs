//! The media of uploads. All media is the beginning of one fixed sequence, so a server can compare a body while it receives it.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::plan::case::{FileChange, LONGEST, Media, SHORT};
use crate::wire::value::FILE_CONTENT;

/// The end of a file of [`SHORT`] bytes.
const BLANKS: &[u8] = b" \r\n";

/// The longest media. The media of each upload is the beginning of it. It begins with a byte order mark, every byte value and every
/// kind of line end, which a client alters if it treats the media as text. A short file also ends with blank characters. The rest is a sequence of SplitMix64, in which no number occurs twice, so
/// the comparison detects a block of any size that is left out, repeated or moved.
static MEDIA: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut media: Vec<u8> = b"\xEF\xBB\xBF".iter().copied().chain(0..=u8::MAX).chain(*b"\r\n\n\r").collect();
    media.extend((1..=LONGEST / 8).flat_map(|index| splitmix64(index).to_le_bytes()));
    media[SHORT as usize - BLANKS.len()..SHORT as usize].copy_from_slice(BLANKS);
    media
});

/// The number at an index of the sequence of SplitMix64 that begins with the seed 0.
fn splitmix64(index: u64) -> u64 {
    let number = index.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// Whether a chunk equals the media from a position on.
pub fn is_media(chunk: &[u8], from: u64) -> bool {
    usize::try_from(from).ok().and_then(|from| MEDIA.get(from..)).is_some_and(|rest| rest.starts_with(chunk))
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

/// The path of a file for arguments that are bytes. All cases of a run share it.
///
/// # Errors
///
/// Those of the file system.
pub fn binary(folder: &Path) -> io::Result<PathBuf> {
    let path = folder.join("conformance.bin");
    if !path.exists() {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(FILE_CONTENT)?;
        file.persist(&path)?;
    }
    Ok(path)
}

/// The path of a file with the media of a case. Cases share a file unless they change it.
///
/// # Errors
///
/// Those of the file system.
pub fn file(folder: &Path, media: Media) -> io::Result<PathBuf> {
    let path = folder.join(format!("recording é {}.wav", media.bytes));
    if media.change.is_none() && path.metadata().is_ok_and(|metadata| metadata.len() == media.bytes) {
        return Ok(path);
    }
    // Under a temporary name first, and never over an existing file: cases run concurrently, and another one may be reading it.
    let mut whole = tempfile::NamedTempFile::new_in(folder)?;
    whole.write_all(&MEDIA[..media.bytes.min(LONGEST) as usize])?;
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
        assert!(!is_media(&[0], LONGEST * 2));
    }

    #[test]
    fn no_block_of_the_media_equals_another() {
        let media = &MEDIA[..LONGEST as usize];
        for size in [1_024, 4_096, 65_536, 1_048_576] {
            let blocks: std::collections::HashSet<&[u8]> = media.chunks(size).collect();
            assert_eq!(blocks.len(), media.len().div_ceil(size), "{size}");
        }
        let bytes: std::collections::BTreeSet<u8> = media[..1_000].iter().copied().collect();
        assert_eq!(bytes.len(), 256);
        assert!(media[..1_000].windows(2).any(|pair| pair == b"\r\n"));
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
