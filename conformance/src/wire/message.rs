//! HTTP requests: as they must be sent, and as they were received.

use std::collections::BTreeMap;

use hyper::header::HeaderValue;
use hyper::{HeaderMap, Method};
use serde::Serialize;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::body;

/// The request that must be sent.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExpectedRequest {
    /// The method.
    pub method: String,
    /// The path below the base URL, percent-encoded.
    pub uri: String,
    /// Query parameters with their exact values.
    pub query_params: BTreeMap<String, String>,
    /// Query parameters that must be present with one of the listed values; with any value where none is listed.
    pub require_query_params: BTreeMap<String, Vec<String>>,
    /// Headers with their exact values; names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Headers that must be absent.
    pub forbid_headers: Vec<String>,
    /// The body as a value; none when no body is documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// The media type of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_media_type: Option<String>,
}

impl ExpectedRequest {
    /// The query with its `?`; empty without parameters. Where several values are allowed it has the first.
    pub fn query(&self) -> String {
        let exact = self.query_params.iter().map(|(name, value)| (name, value.as_str()));
        let free = self.require_query_params.iter();
        let free = free.map(|(name, allowed)| (name, allowed.first().map_or("", String::as_str)));
        let pairs = form_urlencoded::Serializer::new(String::new()).extend_pairs(exact.chain(free)).finish();
        if pairs.is_empty() { pairs } else { format!("?{pairs}") }
    }

    /// The body as it is sent.
    pub fn content(&self) -> Option<String> {
        Some(body::encode(self.body_media_type.as_deref()?, self.body.as_ref()?))
    }

    /// The request as a server receives it from a client that sends exactly this.
    pub(crate) fn as_received(&self) -> RecordedRequest {
        let query = self.query();
        let pairs = form_urlencoded::parse(query.trim_start_matches('?').as_bytes());
        let mut headers: Vec<(String, String)> = self.headers.clone().into_iter().collect();
        headers.extend(self.body_media_type.iter().map(|value| ("content-type".to_owned(), value.clone())));
        RecordedRequest {
            method: self.method.clone(),
            path: self.uri.clone(),
            query: pairs.into_owned().collect(),
            headers,
            body: self.content().unwrap_or_default(),
        }
    }
}

/// A request that the API received.
#[derive(Clone, Debug, Serialize)]
pub struct RecordedRequest {
    /// The method.
    pub method: String,
    /// The path, percent-encoded.
    pub path: String,
    /// The names and values of the query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// The headers, in order of name; names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; bytes that are not UTF-8 are replaced.
    pub body: String,
}

impl RecordedRequest {
    pub(crate) fn new(method: &Method, url: &Url, headers: &HeaderMap, body: &[u8]) -> Self {
        Self {
            method: method.to_string(),
            path: url.path().to_owned(),
            query: url.query_pairs().into_owned().collect(),
            headers: sorted_headers(headers),
            body: String::from_utf8_lossy(body).into_owned(),
        }
    }
}

/// The headers in order of name; names in lower case. Bytes that are not UTF-8 are replaced.
pub(crate) fn sorted_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let value = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut all: Vec<_> = headers.iter().map(|(name, text)| (name.to_string(), value(text))).collect();
    all.sort();
    all
}

/// The values of all headers with a name in lower case.
pub(crate) fn header_values<'a>(headers: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
}

/// The value of a header, by its name in lower case.
pub fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}
