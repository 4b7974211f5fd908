//! Prose: paragraphs with white space collapsed, each with its line.

/// How much of a line may be its indentation and key.
const LONGEST_KEY: usize = 200;

/// Runs of white space as single blanks.
pub(crate) fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The paragraphs of a text: what blank lines separate.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    for line in text.lines() {
        match paragraphs.last_mut() {
            Some(last) if !line.trim().is_empty() => {
                last.push_str(line);
                last.push('\n');
            }
            _ => paragraphs.push(String::new()),
        }
    }
    paragraphs.iter().map(|text| collapse(text)).filter(|text| !text.is_empty()).collect()
}

/// The line of the file on which each paragraph of a text begins, the text being the value that
/// stands at `line`. From the first paragraph on that is not found as written (in a quoted value
/// with escapes, say), all are given the line of the one before it.
pub(super) fn first_lines(source: &[&str], line: usize, text: &str) -> Vec<usize> {
    // A folded value has more lines in the file than in itself, but not lines of a word each.
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

/// Whether a paragraph begins on this line: the line's words are its first, or its first words are
/// among the line's.
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
    fn paragraphs_are_what_blank_lines_separate() {
        assert_eq!(paragraphs("\n a\tb\n c\n \n\nd\n"), ["a b c", "d"]);
        assert!(paragraphs(" \n").is_empty());
    }

    #[test]
    fn each_paragraph_begins_on_the_line_that_has_its_words() {
        let source = ["description: |", "  One two", "  three.", "", "  Four.", "next: Four."];
        assert_eq!(first_lines(&source, 1, "One two\nthree.\n\nFour."), [2, 5]);
    }

    #[test]
    fn words_that_are_not_found_as_written_have_the_line_of_the_value() {
        let source = ["a: \"One\\n\\nTwo\"", "b: Two"];
        assert_eq!(first_lines(&source, 1, "One\n\nTwo"), [1, 1]);
        let long = format!("{}Lost", "x ".repeat(10_000));
        assert_eq!(first_lines(&[&long], 1, "Lost words"), [1]);
    }
}
