//! Globs over case ids.

use globset::{Glob, GlobMatcher};

/// The longest glob, in bytes: no case's id is near it, and what is far longer crashes the library.
const LONGEST: usize = 500;

/// What matches a glob.
///
/// # Errors
///
/// One line when it is too long, or no glob.
pub fn matcher(glob: &str) -> Result<GlobMatcher, String> {
    if glob.len() > LONGEST {
        return Err(format!("a glob of {} bytes is longer than the {LONGEST} that are read", glob.len()));
    }
    Ok(Glob::new(glob).map_err(|error| error.to_string())?.compile_matcher())
}
