//! Decoding of files, and the formats of texts.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::error::{LineError, Result};

/// The maximum size of a file, in bytes. The largest published OpenAPI documents have about 12 MiB.
pub(crate) const MAX_BYTES: usize = 32 * 1024 * 1024;

/// Decodes a file: UTF-8, without byte order mark, with `\n` line ends.
pub(super) fn decode(bytes: &[u8]) -> Result<String> {
    if bytes.len() > MAX_BYTES {
        let most = MAX_BYTES / (1024 * 1024);
        let message = format!(
            "the file is larger than {most} MiB, which is the maximum; check that it is the right file"
        );
        return Err(LineError::new(1, message));
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        let message = "the file starts with a UTF-16 byte order mark; save the file as UTF-8";
        return Err(LineError::new(1, message));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let bad = bytes.get(at).copied().unwrap_or_default();
        let message = format!("the byte 0x{bad:02X} is not valid UTF-8 here; save the file as UTF-8");
        LineError::new(line_of(&bytes[..at]), message)
    })?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if let Some(at) = text.find(is_forbidden) {
        let found = text[at..].chars().next().unwrap_or_default();
        let message = format!("the control character U+{:04X} is not allowed; remove it", u32::from(found));
        return Err(LineError::new(line_of(&text.as_bytes()[..at]), message));
    }
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// Control characters that YAML and JSON forbid. A YAML parser takes NUL as the end of the text, so the
/// rest would be lost without an error.
fn is_forbidden(c: char) -> bool {
    c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{7F}')
}

/// The line, from 1, of the byte that follows these bytes.
fn line_of(before: &[u8]) -> usize {
    let ends = before.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
    let pairs = before.windows(2).filter(|pair| pair == b"\r\n").count();
    1 + ends - pairs
}

/// The format of a string.
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
    /// Chosen by the file extension, or by the text if the extension is unknown.
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

/// The hash of a string, to compare many long strings in little memory. It is the same in each run.
pub(crate) fn hash(text: &str) -> u64 {
    BuildHasherDefault::<DefaultHasher>::new().hash_one(text)
}

#[cfg(test)]
mod tests {
    use super::{Format, decode};

    #[test]
    fn line_ends_are_normalised_and_the_byte_order_mark_is_removed() {
        assert_eq!(decode(b"\xEF\xBB\xBFa\r\nb\rc\n").unwrap(), "a\nb\nc\n");
    }

    #[test]
    fn the_line_of_an_invalid_byte_is_the_one_editors_show() {
        assert_eq!(decode(b"a\r\nb\rc\n\xFF").unwrap_err().line, 4);
        assert_eq!(decode(b"a\r\nb\rc\n\x07").unwrap_err().line, 4);
    }

    #[test]
    fn the_extension_selects_the_format_and_otherwise_the_text_does() {
        assert_eq!(Format::of("a.YML", ".. http:get:: /a"), Format::OpenApi);
        assert_eq!(Format::of("a.rst", "openapi: 3.0.0"), Format::Rst);
        assert_eq!(Format::of("a.md", ""), Format::Page);
        assert_eq!(Format::of("page.txt", "Title\n=====\n\n.. http:get:: /a"), Format::Rst);
        assert_eq!(Format::of("-", "# Title\n\n```yaml\nopenapi: 3.0.0\n```"), Format::Page);
        assert_eq!(Format::of("-", "{\"openapi\": \"3.0.0\"}"), Format::OpenApi);
    }
}
