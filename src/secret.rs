//! Credentials and pre-signed URLs: held so that they cannot be printed, and taken out of what others print.

use std::fmt;
use std::sync::{Arc, LazyLock};

use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// What stands where a secret was.
const REDACTED: &str = "[secret]";

/// A text that `Debug` does not show, wiped from memory when dropped.
#[derive(Clone)]
pub(crate) struct Secret(SecretString);

impl Secret {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

/// A URL to which media can be PUT, once asked for, until it expires (for cielo24 after 12 hours).
///
/// Whoever has it can write there, so it is treated as a password: neither `Debug` nor `Display` show it.
/// [`expose`](Self::expose) does.
#[derive(Clone)]
pub struct PresignedUrl(Secret);

impl PresignedUrl {
    /// Whether the URL may be used is checked by [`http::Base::trust`](crate::http::Base::trust), which makes them.
    pub(crate) fn new(url: &str) -> Self {
        Self(Secret::new(url))
    }

    /// The URL itself as the server gave it, signature included. It must not be printed or logged.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// What must not be seen of it: all of its query, and whatever in the query signs or identifies.
    pub(crate) fn secrets(&self) -> Secrets {
        let Ok(url) = Url::parse(self.expose()) else {
            return Secrets::default();
        };
        let mut secrets: Vec<String> = url.query().map(str::to_owned).into_iter().collect();
        for (name, value) in url.query_pairs().filter(|(name, _)| signs(name)) {
            // S3 names the key id, which begins the credential, alone.
            if name.to_ascii_lowercase().contains("credential") {
                secrets.extend(value.split('/').next().map(str::to_owned));
            }
            secrets.push(value.into_owned());
        }
        Secrets::new(secrets)
    }
}

/// Is a query parameter of this name part of what makes a pre-signed URL valid? S3, GCS, CloudFront and Azure spell it differently.
fn signs(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "sig"
        || ["signature", "credential", "token", "accesskey", "accessid", "policy", "key-pair"]
            .iter()
            .any(|part| name.contains(part))
}

impl fmt::Debug for PresignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PresignedUrl({REDACTED})")
    }
}

impl fmt::Display for PresignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

/// Secrets that are taken out of what a server sends back, in whatever spelling.
#[derive(Clone, Debug, Default)]
pub(crate) struct Secrets(Arc<[Secret]>);

impl Secrets {
    pub(crate) fn new(secrets: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        // What stands percent-encoded in a URL may come back decoded.
        let decoded = |secret: &str| percent_decode_str(secret).decode_utf8_lossy().into_owned();
        let both = |secret: &str| [secret.to_owned(), decoded(secret)];
        let mut secrets: Vec<String> = secrets.into_iter().flat_map(|secret| both(secret.as_ref())).collect();
        secrets.retain(|secret| !secret.is_empty());
        // The longest first, so that no part of one is left when another is contained in it.
        secrets.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        secrets.dedup();
        Self(secrets.into_iter().map(Secret::new).collect())
    }

    /// `text` with every secret taken out, whatever the case of its letters.
    pub(crate) fn scrub(&self, text: &[u8]) -> Vec<u8> {
        self.without(text, false)
    }

    /// The same for a text whose end is not there: the beginning of a secret at its end is taken out too.
    pub(crate) fn scrub_start(&self, text: &[u8]) -> Vec<u8> {
        self.without(text, true)
    }

    /// The same for a string.
    pub(crate) fn scrub_str(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.scrub(text.as_bytes())).into_owned()
    }

    fn without(&self, text: &[u8], is_cut: bool) -> Vec<u8> {
        let known = self
            .0
            .iter()
            .fold(text.to_vec(), |text, secret| replace(&text, secret.expose().as_bytes(), is_cut));
        unsigned(&known)
    }
}

/// What a signed URL carries beside what is signed. A server may repeat a URL that it gave to someone else, or earlier.
const SIGNING: &[&[u8]] = &[
    b"x-amz-signature=",
    b"x-amz-credential=",
    b"x-amz-security-token=",
    b"x-goog-signature=",
    b"x-goog-credential=",
    b"awsaccesskeyid=",
    b"signature=",
    b"sig=",
];

/// `text` with the values of such parameters taken out, in whatever URL they stand.
fn unsigned(text: &[u8]) -> Vec<u8> {
    let mut clean = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        clean.push(*first);
        rest = tail;
        // A parameter begins behind a mark, which JSON or XML may have spelled out.
        let begins = b"?&;".contains(first) || clean.ends_with(b"u0026");
        let named =
            |name: &&&[u8]| tail.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        if let Some(name) = SIGNING.iter().filter(|_| begins).find(named) {
            let (name, value) = tail.split_at(name.len());
            let end =
                value.iter().position(|byte| b" \t\r\n\"'<>&\\,)".contains(byte)).unwrap_or(value.len());
            clean.extend_from_slice(name);
            clean.extend_from_slice(REDACTED.as_bytes());
            rest = &value[end..];
        }
    }
    clean
}

fn replace(text: &[u8], secret: &[u8], is_cut: bool) -> Vec<u8> {
    let mut clean = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        rest = match spelled(rest, secret) {
            Spelled::Whole(length) => {
                clean.extend_from_slice(REDACTED.as_bytes());
                &rest[length..]
            }
            Spelled::Begun if is_cut => {
                clean.extend_from_slice(REDACTED.as_bytes());
                &[]
            }
            Spelled::Begun | Spelled::Not => {
                clean.push(*first);
                tail
            }
        };
    }
    clean
}

/// Whether a text begins with a secret.
enum Spelled {
    /// In so many bytes.
    Whole(usize),
    /// The text ends before the secret does.
    Begun,
    Not,
}

fn spelled(text: &[u8], secret: &[u8]) -> Spelled {
    // Most places are passed over at their first byte.
    let is_near = |first: &u8| {
        SPELLINGS[usize::from(*first)].iter().any(|spelling| spelling[0].eq_ignore_ascii_case(&text[0]))
    };
    if !secret.first().is_some_and(is_near) {
        return Spelled::Not;
    }
    // One letter may be read in two ways ("%25" is a percent sign, or begins with one), so there may be several ends.
    let (mut ends, mut is_begun) = (vec![0], false);
    for byte in secret {
        let mut next = Vec::new();
        for end in ends {
            let rest: &[u8] = &text[end..];
            for spelling in &SPELLINGS[usize::from(*byte)] {
                match rest.get(..spelling.len()) {
                    Some(start) if start.eq_ignore_ascii_case(spelling) => next.push(end + spelling.len()),
                    Some(_) => {}
                    None => is_begun |= spelling[..rest.len()].eq_ignore_ascii_case(rest),
                }
            }
        }
        next.sort_unstable();
        next.dedup();
        ends = next;
        if ends.is_empty() {
            break;
        }
    }
    match ends.pop() {
        Some(end) => Spelled::Whole(end),
        None if is_begun => Spelled::Begun,
        None => Spelled::Not,
    }
}

/// How each byte may be written: as it is, percent-encoded once or twice, escaped in JSON, as an entity of XML or HTML.
static SPELLINGS: LazyLock<Vec<Vec<Vec<u8>>>> = LazyLock::new(|| (0..=u8::MAX).map(spellings).collect());

fn spellings(byte: u8) -> Vec<Vec<u8>> {
    let mut all = vec![vec![byte]];
    let numbers = [
        format!("%{byte:02x}"),
        format!("%25{byte:02x}"),
        format!("\\u{byte:04x}"),
        format!("&#{byte};"),
        format!("&#x{byte:x};"),
    ];
    all.extend(numbers.map(String::into_bytes));
    let by_name: &[&[u8]] = match byte {
        b'/' => &[b"\\/"],
        b'\\' => &[b"\\\\"],
        b'"' => &[b"\\\"", b"&quot;"],
        b'\'' => &[b"&apos;"],
        b'&' => &[b"&amp;"],
        b'<' => &[b"&lt;"],
        b'>' => &[b"&gt;"],
        _ => &[],
    };
    all.extend(by_name.iter().map(|spelling| spelling.to_vec()));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    const SIGNED: &str = "https://storage.test/bucket/key?X-Amz-Credential=AKIASENTINEL%2F20250101%2Fs3&X-Amz-Date=20250101T000000Z&X-Amz-Signature=5e471e1";

    fn presigned() -> PresignedUrl {
        PresignedUrl::new(SIGNED)
    }

    #[test]
    fn a_presigned_url_is_not_printed() {
        assert_eq!(format!("{0} {0:?}", presigned()), "[secret] PresignedUrl([secret])");
    }

    #[test]
    fn the_signature_of_a_url_that_is_not_known_is_scrubbed_too() {
        let echo = r#"{"message":"not https://s.test/a?X-Amz-Credential=AKIA&amp;x-amz-signature=5e4\u0026sig=1 again"}"#;
        let clean = r#"{"message":"not https://s.test/a?X-Amz-Credential=[secret]&amp;x-amz-signature=[secret]\u0026sig=[secret] again"}"#;
        assert_eq!(Secrets::default().scrub_str(echo), clean);
        assert_eq!(Secrets::default().scrub_str("a design=1 is no signature"), "a design=1 is no signature");
    }

    #[test]
    fn every_echo_of_a_presigned_url_is_scrubbed() {
        let secrets = presigned().secrets();
        for echo in [
            SIGNED.to_owned(),
            SIGNED.replace('&', "&amp;"),
            SIGNED.replace('&', "\\u0026"),
            SIGNED.replace('/', "\\/"),
            utf8_percent_encode(SIGNED, NON_ALPHANUMERIC).to_string(),
            "<SignatureProvided>5e471e1</SignatureProvided>".to_owned(),
            "<SignatureProvided>5E471E1</SignatureProvided>".to_owned(),
            "<AWSAccessKeyId>AKIASENTINEL</AWSAccessKeyId>".to_owned(),
        ] {
            let clean = secrets.scrub_str(&echo);
            assert!(!clean.to_lowercase().contains("5e471e1") && !clean.contains("AKIASENTINEL"), "{clean}");
        }
    }

    #[test]
    fn a_credential_is_scrubbed_however_its_letters_are_written() {
        let secrets = Secrets::new(["a+\"b/%c="]);
        for echo in [
            r#"a+"b/%c="#,
            r#"a\u002B\"b\/%c\u003d"#,
            r"\u0061\u002b\u0022b/\u0025c=",
            "a%2b%22b%2f%25c%3d",
            "%61%2B%22%62%2F%25%63%3D",
            "a%252B%2522b%252F%2525c%253D",
            "a&#43;&quot;b&#x2F;%c&#61;",
        ] {
            assert_eq!(secrets.scrub_str(&format!("<{echo}>")), "<[secret]>", "{echo}");
        }
    }

    #[test]
    fn a_text_that_is_cut_keeps_no_beginning_of_a_secret() {
        let secrets = Secrets::new(["sentinel/key"]);
        for end in ["", "s", "senti", "sentinel%", "sentinel\\u00", "sentinel%2Fke"] {
            let text = format!("at its end: {end}");
            let kept = secrets.scrub_start(text.as_bytes());
            let mark = if end.is_empty() { "" } else { REDACTED };
            assert_eq!(String::from_utf8(kept).unwrap(), format!("at its end: {mark}"), "{end}");
            assert_eq!(secrets.scrub_str(&text), text);
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        let text = "Request has expired at 20250101T000000Z";
        assert_eq!(presigned().secrets().scrub_str(text), text);
        assert_eq!(Secrets::default().scrub_str(text), text);
    }

    #[test]
    fn a_secret_within_a_longer_one_leaves_nothing_behind() {
        assert_eq!(
            Secrets::new(["key", "key-and-more"]).scrub_str("the key-and-more key"),
            "the [secret] [secret]"
        );
    }
}
