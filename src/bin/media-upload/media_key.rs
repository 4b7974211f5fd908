//! The default media URL of a file.

use std::ffi::OsStr;
use std::path::Path;

use media_upload::Error;
use media_upload::pyannote::MediaUrl;

use crate::entry::hash;
use crate::fingerprint::Fingerprint;

// Caps on the parts of a file's name, in characters. Together they are far below the maximum length of a media URL.
const MAX_STEM: usize = 40;
const MAX_EXTENSION: usize = 10;

/// `media://`, `prefix`, and the file's name with a number, which is the start of the BLAKE3 hash of the file's path, length and modification time. Files with the
/// same name have different URLs, and an unchanged file always has the same URL.
pub(crate) fn media_url(prefix: &str, file: &Path) -> Result<MediaUrl, Error> {
    let stem = plain(file.file_stem(), MAX_STEM);
    let number = number(file);
    let extension = plain(file.extension(), MAX_EXTENSION);
    let dot = if extension.is_empty() { "" } else { "." };
    MediaUrl::from_key(format!("{prefix}{stem}-{number:016x}{dot}{extension}"))
}

/// The first `max` characters of `name`, with `_` in place of each character that a media URL cannot have.
fn plain(name: Option<&OsStr>, max: usize) -> String {
    let name = name.unwrap_or_default().to_string_lossy();
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    name.chars().take(max).map(plain).collect()
}

/// Errors are ignored here: a file without metadata cannot be uploaded, and the upload reports why.
fn number(file: &Path) -> u64 {
    let path = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let version = Fingerprint::of(file).map(|fingerprint| fingerprint.version()).unwrap_or_default();
    hash([path.as_os_str().as_encoded_bytes(), &version])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn url(path: &Path) -> String {
        media_url("", path).unwrap().to_string()
    }

    #[test]
    fn the_url_has_the_name_of_the_file_and_is_allowed_by_the_document() {
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
    fn the_number_does_not_depend_on_the_version_of_the_tool() {
        let absent = Path::new("/nonexistent/interview.wav");
        assert_eq!(url(absent), "media://interview-d9dc222d2bb984e7.wav");
        let prefixed = media_url("calls/", absent).unwrap().to_string();
        assert_eq!(prefixed, url(absent).replace("media://", "media://calls/"));
    }

    #[test]
    fn an_unchanged_file_keeps_its_url_and_different_files_have_different_urls() {
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
