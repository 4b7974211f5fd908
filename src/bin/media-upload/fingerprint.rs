//! Tells whether a file is the one that an earlier run has seen.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::entry::hash;

/// What tells a file from others, and from earlier versions of itself.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Fingerprint {
    pub(crate) bytes: u64,
    modified: Option<Timestamp>,
    /// The numbers of the device and of the file on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    inode: Option<(u64, u64)>,
    /// The hash of the content, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    blake3: Option<String>,
}

/// Hashes of a fingerprint. They take less memory than the fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest {
    metadata: u64,
    content: Option<u64>,
}

impl Fingerprint {
    /// The fingerprint of the file at `path`, by its metadata.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        Ok(Self::from(&path.metadata()?))
    }

    /// The fingerprint with a hash of the content. It reads the whole file.
    pub(crate) fn with_checksum(path: &Path) -> io::Result<Self> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(File::open(path)?)?;
        Ok(Self { blake3: Some(hasher.finalize().to_string()), ..Self::of(path)? })
    }

    pub(crate) fn digest(&self) -> Digest {
        let (device, inode) = self.inode.unwrap_or_default();
        let metadata = hash([&self.version()[..], &device.to_le_bytes(), &inode.to_le_bytes()]);
        Digest { metadata, content: self.blake3.as_ref().map(|hex| hash([hex.as_bytes()])) }
    }

    /// The length and the modification time, as bytes for a hash.
    pub(crate) fn version(&self) -> Vec<u8> {
        let modified = self.modified.map_or(i128::MIN, Timestamp::as_nanosecond);
        [&self.bytes.to_le_bytes()[..], &modified.to_le_bytes()].concat()
    }
}

impl Digest {
    /// Whether both are of the same file. The contents decide if both are known. Otherwise, length, modification time and inode
    /// must all be equal.
    pub(crate) fn is_same(self, other: Self) -> bool {
        match (self.content, other.content) {
            (Some(content), Some(other)) => content == other,
            _ => self.metadata == other.metadata,
        }
    }
}

impl From<&Metadata> for Fingerprint {
    fn from(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let inode = {
            use std::os::unix::fs::MetadataExt;
            Some((metadata.dev(), metadata.ino()))
        };
        #[cfg(not(unix))]
        let inode = None;
        let modified = metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
        Self { bytes: metadata.len(), modified, inode, blake3: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::time::{Duration, SystemTime};

    #[test]
    fn a_file_is_the_same_by_its_metadata_or_by_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let [file, copy] = ["a", "b"].map(|name| folder.path().join(name));
        fs::write(&file, b"media").unwrap();
        fs::copy(&file, &copy).unwrap();
        let plain = |file: &Path| Fingerprint::of(file).unwrap().digest();
        let hashed = |file: &Path| Fingerprint::with_checksum(file).unwrap().digest();
        let (before, content) = (plain(&file), hashed(&file));
        assert!(before.is_same(content) && before.is_same(plain(&file)) && !before.is_same(plain(&copy)));
        assert!(content.is_same(hashed(&copy)));

        let later = SystemTime::now() + Duration::from_secs(9);
        File::options().write(true).open(&file).unwrap().set_modified(later).unwrap();
        assert!(!before.is_same(plain(&file)) && content.is_same(hashed(&file)));
        fs::write(&file, b"other").unwrap();
        assert!(!content.is_same(hashed(&file)));
    }
}
