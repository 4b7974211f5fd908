//! Output for people: terminal styles, counted nouns, quoted shell words, suggested names, and removal of control characters.

use anstream::adapter::strip_str;
use anstyle::{AnsiColor, Style};

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GREEN: Style = AnsiColor::Green.on_default();
pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default();

/// `1 case`, `2 cases`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
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
    strip_str(text).to_string().chars().map(|c| if is_hidden(c) { '\u{FFFD}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_escapes_are_removed_and_invisible_characters_replaced() {
        assert_eq!(visible("a\u{1b}[2Jb\u{1b}]0;title\u{7}c\0d\u{202e}e\n\tf"), "abcd\u{FFFD}e\n\tf");
    }
}
