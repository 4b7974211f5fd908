//! Prose: paragraphs with white space collapsed, each with its line.

/// Runs of white space as single blanks.
pub(super) fn collapse(text: &str) -> String {
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
    // However a value is folded, it has no more lines than characters.
    let end = source.len().min(line + text.len());
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
    let line = collapse(line);
    let first_words = paragraph.match_indices(' ').nth(4).map_or(paragraph, |(end, _)| &paragraph[..end]);
    let rest = paragraph.strip_prefix(&line).filter(|_| !line.is_empty());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')) || line.contains(first_words)
}
