//! Redaction of secrets, and of addresses that differ from run to run.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use regex::{Captures, Regex};

use super::spelling::Spellings;
use crate::plan::presigned::SIGNATURE;
use crate::plan::source::Source;
use crate::style::{cut, visible};

/// Replaces secrets and addresses in a string by their names.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    secrets: Vec<(Arc<Spellings>, String)>,
    /// What else is replaced, the longest first: one string can occur in another.
    replaced: Vec<(String, String)>,
    /// Whether signatures of URLs are redacted by the names of their parameters. Those of a real server are not known in advance.
    takes_signatures: bool,
}

/// A parameter that signs a URL or a form: its name, the separator, and its value. It is found in any string: in a sentence, in
/// XML, in a URL within a URL.
static SIGNED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let name = r"[\w.-]*(?:signature|credential|token|hmac|policy|key-pair-id|access-?key-?id)|\bsig";
    let separator = r#"(?:=|%3d|%253d|"\s*:\s*")"#;
    Regex::new(&format!(r#"(?i)((?:{name}){separator})([^\s"'<>&;,\\]{{4,}}?)(%26|[\s"'<>&;,\\]|$)"#)).ok()
});

/// An ASCII character written as a JSON escape.
static ESCAPED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\\u00([2-7][0-9A-Fa-f])").ok());

impl Redactor {
    /// A redactor for the cases of one document.
    pub fn new(source: &Source) -> Self {
        let mut redactor = Self::default();
        for credential in source.provider.credentials() {
            redactor.secret(&credential.sample(), &format!("[{}]", credential.name));
        }
        redactor.secret(SIGNATURE, "[signature]");
        redactor
    }

    /// Also replaces this string.
    pub fn replace(&mut self, text: &str, by: &str) {
        if !text.is_empty() {
            let longer = self.replaced.partition_point(|(known, _)| known.len() >= text.len());
            self.replaced.insert(longer, (text.to_owned(), by.to_owned()));
        }
    }

    /// Also replaces a secret, in each encoding in which a server or a client may repeat it, and its halves.
    pub fn secret(&mut self, secret: &str, by: &str) {
        if !secret.is_empty() {
            self.secrets.push((Spellings::of(secret), by.to_owned()));
        }
    }

    /// Also redacts signatures of URLs, by the names of their parameters.
    pub fn take_signatures(&mut self) {
        self.takes_signatures = true;
    }

    /// The string, cut to [`MAX_TEXT`] if it is longer. It is redacted before it is cut, so that no half of a secret stays. A
    /// shorter string is not redacted here: the caller redacts the whole.
    pub(super) fn excerpt<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if text.len() <= MAX_TEXT {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(cut(&self.text(text), MAX_TEXT).into_owned())
        }
    }

    /// The string with everything replaced, and without terminal escapes.
    pub fn text(&self, text: &str) -> String {
        // Invisible characters are removed first: they could split a secret.
        let mut text = visible(text);
        if self.takes_signatures {
            text = without_signatures(&plain(&text));
        }
        let text = self.secrets.iter().fold(text, |text, (secret, by)| secret.replaced(text, by));
        let found = |text: &String, from: &String| text.contains(from.as_str());
        self.replaced
            .iter()
            .fold(text, |text, (from, to)| if found(&text, from) { text.replace(from, to) } else { text })
    }
}

/// A string with needless JSON escapes decoded. Escapes of characters with a meaning in JSON are kept.
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

/// The most that a report keeps of one body, message or log, in bytes.
pub(crate) const MAX_TEXT: usize = 8 * 1024;

/// A string for one line of a finding or an error.
pub(crate) fn shorten(text: &str) -> String {
    const MAX_BYTES: usize = 400;
    cut(text, MAX_BYTES).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_replaced_in_each_encoding() {
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
    fn the_signature_of_a_url_is_redacted_wherever_it_occurs() {
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
