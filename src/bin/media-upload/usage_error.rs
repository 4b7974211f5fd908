//! The error of wrong arguments.

use media_upload::Error;

use crate::terminal;

/// The arguments are wrong, and nothing was sent. The string is the message.
#[derive(Debug)]
pub(crate) struct UsageError(pub(crate) String);

impl From<Error> for UsageError {
    fn from(error: Error) -> Self {
        Self(terminal::with_causes(&error))
    }
}
