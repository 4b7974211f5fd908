//! Strings made from a pattern: strings that match it, and strings that do not.

mod breaking;
mod characters;
mod covering;
mod kept;
mod matching;
mod nothing;
mod searching;

pub(crate) use kept::PatternStrings;
pub(crate) use matching::{LARGEST_PATTERN, MAX_LENGTH, Matcher, accepts, matching};
pub(crate) use nothing::matches_nothing;
