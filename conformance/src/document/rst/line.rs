//! Lines that know where they stand: what blocks, tables and cells are cut from.

/// One line, or the part of it that lies in a table's cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Its number in the file, from 1.
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

/// The text with tabs as blanks up to the next column of eight, as reStructuredText has them.
pub(super) fn expanded(text: &str) -> String {
    let mut expanded = String::with_capacity(text.len());
    let mut column = 0;
    for c in text.chars() {
        match c {
            '\t' => {
                let blanks = 8 - column % 8;
                expanded.extend(std::iter::repeat_n(' ', blanks));
                column += blanks;
            }
            '\n' => {
                expanded.push(c);
                column = 0;
            }
            _ => {
                expanded.push(c);
                column += 1;
            }
        }
    }
    expanded
}

/// A text's lines. Tabs must have been expanded.
pub(super) fn numbered(text: &str) -> Vec<Line<'_>> {
    text.lines().enumerate().map(|(index, text)| Line { number: index + 1, text }).collect()
}

/// Without the indentation all lines share, the blanks they end with, and blank lines around them.
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

/// The lines as one text.
pub(super) fn joined(lines: &[Line<'_>]) -> String {
    lines.iter().map(|line| line.text).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tab_reaches_to_the_next_column_of_eight() {
        assert_eq!(expanded("\ta\nab\tc\n"), "        a\nab      c\n");
    }

    #[test]
    fn the_shared_indentation_goes_and_the_numbers_stay() {
        let lines = numbered("\n    a  \n\n      b\n   \n");
        let dedented: Vec<_> = dedented(&lines).iter().map(|line| (line.number, line.text)).collect();
        assert_eq!(dedented, [(2, "a"), (3, ""), (4, "  b")]);
    }
}
