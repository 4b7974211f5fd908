//! Docs pages in Markdown: the fenced block that contains the OpenAPI document.

use super::error::{LineError, Result};

/// A fenced block of any language.
struct FencedBlock<'a> {
    info: &'a str,
    /// The line of the opening fence, from 1.
    line: usize,
    lines: Vec<&'a str>,
}

/// Finds the fenced block that contains the OpenAPI document; a page must have exactly one. Returns its text
/// and the number of page lines before it. The rest of the page belongs to the docs site, not to the API.
pub(super) fn openapi_block(page: &str) -> Result<(String, usize)> {
    let mut blocks = fenced_blocks(page)?.into_iter().filter(holds_openapi);
    let message = "no fenced block that starts with ```yaml or ```json contains an `openapi:` or `swagger:` key; \
                   check that this is the page's Markdown source";
    let FencedBlock { line, lines, .. } = blocks.next().ok_or_else(|| LineError::new(0, message))?;
    if let Some(second) = blocks.next() {
        let message = format!(
            "the page has a second OpenAPI block (the first is at line {line}); keep one block per page"
        );
        return Err(LineError::new(second.line, message));
    }
    Ok((lines.join("\n"), line))
}

fn fenced_blocks(page: &str) -> Result<Vec<FencedBlock<'_>>> {
    let mut blocks = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let Some(fence) = Fence::opening(line) else {
            continue;
        };
        let mut content = Vec::new();
        loop {
            match lines.next() {
                Some((_, line)) if fence.is_closed_by(line) => break,
                Some((_, line)) => content.push(fence.strip_indent(line)),
                None => {
                    let marks = fence.mark.to_string().repeat(fence.count);
                    let message = format!(
                        "the fenced block that starts here with {marks} has no end; close it with the same fence"
                    );
                    return Err(LineError::new(index + 1, message));
                }
            }
        }
        blocks.push(FencedBlock { info: fence.info, line: index + 1, lines: content });
    }
    Ok(blocks)
}

/// An opening fence: three or more backticks or tildes, then the info string.
struct Fence<'a> {
    mark: char,
    count: usize,
    indent: usize,
    info: &'a str,
}

impl<'a> Fence<'a> {
    fn opening(line: &'a str) -> Option<Self> {
        let text = line.trim_start_matches(' ');
        let indent = line.len() - text.len();
        let mark = text.chars().next().filter(|mark| "`~".contains(*mark))?;
        let info = text.trim_start_matches(mark);
        let count = text.len() - info.len();
        let is_fence = count >= 3 && indent <= 3 && !(mark == '`' && info.contains('`'));
        is_fence.then(|| Fence { mark, count, indent, info: info.trim() })
    }

    fn is_closed_by(&self, line: &str) -> bool {
        Fence::opening(line)
            .is_some_and(|end| end.mark == self.mark && end.count >= self.count && end.info.is_empty())
    }

    /// Removes the indentation of the fence from a content line.
    fn strip_indent<'b>(&self, line: &'b str) -> &'b str {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        &line[blanks.min(self.indent)..]
    }
}

fn holds_openapi(block: &FencedBlock<'_>) -> bool {
    let language = block.info.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    match language.to_ascii_lowercase().as_str() {
        "yaml" | "yml" => block.lines.iter().any(|line| is_version_key(line)),
        "json" => block.lines.iter().any(|line| is_version_key(line.trim_start_matches(['{', ' ', '\t']))),
        _ => false,
    }
}

/// Whether a line starts with the key `openapi`, or with `swagger`, the key of older versions.
fn is_version_key(line: &str) -> bool {
    ["openapi", "swagger"].iter().any(|key| {
        let quoted = line.strip_prefix('"').and_then(|rest| rest.strip_prefix(key)?.strip_prefix('"'));
        quoted.or_else(|| line.strip_prefix(key)).is_some_and(|rest| rest.trim_start().starts_with(':'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_blocks_and_shorter_inner_fences_are_ignored() {
        let page =
            "```bash\ncurl\n```\n\n~~~~ yaml title=x\n# comment\nopenapi: 3.0.0\nx: |\n  ~~~\n  ```\n~~~~\n";
        let text = "# comment\nopenapi: 3.0.0\nx: |\n  ~~~\n  ```";
        assert_eq!(openapi_block(page).unwrap(), (text.to_owned(), 5));
    }

    #[test]
    fn content_loses_the_indentation_of_its_fence() {
        let page = "  ```json\n  {\n    \"openapi\": \"3.0.0\"\n }\n  ```";
        assert_eq!(openapi_block(page).unwrap(), ("{\n  \"openapi\": \"3.0.0\"\n}".to_owned(), 1));
    }

    #[test]
    fn inline_code_and_deep_indentation_start_no_block() {
        assert!(fenced_blocks("```yaml```\n    ```yaml\n``\n").unwrap().is_empty());
    }
}
