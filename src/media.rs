//! The media of an upload: a file, bytes, or a custom source.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, Fuse, StreamExt, TryStreamExt};

use crate::file::{self, MediaVersion};
use crate::media_error::{MediaChunks, MediaError, display_name};

/// The name of media that is not a file, in error messages.
const UNNAMED: &str = "the media";

/// The media of an upload: a file, bytes in memory, or any [`Source`].
///
/// Its length is known before the first byte is sent, because storage requires a `Content-Length`. A file is read in chunks of
/// 512 KiB, regardless of its size. If the file grows, shrinks, is written to, replaced or removed during the upload, the upload
/// fails with [`ErrorKind::Media`](crate::ErrorKind::Media).
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

/// A custom source of media, for example an object in other storage. The [front page](crate#sources) has sources that read an
/// `AsyncRead` and an object of S3.
///
/// ```
/// use futures_util::stream;
/// use media_upload::{BoxFuture, Content, Media, Source};
///
/// /// A tone of one second, generated during the upload.
/// #[derive(Debug)]
/// struct Tone;
///
/// impl Source for Tone {
///     fn open(&self) -> BoxFuture<'_, std::io::Result<Content>> {
///         let second = stream::iter((0..10).map(|_| Ok(vec![0x7f_u8; 800].into())));
///         Box::pin(async { Ok(Content::new(8000, second)) })
///     }
/// }
///
/// let media = Media::source(Tone);
/// ```
pub trait Source: fmt::Debug + Send + Sync + 'static {
    /// Opens the content at its beginning. It is called once for each request that sends the media: for the first one, and
    /// again after a failed attempt, a redirect, or an expired upload URL.
    ///
    /// # Errors
    ///
    /// An error ends the upload with [`ErrorKind::Media`](crate::ErrorKind::Media), and is its
    /// [`source`](std::error::Error::source).
    fn open(&self) -> BoxFuture<'_, io::Result<Content>>;
}

/// The opened content of a [`Source`].
pub struct Content {
    length: u64,
    chunks: BoxStream<'static, io::Result<Bytes>>,
}

impl Content {
    /// Content of `length` bytes, in chunks of any size. If the stream has fewer or more bytes, the upload fails with
    /// [`ErrorKind::Media`](crate::ErrorKind::Media).
    pub fn new(length: u64, chunks: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Self {
        Self { length, chunks: chunks.boxed() }
    }
}

impl Media {
    /// The file at `path`. It must be a regular file. It is opened when the upload begins.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self(Kind::Path(path.into()))
    }

    /// Bytes in memory.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self(Kind::Bytes(bytes.into()))
    }

    /// A custom source. It is opened when the upload begins.
    pub fn source(source: impl Source) -> Self {
        Self(Kind::Source(Arc::new(source)))
    }

    /// The path, if the media is a file.
    pub(crate) fn file(&self) -> Option<&Path> {
        match &self.0 {
            Kind::Path(path) => Some(path),
            Kind::Bytes(_) | Kind::Source(_) => None,
        }
    }

    pub(crate) async fn open(&self) -> Result<OpenedMedia, MediaError> {
        match &self.0 {
            Kind::Path(path) => {
                let (version, chunks) = file::open(path).await?;
                Ok(OpenedMedia::new(&display_name(path), version, chunks))
            }
            Kind::Bytes(bytes) => {
                let (length, bytes) = (bytes.len() as u64, bytes.clone());
                Ok(OpenedMedia::unnamed(length, stream::once(async { Ok(bytes) }).boxed()))
            }
            Kind::Source(source) => {
                let unreadable = |error| MediaError::Unreadable(UNNAMED.to_owned(), error);
                let content = source.open().await.map_err(unreadable)?;
                Ok(OpenedMedia::unnamed(content.length, content.chunks.map_err(unreadable).boxed()))
            }
        }
    }

    /// Opens the media again; an error if its version is no longer `before`.
    pub(crate) async fn open_again(&self, before: &MediaVersion) -> Result<OpenedMedia, MediaError> {
        let opened = self.open().await?;
        if opened.version == *before {
            return Ok(opened);
        }
        Err(MediaError::Changed(opened.name, before.length))
    }
}

/// Media that is ready to be sent, once.
pub(crate) struct OpenedMedia {
    name: String,
    pub(crate) version: MediaVersion,
    /// Exactly as many bytes as the length, or an error before the last byte. The error aborts the request, so storage keeps
    /// nothing.
    pub(crate) chunks: MediaChunks,
}

impl OpenedMedia {
    /// Media that is not a file.
    fn unnamed(length: u64, chunks: MediaChunks) -> Self {
        Self::new(UNNAMED, MediaVersion { length, ..MediaVersion::default() }, chunks)
    }

    fn new(name: &str, version: MediaVersion, chunks: MediaChunks) -> Self {
        let (name, length) = (name.to_owned(), version.length);
        let chunks = chunks.fuse();
        let checked = ExactLength { name: name.clone(), length, missing: length, last: None, chunks };
        Self { name, version, chunks: stream::try_unfold(checked, ExactLength::next).boxed() }
    }
}

/// A stream that must have exactly `length` bytes. The HTTP library silently drops the bytes that exceed the
/// `Content-Length`, so the chunk that completes the length is held back until the stream has ended without an error.
struct ExactLength {
    name: String,
    length: u64,
    missing: u64,
    last: Option<Bytes>,
    chunks: Fuse<MediaChunks>,
}

impl ExactLength {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, MediaError> {
        while let Some(chunk) = self.chunks.try_next().await? {
            self.missing = self.missing.checked_sub(chunk.len() as u64).ok_or_else(|| self.wrong_length())?;
            if self.missing > 0 {
                return Ok(Some((chunk, self)));
            }
            if !chunk.is_empty() {
                self.last = Some(chunk);
            }
        }
        if self.missing > 0 {
            return Err(self.wrong_length());
        }
        Ok(self.last.take().map(|last| (last, self)))
    }

    fn wrong_length(&self) -> MediaError {
        MediaError::Changed(self.name.clone(), self.length)
    }
}

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
    use crate::error::ErrorKind;
    use std::fs;
    use std::io::Write;
    use std::time::{Duration, SystemTime};

    async fn collect(opened: OpenedMedia) -> Result<Vec<u8>, MediaError> {
        let chunks: Vec<Bytes> = opened.chunks.try_collect().await?;
        Ok(chunks.concat())
    }

    fn file(content: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        file
    }

    fn pieces(length: u64, pieces: &'static [&'static [u8]]) -> OpenedMedia {
        let chunks = stream::iter(pieces.iter().map(|piece| Ok(Bytes::from_static(piece))));
        OpenedMedia::unnamed(length, chunks.boxed())
    }

    #[tokio::test]
    async fn a_file_is_read_completely_and_in_order() {
        let content: Vec<u8> = (0..file::CHUNK * 2 + 17).map(|i| (i % 251) as u8).collect();
        let file = file(&content);
        let opened = Media::path(file.path()).open().await.unwrap();
        assert_eq!(opened.version.length, content.len() as u64);
        assert_eq!(collect(opened).await.unwrap(), content);
    }

    #[tokio::test]
    async fn a_file_that_changes_during_the_upload_is_an_error() {
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
            let (opened, version) = (media.open().await.unwrap(), media.open().await.unwrap().version);
            change(&mut file);
            assert!(matches!(collect(opened).await, Err(MediaError::Changed(_, 5))));
            assert!(matches!(media.open_again(&version).await, Err(MediaError::Changed(_, 5))));
        }
    }

    #[tokio::test]
    async fn a_file_that_grows_or_shrinks_ends_the_stream_at_the_next_block() {
        const BLOCKS: u64 = 32;
        for length in [file::CHUNK * BLOCKS + 1, file::CHUNK * BLOCKS - 1, file::CHUNK * 8] {
            let file = file(&[]);
            file.as_file().set_len(file::CHUNK * BLOCKS).unwrap();
            let mut opened = Media::path(file.path()).open().await.unwrap();
            assert_eq!(opened.chunks.next().await.unwrap().unwrap().len() as u64, file::CHUNK);
            file.as_file().set_len(length).unwrap();
            // One block has been read ahead.
            let rest: Vec<_> = opened.chunks.collect().await;
            assert!(rest.len() <= 2 && matches!(rest.last(), Some(Err(MediaError::Changed(..)))), "{rest:?}");
        }
    }

    #[tokio::test]
    async fn a_file_that_is_removed_during_the_upload_is_an_error() {
        let file = file(b"media");
        let opened = Media::path(file.path()).open().await.unwrap();
        drop(file);
        assert!(matches!(collect(opened).await, Err(MediaError::Unreadable(..))));
    }

    #[tokio::test]
    async fn a_folder_or_a_missing_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().to_owned(), folder.path().join("absent")] {
            let error = Media::path(&path).open().await.err().unwrap().to_error();
            assert_eq!(error.kind(), ErrorKind::Media);
            assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        }
    }

    #[tokio::test]
    async fn a_source_of_the_stated_length_is_read_completely() {
        assert_eq!(collect(pieces(5, &[b"", b"me", b"", b"dia", b""])).await.unwrap(), b"media");
        assert_eq!(collect(pieces(0, &[])).await.unwrap(), b"");
    }

    #[tokio::test]
    async fn a_source_of_another_length_is_an_error_before_its_last_byte() {
        for length in [2, 4, 6] {
            let mut opened = pieces(length, &[b"me", b"dia"]);
            let mut out = 0;
            let error = loop {
                match opened.chunks.next().await {
                    Some(Ok(chunk)) => out += chunk.len() as u64,
                    Some(Err(error)) => break error,
                    None => panic!("{length}: no error"),
                }
            };
            assert!(matches!(error, MediaError::Changed(_, expected) if expected == length) && out < length);
        }
    }
}
