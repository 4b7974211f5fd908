//! What a process of a driver did wrong.

use std::io;

use tokio_util::codec::LinesCodecError;

use crate::result::Failure;

/// The longest line that a driver may print, in bytes.
pub(super) const MAX_LINE: usize = 64 * 1024 * 1024;

/// What a process did wrong, and in which case, if that is known.
pub(super) struct ProcessFailure {
    /// What it did, as a sentence without its subject.
    pub(super) message: String,
    /// The id of the case.
    pub(super) case: Option<String>,
    /// How it failed, where the case is certain.
    pub(super) failure: Failure,
}

impl ProcessFailure {
    pub(super) fn new(failure: Failure, message: String) -> Self {
        Self { message, case: None, failure }
    }

    pub(super) fn at(self, case: &str) -> Self {
        Self { case: Some(case.to_owned()), ..self }
    }
}

/// A message that breaks the protocol.
impl From<String> for ProcessFailure {
    fn from(message: String) -> Self {
        Self::new(Failure::Other, message)
    }
}

impl From<LinesCodecError> for ProcessFailure {
    fn from(error: LinesCodecError) -> Self {
        let message = match error {
            LinesCodecError::MaxLineLengthExceeded => {
                format!("printed a line of more than {} MiB", MAX_LINE / 1024 / 1024)
            }
            LinesCodecError::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
                "printed a line that is not UTF-8".to_owned()
            }
            LinesCodecError::Io(error) => format!("printed something that cannot be read: {error}"),
        };
        message.into()
    }
}
