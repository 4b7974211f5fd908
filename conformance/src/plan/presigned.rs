//! The pre-signed URLs that cases serve. Each request for a URL gets another one: they differ in their number.

use super::case::{STORAGE, URL_NUMBER, with_url_number};
use crate::wire::target::normalised;

/// A pre-signed URL, in the form of AWS Signature Version 4. `{storage}` becomes the base URL of the storage, and `{turn}`
/// the number of the URL. A client that parses the query and builds it again changes the spelling of the other parameters.
pub const PRESIGNED: &str = "{storage}/media/conformance%20interview.wav?X-Amz-Algorithm=AWS4-HMAC-SHA256\
    &X-Amz-Credential=CONFORMANCE%2F20260102%2Feu-west-3%2Fs3%2Faws4_request&X-Amz-Date=20260102T030405Z\
    &X-Amz-Expires=43200&X-Amz-SignedHeaders=host&x-note=a%20b+c%2Bd~e%2Ff%2fg&x-empty=&x-tag=one&x-tag=two\
    &X-Amz-Signature=0e5f1c7ad2b94e3680d1a9c4b7f25e63c4a1d08f9b3e7265d81f04a6c9e2b7{turn}";

/// The part that the signatures of all URLs have in common. The number of the URL follows it. A client must not show it.
pub const SIGNATURE: &str = "0e5f1c7ad2b94e3680d1a9c4b7f25e63c4a1d08f9b3e7265d81f04a6c9e2b7";

/// The time at the storage: that of the signature.
pub const SERVED: &str = "Fri, 02 Jan 2026 03:04:05 GMT";

/// What the storage appends to the URL when it redirects the client.
pub const MOVED: &str = "&x-moved=1";

/// The path and query of the URL with this number.
pub fn target(url_number: usize) -> String {
    with_url_number(PRESIGNED.trim_start_matches(STORAGE), url_number)
}

/// The number of the URL whose path and query these are, also after a redirect. URLs are compared by the equivalence of RFC 3986,
/// 6.2.2, because HTTP libraries normalise them.
pub fn url_number(sent: &str) -> Option<usize> {
    let sent = normalised(sent);
    let sent = sent.strip_suffix(MOVED).unwrap_or(&sent);
    let before = normalised(PRESIGNED.trim_start_matches(STORAGE).trim_end_matches(URL_NUMBER));
    let number = sent.strip_prefix(&before)?.parse().ok()?;
    (sent == normalised(&target(number))).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first URL with one part replaced by another.
    fn edited(from: &str, to: &str) -> String {
        let target = target(1);
        assert!(target.contains(from), "{from}");
        target.replacen(from, to, 1)
    }

    #[test]
    fn an_equivalent_url_is_the_same_url() {
        for (from, to) in [("~", "%7E"), ("~", "%7e"), ("%2f", "%2F"), ("%2F", "%2f"), ("-", "%2D")] {
            assert_eq!(url_number(&edited(from, to)), Some(1), "{from} {to}");
        }
        assert_eq!(url_number(&target(12)), Some(12));
        assert_eq!(url_number(&(target(2) + MOVED)), Some(2));
    }

    #[test]
    fn another_url_is_not() {
        for (from, to) in [
            ("a%20b", "a+b"),
            ("b+c", "b%20c"),
            ("b+c", "b%2Bc"),
            ("c%2Bd", "c+d"),
            ("c%2Bd", "c%252Bd"),
            ("e%2Ff", "e/f"),
            ("%20interview", "+interview"),
            ("&x-empty=", "&x-empty"),
            ("&x-empty=", ""),
            ("&x-tag=one", ""),
            ("&x-tag=one", "&x-tag=one&x-tag=one"),
            ("&x-tag=one&x-tag=two", "&x-tag=two&x-tag=one"),
            ("&x-tag=one&x-tag=two", "&x-tag=one,two"),
            ("x-note", "X-Note"),
            (SIGNATURE, &SIGNATURE.to_uppercase()),
            ("b701", "b7+1"),
            ("b701", "b71"),
        ] {
            assert_eq!(url_number(&edited(from, to)), None, "{from} {to}");
        }
    }
}
