//! Output for people: terminal styles, counted nouns, quoted shell words, and removal of control characters.

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
