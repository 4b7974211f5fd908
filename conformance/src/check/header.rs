//! The headers of requests: those that HTTP libraries add by themselves, and the comparison of two values.

use crate::plan::case::COOKIE;

/// Headers that HTTP libraries, browsers and language runtimes add to every request. A `*` stands for the rest of a name. Java asks
/// for HTTP/2 (`upgrade`); .NET, tracers and others add a trace context; browsers add their origin and fetch metadata.
const ADDED: &[&str] = &[
    "accept*",
    "authorization",
    "b3",
    "baggage",
    "cache-control",
    "connection",
    "content-length",
    "correlation-context",
    "date",
    "dnt",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "origin",
    "pragma",
    "priority",
    "proxy-connection",
    "referer",
    "request-id",
    "sec-*",
    "sentry-trace",
    "te",
    "traceparent",
    "tracestate",
    "transfer-encoding",
    "upgrade",
    "upgrade-insecure-requests",
    "user-agent",
    "via",
    "x-amzn-trace-id",
    "x-b3-*",
    "x-cloud-trace-context",
    "x-datadog-*",
];

/// Whether an HTTP library, a browser or a language runtime adds the header by itself. `authorization` and the headers that frame a
/// body are in the list because other rules check them. A client may keep the cookie of the suite: all its servers are on one host.
pub(super) fn is_added_by_platform(name: &str, value: &str) -> bool {
    let is_cookie = name == "cookie" && cookies(value).iter().all(|pair| *pair == COOKIE);
    is_cookie
        || ADDED.iter().any(|added| match added.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => *added == name,
        })
}

/// Whether two values of a header are the same. RFC 9110, 11.1 and 11.4: the scheme of `Authorization` is case-insensitive,
/// and one or more spaces follow it. RFC 6265, 4.2: the order of cookies has no meaning.
pub(super) fn is_same_value(name: &str, one: &str, other: &str) -> bool {
    match name {
        "authorization" => credentials(one) == credentials(other),
        "cookie" => cookies(one) == cookies(other),
        _ => one == other,
    }
}

fn credentials(value: &str) -> (String, &str) {
    let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
    (scheme.to_ascii_lowercase(), rest.trim_start_matches(' '))
}

fn cookies(value: &str) -> Vec<&str> {
    let mut pairs: Vec<&str> = value.split(';').map(str::trim).collect();
    pairs.sort_unstable();
    pairs
}

#[cfg(test)]
mod tests {
    use super::{is_added_by_platform, is_same_value};

    #[test]
    fn a_header_value_is_the_same_in_each_lawful_spelling() {
        for (name, one, other) in [
            ("authorization", "Bearer a", "bearer   a"),
            ("cookie", "a=1; b=2", "b=2;a=1"),
            ("x-tenant", "a", "a"),
        ] {
            assert!(is_same_value(name, one, other), "{name}: {other}");
        }
        for (name, one, other) in [
            ("authorization", "Bearer a", "Bearer A"),
            ("authorization", "Bearer a", "Basic a"),
            ("authorization", "Bearer a", "a"),
            ("cookie", "a=1; b=2", "a=1"),
            ("x-tenant", "a", "A"),
        ] {
            assert!(!is_same_value(name, one, other), "{name}: {other}");
        }
    }

    #[test]
    fn a_header_of_the_client_itself_is_not_added_by_a_platform() {
        assert!(
            ["sec-ch-ua", "accept", "accept-charset", "referer", "x-b3-traceid"]
                .into_iter()
                .all(|name| is_added_by_platform(name, ""))
        );
        assert!(
            !["section", "x-amz-acl", "content-type", "cookie"]
                .into_iter()
                .any(|name| is_added_by_platform(name, "a=1"))
        );
    }
}
