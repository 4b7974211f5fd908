//! Output for people: terminal styles, counted nouns, durations, quoted shell words, suggested names, cut strings, and removal of
//! control characters.

use std::borrow::Cow;
use std::sync::LazyLock;
use std::time::Duration;

use anstream::adapter::strip_str;
use anstyle::{AnsiColor, Style};
use regex::Regex;

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GREEN: Style = AnsiColor::Green.on_default();
pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default();

/// `1 case`, `2 cases`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// A duration in seconds: `10 s`, `0.25 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}

/// Quotes a string as one shell word.
pub(crate) fn shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// What to write in place of an unknown name: the most similar known name, or else the known names.
pub(crate) fn suggestion<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 12;
    // One wrong letter of three is near: `ulr` for `url`.
    const NEAR: f64 = 0.66;
    let known: Vec<&str> = known.into_iter().collect();
    let similar = known.iter().map(|name| (strsim::normalized_damerau_levenshtein(unknown, name), name));
    let nearest =
        similar.filter(|(share, _)| *share >= NEAR).max_by(|(one, _), (other, _)| one.total_cmp(other));
    match (nearest, known.len()) {
        (Some((_, name)), _) => format!("did you mean `{name}`?"),
        (None, 0) => "none is known".to_owned(),
        (None, 1..=MOST) => format!("known: {}", known.join(", ")),
        (None, count) => format!("known: {}, and {} more", known[..MOST].join(", "), count - MOST),
    }
}

/// Removes terminal escape sequences, and replaces other invisible characters by U+FFFD.
pub(crate) fn visible(text: &str) -> String {
    let is_hidden = |c: char| {
        (c.is_control() && !['\n', '\t'].contains(&c))
            || matches!(c, '\u{FFFE}' | '\u{FFFF}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(is_hidden) {
        return text.to_owned();
    }
    strip_str(text).to_string().chars().map(|c| if is_hidden(c) { '\u{FFFD}' } else { c }).collect()
}

/// What [`cut`] puts in place of the part that it leaves out.
static CUT_MARK: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new("… \\(([0-9]+) bytes left out\\) …").ok());

/// The longest [`CUT_MARK`], in bytes.
const MAX_CUT_MARK: usize = 48;

/// A string of at most `most` bytes: a longer one is cut in the middle, and the cut says how many bytes it leaves out. If the
/// string was cut before, they include those of the earlier cuts. Secrets have to be redacted first: half a secret would not be
/// found.
pub(crate) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let half = most.saturating_sub(MAX_CUT_MARK) / 2;
    let is_boundary = |at: &usize| text.is_char_boundary(*at);
    let head = (0..=half).rev().find(is_boundary).unwrap_or(0);
    let tail = (text.len() - half..=text.len()).find(is_boundary).unwrap_or(text.len());
    let left_out = &text[head..tail];
    let earlier = CUT_MARK.iter().flat_map(|mark| mark.captures_iter(left_out));
    let earlier =
        earlier.filter_map(|mark| Some(mark[1].parse::<usize>().ok()?.saturating_sub(mark[0].len())));
    let bytes = earlier.fold(left_out.len(), usize::saturating_add);
    Cow::Owned(format!("{}… ({bytes} bytes left out) …{}", &text[..head], &text[tail..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_string_is_cut_in_the_middle_and_says_how_much_is_left_out() {
        assert_eq!(cut("short", 5), "short");
        let text = format!("{}{}", "a".repeat(500), "b".repeat(500));
        let once = cut(&text, 100);
        let half = (100 - MAX_CUT_MARK) / 2;
        let expected =
            format!("{}… ({} bytes left out) …{}", "a".repeat(half), 1_000 - 2 * half, "b".repeat(half));
        assert_eq!(once, expected);
        assert!(format!("… ({} bytes left out) …", usize::MAX).len() <= MAX_CUT_MARK);
    }

    #[test]
    fn a_cut_never_splits_a_character() {
        let text = "aé€😀".repeat(50);
        for most in 0..text.len() {
            let cut = cut(&text, most);
            assert!(cut.len() <= most.max(MAX_CUT_MARK), "{most}: {cut}");
            let (head, rest) = cut.split_once('…').unwrap();
            let tail = rest.rsplit_once('…').unwrap().1;
            assert!(text.starts_with(head) && text.ends_with(tail), "{most}: {cut}");
        }
    }

    #[test]
    fn a_second_cut_also_counts_what_the_first_one_left_out() {
        let once = cut(&"a".repeat(10_000), 1_000).into_owned();
        let twice = cut(&once, 100);
        let kept = twice.matches('a').count();
        assert!(twice.contains(&format!("({} bytes left out)", 10_000 - kept)), "{twice}");
    }

    #[test]
    fn terminal_escapes_are_removed_and_invisible_characters_replaced() {
        assert_eq!(visible("a\u{1b}[2Jb\u{1b}]0;title\u{7}c\0d\u{202e}e\n\tf"), "abcd\u{FFFD}e\n\tf");
    }
}
