//! Reads a file in chunks, and detects a change of the file during the upload.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt};

use crate::media_error::{MediaChunks, MediaError, display_name};

/// How many bytes of a file are read at a time. Smaller reads lower the throughput.
pub(crate) const CHUNK: u64 = 1024 * 1024;

/// What must be the same each time the media is opened: its length, and metadata that changes when a file is written to or
/// replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MediaVersion {
    pub(crate) length: u64,
    pub(crate) modified: Option<SystemTime>,
    /// Detects a replacement with the same length and modification time.
    #[cfg(unix)]
    pub(crate) inode: (u64, u64),
}

impl From<&Metadata> for MediaVersion {
    fn from(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt;
        Self {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            #[cfg(unix)]
            inode: (metadata.dev(), metadata.ino()),
        }
    }
}

/// The present version of the file at `path`, and its content. The stream ends with an error if the file is no longer the
/// same at its end.
pub(crate) async fn open(path: &Path) -> Result<(MediaVersion, MediaChunks), MediaError> {
    let path = path.to_owned();
    let reader = blocking(path.clone(), move || FileReader::open(path)).await?;
    let version = reader.version.clone();
    let chunks =
        stream::try_unfold(reader, async |reader| blocking(reader.path.clone(), move || reader.next()).await);
    Ok((version, chunks.boxed()))
}

struct FileReader {
    file: File,
    path: PathBuf,
    version: MediaVersion,
}

impl FileReader {
    fn open(path: PathBuf) -> Result<Self, MediaError> {
        // This check comes before opening, because opening a pipe waits for its other end.
        if !fs::metadata(&path).map_err(|error| unreadable(&path, error))?.is_file() {
            return Err(MediaError::NotAFile(display_name(&path)));
        }
        let file = File::open(&path).map_err(|error| unreadable(&path, error))?;
        let version = MediaVersion::from(&file.metadata().map_err(|error| unreadable(&path, error))?);
        Ok(Self { file, path, version })
    }

    fn next(mut self) -> Result<Option<(Bytes, Self)>, MediaError> {
        let unreadable = |error| unreadable(&self.path, error);
        let mut chunk = Vec::with_capacity(CHUNK as usize);
        if (&mut self.file).take(CHUNK).read_to_end(&mut chunk).map_err(unreadable)? > 0 {
            return Ok(Some((chunk.into(), self)));
        }
        // By path: the metadata of the open file stays the same when another file replaces it.
        let now = MediaVersion::from(&fs::metadata(&self.path).map_err(unreadable)?);
        if now == self.version {
            return Ok(None);
        }
        Err(MediaError::Changed(display_name(&self.path), self.version.length))
    }
}

fn unreadable(path: &Path, error: io::Error) -> MediaError {
    MediaError::Unreadable(display_name(path), error)
}

/// Runs `work` on a thread that may block.
async fn blocking<T: Send + 'static>(
    path: PathBuf,
    work: impl FnOnce() -> Result<T, MediaError> + Send + 'static,
) -> Result<T, MediaError> {
    let outcome = tokio::task::spawn_blocking(work).await;
    outcome.unwrap_or_else(|error| Err(unreadable(&path, io::Error::other(error))))
}
