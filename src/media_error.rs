//! Errors of the media itself: it cannot be read, or it changes during the upload.

use std::fmt;
use std::io;
use std::path::Path;

use bytes::Bytes;
use futures_util::stream::BoxStream;

use crate::error::{Error, ErrorKind};

/// The content of opened media.
pub(crate) type MediaChunks = BoxStream<'static, Result<Bytes, MediaError>>;

/// An error of the media. Each variant begins with the name of the media.
#[derive(Debug)]
pub(crate) enum MediaError {
    NotAFile(String),
    Unreadable(String, io::Error),
    /// The number is the length of the media when the upload began, in bytes.
    Changed(String, u64),
}

impl MediaError {
    pub(crate) fn to_error(&self) -> Error {
        let error = Error::new(ErrorKind::Media, self.to_string());
        match self {
            // `io::Error` is not `Clone`, so the copy keeps its kind and its text.
            Self::Unreadable(_, source) => {
                error.with_source(io::Error::new(source.kind(), source.to_string()))
            }
            _ => error,
        }
    }
}

/// The path of a file for error messages: quoted, with control characters escaped.
pub(crate) fn display_name(path: &Path) -> String {
    format!("{path:?}")
}

impl fmt::Display for MediaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAFile(name) => {
                write!(f, "{name} is not a regular file: give the path of a regular file")
            }
            Self::Unreadable(name, _) => {
                write!(f, "{name} cannot be read: check that it exists and is readable")
            }
            Self::Changed(name, length) => write!(
                f,
                "{name} changed during the upload (its length was {length} bytes): wait until it is complete, then upload it again"
            ),
        }
    }
}

impl std::error::Error for MediaError {}
