//! What is uploaded.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::fs::File;
use tokio::io::AsyncReadExt;

use crate::error::{Error, ErrorKind};

/// How much of a file is read at a time; smaller reads cost throughput.
const CHUNK: usize = 1024 * 1024;

/// What is uploaded: a file, or bytes in memory.
///
/// Its length is known before the first byte is sent, as storage demands. A file is read in pieces of 1 MiB, whatever its
/// size; one that changes its length while it is sent fails the upload.
///
/// ```
/// use media_upload::Media;
/// use std::path::Path;
///
/// let file: Media = Path::new("interview.wav").into();
/// let bytes: Media = vec![0_u8; 44].into();
/// ```
#[derive(Clone)]
pub struct Media(Kind);

#[derive(Clone)]
enum Kind {
    Path(PathBuf),
    Bytes(Bytes),
}

impl Media {
    /// The file at `path`; it must be a regular file. It is opened when the upload begins.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self(Kind::Path(path.into()))
    }

    /// Bytes in memory.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self(Kind::Bytes(bytes.into()))
    }

    pub(crate) async fn open(&self) -> Result<Opened, Error> {
        match &self.0 {
            Kind::Path(path) => open(path).await.map_err(|fault| fault.to_error()),
            Kind::Bytes(bytes) => {
                let bytes = bytes.clone();
                Ok(Opened { length: bytes.len() as u64, chunks: stream::once(async { Ok(bytes) }).boxed() })
            }
        }
    }
}

/// Media ready to be sent, once.
pub(crate) struct Opened {
    pub(crate) length: u64,
    /// Exactly `length` bytes, or a fault before the last of them: then the upload breaks off, and storage keeps nothing.
    pub(crate) chunks: BoxStream<'static, Result<Bytes, Fault>>,
}

async fn open(path: &Path) -> Result<Opened, Fault> {
    let unreadable = |error| Fault::Unreadable(path.to_owned(), error);
    // Looked at before it is opened: opening a pipe waits for its other end.
    if !tokio::fs::metadata(path).await.map_err(unreadable)?.is_file() {
        return Err(Fault::NotAFile(path.to_owned()));
    }
    let file = File::open(path).await.map_err(unreadable)?;
    let length = file.metadata().await.map_err(unreadable)?.len();
    let reading = Reading { file, path: path.to_owned(), length, left: length };
    Ok(Opened { length, chunks: stream::try_unfold(reading, Reading::next).boxed() })
}

struct Reading {
    file: File,
    path: PathBuf,
    length: u64,
    left: u64,
}

impl Reading {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, Fault> {
        if self.left == 0 {
            return Ok(None);
        }
        let wanted = self.left.min(CHUNK as u64);
        let mut chunk = BytesMut::with_capacity(wanted as usize);
        while (chunk.len() as u64) < wanted {
            let missing = wanted - chunk.len() as u64;
            if (&mut self.file).take(missing).read_buf(&mut chunk).await.map_err(|error| self.fault(error))?
                == 0
            {
                return Err(self.changed());
            }
        }
        self.left -= wanted;
        // The HTTP library cuts off silently what exceeds the length it was told, so growth is noticed here, while the last
        // piece can still be held back.
        if self.left == 0
            && self.file.metadata().await.map_err(|error| self.fault(error))?.len() != self.length
        {
            return Err(self.changed());
        }
        Ok(Some((chunk.freeze(), self)))
    }

    fn fault(&self, error: io::Error) -> Fault {
        Fault::Unreadable(self.path.clone(), error)
    }

    fn changed(&self) -> Fault {
        Fault::Changed(self.path.clone(), self.length)
    }
}

/// What is wrong with media on this side.
#[derive(Debug)]
pub(crate) enum Fault {
    NotAFile(PathBuf),
    Unreadable(PathBuf, io::Error),
    Changed(PathBuf, u64),
}

impl Fault {
    pub(crate) fn to_error(&self) -> Error {
        let error = Error::new(ErrorKind::Media, self.to_string());
        match self {
            // An `io::Error` cannot be cloned; its kind and text are what a caller can use.
            Self::Unreadable(_, source) => error.because(io::Error::new(source.kind(), source.to_string())),
            _ => error,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAFile(path) => {
                write!(f, "{} is not a regular file: give the path of one", path.display())
            }
            Self::Unreadable(path, _) => {
                write!(f, "{} cannot be read: check that it exists and may be read", path.display())
            }
            Self::Changed(path, length) => {
                write!(
                    f,
                    "{} changed while it was sent (it had {length} bytes): let it be written to the end, then upload again",
                    path.display()
                )
            }
        }
    }
}

impl std::error::Error for Fault {}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Path(path) => f.debug_tuple("Media").field(path).finish(),
            Kind::Bytes(bytes) => write!(f, "Media({} bytes)", bytes.len()),
        }
    }
}

impl From<PathBuf> for Media {
    fn from(path: PathBuf) -> Self {
        Self::path(path)
    }
}

impl From<&Path> for Media {
    fn from(path: &Path) -> Self {
        Self::path(path)
    }
}

impl From<Bytes> for Media {
    fn from(bytes: Bytes) -> Self {
        Self::bytes(bytes)
    }
}

impl From<Vec<u8>> for Media {
    fn from(bytes: Vec<u8>) -> Self {
        Self::bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    async fn collect(opened: Opened) -> Result<Vec<u8>, Fault> {
        let chunks: Vec<Bytes> =
            opened.chunks.collect::<Vec<_>>().await.into_iter().collect::<Result<_, _>>()?;
        Ok(chunks.concat())
    }

    fn file(content: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        file
    }

    #[tokio::test]
    async fn a_file_is_read_whole_and_in_order() {
        let content: Vec<u8> = (0..CHUNK * 2 + 17).map(|i| (i % 251) as u8).collect();
        let file = file(&content);
        let opened = Media::path(file.path()).open().await.unwrap();
        assert_eq!(opened.length, content.len() as u64);
        assert_eq!(collect(opened).await.unwrap(), content);
    }

    #[tokio::test]
    async fn a_file_that_grows_while_it_is_sent_is_a_fault() {
        let mut file = file(b"media");
        let opened = Media::path(file.path()).open().await.unwrap();
        file.write_all(b", and more").unwrap();
        assert!(matches!(collect(opened).await, Err(Fault::Changed(_, 5))));
    }

    #[tokio::test]
    async fn a_file_that_shrinks_while_it_is_sent_is_a_fault() {
        let file = file(b"media");
        let opened = Media::path(file.path()).open().await.unwrap();
        file.as_file().set_len(4).unwrap();
        assert!(matches!(collect(opened).await, Err(Fault::Changed(_, 5))));
    }

    #[tokio::test]
    async fn what_is_no_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().to_owned(), folder.path().join("absent")] {
            let error = Media::path(&path).open().await.err().unwrap();
            assert_eq!(error.kind(), ErrorKind::Media);
            assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        }
    }
}
