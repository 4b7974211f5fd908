//! Credentials and pre-signed URLs: held so that they cannot be printed, and taken out of what others print.

use std::fmt;
use std::sync::Arc;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
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

/// Secrets in all the spellings in which a server may send them back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Secrets(Arc<[Secret]>);

impl Secrets {
    pub(crate) fn new(secrets: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut spellings: Vec<String> =
            secrets.into_iter().flat_map(|secret| spellings(secret.as_ref())).collect();
        spellings.retain(|spelling| !spelling.is_empty());
        // The longest first, so that no part of one is left when another is contained in it.
        spellings.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        spellings.dedup();
        Self(spellings.into_iter().map(Secret::new).collect())
    }

    /// The length in bytes of the longest spelling.
    pub(crate) fn longest(&self) -> usize {
        self.0.first().map_or(0, |secret| secret.expose().len())
    }

    /// `text` with every secret taken out, whatever the case of its letters.
    pub(crate) fn scrub(&self, text: &[u8]) -> Vec<u8> {
        let known =
            self.0.iter().fold(text.to_vec(), |text, secret| replace(&text, secret.expose().as_bytes()));
        unsigned(&known)
    }

    /// The same for a string.
    pub(crate) fn scrub_str(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.scrub(text.as_bytes())).into_owned()
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

fn spellings(secret: &str) -> Vec<String> {
    let decoded = percent_decode_str(secret).decode_utf8_lossy().into_owned();
    let encoded = utf8_percent_encode(&decoded, NON_ALPHANUMERIC).to_string();
    // As form and URL encoders do it: everything but the unreserved characters.
    let unreserved = encoded.replace("%2D", "-").replace("%2E", ".").replace("%5F", "_").replace("%7E", "~");
    let plain = [secret.to_owned(), decoded, encoded, unreserved];
    // JSON may escape slashes and ampersands, XML and HTML ampersands.
    let escaped = |from: &'static str, to: &'static str| plain.iter().map(move |text| text.replace(from, to));
    let escapes = [("/", "\\/"), ("&", "&amp;"), ("&", "\\u0026"), ("=", "\\u003d")];
    escapes.into_iter().flat_map(|(from, to)| escaped(from, to)).chain(plain.iter().cloned()).collect()
}

fn replace(text: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut clean = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        match rest.get(..secret.len()) {
            Some(start) if start.eq_ignore_ascii_case(secret) => {
                clean.extend_from_slice(REDACTED.as_bytes());
                rest = &rest[secret.len()..];
            }
            _ => {
                clean.push(*first);
                rest = tail;
            }
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

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
