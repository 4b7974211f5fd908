//! How a file is read while it is sent, and how it is noticed that it changed meanwhile.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};

use crate::media::Fault;

/// How much of a file is read at a time; smaller reads cost throughput.
pub(crate) const CHUNK: u64 = 1024 * 1024;

/// What tells that a file is the one that was looked at before, and has not been written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) length: u64,
    modified: Option<SystemTime>,
    /// Another file may have been put in its place, with the same length and time.
    #[cfg(unix)]
    inode: (u64, u64),
}

impl From<&Metadata> for Stamp {
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

/// The file at `path` as it is now, and what it holds. What is read ends well only if the file is still the same then.
pub(crate) async fn open(path: &Path) -> Result<(Stamp, BoxStream<'static, Result<Bytes, Fault>>), Fault> {
    let path = path.to_owned();
    let reading = blocking(path.clone(), move || Reading::begin(path)).await?;
    let stamp = reading.stamp.clone();
    let chunks = stream::try_unfold(reading, async |reading| {
        blocking(reading.path.clone(), move || reading.next()).await
    });
    Ok((stamp, chunks.boxed()))
}

struct Reading {
    file: File,
    path: PathBuf,
    stamp: Stamp,
}

impl Reading {
    fn begin(path: PathBuf) -> Result<Self, Fault> {
        let unreadable = |error| Fault::unreadable(&path, error);
        // Looked at before it is opened: opening a pipe waits for its other end.
        if !fs::metadata(&path).map_err(unreadable)?.is_file() {
            return Err(Fault::not_a_file(&path));
        }
        let file = File::open(&path).map_err(unreadable)?;
        let stamp = Stamp::from(&file.metadata().map_err(unreadable)?);
        Ok(Self { file, path, stamp })
    }

    fn next(mut self) -> Result<Option<(Bytes, Self)>, Fault> {
        let unreadable = |error| Fault::unreadable(&self.path, error);
        let mut chunk = Vec::with_capacity(CHUNK as usize);
        if (&mut self.file).take(CHUNK).read_to_end(&mut chunk).map_err(unreadable)? > 0 {
            return Ok(Some((chunk.into(), self)));
        }
        // By its path, for the file that was opened stays as it is when another takes its place.
        let now = Stamp::from(&fs::metadata(&self.path).map_err(unreadable)?);
        if now == self.stamp { Ok(None) } else { Err(Fault::changed(&self.path, self.stamp.length)) }
    }
}

/// The outcome of `work`, done where it may block.
async fn blocking<T: Send + 'static>(
    path: PathBuf,
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let outcome = tokio::task::spawn_blocking(work).await;
    outcome.unwrap_or_else(|gone| Err(Fault::unreadable(&path, io::Error::other(gone))))
}
