//! Text in lines that fit the width of a terminal.

use textwrap::{Options, WordSeparator, WordSplitter, wrap};

use crate::style::DIM;

/// The narrowest width that lines are wrapped to, in columns.
const MIN_WIDTH: usize = 40;

/// Lines, wrapped to a width.
pub(super) struct Lines {
    text: String,
    width: usize,
}

impl Lines {
    /// Lines for a terminal with this many columns. Without a number, no line is wrapped.
    pub(super) fn new(width: Option<usize>) -> Self {
        Self { text: String::new(), width: width.map_or(usize::MAX, |width| width.max(MIN_WIDTH)) }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// The width in columns.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A line that is never wrapped, so that a terminal copies it as one line.
    pub(super) fn unwrapped(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// A paragraph. Its first line begins with `first`, the others with `rest`.
    pub(super) fn paragraph(&mut self, first: &str, rest: &str, text: &str) {
        self.wrapped(first, rest, text).iter().for_each(|line| self.unwrapped(line));
    }

    /// A name and its value. The lines of the value are aligned.
    pub(super) fn field(&mut self, indent: usize, name: &str, value: &str) {
        const NAME: usize = 10;
        let first = format!("{:indent$}{name:NAME$}", "");
        self.paragraph(&first, &" ".repeat(indent + NAME), value.trim());
    }

    /// Lines in a pale style. Where one is wrapped, the rest is indented.
    pub(super) fn pale(&mut self, indent: usize, text: &str) {
        let first = " ".repeat(indent);
        let rest = " ".repeat(indent + 2);
        let lines: Vec<String> = text.lines().flat_map(|line| self.wrapped(&first, &rest, line)).collect();
        for line in lines {
            let content = line.trim_start();
            let margin = &line[..line.len() - content.len()];
            self.text.push_str(&format!("{margin}{DIM}{content}{DIM:#}\n"));
        }
    }

    fn wrapped(&self, first: &str, rest: &str, text: &str) -> Vec<String> {
        let options = Options::new(self.width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation);
        wrap(text, options).into_iter().map(String::from).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn lines_fit_the_width_and_keep_their_indent() {
        let mut lines = Lines::new(Some(40));
        lines.paragraph("", "  ", "a paragraph that needs more than one line of forty columns");
        lines.field(2, "name", "a value of several words, which begins each line at one column");
        lines.field(2, "wide", &"\u{6587}".repeat(20));
        lines.unwrapped("a command that is longer than forty columns and is not wrapped");
        let expected = "\
a paragraph that needs more than one
  line of forty columns
  name      a value of several words,
            which begins each line at
            one column
  wide      \u{6587}\u{6587}\u{6587}\u{6587}\u{6587}\u{6587}\u{6587}\u{6587}\u{6587}\u{6587}\u{6587}\u{6587}\u{6587}\u{6587}
            \u{6587}\u{6587}\u{6587}\u{6587}\u{6587}\u{6587}
a command that is longer than forty columns and is not wrapped
";
        assert_eq!(lines.into_text(), expected);
    }

    #[test]
    fn without_a_width_no_line_is_wrapped() {
        let mut lines = Lines::new(None);
        let long = "word ".repeat(1_000);
        lines.paragraph("", "", &long);
        assert_eq!(lines.into_text(), format!("{}\n", long.trim_end()));
    }
}
