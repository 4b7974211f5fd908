//! A file's bytes as text, and what kind of text it is.

use super::Fault;

/// The largest file that is read. The largest published OpenAPI documents have about 12 MiB.
pub(crate) const MAX_BYTES: usize = 32 * 1024 * 1024;

/// The text of a file: UTF-8 without byte order mark, its lines ended by `\n` alone.
pub(super) fn decode(bytes: &[u8]) -> Result<String, Fault> {
    if bytes.len() > MAX_BYTES {
        let most = MAX_BYTES / (1024 * 1024);
        let message = format!("it has more than the {most} MiB that are read; is this an API description?");
        return Err(Fault::new(1, message));
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(Fault::new(1, "UTF-16, by its first two bytes; save the file as UTF-8"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let bad = bytes.get(at).copied().unwrap_or_default();
        let message = format!("not UTF-8 (the byte 0x{bad:02X}); save the file as UTF-8");
        Fault::new(line_of(&bytes[..at]), message)
    })?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if let Some(at) = text.find(is_forbidden) {
        let found = text[at..].chars().next().unwrap_or_default();
        let message = format!("a control character (U+{:04X}); remove it", u32::from(found));
        return Err(Fault::new(line_of(&text.as_bytes()[..at]), message));
    }
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// Control characters that no text has. YAML and JSON forbid them, and to a YAML parser a NUL would
/// be the end.
fn is_forbidden(c: char) -> bool {
    c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{7F}')
}

/// The line, from 1, on which the byte after these stands.
fn line_of(before: &[u8]) -> usize {
    let ends = before.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
    let pairs = before.windows(2).filter(|pair| pair == b"\r\n").count();
    1 + ends - pairs
}

/// What a text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// YAML or JSON.
    OpenApi,
    /// Markdown with a fenced block of YAML or JSON.
    Page,
    /// reStructuredText.
    Rst,
}

impl Format {
    /// By the name's ending, or by the text if the ending says nothing.
    pub(super) fn of(name: &str, text: &str) -> Self {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        match ending.as_deref() {
            Some("yaml" | "yml" | "json") => Self::OpenApi,
            Some("md" | "mdx" | "markdown") => Self::Page,
            Some("rst") => Self::Rst,
            _ if has_line(text, &[".. http:"]) => Self::Rst,
            _ if has_line(text, &["```", "~~~"]) => Self::Page,
            _ => Self::OpenApi,
        }
    }
}

fn has_line(text: &str, beginnings: &[&str]) -> bool {
    text.lines().any(|line| beginnings.iter().any(|beginning| line.starts_with(beginning)))
}

#[cfg(test)]
mod tests {
    use super::{Format, decode};

    #[test]
    fn line_ends_and_byte_order_mark_are_gone() {
        assert_eq!(decode(b"\xEF\xBB\xBFa\r\nb\rc\n").unwrap(), "a\nb\nc\n");
    }

    #[test]
    fn the_line_of_a_bad_byte_is_the_editors() {
        assert_eq!(decode(b"a\r\nb\rc\n\xFF").unwrap_err().line, 4);
        assert_eq!(decode(b"a\r\nb\rc\n\x07").unwrap_err().line, 4);
    }

    #[test]
    fn the_ending_decides_and_else_the_text() {
        assert_eq!(Format::of("a.YML", ".. http:get:: /a"), Format::OpenApi);
        assert_eq!(Format::of("a.rst", "openapi: 3.0.0"), Format::Rst);
        assert_eq!(Format::of("a.md", ""), Format::Page);
        assert_eq!(Format::of("page.txt", "Title\n=====\n\n.. http:get:: /a"), Format::Rst);
        assert_eq!(Format::of("-", "# Title\n\n```yaml\nopenapi: 3.0.0\n```"), Format::Page);
        assert_eq!(Format::of("-", "{\"openapi\": \"3.0.0\"}"), Format::OpenApi);
    }
}
