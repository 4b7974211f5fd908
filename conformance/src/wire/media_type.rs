//! Media types and ranges of them.

/// The media type of JSON bodies.
pub(crate) const JSON: &str = "application/json";

/// A media type without its parameters, in lower case.
pub(crate) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_lowercase()
}

/// Whether bodies of a media type are JSON (RFC 6839, 3.1).
pub(crate) fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    essence == JSON || essence == "text/json" || essence.ends_with("+json")
}

/// Whether bodies of a media type are XML (RFC 7303, 4.2).
pub(super) fn is_xml(media_type: &str) -> bool {
    let essence = essence(media_type);
    ["application/xml", "text/xml"].contains(&essence.as_str()) || essence.ends_with("+xml")
}

/// Whether a documented media type, or a range such as `image/*`, has a media type.
pub(crate) fn includes(documented: &str, sent: &str) -> bool {
    let (documented, sent) = (essence(documented), essence(sent));
    match documented.strip_suffix('*') {
        // A range is never sent as such.
        Some(beginning) => {
            sent.contains('/') && !sent.contains('*') && (beginning == "*/" || sent.starts_with(beginning))
        }
        None => documented == sent,
    }
}

/// The media type to send or to serve for a documented one: a member of it, where it is a range.
pub(crate) fn concrete(documented: &str) -> &str {
    match essence(documented).as_str() {
        "*/*" | "application/*" | "*" => JSON,
        "text/*" => "text/plain",
        "image/*" => "image/png",
        "audio/*" => "audio/wav",
        "video/*" => "video/mp4",
        "multipart/*" => "multipart/form-data",
        range if range.ends_with('*') => "application/octet-stream",
        _ => documented,
    }
}

#[cfg(test)]
mod tests {
    use super::{concrete, includes};

    #[test]
    fn a_range_has_each_media_type_of_its_kind_and_is_none() {
        for (documented, sent) in [
            ("application/json", "Application/JSON; charset=utf-8"),
            ("image/*", "image/webp"),
            ("*/*", "text/csv"),
            ("application/json; version=1", "application/json"),
        ] {
            assert!(includes(documented, sent), "{documented} {sent}");
            assert!(includes(documented, concrete(documented)), "{documented}");
        }
        for (documented, sent) in [
            ("application/json", "text/json"),
            ("image/*", "image/*"),
            ("image/*", "imagery/png"),
            ("*/*", "*/*"),
            ("*/*", ""),
        ] {
            assert!(!includes(documented, sent), "{documented} {sent}");
        }
    }
}
