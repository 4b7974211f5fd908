//! Follows the pre-signed URL of a success with a small upload.

use url::Url;

use super::exchange::{Received, Unanswered};
use super::question::{Aspect, next};
use crate::check::finding::Violation;
use crate::check::rule::{SERVER_UPLOAD, SERVER_UPLOAD_SIGNATURE, SERVER_UPLOAD_URL};
use crate::wire::message::RecordedRequest;

/// The media of the upload. It stays in the storage.
pub(super) const MEDIA: &[u8] = b"conformance";

/// Why there is no upload with an altered signature.
pub(super) const UNSIGNED: &str = "not reachable: the query of the pre-signed URL has no parameter `sig`, and none that ends in `signature`";

/// The pre-signed URL in the body of a success.
///
/// # Errors
///
/// The rule that the server breaks, if the media cannot be sent there, or must not.
pub(super) fn url(body: &[u8], pointer: &str, api: &Url) -> Result<Url, Violation> {
    let expected = format!("an absolute URL at {pointer} of the response");
    let body: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let text = body.pointer(pointer).and_then(serde_json::Value::as_str);
    let text = text.ok_or_else(|| Violation::new(&SERVER_UPLOAD, &*expected, "no string"))?;
    let url =
        Url::parse(text).map_err(|error| Violation::new(&SERVER_UPLOAD, &*expected, error.to_string()))?;
    let is_safe = url.scheme() == "https" || url.scheme() == "http" && url.host() == api.host();
    if is_safe {
        return Ok(url);
    }
    let actual = format!("{} on another host; nothing was sent there", url.scheme());
    Err(Violation::new(&SERVER_UPLOAD_URL, "https, or the host of the API", actual))
}

/// The URL with one character of its signature altered: the first letter or digit of the first query parameter whose name is `sig`,
/// or ends in `signature`. It becomes the next one. None without such a parameter.
pub(super) fn with_altered_signature(url: &Url) -> Option<Url> {
    let query = url.query()?;
    let mut parts: Vec<String> = query.split('&').map(str::to_owned).collect();
    let signature = parts.iter_mut().find(|part| {
        let name = part.split('=').next().unwrap_or_default().to_lowercase();
        name == "sig" || name.ends_with("signature")
    })?;
    let (name, value) = signature.split_once('=')?;
    *signature = format!("{name}={}", with_first_altered(value)?);
    let mut altered = url.clone();
    altered.set_query(Some(&parts.join("&")));
    Some(altered)
}

/// The value with its first letter or digit outside of percent escapes replaced by the next one.
fn with_first_altered(value: &str) -> Option<String> {
    let mut escaped = 0;
    let (index, c) = value.char_indices().find(|(_, c)| {
        let is_escaped = escaped > 0;
        escaped = if *c == '%' { 2 } else { usize::saturating_sub(escaped, 1) };
        !is_escaped && c.is_ascii_alphanumeric()
    })?;
    Some(format!("{}{}{}", &value[..index], next(c), &value[index + 1..]))
}

/// The upload as reports show it: without the query, which has the signature.
pub(super) fn shown(method: &str, url: &Url) -> RecordedRequest {
    let mut place = url.clone();
    place.set_query(None);
    let query = url.query().map(|_| "?…").unwrap_or_default();
    RecordedRequest {
        method: method.to_owned(),
        path: format!("{place}{query}"),
        query: Vec::new(),
        raw_query: String::new(),
        headers: Vec::new(),
        body: String::from_utf8_lossy(MEDIA).into_owned(),
        content: MEDIA.to_vec(),
    }
}

/// The rule that the storage breaks, if it breaks one.
///
/// # Errors
///
/// Why the response shows nothing.
pub(super) fn judge(
    aspect: Aspect,
    answer: &Result<Received, Unanswered>,
    is_own_host: bool,
) -> Result<Option<Violation>, String> {
    let is_altered = aspect == Aspect::AlteredSignature;
    let refused = |actual: String| {
        let violation =
            Violation::new(&SERVER_UPLOAD, "a success, because the URL is given for an upload", actual);
        (!is_altered).then_some(violation)
    };
    match answer {
        Err(Unanswered::Unreachable(why)) if !is_own_host => {
            Err(format!("the host of the pre-signed URL cannot be reached: {why}"))
        }
        Err(Unanswered::NotSendable) => Ok(refused("HTTP cannot carry the URL".to_owned())),
        Err(Unanswered::Unreachable(why) | Unanswered::NoResponse(why)) => {
            Ok(refused(format!("no response: {why}")))
        }
        Ok(response) => match response.status {
            status @ (300..400 | 429 | 503) => Err(format!("undecided: the storage answered {status}")),
            200..300 if is_altered => {
                let expected = "a refusal, because the signature is altered";
                Ok(Some(Violation::new(&SERVER_UPLOAD_SIGNATURE, expected, response.status.to_string())))
            }
            200..300 => Ok(None),
            status => Ok(refused(status.to_string())),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_character_of_the_signature_is_altered_and_nothing_else() {
        for (query, altered) in [
            ("a=b%20c&X-Amz-Signature=09af&z=+%2f", "a=b%20c&X-Amz-Signature=19af&z=+%2f"),
            ("sv=2&sig=%2Bz%2f9", "sv=2&sig=%2Bg%2f9"),
            ("Signature=~%2F&x-signature=a", ""),
            ("X-Goog-Signature=fz", "X-Goog-Signature=az"),
            ("design=a&signed=b", ""),
        ] {
            let url = Url::parse(&format!("https://s.test/a%20b?{query}")).unwrap();
            let found = with_altered_signature(&url).map(|url| url.query().unwrap().to_owned());
            assert_eq!(found.unwrap_or_default(), altered, "{query}");
        }
    }

    #[test]
    fn only_https_and_the_host_of_the_api_get_an_upload() {
        let api = Url::parse("http://127.0.0.1:4010/v1").unwrap();
        let url = |text: &str| {
            let body = serde_json::json!({ "url": text }).to_string();
            url(body.as_bytes(), "/url", &api).map(|_| ()).map_err(|violation| violation.rule.id)
        };
        assert_eq!(url("https://s.test/a"), Ok(()));
        assert_eq!(url("http://127.0.0.1:9000/a"), Ok(()));
        assert_eq!(url("http://s.test/a"), Err("server/upload-url"));
        assert_eq!(url("ftp://127.0.0.1/a"), Err("server/upload-url"));
        assert_eq!(url("/a"), Err("server/upload"));
    }
}
