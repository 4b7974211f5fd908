//! Strings made from a pattern: strings that match it, and strings that do not.

mod breaking;
mod characters;
mod covering;
mod matching;
mod nothing;
mod searching;

pub(crate) use breaking::breaking;
pub(crate) use covering::covering;
pub(crate) use matching::{MAX_LENGTH, Matcher, accepts, matching, mismatching, of_length};
pub(crate) use nothing::matches_nothing;
pub(crate) use searching::candidates;
