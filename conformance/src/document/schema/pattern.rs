//! Strings made from a pattern: strings that match it, and strings that do not.

mod breaking;
mod characters;
mod covering;
mod matching;

pub(crate) use breaking::breaking;
pub(crate) use covering::covering;
pub(crate) use matching::{MAX_LENGTH, accepts, matching, mismatching, of_length};
