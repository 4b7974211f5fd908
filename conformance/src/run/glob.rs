//! Globs over case ids.

use globset::{Glob, GlobMatcher};

/// The longest glob, in bytes. Case ids are much shorter, and the library crashes on globs that are much longer.
const MAX_LENGTH: usize = 500;

/// Compiles a glob.
///
/// # Errors
///
/// One line when the glob is too long or malformed.
pub fn matcher(glob: &str) -> Result<GlobMatcher, String> {
    if glob.len() > MAX_LENGTH {
        return Err(format!("the glob has {} bytes; the longest allowed has {MAX_LENGTH}", glob.len()));
    }
    Ok(Glob::new(glob).map_err(|error| error.to_string())?.compile_matcher())
}
