//! What is uploaded.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, Fuse, StreamExt, TryStreamExt};

use crate::error::{Error, ErrorKind};
use crate::file::{self, Stamp};

/// What is uploaded: a file, bytes in memory, or any [`Source`].
///
/// Its length is known before the first byte is sent, as storage demands. A file is read in pieces of 1 MiB, whatever its
/// size; one that grows, shrinks, is written to, replaced or removed while it is sent fails the upload with
/// [`ErrorKind::Media`].
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
    Source(Arc<dyn Source>),
}

/// Media that is neither a file nor in memory: an object elsewhere, or a pipe spooled to a disk.
///
/// ```
/// use futures_util::future::{BoxFuture, FutureExt};
/// use futures_util::stream;
/// use media_upload::{Content, Media, Source};
///
/// /// A tone of one second, made while it is sent.
/// #[derive(Debug)]
/// struct Tone;
///
/// impl Source for Tone {
///     fn open(&self) -> BoxFuture<'_, std::io::Result<Content>> {
///         let second = stream::iter((0..10).map(|_| Ok(vec![0x7f_u8; 800].into())));
///         async { Ok(Content::new(8000, second)) }.boxed()
///     }
/// }
///
/// let media = Media::source(Tone);
/// ```
pub trait Source: fmt::Debug + Send + Sync + 'static {
    /// Opens it, at its beginning. It happens once each time the media is sent: again when a try failed, when storage sends it
    /// elsewhere, when the upload URL expired.
    fn open(&self) -> BoxFuture<'_, io::Result<Content>>;
}

/// What a [`Source`] holds, opened.
pub struct Content {
    length: u64,
    chunks: BoxStream<'static, io::Result<Bytes>>,
}

impl Content {
    /// `length` bytes, in pieces of any size. The upload fails with [`ErrorKind::Media`] if they are fewer or more.
    pub fn new(length: u64, chunks: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Self {
        Self { length, chunks: chunks.boxed() }
    }
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

    /// Whatever `source` opens.
    pub fn source(source: impl Source) -> Self {
        Self(Kind::Source(Arc::new(source)))
    }

    pub(crate) async fn open(&self) -> Result<Opened, Fault> {
        match &self.0 {
            Kind::Path(path) => {
                let (stamp, chunks) = file::open(path).await?;
                Ok(Opened::new(name(path), stamp.length, Some(stamp), chunks))
            }
            Kind::Bytes(bytes) => {
                let (length, bytes) = (bytes.len() as u64, bytes.clone());
                Ok(Opened::new("the media", length, None, stream::once(async { Ok(bytes) })))
            }
            Kind::Source(source) => {
                let unreadable = |error| Fault::Unreadable("the media".to_owned(), error);
                let content = source.open().await.map_err(unreadable)?;
                let chunks = content.chunks.map_err(unreadable);
                Ok(Opened::new("the media", content.length, None, chunks))
            }
        }
    }

    /// Opens again what was `opened` before; a fault if it is not the same any more.
    pub(crate) async fn open_again(&self, before: &Identity) -> Result<Opened, Fault> {
        let opened = self.open().await?;
        if opened.identity == *before { Ok(opened) } else { Err(opened.changed_since(before)) }
    }
}

/// Media ready to be sent, once.
pub(crate) struct Opened {
    name: String,
    pub(crate) identity: Identity,
    /// Exactly as many bytes as its length, or a fault before the last of them: then the upload breaks off, and storage keeps
    /// nothing.
    pub(crate) chunks: BoxStream<'static, Result<Bytes, Fault>>,
}

/// What must not change from one opening to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) length: u64,
    stamp: Option<Stamp>,
}

impl Opened {
    fn new(
        name: impl fmt::Display,
        length: u64,
        stamp: Option<Stamp>,
        chunks: impl Stream<Item = Result<Bytes, Fault>> + Send + 'static,
    ) -> Self {
        let name = name.to_string();
        let exact =
            Exact { name: name.clone(), length, left: length, held: None, chunks: chunks.boxed().fuse() };
        let chunks = stream::try_unfold(exact, Exact::next).boxed();
        Self { name, identity: Identity { length, stamp }, chunks }
    }

    fn changed_since(self, before: &Identity) -> Fault {
        Fault::Changed(self.name, before.length)
    }
}

/// A stream held to its length. The HTTP library cuts off silently what exceeds it, so the last piece is held back until the
/// stream has come to a good end.
struct Exact {
    name: String,
    length: u64,
    left: u64,
    held: Option<Bytes>,
    chunks: Fuse<BoxStream<'static, Result<Bytes, Fault>>>,
}

impl Exact {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, Fault> {
        while let Some(chunk) = self.chunks.try_next().await? {
            self.left = self.left.checked_sub(chunk.len() as u64).ok_or_else(|| self.changed())?;
            if let Some(earlier) = self.held.replace(chunk) {
                return Ok(Some((earlier, self)));
            }
        }
        if self.left > 0 {
            return Err(self.changed());
        }
        Ok(self.held.take().map(|last| (last, self)))
    }

    fn changed(&self) -> Fault {
        Fault::Changed(self.name.clone(), self.length)
    }
}

/// A path on one line, without what a terminal would obey.
fn name(path: &Path) -> String {
    let path = path.to_string_lossy();
    path.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// What is wrong with media on this side: its name, and what it was before.
#[derive(Debug)]
pub(crate) enum Fault {
    NotAFile(String),
    Unreadable(String, io::Error),
    Changed(String, u64),
}

impl Fault {
    pub(crate) fn not_a_file(path: &Path) -> Self {
        Self::NotAFile(name(path))
    }

    pub(crate) fn unreadable(path: &Path, error: io::Error) -> Self {
        Self::Unreadable(name(path), error)
    }

    pub(crate) fn changed(path: &Path, length: u64) -> Self {
        Self::Changed(name(path), length)
    }

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
            Self::NotAFile(name) => write!(f, "{name} is not a regular file: give the path of one"),
            Self::Unreadable(name, _) => {
                write!(f, "{name} cannot be read: check that it exists and may be read")
            }
            Self::Changed(name, length) => {
                write!(
                    f,
                    "{name} changed while it was sent (it had {length} bytes): let it be written to the end, then upload again"
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
            Kind::Source(source) => f.debug_tuple("Media").field(source).finish(),
        }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content({} bytes)", self.length)
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
    use std::fs;
    use std::io::Write;
    use std::time::{Duration, SystemTime};

    async fn collect(opened: Opened) -> Result<Vec<u8>, Fault> {
        let chunks: Vec<Bytes> = opened.chunks.try_collect().await?;
        Ok(chunks.concat())
    }

    fn file(content: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        file
    }

    fn pieces(length: u64, pieces: &'static [&'static [u8]]) -> Opened {
        let chunks = stream::iter(pieces.iter().map(|piece| Ok(Bytes::from_static(piece))));
        Opened::new("the media", length, None, chunks)
    }

    #[tokio::test]
    async fn a_file_is_read_whole_and_in_order() {
        let content: Vec<u8> = (0..file::CHUNK * 2 + 17).map(|i| (i % 251) as u8).collect();
        let file = file(&content);
        let opened = Media::path(file.path()).open().await.unwrap();
        assert_eq!(opened.identity.length, content.len() as u64);
        assert_eq!(collect(opened).await.unwrap(), content);
    }

    #[tokio::test]
    async fn a_file_that_changes_while_it_is_sent_is_a_fault() {
        type Change = fn(&mut tempfile::NamedTempFile);
        let grow: Change = |file| file.write_all(b", and more").unwrap();
        let shrink: Change = |file| file.as_file().set_len(4).unwrap();
        let touch: Change =
            |file| file.as_file().set_modified(SystemTime::now() + Duration::from_secs(1)).unwrap();
        let replace: Change = |file| {
            let (modified, other) =
                (file.as_file().metadata().unwrap().modified().unwrap(), self::file(b"other"));
            other.as_file().set_modified(modified).unwrap();
            fs::rename(other.path(), file.path()).unwrap();
        };
        for change in [grow, shrink, touch, replace] {
            let mut file = file(b"media");
            let media = Media::path(file.path());
            let (opened, identity) = (media.open().await.unwrap(), media.open().await.unwrap().identity);
            change(&mut file);
            assert!(matches!(collect(opened).await, Err(Fault::Changed(_, 5))));
            assert!(matches!(media.open_again(&identity).await, Err(Fault::Changed(_, 5))));
        }
    }

    #[tokio::test]
    async fn a_file_that_vanishes_while_it_is_sent_is_a_fault() {
        let file = file(b"media");
        let opened = Media::path(file.path()).open().await.unwrap();
        drop(file);
        assert!(matches!(collect(opened).await, Err(Fault::Unreadable(..))));
    }

    #[tokio::test]
    async fn what_is_no_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().to_owned(), folder.path().join("absent")] {
            let error = Media::path(&path).open().await.err().unwrap().to_error();
            assert_eq!(error.kind(), ErrorKind::Media);
            assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        }
    }

    #[tokio::test]
    async fn a_source_gives_what_it_says_it_has() {
        assert_eq!(collect(pieces(5, &[b"", b"me", b"", b"dia", b""])).await.unwrap(), b"media");
        assert_eq!(collect(pieces(0, &[])).await.unwrap(), b"");
    }

    #[tokio::test]
    async fn a_source_that_gives_more_or_less_is_a_fault_before_the_last_byte_is_out() {
        for length in [2, 4, 6] {
            let mut opened = pieces(length, &[b"me", b"dia"]);
            let mut out = 0;
            let fault = loop {
                match opened.chunks.next().await {
                    Some(Ok(chunk)) => out += chunk.len() as u64,
                    Some(Err(fault)) => break fault,
                    None => panic!("{length}: it ended well"),
                }
            };
            assert!(matches!(fault, Fault::Changed(_, expected) if expected == length) && out < length);
        }
    }
}
