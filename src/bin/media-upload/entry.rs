//! One recording to upload, as the user named it.

use std::path::PathBuf;

/// One recording to upload, as the user named it. Nothing of it has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The file, or `-` for standard input.
    pub(crate) file: PathBuf,
    /// The media URL or the job id. Only pyannoteAI has a default.
    pub(crate) destination: Option<String>,
    /// The media type, for an upload URL that signs it.
    pub(crate) content_type: Option<String>,
}

impl Entry {
    pub(crate) fn new(file: impl Into<PathBuf>, destination: Option<String>) -> Self {
        Self { file: file.into(), destination, content_type: None }
    }

    /// A number that depends on the entry only: it is the same on each machine and in each version of the tool.
    pub(crate) fn hash(&self) -> u64 {
        let destination = self.destination.as_deref().unwrap_or_default();
        hash([self.file.as_os_str().as_encoded_bytes(), destination.as_bytes()])
    }
}

/// The first 64 bits of the BLAKE3 hash of `parts`, each of which is preceded by its length.
pub(crate) fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
    }
    let mut number = [0; 8];
    hasher.finalize_xof().fill(&mut number);
    u64::from_le_bytes(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts of a batch that ran on several machines depend on these numbers.
    #[test]
    fn the_hash_of_an_entry_never_changes() {
        assert_eq!(Entry::new("interview.wav", None).hash(), 1_162_080_115_154_568_930);
        assert_eq!(
            Entry::new("interview.wav", Some("media://a".to_owned())).hash(),
            15_379_132_025_209_506_706
        );
    }
}
