//! The text of a change: whole for programs, and with long values cut for people.

use std::fmt::Display;

use serde_json::Value;

use crate::wire::value::canonical_json;

/// The longest value that is shown in full, in characters.
const MAX_SHOWN: usize = 100;

/// The number of characters shown before and after the part that differs.
const CONTEXT: usize = 24;

/// The text of a change.
#[derive(Clone, Debug)]
pub(super) struct Wording {
    /// With whole values.
    pub(super) whole: String,
    /// With long values cut.
    pub(super) short: String,
}

impl From<String> for Wording {
    fn from(whole: String) -> Self {
        Self { short: whole.clone(), whole }
    }
}

impl From<&str> for Wording {
    fn from(whole: &str) -> Self {
        whole.to_owned().into()
    }
}

impl Wording {
    /// A string that can be long.
    pub(super) fn long(text: &str) -> Self {
        Self { whole: text.to_owned(), short: cut(text) }
    }

    /// An old and a new string. Of long ones, the part that differs is shown.
    pub(super) fn between(old: &str, new: &str) -> Self {
        let (short_old, short_new) = excerpts(old, new);
        Self { whole: format!("{old} -> {new}"), short: format!("{short_old} -> {short_new}") }
    }

    /// An old and a new text, in quotation marks.
    pub(super) fn between_texts(old: &str, new: &str) -> Self {
        Self::between(&format!("\"{old}\""), &format!("\"{new}\""))
    }

    pub(super) fn after(self, prefix: impl Display) -> Self {
        Self { whole: format!("{prefix}{}", self.whole), short: format!("{prefix}{}", self.short) }
    }

    pub(super) fn before(self, suffix: &str) -> Self {
        Self { whole: self.whole + suffix, short: self.short + suffix }
    }
}

/// The old and the new value of a keyword; `none` where a document does not state it.
pub(super) fn from_to(old: Option<&Value>, new: Option<&Value>) -> Wording {
    let shown = |stated: Option<&Value>| stated.map_or_else(|| "none".to_owned(), canonical_json);
    Wording::between(&shown(old), &shown(new))
}

/// A string, cut after [`MAX_SHOWN`] characters.
fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Two strings as they are, or, if one is long, from shortly before their first difference until shortly after their last one.
fn excerpts(old: &str, new: &str) -> (String, String) {
    let is_long = |text: &str| text.chars().nth(MAX_SHOWN).is_some();
    if !is_long(old) && !is_long(new) {
        return (old.to_owned(), new.to_owned());
    }
    let quoted = |text: &'_ str| Some(text.strip_prefix('"')?.strip_suffix('"')?.to_owned());
    if let (Some(old), Some(new)) = (quoted(old), quoted(new)) {
        let (old, new) = excerpts_of(&old, &new);
        return (format!("\"{old}\""), format!("\"{new}\""));
    }
    excerpts_of(old, new)
}

fn excerpts_of(old: &str, new: &str) -> (String, String) {
    let (was, is): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    let same_start = was.iter().zip(&is).take_while(|(one, other)| one == other).count();
    let rest = was.len().min(is.len()) - same_start;
    let same_end =
        was.iter().rev().zip(is.iter().rev()).take(rest).take_while(|(one, other)| one == other).count();
    let excerpt = |text: &[char]| excerpt(text, same_start, text.len() - same_end);
    (excerpt(&was), excerpt(&is))
}

/// The part of a text from `start` to `end` with whole words and some context.
fn excerpt(text: &[char], start: usize, end: usize) -> String {
    let is_space = |at: &usize| text[*at].is_whitespace();
    let from = start.saturating_sub(CONTEXT);
    let from = if from == 0 { 0 } else { (from..start).find(is_space).map_or(from, |at| at + 1) };
    let last = (end + CONTEXT).min(text.len()).min(start + MAX_SHOWN);
    let to = if last == text.len() { last } else { (end..last).rev().find(is_space).unwrap_or(last) };
    let part: String = text[from..to].iter().collect();
    let cut_at = |is_cut: bool| if is_cut { "…" } else { "" };
    format!("{}{part}{}", cut_at(from > 0), cut_at(to < text.len()))
}

#[cfg(test)]
mod tests {
    use super::{MAX_SHOWN, Wording};

    #[test]
    fn short_texts_are_shown_whole() {
        assert_eq!(Wording::between_texts("a header", "the query").short, "\"a header\" -> \"the query\"");
    }

    #[test]
    fn of_long_texts_the_words_that_changed_are_shown() {
        let text = |place: &str| {
            let start = "Every request of this interface has a key, which a client gets from its account";
            format!("{start}; the key is sent in {place} of each request, and never in the body of one.")
        };
        let found = Wording::between_texts(&text("a header"), &text("the query"));
        assert_eq!(
            found.short,
            "\"…the key is sent in a header of each request, and…\" -> \
             \"…the key is sent in the query of each request, and…\""
        );
        assert!(found.whole.contains("Every request") && found.whole.ends_with("one.\""));
    }

    #[test]
    fn a_long_difference_is_cut_and_the_shorter_text_is_shown() {
        let long = "ä".repeat(5000);
        let found = Wording::between("none", &long);
        assert!(found.short.starts_with("none -> ä") && found.short.ends_with('…'), "{}", found.short);
        assert!(found.short.chars().count() < MAX_SHOWN + 20, "{}", found.short);
        let added = Wording::between(&long, &format!("{long}b"));
        assert!(added.short.ends_with("äb"), "{}", added.short);
        let repeated = Wording::between(&"ab".repeat(100), &"ab".repeat(101));
        assert!(repeated.short.contains(" -> "), "{}", repeated.short);
    }
}
