//! Redaction: what changes from run to run, and what must never be printed.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use regex::{Captures, Regex};
use url::form_urlencoded::byte_serialize;

use crate::plan::Source;
use crate::plan::request::UNRESERVED;
use crate::plan::upload::SIGNATURE;
use crate::style::visible;

/// Replaces secrets and addresses in a text by their names.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    replaced: Vec<(String, String)>,
    /// Whether what signs a URL is taken out wherever it stands: of a real server nobody knows it before.
    takes_signatures: bool,
}

/// What signs a URL, or a form of fields, as storages name it: a name, what parts it from its value, and that. In a text of
/// any kind, so that it is found in a sentence, in XML, in a URL within a URL.
static SIGNED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let name = r"[\w.-]*(?:signature|credential|token|hmac|policy|key-pair-id|access-?key-?id)|\bsig";
    let parted = r#"(?:=|%3d|%253d|"\s*:\s*")"#;
    Regex::new(&format!(r#"(?i)((?:{name}){parted})([^\s"'<>&;,\\]{{4,}}?)(%26|[\s"'<>&;,\\]|$)"#)).ok()
});

/// A character that JSON wrote as its number though it need not have.
static ESCAPED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\\u00([2-7][0-9A-Fa-f])").ok());

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
            self.replaced.push((text.to_owned(), by.to_owned()));
        }
    }

    /// Also replaces a secret, in every spelling in which a server may send it back.
    pub fn secret(&mut self, secret: &str, by: &str) {
        for spelling in spellings(secret) {
            self.replace(&spelling, by);
        }
    }

    /// Also takes out whatever signs a URL, by its name.
    pub fn take_signatures(&mut self) {
        self.takes_signatures = true;
    }

    /// The text with everything replaced, and with nothing in it that a terminal would obey.
    pub fn text(&self, text: &str) -> String {
        // Made visible first: a secret that is broken up by what is not seen is none the less one.
        let mut text = visible(text);
        if self.takes_signatures {
            text = without_signatures(&plain(&text));
        }
        self.replaced.iter().fold(text, |text, (from, to)| text.replace(from, to))
    }
}

/// A secret as it is, and as URLs, forms, JSON and mail write it.
fn spellings(secret: &str) -> Vec<String> {
    let json = serde_json::Value::from(secret).to_string();
    let json = json.trim_matches('"');
    let escaped = [("&", "\\u0026"), ("=", "\\u003d"), ("+", "\\u002b"), ("<", "\\u003c"), (">", "\\u003e")];
    let encoded = [
        byte_serialize(secret.as_bytes()).collect(),
        utf8_percent_encode(secret, UNRESERVED).to_string(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
    ];
    let mut all = vec![
        secret.to_owned(),
        json.to_owned(),
        json.replace('/', "\\/"),
        json.replace('&', "\\u0026"),
        escaped.iter().fold(json.to_owned(), |text, (from, to)| text.replace(from, to)),
        secret.replace('&', "&amp;"),
        STANDARD.encode(secret),
    ];
    all.extend(encoded.iter().map(|encoded| with_small_digits(encoded)));
    all.extend(encoded);
    all.sort();
    all.dedup();
    all
}

/// A percent-encoded text, as .NET writes it: `%2f` where others have `%2F`.
fn with_small_digits(encoded: &str) -> String {
    let mut parts = encoded.split('%');
    let start = parts.next().unwrap_or_default().to_owned();
    parts.fold(start, |text, part| {
        let (digits, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        text + "%" + &digits.to_lowercase() + rest
    })
}

/// A text with the characters that JSON escaped without need, but for those that mean something to it.
fn plain(text: &str) -> String {
    let Some(escaped) = ESCAPED.as_ref() else { return text.to_owned() };
    let character = |found: &Captures<'_>| match u8::from_str_radix(&found[1], 16).map(char::from) {
        Ok(character) if !['"', '\\', '\u{7f}'].contains(&character) => character.to_string(),
        _ => found[0].to_owned(),
    };
    escaped.replace_all(text, character).into_owned()
}

fn without_signatures(text: &str) -> String {
    let Some(signed) = SIGNED.as_ref() else { return text.to_owned() };
    signed.replace_all(text, "$1[signature]$3").into_owned()
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
            "T0K%2f%2bw%3dch%26rs+%22q",
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
    fn what_signs_a_url_is_taken_out_wherever_it_stands() {
        let mut redactor = Redactor::default();
        redactor.take_signatures();
        redactor.secret("sk-live-key", "[api_key]");
        for echo in [
            "PUT it to https://s.test/a?X-Amz-Signature=dead5161 now",
            "<Url>https://s.test/a?b=1&amp;Signature=dead5161&amp;c=2</Url>",
            "location: /a?sig=dead5161",
            r#"{"fields":{"X-Amz-Signature":"dead5161"}}"#,
            r#"{"u":"/a?X-Goog-Signature\u003ddea\u0064516\u0031"}"#,
            "https://other.test/?next=https%3A%2F%2Fs.test%3FX-Amz-Signature%3Ddead5161%26b%3D1",
        ] {
            let text = redactor.text(echo);
            assert!(text.contains("[signature]") && !text.contains("5161"), "{text}");
        }
        assert_eq!(
            redactor.text(r#"{"message":"\u0073k-live-key\u0022"}"#),
            r#"{"message":"[api_key]\u0022"}"#
        );
        let harmless = r#"{"message":"the signature is wrong","design":"a, b"}"#;
        assert_eq!(redactor.text(harmless), harmless);
    }
}
