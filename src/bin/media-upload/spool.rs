//! Standard input as media. It is written to a temporary file first: storage needs the length before the first byte, and a
//! further attempt sends the media again.

use std::io::{self, Read};

use tempfile::NamedTempFile;

use crate::usage_error::UsageError;

/// The cap on standard input, in bytes: storage takes at most 5 GiB in one PUT.
const MAX_BYTES: u64 = 5 << 30;

/// The content of standard input in a temporary file, which is removed when the value is dropped.
pub(crate) fn stdin() -> Result<NamedTempFile, UsageError> {
    spool(io::stdin(), MAX_BYTES)
}

fn spool(input: impl Read, max: u64) -> Result<NamedTempFile, UsageError> {
    let problem = |error: io::Error| {
        UsageError(format!("standard input cannot be copied to a temporary file: {error}"))
    };
    let mut file = NamedTempFile::new().map_err(problem)?;
    let copied = io::copy(&mut input.take(max + 1), &mut file).map_err(problem)?;
    if copied > max {
        return Err(UsageError(format!(
            "standard input has more than {max} bytes, which storage does not take in one upload"
        )));
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_is_copied_up_to_the_cap() {
        assert_eq!(std::fs::read(spool(&b"media"[..], 5).unwrap().path()).unwrap(), b"media");
        assert!(spool(&b"media"[..], 4).unwrap_err().0.contains("more than 4 bytes"));
        assert!(spool(io::repeat(0), 1000).is_err());
    }
}
