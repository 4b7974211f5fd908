//! Credentials and pre-signed URLs: types that do not print them, and their redaction from what a server returns.

use std::fmt;
use std::sync::{Arc, LazyLock};

use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// The replacement of a secret.
const REDACTED: &str = "[secret]";

/// A string that `Debug` does not show, and that is overwritten in memory when dropped.
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

/// A URL that accepts a PUT of the media until it expires (for cielo24 after 12 hours).
///
/// Its signature allows anyone to write there, so it is a secret: neither `Debug` nor `Display` shows it, only
/// [`expose`](Self::expose) does.
#[derive(Clone, Debug)]
pub struct PresignedUrl(Secret);

impl PresignedUrl {
    /// The caller has checked that the URL may be used.
    pub(crate) fn new(url: &str) -> Self {
        Self(Secret::new(url))
    }

    /// The URL as the server sent it, with its signature. Do not print or log it.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The secret parts of the URL: its whole query, and the value of each signing parameter.
    pub(crate) fn secrets(&self) -> Secrets {
        let Ok(url) = Url::parse(self.expose()) else {
            return Secrets::default();
        };
        let mut secrets: Vec<String> = url.query().map(str::to_owned).into_iter().collect();
        for (name, value) in url.query_pairs().filter(|(name, _)| is_signing_parameter(name)) {
            // An error of S3 contains the key id by itself: the credential up to its first slash.
            if name.to_ascii_lowercase().contains("credential") {
                secrets.extend(value.split('/').next().map(str::to_owned));
            }
            secrets.push(value.into_owned());
        }
        Secrets::new(secrets)
    }
}

/// Returns whether the query parameter is part of the signature of a pre-signed URL. S3, GCS, CloudFront and Azure use
/// different names.
fn is_signing_parameter(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "sig"
        || ["signature", "credential", "token", "accesskey", "accessid", "policy", "key-pair"]
            .iter()
            .any(|part| name.contains(part))
}

impl fmt::Display for PresignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

/// Secrets to redact from what a server returns, in every encoding that servers use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Secrets(Arc<[Secret]>);

impl Secrets {
    pub(crate) fn new(secrets: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        // A server may return a percent-encoded part of a URL in decoded form.
        let decoded = |secret: &str| percent_decode_str(secret).decode_utf8_lossy().into_owned();
        let both = |secret: &str| [secret.to_owned(), decoded(secret)];
        let mut secrets: Vec<String> = secrets.into_iter().flat_map(|secret| both(secret.as_ref())).collect();
        secrets.retain(|secret| !secret.is_empty());
        // Longest first: a secret may contain another one, whose redaction would leave the rest of it.
        secrets.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        secrets.dedup();
        Self(secrets.into_iter().map(Secret::new).collect())
    }

    /// `text` with every secret replaced, regardless of upper and lower case. If `text` was cut off, the start of a secret at
    /// its end is replaced too.
    pub(crate) fn redact(&self, text: &[u8], is_truncated: bool) -> Vec<u8> {
        let redact =
            |text: Vec<u8>, secret: &Secret| replace(&text, secret.expose().as_bytes(), is_truncated);
        redact_signing_parameters(&self.0.iter().fold(text.to_vec(), redact))
    }

    /// Returns whether `text` is a part of a secret, regardless of upper and lower case.
    pub(crate) fn have_part(&self, text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        !text.is_empty() && self.0.iter().any(|secret| secret.expose().to_ascii_lowercase().contains(&text))
    }

    /// The same for a complete string.
    pub(crate) fn redact_str(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.redact(text.as_bytes(), false)).into_owned()
    }
}

/// `text` without the values of signing parameters, in whatever URL: a server may return a URL that it gave to another caller.
fn redact_signing_parameters(text: &[u8]) -> Vec<u8> {
    const MAX_NAME: usize = 64;
    let mut clean = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        clean.push(*first);
        rest = tail;
        // A parameter follows a delimiter. JSON or XML may have escaped the delimiter.
        if !b"?&;".contains(first) && !clean.ends_with(b"u0026") {
            continue;
        }
        let is_in_name = |byte: &&u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
        let (name, value) = tail.split_at(tail.iter().take(MAX_NAME).take_while(is_in_name).count());
        let Some(value) = value.strip_prefix(b"=") else { continue };
        if is_signing_parameter(&String::from_utf8_lossy(name)) {
            let end = value.iter().position(|byte| b" \t\r\n\"'<>&\\,)".contains(byte));
            clean.extend_from_slice(name);
            clean.push(b'=');
            clean.extend_from_slice(REDACTED.as_bytes());
            rest = &value[end.unwrap_or(value.len())..];
        }
    }
    clean
}

fn replace(text: &[u8], secret: &[u8], is_truncated: bool) -> Vec<u8> {
    let mut clean = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        if let Some(length) = encoded_length(rest, secret, is_truncated) {
            clean.extend_from_slice(REDACTED.as_bytes());
            rest = &rest[length..];
        } else {
            clean.push(*first);
            rest = tail;
        }
    }
    clean
}

/// The number of bytes that the encoded secret takes at the start of `text`. If `text` was cut off inside the secret, these are
/// all of its bytes. `None` if `text` does not begin with the secret.
fn encoded_length(text: &[u8], secret: &[u8], is_truncated: bool) -> Option<usize> {
    // For speed: most positions differ in the first byte.
    let may_begin = |first: &u8| {
        ENCODINGS[usize::from(*first)].iter().any(|encoding| encoding[0].eq_ignore_ascii_case(&text[0]))
    };
    if !secret.first().is_some_and(may_begin) {
        return None;
    }
    // An encoding may be ambiguous ("%25" is a percent sign, or the start of a double encoding), so there may be several ends.
    let (mut ends, mut is_partial) = (vec![0], false);
    for byte in secret {
        let mut next = Vec::new();
        for end in ends {
            let rest: &[u8] = &text[end..];
            for encoding in &ENCODINGS[usize::from(*byte)] {
                match rest.get(..encoding.len()) {
                    Some(start) if start.eq_ignore_ascii_case(encoding) => next.push(end + encoding.len()),
                    Some(_) => {}
                    None => is_partial |= encoding[..rest.len()].eq_ignore_ascii_case(rest),
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
    ends.pop().or((is_partial && is_truncated).then_some(text.len()))
}

/// The encodings of each byte: plain, percent-encoded once or twice, as a JSON escape, as an XML or HTML entity.
static ENCODINGS: LazyLock<Vec<Vec<Vec<u8>>>> = LazyLock::new(|| (0..=u8::MAX).map(encodings).collect());

fn encodings(byte: u8) -> Vec<Vec<u8>> {
    let numeric = [
        format!("%{byte:02x}"),
        format!("%25{byte:02x}"),
        format!("\\u{byte:04x}"),
        format!("&#{byte};"),
        format!("&#x{byte:x};"),
    ];
    let named: &[&[u8]] = match byte {
        b'/' => &[b"\\/"],
        b'\\' => &[b"\\\\"],
        b'"' => &[b"\\\"", b"&quot;"],
        b'\'' => &[b"&apos;"],
        b'&' => &[b"&amp;"],
        b'<' => &[b"&lt;"],
        b'>' => &[b"&gt;"],
        _ => &[],
    };
    let named = named.iter().map(|encoding| encoding.to_vec());
    numeric.map(String::into_bytes).into_iter().chain(named).chain([vec![byte]]).collect()
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
    fn signing_parameters_of_unknown_urls_are_redacted() {
        let echo = r#"{"message":"not https://s.test/a?X-Amz-Credential=AKIA&amp;x-amz-signature=5e4\u0026sig=1 again"}"#;
        let clean = r#"{"message":"not https://s.test/a?X-Amz-Credential=[secret]&amp;x-amz-signature=[secret]\u0026sig=[secret] again"}"#;
        assert_eq!(Secrets::default().redact_str(echo), clean);
        assert_eq!(Secrets::default().redact_str("a design=1 is no signature"), "a design=1 is no signature");
    }

    #[test]
    fn a_returned_presigned_url_is_redacted_in_every_encoding() {
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
            let clean = secrets.redact_str(&echo);
            assert!(!clean.to_lowercase().contains("5e471e1") && !clean.contains("AKIASENTINEL"), "{clean}");
        }
    }

    #[test]
    fn a_credential_is_redacted_in_every_encoding() {
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
            assert_eq!(secrets.redact_str(&format!("<{echo}>")), "<[secret]>", "{echo}");
        }
    }

    #[test]
    fn a_truncated_text_keeps_no_start_of_a_secret() {
        let secrets = Secrets::new(["sentinel/key"]);
        for end in ["", "s", "senti", "sentinel%", "sentinel\\u00", "sentinel%2Fke"] {
            let text = format!("at its end: {end}");
            let kept = secrets.redact(text.as_bytes(), true);
            let mark = if end.is_empty() { "" } else { REDACTED };
            assert_eq!(String::from_utf8(kept).unwrap(), format!("at its end: {mark}"), "{end}");
            assert_eq!(secrets.redact_str(&text), text);
        }
    }

    #[test]
    fn other_text_is_unchanged() {
        let text = "Request has expired at 20250101T000000Z";
        assert_eq!(presigned().secrets().redact_str(text), text);
        assert_eq!(Secrets::default().redact_str(text), text);
    }

    #[test]
    fn a_secret_inside_a_longer_one_is_redacted_as_a_whole() {
        assert_eq!(
            Secrets::new(["key", "key-and-more"]).redact_str("the key-and-more key"),
            "the [secret] [secret]"
        );
    }
}
