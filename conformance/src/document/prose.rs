//! Prose: paragraphs and the lines they start on.

/// The maximum length of the indentation and key before the text of a line, in bytes.
const LONGEST_KEY: usize = 200;

/// Replaces each run of white space by one space.
pub(crate) fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The paragraphs of a string. Blank lines separate them.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    let lines: Vec<_> = text.lines().collect();
    let paragraphs = lines.split(|line| line.trim().is_empty()).map(|lines| collapse(&lines.join(" ")));
    paragraphs.filter(|text| !text.is_empty()).collect()
}

/// The line of the file on which each paragraph starts. `text` is the value at `line`. A value with
/// escapes differs from the file; from the first paragraph that cannot be found, all paragraphs get the
/// line of the one before.
pub(super) fn first_lines(source: &[&str], line: usize, text: &str) -> Vec<usize> {
    // A folded value has more lines in the file than in the value, so the range to search is larger.
    let end = source.len().min(line + 2 * text.lines().count() + text.len() / 8);
    let mut at = line;
    let mut is_lost = false;
    let mut lines = Vec::new();
    for paragraph in paragraphs(text) {
        let found = (at..=end).filter(|_| !is_lost).find(|number| begins(source[number - 1], &paragraph));
        is_lost = found.is_none();
        at = found.unwrap_or(at);
        lines.push(at);
    }
    lines
}

/// Whether a paragraph starts on this line: the line is the start of the paragraph, or contains its first
/// five words.
fn begins(line: &str, paragraph: &str) -> bool {
    if line.len() > paragraph.len() + LONGEST_KEY {
        return false;
    }
    let line = collapse(line);
    let first_words = match paragraph.match_indices(' ').nth(4) {
        Some((end, _)) => &paragraph[..end],
        None => paragraph,
    };
    let rest = paragraph.strip_prefix(&line).filter(|_| !line.is_empty());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')) || line.contains(first_words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_separate_paragraphs() {
        assert_eq!(paragraphs("\n a\tb\n c\n \n\nd\n"), ["a b c", "d"]);
        assert!(paragraphs(" \n").is_empty());
    }

    #[test]
    fn each_paragraph_starts_on_the_line_with_its_text() {
        let source = ["description: |", "  One two", "  three.", "", "  Four.", "next: Four."];
        assert_eq!(first_lines(&source, 1, "One two\nthree.\n\nFour."), [2, 5]);
    }

    #[test]
    fn a_paragraph_that_differs_from_the_file_has_the_line_of_its_value() {
        let source = ["a: \"One\\n\\nTwo\"", "b: Two"];
        assert_eq!(first_lines(&source, 1, "One\n\nTwo"), [1, 1]);
        let long = format!("{}Lost", "x ".repeat(10_000));
        assert_eq!(first_lines(&[&long], 1, "Lost words"), [1]);
    }
}
