//! Reads a file in chunks, and detects a change of the file during the upload.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::task::{JoinError, JoinHandle};

use crate::media_error::{MediaChunks, MediaError, display_name};

/// How many bytes of a file are read at a time. Smaller blocks cost more switches of threads, and larger ones leave the cache of the
/// processor.
pub(crate) const CHUNK: u64 = 512 * 1024;

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

/// The present version of the file at `path`, and its content. The stream ends with an error as soon as the file is seen to have
/// changed.
pub(crate) async fn open(path: &Path) -> Result<(MediaVersion, MediaChunks), MediaError> {
    let path = path.to_owned();
    let reader = on_blocking_thread(&path.clone(), move || FileReader::open(path)).await?;
    let version = reader.version.clone();
    // Nothing is read before the stream is polled: the check at the end of an empty file would be too early.
    let chunks = stream::once(async { Ok(stream::try_unfold(ReadAhead::begin(reader), ReadAhead::next)) });
    Ok((version, chunks.try_flatten().boxed()))
}

/// Reads a block while the connection sends the one before. No thread waits for the connection.
struct ReadAhead {
    path: PathBuf,
    block: JoinHandle<Result<Option<(Bytes, FileReader)>, MediaError>>,
}

impl ReadAhead {
    fn begin(reader: FileReader) -> Self {
        Self { path: reader.path.clone(), block: tokio::task::spawn_blocking(move || reader.next()) }
    }

    async fn next(self) -> Result<Option<(Bytes, Self)>, MediaError> {
        let block = joined(self.block.await, &self.path)?;
        Ok(block.map(|(block, reader)| (block, Self::begin(reader))))
    }
}

struct FileReader {
    file: File,
    path: PathBuf,
    version: MediaVersion,
    buffers: Buffers,
}

impl FileReader {
    fn open(path: PathBuf) -> Result<Self, MediaError> {
        // This check comes before opening, because opening a pipe waits for its other end.
        if !fs::metadata(&path).map_err(|error| unreadable(&path, error))?.is_file() {
            return Err(MediaError::NotAFile(display_name(&path)));
        }
        let file = File::open(&path).map_err(|error| unreadable(&path, error))?;
        let version = MediaVersion::from(&file.metadata().map_err(|error| unreadable(&path, error))?);
        Ok(Self { file, path, version, buffers: Buffers::default() })
    }

    fn next(mut self) -> Result<Option<(Bytes, Self)>, MediaError> {
        self.check(self.file.metadata())?;
        let mut block = self.buffers.block(self.version.length.min(CHUNK) as usize);
        block.length =
            read(&mut self.file, &mut block.buffer).map_err(|error| unreadable(&self.path, error))?;
        if block.length > 0 {
            return Ok(Some((Bytes::from_owner(block), self)));
        }
        // By path: the metadata of the open file stays the same when another file replaces it.
        self.check(fs::metadata(&self.path))?;
        Ok(None)
    }

    fn check(&self, now: io::Result<Metadata>) -> Result<(), MediaError> {
        let now = now.map_err(|error| unreadable(&self.path, error))?;
        if MediaVersion::from(&now) == self.version {
            return Ok(());
        }
        Err(MediaError::Changed(display_name(&self.path), self.version.length))
    }
}

/// Fills `buffer` as far as the file goes, and returns the number of bytes.
fn read(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match file.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

/// Buffers that are not in use. Their memory is allocated once, not for each block.
#[derive(Clone, Default)]
struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

impl Buffers {
    fn block(&self, capacity: usize) -> Block {
        let free = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Block { buffer: free.unwrap_or_else(|| vec![0; capacity]), length: 0, home: self.clone() }
    }
}

/// A part of a file. Its buffer becomes free when the part has been sent.
struct Block {
    buffer: Vec<u8>,
    length: usize,
    home: Buffers,
}

impl AsRef<[u8]> for Block {
    fn as_ref(&self) -> &[u8] {
        &self.buffer[..self.length]
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        let buffer = mem::take(&mut self.buffer);
        self.home.0.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
    }
}

fn unreadable(path: &Path, error: io::Error) -> MediaError {
    MediaError::Unreadable(display_name(path), error)
}

async fn on_blocking_thread<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> Result<T, MediaError> + Send + 'static,
) -> Result<T, MediaError> {
    joined(tokio::task::spawn_blocking(work).await, path)
}

/// The outcome of work on another thread.
fn joined<T>(outcome: Result<Result<T, MediaError>, JoinError>, path: &Path) -> Result<T, MediaError> {
    outcome.unwrap_or_else(|error| Err(unreadable(path, io::Error::other(error))))
}
