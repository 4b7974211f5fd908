//! Text for a terminal: messages on standard error, without control characters.

use std::error::Error;
use std::io::{self, Write};

use console::{Term, measure_text_width};

/// Writes one line to standard error. A failure to write it is ignored, because there is no place to report it.
pub(crate) fn print(text: &str) {
    let _ = writeln!(io::stderr(), "{}", one_line(text));
}

/// `text` with a replacement for each control character: file names and server messages may contain escape sequences.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// The number of columns of standard error; `None` if it is not a terminal.
pub(crate) fn width() -> Option<usize> {
    let terminal = Term::stderr();
    terminal.is_term().then(|| usize::from(terminal.size().1))
}

/// `text` with `...` in its middle if it needs more than `max` columns.
pub(crate) fn cut(text: &str, max: usize) -> String {
    if measure_text_width(text) <= max {
        return text.to_owned();
    }
    let half = max.saturating_sub(3) / 2;
    let end = text.chars().rev();
    let end: String = within(end, half).chars().rev().collect();
    format!("{}...{end}", within(text.chars(), half))
}

/// The first characters, in at most `max` columns.
fn within(characters: impl Iterator<Item = char>, max: usize) -> String {
    let mut taken = String::new();
    for character in characters {
        taken.push(character);
        if measure_text_width(&taken) > max {
            taken.pop();
            break;
        }
    }
    taken
}

/// The message of an error, followed by those of its sources.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_in_the_middle() {
        assert_eq!(cut("interview.wav", 13), "interview.wav");
        assert_eq!(cut("2026-01-02 interview with somebody, part 12.wav", 20), "2026-01-...t 12.wav");
        // Each of these characters has two columns.
        assert_eq!(cut("会議の録音です.wav", 13), "会議....wav");
    }
}
