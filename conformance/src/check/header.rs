//! The headers that HTTP libraries add to requests by themselves.

use crate::plan::case::COOKIE;
use crate::wire::reading::RawPair;

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

/// Whether a cookie is that of the suite. A client may keep it: all servers of the suite are on one host.
pub(super) fn is_own_cookie(cookie: &RawPair) -> bool {
    format!("{}={}", cookie.name, cookie.value) == COOKIE
}

/// Whether an HTTP library, a browser or a language runtime adds the header by itself. `authorization` and the headers that frame a
/// body are in the list because other rules check them.
pub(super) fn is_added_by_platform(name: &str, value: &str) -> bool {
    let is_cookie = name == "cookie" && RawPair::cookies(value).iter().all(is_own_cookie);
    is_cookie
        || ADDED.iter().any(|added| match added.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => *added == name,
        })
}

#[cfg(test)]
mod tests {
    use super::is_added_by_platform;

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
