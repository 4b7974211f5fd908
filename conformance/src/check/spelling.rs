//! The spellings in which a program may show a secret. Redaction replaces them, and the rules about secrets look for them.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::form_urlencoded::byte_serialize;

use crate::wire::serialisation::UNRESERVED;
use crate::wire::target::with_escapes;

/// The number of characters in a half: the beginning or the end of a secret. Secrets shorter than a half are not looked for in
/// other case, hexadecimal digits or base64: such short strings occur in other text by accident.
const HALF: usize = 12;

/// The smallest number of characters of a secret with halves.
const LONG: usize = 2 * HALF;

/// The spellings of each secret so far. Each case needs those of the same few secrets, and they take longer than the rest of its
/// check.
static KNOWN: LazyLock<Mutex<HashMap<String, Arc<Spellings>>>> = LazyLock::new(Mutex::default);

/// The spellings of one secret, and its halves. They are found in one pass: a client may log megabytes.
#[derive(Debug)]
pub(super) struct Spellings {
    /// The spellings, then the halves.
    all: Vec<String>,
    halves: usize,
    /// None when the secret is too long for the finder. Such a configuration has no use. Each string is then replaced as a whole.
    finder: Option<AhoCorasick>,
}

impl Spellings {
    /// The spellings of a secret: as it is, and as URLs, forms, JSON, XML, base64 and hexadecimal digits encode it.
    pub(super) fn of(secret: &str) -> Arc<Self> {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get(secret) {
            Some(spellings) => Arc::clone(spellings),
            None => Arc::clone(known.entry(secret.to_owned()).or_insert_with(|| Self::new(secret).into())),
        }
    }

    fn new(secret: &str) -> Self {
        let (mut all, halves) = (spelled(secret), halves(secret));
        let count = halves.len();
        all.extend(halves);
        // The longest: the secret, not its half.
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&all).ok();
        Self { all, halves: count, finder }
    }

    /// The beginning and the end of the secret, if it is long.
    pub(super) fn halves(&self) -> &[String] {
        &self.all[self.all.len() - self.halves..]
    }

    /// Whether a string has a spelling of the secret, or a half of it that is not in `passed_over`.
    pub(super) fn are_in(&self, text: &str, passed_over: &[String]) -> bool {
        let found = self.finder.iter().flat_map(|finder| finder.find_iter(text));
        found.into_iter().any(|found| !passed_over.contains(&self.all[found.pattern()]))
    }

    /// The string with each spelling and half of the secret replaced.
    pub(super) fn replaced(&self, text: String, by: &str) -> String {
        match &self.finder {
            Some(finder) if finder.is_match(&text) => finder.replace_all(&text, &vec![by; self.all.len()]),
            Some(_) => text,
            None => by.to_owned(),
        }
    }
}

fn spelled(secret: &str) -> Vec<String> {
    let mut all = vec![secret.to_owned()];
    all.extend(percent(secret));
    all.extend(json(secret));
    all.extend(xml(secret));
    if secret.len() >= HALF {
        all.extend([secret.to_uppercase(), secret.to_lowercase()]);
        all.extend([
            bytes(secret, |byte| format!("{byte:02x}")),
            bytes(secret, |byte| format!("{byte:02X}")),
        ]);
        all.extend(base64(secret));
    }
    all.sort();
    all.dedup();
    all
}

/// The beginning and the end of a long secret.
fn halves(secret: &str) -> Vec<String> {
    let characters: Vec<char> = secret.chars().collect();
    let has_halves = characters.len() >= LONG;
    let halves = [
        characters.iter().take(HALF).collect(),
        characters[characters.len().saturating_sub(HALF)..].iter().collect(),
    ];
    halves.into_iter().filter(|_| has_halves).collect()
}

/// Percent-encoded once and twice, with digits in upper and lower case.
fn percent(secret: &str) -> impl Iterator<Item = String> {
    let once = [
        byte_serialize(secret.as_bytes()).collect(),
        utf8_percent_encode(secret, UNRESERVED).to_string(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        bytes(secret, |byte| format!("%{byte:02X}")),
    ];
    // .NET writes the digits of escapes in lower case.
    let small = |encoded: &str| with_escapes(encoded, |digits| format!("%{}", digits.to_lowercase()));
    let once = once.into_iter().flat_map(move |encoded| [small(&encoded), encoded]);
    once.flat_map(|encoded| [encoded.replace('%', "%25"), encoded])
}

/// In a JSON string: with the escapes it needs, and with those that encoders add for HTML.
fn json(secret: &str) -> Vec<String> {
    let needed = serde_json::Value::from(secret).to_string();
    let needed = needed.trim_matches('"');
    let of_html = ["&", "=", "+", "<", ">"].iter().fold(needed.to_owned(), |text, character| {
        text.replace(character, &each(character, |_| false, |code| format!("\\u{code:04x}")))
    });
    let is_plain = |character: char| character.is_ascii_alphanumeric();
    vec![
        needed.to_owned(),
        needed.replace('/', "\\/"),
        needed.replace('&', "\\u0026"),
        of_html,
        each(secret, is_plain, |code| format!("\\u{code:04x}")),
        each(secret, is_plain, |code| format!("\\u{code:04X}")),
        each(secret, |_| false, |code| format!("\\u{code:04x}")),
        each(secret, |_| false, |code| format!("\\u{code:04X}")),
    ]
}

/// In XML or HTML: with named and with numeric entities.
fn xml(secret: &str) -> Vec<String> {
    let named = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;")];
    let named = named.iter().fold(secret.to_owned(), |text, (from, to)| text.replace(from, to));
    let is_plain = |character: char| character.is_ascii_alphanumeric();
    vec![
        secret.replace('&', "&amp;"),
        named.replace('\'', "&apos;"),
        named.replace('\'', "&#39;"),
        named.replace('\'', "&#x27;"),
        named,
        each(secret, is_plain, |code| format!("&#{code};")),
        each(secret, is_plain, |code| format!("&#x{code:x};")),
        each(secret, is_plain, |code| format!("&#x{code:X};")),
    ]
}

/// In base64, alone and as a part of a longer string such as `user:secret`. Base64 encodes three bytes at a time, so the result
/// depends on the number of bytes before the secret. Characters that also depend on the bytes beside the secret are left out.
fn base64(secret: &str) -> Vec<String> {
    let mut all = vec![STANDARD.encode(secret), URL_SAFE.encode(secret)];
    for before in 0..3 {
        let content = [&vec![0; before], secret.as_bytes()].concat();
        let own = (before * 8).div_ceil(6)..content.len() * 8 / 6;
        let encoded = [STANDARD_NO_PAD.encode(&content), URL_SAFE_NO_PAD.encode(&content)];
        all.extend(encoded.iter().filter_map(|encoded| encoded.get(own.clone())).map(str::to_owned));
    }
    all
}

fn bytes(secret: &str, spell: impl Fn(u8) -> String) -> String {
    secret.bytes().map(spell).collect()
}

/// The secret with each character that is not plain replaced by its spelling.
fn each(secret: &str, is_plain: impl Fn(char) -> bool, spell: impl Fn(u32) -> String) -> String {
    let spelled = |character: char| match is_plain(character) {
        true => character.to_string(),
        false => spell(character.into()),
    };
    secret.chars().map(spelled).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_recognised_in_each_encoding() {
        let secret = "T0K/+w=ch&rs \"q'ü";
        let known = spelled(secret);
        for shown in [
            "T0K%252F%252Bw%253Dch%2526rs",
            "T0K%252f%252bw%253dch%2526rs",
            "T0K\\u002F\\u002Bw\\u003Dch\\u0026rs",
            "T0K&#47;&#43;w&#61;ch&#38;rs",
            "T0K/+w=ch&amp;rs &quot;q&#39;",
            "54304b2f2b773d6368267273",
            "T0K/+W=CH&RS",
            "t0k/+w=ch&rs",
            &STANDARD.encode(secret),
            &URL_SAFE_NO_PAD.encode(secret),
        ] {
            assert!(known.iter().any(|spelling| spelling.starts_with(shown)), "{shown}");
        }
        for before in ["", "a", "ab", "abc"] {
            let shown = STANDARD.encode(format!("{before}{secret}:x"));
            assert!(known.iter().any(|spelling| shown.contains(spelling)), "{before}");
        }
    }

    #[test]
    fn only_a_long_secret_has_halves() {
        assert_eq!(halves("abcdefghijklmnopqrstuvwxyz"), ["abcdefghijkl", "opqrstuvwxyz"]);
        assert_eq!(halves("abcdefghijklmnopqrstuvw"), [""; 0]);
    }
}
