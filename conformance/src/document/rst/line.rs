//! Lines with their numbers. Blocks, tables and cells are parts of them.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// A role with its text, such as :ref:`text <label>`. Without a text, its target stands for it.
static ROLE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r":[A-Za-z][\w.:+-]*:`([^`<]*[^`<\s])\s*(?:<[^`]*>)?`").ok());

/// A line, or the part of it inside a table cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// The line number in the file, from 1.
    pub(super) number: usize,
    pub(super) text: &'a str,
}

impl<'a> Line<'a> {
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    pub(super) fn indent(&self) -> usize {
        self.text.len() - self.text.trim_start_matches(' ').len()
    }

    pub(super) fn with_text(&self, text: &'a str) -> Self {
        Self { number: self.number, text }
    }
}

/// Replaces each tab by spaces up to the next multiple of eight columns, as reStructuredText does.
pub(super) fn expanded(text: &str) -> String {
    let mut expanded = String::with_capacity(text.len());
    let mut column = 0;
    for c in text.chars() {
        let (c, width) = if c == '\t' { (' ', 8 - column % 8) } else { (c, 1) };
        expanded.extend(std::iter::repeat_n(c, width));
        column = if c == '\n' { 0 } else { column + width };
    }
    expanded
}

/// The lines of a string without tabs.
pub(super) fn numbered(text: &str) -> Vec<Line<'_>> {
    text.lines().enumerate().map(|(index, text)| Line { number: index + 1, text }).collect()
}

/// Removes common indentation, trailing white space, and blank lines at both ends.
pub(super) fn dedented<'a>(lines: &[Line<'a>]) -> Vec<Line<'a>> {
    let written = |line: &Line<'_>| !line.is_blank();
    let Some(first) = lines.iter().position(written) else {
        return Vec::new();
    };
    let last = lines.iter().rposition(written).unwrap_or(first);
    let indent = lines.iter().filter(|line| written(line)).map(Line::indent).min().unwrap_or(0);
    lines[first..=last]
        .iter()
        .map(|line| line.with_text(line.text.get(indent..).unwrap_or_default().trim_end()))
        .collect()
}

/// Replaces each role by its text.
pub(super) fn without_roles(text: &str) -> Cow<'_, str> {
    ROLE.as_ref().map_or(Cow::Borrowed(text), |role| role.replace_all(text, "$1"))
}

/// Joins lines with line ends.
pub(super) fn joined(lines: &[Line<'_>]) -> String {
    lines.iter().map(|line| line.text).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tab_extends_to_the_next_multiple_of_eight_columns() {
        assert_eq!(expanded("\ta\nab\tc\n"), "        a\nab      c\n");
    }

    #[test]
    fn dedenting_keeps_line_numbers() {
        let lines = numbered("\n    a  \n\n      b\n   \n");
        let dedented: Vec<_> = dedented(&lines).iter().map(|line| (line.number, line.text)).collect();
        assert_eq!(dedented, [(2, "a"), (3, ""), (4, "  b")]);
    }

    #[test]
    fn a_role_is_read_as_its_text() {
        let cases = [
            (":ref:`job_id`", "job_id"),
            (":ref:`Hex String <hex-label>`", "Hex String"),
            (":http:statuscode:`200` and :ref:`a\n<b>`.", "200 and a."),
            ("a: `b`, ``c``, ::`d`, `e <f>`_", "a: `b`, ``c``, ::`d`, `e <f>`_"),
            (":ref:`<label>`", ":ref:`<label>`"),
        ];
        for (text, expected) in cases {
            assert_eq!(without_roles(text), expected);
        }
    }
}
