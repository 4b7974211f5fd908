//! Blocks of a page or table cell: titles, bold headings, paragraphs, directives, tables.

use super::line::{Line, dedented, joined};
use crate::document::prose::collapse;

/// Directives whose content is prose.
const ADMONITIONS: &str = "admonition attention caution danger deprecated error hint important note seealso tip \
                           versionadded versionchanged warning";

/// A block and the line on which it starts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block<'a> {
    pub(super) line: usize,
    pub(super) kind: BlockKind<'a>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum BlockKind<'a> {
    /// A title, and whether its underline is long enough.
    Title { text: String, is_underlined: bool },
    /// `**Name** — remark`, and whether a blank line precedes it.
    Heading { name: String, remark: String, is_apart: bool },
    /// A paragraph. Each run of white space is one space.
    Paragraph(String),
    /// `.. name:: argument` and the indented lines after it.
    Directive { name: &'a str, argument: &'a str, content: Vec<Line<'a>> },
    /// The lines of a grid table.
    Table(Vec<Line<'a>>),
    /// Unsupported markup, with a name for notes.
    Unknown(&'static str),
}

impl<'a> Block<'a> {
    /// The lines of a code block.
    pub(super) fn code(&self) -> Option<&[Line<'a>]> {
        match &self.kind {
            BlockKind::Directive { name: "sourcecode" | "code-block" | "code", content, .. } => Some(content),
            _ => None,
        }
    }
}

/// Splits lines into blocks. Comments, labels and transitions are ignored on purpose.
pub(super) fn blocks<'a>(lines: &[Line<'a>]) -> Vec<Block<'a>> {
    let mut blocks = Vec::new();
    let mut rest = lines;
    let mut is_apart = true;
    while let Some(first) = rest.first() {
        let (taken, kind) = if first.is_blank() { (1, None) } else { block(rest, is_apart) };
        blocks.extend(kind.map(|kind| Block { line: first.number, kind }));
        let (block, after) = rest.split_at(taken);
        is_apart = block.last().is_none_or(Line::is_blank);
        rest = after;
    }
    blocks
}

/// The first block of these lines, and its number of lines.
fn block<'a>(lines: &[Line<'a>], is_apart: bool) -> (usize, Option<BlockKind<'a>>) {
    if let Some(found) = title(lines) {
        return found;
    }
    let first = lines[0];
    if is_table_border(first.text) {
        let taken = count(lines, |line| is_table_row(line.text));
        return (taken, Some(BlockKind::Table(dedented(&lines[..taken]))));
    }
    if is_markup(first.text) {
        return markup(lines);
    }
    if is_simple_table_border(first.text) {
        let taken = count(lines, |line| !line.is_blank());
        return (taken, Some(BlockKind::Unknown("a simple table (`====  ====`)")));
    }
    if is_adornment(first.text) {
        return (1, None);
    }
    if let Some((name, remark)) = heading(first.text) {
        return (1, Some(BlockKind::Heading { name, remark, is_apart }));
    }
    paragraph(lines)
}

fn count(lines: &[Line<'_>], belongs: impl Fn(&Line<'_>) -> bool) -> usize {
    lines.iter().position(|line| !belongs(line)).unwrap_or(lines.len())
}

/// A title: a line with an underline, and perhaps an overline.
fn title<'a>(lines: &[Line<'a>]) -> Option<(usize, Option<BlockKind<'a>>)> {
    let overlined = is_adornment(lines[0].text);
    let text = lines.get(usize::from(overlined))?;
    let under = lines.get(usize::from(overlined) + 1)?.text.trim_end();
    let length = text.text.trim_end().chars().count();
    let is_long_enough = under.chars().count() >= length.min(4);
    let is_other =
        text.is_blank() || is_adornment(text.text) || is_markup(text.text) || is_table_row(text.text);
    let is_text = !is_other && (overlined || text.indent() == 0);
    let matches = !overlined || lines[0].text.trim_end() == under;
    if !(is_adornment(under) && is_long_enough && is_text && matches) {
        return None;
    }
    let is_underlined = under.chars().count() >= length;
    let kind = BlockKind::Title { text: collapse(text.text), is_underlined };
    Some((usize::from(overlined) + 2, Some(kind)))
}

/// Whether a line repeats one punctuation character.
fn is_adornment(text: &str) -> bool {
    let text = text.trim_end();
    let mut chars = text.chars();
    let first = chars.next();
    first.is_some_and(|c| c.is_ascii_punctuation()) && text.len() >= 2 && chars.all(|c| Some(c) == first)
}

fn is_simple_table_border(text: &str) -> bool {
    let groups: Vec<_> = text.split_whitespace().collect();
    groups.len() > 1 && groups.iter().all(|group| group.chars().all(|c| c == '='))
}

fn is_table_border(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("+-") || text.starts_with("+=")
}

fn is_table_row(text: &str) -> bool {
    text.trim_start().starts_with(['+', '|'])
}

fn is_markup(text: &str) -> bool {
    text == ".." || text.starts_with(".. ")
}

/// A directive with its indented lines. Comments and labels are not blocks.
fn markup<'a>(lines: &[Line<'a>]) -> (usize, Option<BlockKind<'a>>) {
    let first = lines[0].text;
    let body = count(&lines[1..], |line| line.is_blank() || line.indent() > 0);
    let content = dedented(&lines[1..=body]);
    let text = first.get(3..).unwrap_or_default().trim();
    let kind = match text.split_once("::") {
        _ if text.starts_with(['_', '[']) => None,
        Some(_) if text.starts_with('|') => Some(BlockKind::Unknown("a substitution (`.. |name|`)")),
        Some((name, argument)) if ADMONITIONS.split_whitespace().any(|known| known == name) => {
            Some(BlockKind::Paragraph(collapse(&format!("{argument} {}", joined(&content)))))
        }
        Some((name, argument)) if !name.is_empty() && !name.contains(char::is_whitespace) => {
            Some(BlockKind::Directive { name, argument: argument.trim(), content })
        }
        _ => None,
    };
    (body + 1, kind)
}

/// `**Name**`, alone or followed by a remark: after a dash, emphasised, or in parentheses.
fn heading(text: &str) -> Option<(String, String)> {
    let (name, rest) = text.strip_prefix("**")?.split_once("**")?;
    let rest = rest.trim();
    if !rest.is_empty() && !rest.starts_with(['\u{2014}', '\u{2013}', '-', ':', '`', '*', '(']) {
        return None;
    }
    let remark = rest.trim_start_matches(['\u{2014}', '\u{2013}', '-', ':', ' ']);
    let name = name.trim().trim_end_matches(':');
    (!name.is_empty()).then(|| (collapse(name), collapse(&remark.replace(['`', '*'], ""))))
}

/// A paragraph: lines up to a blank line or the start of another block.
fn paragraph<'a>(lines: &[Line<'a>]) -> (usize, Option<BlockKind<'a>>) {
    let ends = |line: &Line<'_>| {
        line.is_blank()
            || is_table_border(line.text)
            || is_markup(line.text)
            || is_item(line.text)
            || heading(line.text).is_some()
    };
    let taken = 1 + count(&lines[1..], |line| !ends(line));
    (taken, Some(BlockKind::Paragraph(collapse(&joined(&lines[..taken])))))
}

/// Whether a line starts a list item.
fn is_item(text: &str) -> bool {
    let text = text.trim_start();
    ["- ", "* ", "+ ", "#. "].iter().any(|mark| text.starts_with(mark))
}

/// Whether a paragraph only says that a section is empty.
pub(super) fn says_nothing(text: &str) -> bool {
    ["not applicable", "none", "n/a"].contains(&text.to_ascii_lowercase().trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::super::line::numbered;
    use super::*;

    fn kinds(text: &str) -> Vec<(usize, String)> {
        let lines = numbered(text);
        blocks(&lines).into_iter().map(|block| (block.line, format!("{:?}", block.kind))).collect()
    }

    /// The only block of a string.
    fn only(text: &str) -> String {
        let kinds = kinds(text);
        assert_eq!(kinds.len(), 1, "{kinds:?}");
        kinds[0].1.clone()
    }

    #[test]
    fn bold_text_is_a_heading_unless_a_sentence_follows() {
        assert_eq!(
            only("**Request Body** — Required `(when adding)`"),
            r#"Heading { name: "Request Body", remark: "Required (when adding)", is_apart: true }"#
        );
        assert_eq!(
            only("**HTTP Headers:**"),
            r#"Heading { name: "HTTP Headers", remark: "", is_apart: true }"#
        );
        assert_eq!(only("**Note** that it is so."), r#"Paragraph("**Note** that it is so.")"#);
    }

    #[test]
    fn a_heading_ends_the_paragraph_before_it() {
        assert_eq!(
            kinds("not applicable\n**Responses**\n"),
            [
                (1, r#"Paragraph("not applicable")"#.to_owned()),
                (2, r#"Heading { name: "Responses", remark: "", is_apart: false }"#.to_owned()),
            ]
        );
    }

    #[test]
    fn titles_have_an_underline_and_may_have_an_overline() {
        assert_eq!(only("A Title\n======="), r#"Title { text: "A Title", is_underlined: true }"#);
        assert_eq!(only("A Title\n===="), r#"Title { text: "A Title", is_underlined: false }"#);
        assert_eq!(only("=======\nA Title\n======="), r#"Title { text: "A Title", is_underlined: true }"#);
        assert_eq!(only("A Title\n--"), r#"Paragraph("A Title --")"#);
    }

    #[test]
    fn comments_labels_and_transitions_are_not_blocks() {
        assert_eq!(kinds(".. a comment\n   of two lines\n\n.. _label:\n\n----------\n\n..\n"), []);
    }

    #[test]
    fn an_admonition_is_prose() {
        assert_eq!(only(".. note:: Beware:\n\n   it is\n   so."), r#"Paragraph("Beware: it is so.")"#);
    }

    #[test]
    fn each_list_item_is_a_paragraph() {
        assert_eq!(
            kinds("- one\n  more\n- two\n"),
            [(1, r#"Paragraph("- one more")"#.to_owned()), (3, r#"Paragraph("- two")"#.to_owned())]
        );
    }
}
