//! Prose: paragraphs with white space collapsed, each with its line.

/// Runs of white space as single blanks.
pub(crate) fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The paragraphs of a text: what blank lines separate.
pub(crate) fn paragraphs(text: &str) -> Vec<String> {
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
    paragraphs
        .iter()
        .map(|text| collapse(text))
        .filter(|text| !text.is_empty())
        .collect()
}

/// The line of the file on which each paragraph of a text begins, the text being the value that
/// stands at `line`. A paragraph whose words are not found as written (a quoted value with
/// escapes, say) is given the line of the one before it.
pub(crate) fn first_lines(source: &[&str], line: usize, text: &str) -> Vec<usize> {
    let mut at = line;
    // However a text is folded, it has fewer lines than this.
    let end = (line + text.len() + 1).min(source.len());
    let mut lines = Vec::new();
    for paragraph in paragraphs(text) {
        let found = (at..=end).find(|number| {
            let words = collapse(source.get(number - 1).copied().unwrap_or_default());
            !words.is_empty() && begins_with(&paragraph, &words)
        });
        lines.push(found.unwrap_or(at));
        at = found.unwrap_or(at);
    }
    lines
}

/// Whether a paragraph begins with these whole words.
fn begins_with(paragraph: &str, words: &str) -> bool {
    paragraph
        .strip_prefix(words)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}
