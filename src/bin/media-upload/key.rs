//! The media URL of a file for which none was given.

use std::ffi::OsStr;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use media_upload::Error;
use media_upload::pyannote::MediaUrl;

/// How much of a file's name is kept: enough to know it by, and far less than the document allows.
const LONGEST_STEM: usize = 40;
const LONGEST_EXTENSION: usize = 10;

/// `media://`, and the file's name with a number in it, which is made of where it is, its length, and when it was last written
/// to. Two files of one name so have two URLs, in one call or in several; the same file keeps its own.
pub(crate) fn media_url(file: &Path) -> Result<MediaUrl, Error> {
    let stem = plain(file.file_stem(), LONGEST_STEM);
    let number = number(file);
    let extension = plain(file.extension(), LONGEST_EXTENSION);
    let dot = if extension.is_empty() { "" } else { "." };
    MediaUrl::from_key(format!("{stem}-{number:016x}{dot}{extension}"))
}

/// Of a name, what the document allows; the rest becomes `_`.
fn plain(name: Option<&OsStr>, longest: usize) -> String {
    let name = name.unwrap_or_default().to_string_lossy();
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    name.chars().take(longest).map(plain).collect()
}

/// A file that cannot be looked at cannot be uploaded either; the upload says why.
fn number(file: &Path) -> u64 {
    let mut number = DefaultHasher::new();
    file.canonicalize().as_deref().unwrap_or(file).hash(&mut number);
    if let Ok(metadata) = file.metadata() {
        (metadata.len(), metadata.modified().ok()).hash(&mut number);
    }
    number.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn url(path: &Path) -> String {
        media_url(path).unwrap().to_string()
    }

    #[test]
    fn it_shows_the_files_name_and_is_what_the_document_allows() {
        for (name, start, end) in [
            ("interview.wav", "media://interview-", ".wav"),
            ("Interview mit Müller?.tar.gz", "media://Interview_mit_M_ller_.tar-", ".gz"),
            ("..", "media://-", ""),
            (".hidden", "media://.hidden-", ""),
        ] {
            let url = url(Path::new(name));
            assert!(url.starts_with(start) && url.ends_with(end), "{url}");
            assert_eq!(url.len(), start.len() + 16 + end.len());
        }
        assert_eq!(url(Path::new(&"x".repeat(300))).len(), 65);
        assert_eq!(url(Path::new(&format!("a.{}", "x".repeat(300)))).len(), 37);
    }

    #[test]
    fn one_file_keeps_its_url_and_no_two_share_one() {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = ["a", "b"].map(|name| folder.path().join(name).join("interview.wav"));
        for file in [&first, &second] {
            fs::create_dir(file.parent().unwrap()).unwrap();
            fs::write(file, b"media").unwrap();
        }
        let before = url(&first);
        assert_eq!(before, url(&folder.path().join("a/../a/interview.wav")));
        assert_ne!(before, url(&second));
        fs::write(&first, b"other media").unwrap();
        assert_ne!(before, url(&first));
    }
}
