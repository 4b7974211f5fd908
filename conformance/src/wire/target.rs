//! The comparison of URLs, and of their percent escapes.

use percent_encoding::percent_decode_str;

/// A URL with its percent escapes normalised as RFC 3986, 6.2.2 allows: escapes in upper case, and none for unreserved characters.
/// Two equal results are equivalent URLs.
pub(crate) fn normalised(url: &str) -> String {
    with_escapes(url, |digits| match u8::from_str_radix(digits, 16).map(char::from) {
        Ok(c) if c.is_ascii_alphanumeric() || "-._~".contains(c) => c.to_string(),
        _ => format!("%{}", digits.to_ascii_uppercase()),
    })
}

/// The text with each percent escape replaced. `spell` gets the digits of the escape.
pub(crate) fn with_escapes(text: &str, spell: impl Fn(&str) -> String) -> String {
    let mut parts = text.split('%');
    let start = parts.next().unwrap_or_default().to_owned();
    parts.fold(start, |text, part| {
        let (digits, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        text + &spell(digits) + rest
    })
}

/// Whether two paths have the same segments. RFC 3986, 6.2.2 and 3.3: the case of an escape has no meaning, and a
/// character that a segment may contain can be escaped or not.
pub(crate) fn is_same_path(one: &str, other: &str) -> bool {
    let segments =
        |path: &str| path.split('/').map(|part| percent_decode_str(part).collect()).collect::<Vec<Vec<u8>>>();
    segments(one) == segments(other)
}

#[cfg(test)]
mod tests {
    use super::is_same_path;

    #[test]
    fn a_path_is_the_same_in_each_lawful_spelling() {
        for other in ["/a%2Fb/it's", "/a%2fb/it%27s", "/%61%2Fb/it%27%73"] {
            assert!(is_same_path("/a%2Fb/it%27s", other), "{other}");
        }
        for other in ["/a/b/it's", "/a%252Fb/it's", "/a%2Fb/it's/", "/A%2Fb/it's", "/a%2Fb//it's"] {
            assert!(!is_same_path("/a%2Fb/it%27s", other), "{other}");
        }
    }
}
