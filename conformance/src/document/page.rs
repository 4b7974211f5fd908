//! The OpenAPI block of a docs page.

use super::Fault;

/// The block's text and how many lines of the page stand before it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) text: String,
    pub(super) offset: usize,
}

/// A fenced block of any kind.
struct Fenced<'a> {
    info: &'a str,
    /// The line of the opening fence, from 1.
    line: usize,
    lines: Vec<&'a str>,
}

/// Finds the one fenced block of a page that is an OpenAPI document. What stands around it is the
/// docs site's, not the API's, and is passed over deliberately.
pub(super) fn openapi_block(page: &str) -> Result<Block, Fault> {
    let mut found: Option<Fenced<'_>> = None;
    for block in fenced_blocks(page)? {
        if !holds_openapi(&block) {
            continue;
        }
        if let Some(first) = &found {
            let message = format!(
                "a second OpenAPI block (the first is at line {}); keep one block a page",
                first.line
            );
            return Err(Fault::new(block.line, message));
        }
        found = Some(block);
    }
    match found {
        Some(block) => Ok(Block { text: block.lines.join("\n"), offset: block.line }),
        None => Err(Fault::new(
            0,
            "no fenced block that begins with ```yaml or ```json and holds an `openapi:` key; \
             is this the page's Markdown source?",
        )),
    }
}

fn fenced_blocks(page: &str) -> Result<Vec<Fenced<'_>>, Fault> {
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
                    let message = format!(
                        "the block that begins here with {} is never closed; close it with the same marks",
                        fence.marks()
                    );
                    return Err(Fault::new(index + 1, message));
                }
            }
        }
        blocks.push(Fenced { info: fence.info, line: index + 1, lines: content });
    }
    Ok(blocks)
}

/// The line that opens a block: three or more backticks or tildes, and what the block holds.
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

    /// The content of an indented fence is indented with it.
    fn strip_indent<'b>(&self, line: &'b str) -> &'b str {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        &line[blanks.min(self.indent)..]
    }

    fn marks(&self) -> String {
        self.mark.to_string().repeat(self.count)
    }
}

fn holds_openapi(block: &Fenced<'_>) -> bool {
    let language = block.info.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    match language.to_ascii_lowercase().as_str() {
        "yaml" | "yml" => block.lines.iter().any(|line| is_version_key(line)),
        "json" => block.lines.iter().any(|line| is_version_key(line.trim_start_matches(['{', ' ', '\t']))),
        _ => false,
    }
}

/// `openapi:` or `"openapi":`, or the key older documents have in its place.
fn is_version_key(line: &str) -> bool {
    ["openapi", "swagger"].iter().any(|key| {
        let quoted = line.strip_prefix('"').and_then(|rest| rest.strip_prefix(key)?.strip_prefix('"'));
        quoted.or_else(|| line.strip_prefix(key)).is_some_and(|rest| rest.trim_start().starts_with(':'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(page: &str) -> Block {
        openapi_block(page).unwrap()
    }

    #[test]
    fn other_blocks_and_shorter_fences_inside_are_passed_over() {
        let page =
            "```bash\ncurl\n```\n\n~~~~ yaml title=x\n# comment\nopenapi: 3.0.0\nx: |\n  ~~~\n  ```\n~~~~\n";
        assert_eq!(
            block(page),
            Block { text: "# comment\nopenapi: 3.0.0\nx: |\n  ~~~\n  ```".to_owned(), offset: 5 }
        );
    }

    #[test]
    fn an_indented_fence_takes_its_indentation_from_its_lines() {
        let page = "  ```json\n  {\n    \"openapi\": \"3.0.0\"\n }\n  ```";
        assert_eq!(block(page), Block { text: "{\n  \"openapi\": \"3.0.0\"\n}".to_owned(), offset: 1 });
    }

    #[test]
    fn inline_code_and_deep_indentation_begin_no_block() {
        assert!(fenced_blocks("```yaml```\n    ```yaml\n``\n").unwrap().is_empty());
    }
}
