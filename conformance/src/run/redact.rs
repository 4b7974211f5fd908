//! Redaction: what changes from run to run, and what must never be printed.

use anstream::adapter::strip_str;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::form_urlencoded::byte_serialize;

use crate::plan::Source;
use crate::plan::request::UNRESERVED;
use crate::plan::upload::SIGNATURE;

/// Replaces secrets and addresses in a text by their names.
#[derive(Clone, Debug, Default)]
pub struct Redactor(Vec<(String, String)>);

impl Redactor {
    /// A redactor for the cases of one document.
    pub fn new(source: &Source) -> Self {
        let credential = source.provider.credential();
        let mut redactor = Self::default();
        redactor.secret(&credential.sample, &format!("[{}]", credential.name));
        redactor.secret(SIGNATURE, "[signature]");
        redactor
    }

    /// Also replaces any other text.
    pub fn replace(&mut self, text: &str, by: &str) {
        if !text.is_empty() {
            self.0.push((text.to_owned(), by.to_owned()));
        }
    }

    /// Also replaces a secret, in every spelling in which a server may send it back.
    pub fn secret(&mut self, secret: &str, by: &str) {
        for spelling in spellings(secret) {
            self.replace(&spelling, by);
        }
    }

    /// The text with everything replaced, and with nothing in it that a terminal would obey.
    pub fn text(&self, text: &str) -> String {
        // Made visible first: a secret that is broken up by what is not seen is none the less one.
        self.0.iter().fold(visible(text), |text, (from, to)| text.replace(from, to))
    }
}

/// A secret as it is, and as URLs, forms, JSON and mail write it.
fn spellings(secret: &str) -> Vec<String> {
    let json = serde_json::Value::from(secret).to_string();
    let json = json.trim_matches('"');
    let escaped = [("&", "\\u0026"), ("=", "\\u003d"), ("+", "\\u002b"), ("<", "\\u003c"), (">", "\\u003e")];
    let mut all = vec![
        secret.to_owned(),
        json.to_owned(),
        json.replace('/', "\\/"),
        json.replace('&', "\\u0026"),
        escaped.iter().fold(json.to_owned(), |text, (from, to)| text.replace(from, to)),
        secret.replace('&', "&amp;"),
        byte_serialize(secret.as_bytes()).collect(),
        utf8_percent_encode(secret, UNRESERVED).to_string(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        STANDARD.encode(secret),
    ];
    all.sort();
    all.dedup();
    all
}

/// A text without the escapes that terminals obey, and with a mark for whatever else is not seen.
pub fn visible(text: &str) -> String {
    let is_hidden = |c: char| {
        (c.is_control() && !['\n', '\t'].contains(&c))
            || matches!(c, '\u{FFFE}' | '\u{FFFF}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    strip_str(text).to_string().chars().map(|c| if is_hidden(c) { '\u{FFFD}' } else { c }).collect()
}

/// A text cut to what a person reads at a glance.
pub(in crate::run) fn shorten(text: &str) -> String {
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_replaced_however_it_is_written() {
        let mut redactor = Redactor::default();
        redactor.secret("T0K/+w=ch&rs \"q", "[token]");
        for echo in [
            "T0K/+w=ch&rs \"q",
            "T0K%2F%2Bw%3Dch%26rs+%22q",
            "T0K%2F%2Bw%3Dch%26rs%20%22q",
            r#"T0K\/+w=ch&rs \"q"#,
            r#"T0K/+w=ch\u0026rs \"q"#,
            r#"T0K/\u002bw\u003dch\u0026rs \"q"#,
            "VDBLLyt3PWNoJnJzICJx",
            "T0K/+w\u{1b}[31m=ch&rs \"q",
        ] {
            assert_eq!(redactor.text(&format!("<{echo}>")), "<[token]>", "{echo}");
        }
        redactor.replace("", "[nothing]");
        assert_eq!(redactor.text("as it is"), "as it is");
    }

    #[test]
    fn what_a_terminal_would_obey_is_not_printed() {
        assert_eq!(visible("a\u{1b}[2Jb\u{1b}]0;title\u{7}c\0d\u{202e}e\n\tf"), "abcd\u{FFFD}e\n\tf");
    }
}
