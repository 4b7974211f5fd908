//! HTTP requests: as they must be sent, and as they were received.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use hyper::header::HeaderValue;
use hyper::{HeaderMap, Method};
use serde::Serialize;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::body::BodyFormat;
use super::media_type::includes;
use super::parameter::ExpectedParameter;
use super::reading::RawPair;
use super::serialisation::text;
use super::target::is_same_path;
use super::value::is_composite;
use crate::document::ParameterLocation;

/// The request that must be sent.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExpectedRequest {
    /// The method.
    pub method: String,
    /// The path below the base URL, percent-encoded.
    pub uri: String,
    /// The template of the path.
    #[serde(skip)]
    pub(super) template: String,
    /// The parameters with their values.
    pub parameters: Vec<ExpectedParameter>,
    /// Query parameters that must be present with one of the listed values; with any value where none is listed.
    pub require_query_params: BTreeMap<String, Vec<String>>,
    /// Headers with their exact values; names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Headers that must be absent.
    pub forbid_headers: Vec<String>,
    /// The credentials of the request, which are in the fields above too.
    #[serde(skip)]
    pub(super) credentials: Vec<ExpectedParameter>,
    /// The credentials that a request can have in place of its own: one list for each other alternative of the document.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_credentials: Vec<Vec<ExpectedParameter>>,
    /// Whether the suite knows each header `Authorization` that the document allows.
    #[serde(skip)]
    pub(super) knows_authorization: bool,
    /// The body as a value; none when no body is documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// The media type of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_media_type: Option<String>,
    /// The documented media types of the body. The first is the one that is sent.
    #[serde(skip)]
    pub(super) bodies: Arc<[BodyFormat]>,
}

impl ExpectedRequest {
    /// The query with its `?`; empty without parameters. Where several values are allowed it has the first.
    pub fn query(&self) -> String {
        let given = self.sent_in(ParameterLocation::Query).map(ExpectedParameter::written);
        let own = self.require_query_params.iter().map(|(name, allowed)| {
            let value = allowed.first().map_or("", String::as_str);
            form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish()
        });
        let pairs: Vec<String> = given.chain(own).filter(|pair| !pair.is_empty()).collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }

    /// The headers as they are sent, with the cookies; names in lower case.
    pub fn sent_headers(&self) -> Vec<(String, String)> {
        let given = self.sent_in(ParameterLocation::Header);
        let given = given.map(|parameter| (parameter.name.to_lowercase(), parameter.written()));
        let cookies: Vec<String> =
            self.sent_in(ParameterLocation::Cookie).map(ExpectedParameter::written).collect();
        let cookies = (!cookies.is_empty()).then(|| ("cookie".to_owned(), cookies.join("; ")));
        self.headers.clone().into_iter().chain(given).chain(cookies).collect()
    }

    /// The body as it is sent.
    pub fn content(&self) -> Option<Vec<u8>> {
        Some(self.bodies.first()?.written(self.body.as_ref()?))
    }

    /// The parameters of a place.
    pub(crate) fn sent_in(&self, place: ParameterLocation) -> impl Iterator<Item = &ExpectedParameter> {
        self.parameters.iter().filter(move |parameter| parameter.sent_in == place)
    }

    /// Whether a path is the expected one, in one of its lawful spellings.
    ///
    /// A documented path can have a `#`. RFC 3986, 3.5: what follows is no part of the path, unless the client encodes the `#`.
    pub(crate) fn is_path(&self, sent: &str) -> bool {
        let before_fragment = |path: &str| path.split('#').next().unwrap_or_default().to_owned();
        let (template, own) = (before_fragment(&self.template), before_fragment(&self.uri));
        let is_cut = own != self.uri && self.are_segments(&template, &own, sent);
        is_cut || self.are_segments(&self.template, &self.uri, sent)
    }

    fn are_segments(&self, template: &str, own: &str, sent: &str) -> bool {
        let uri = own;
        let [template, own, sent] = [template, own, sent].map(|path| path.split('/').collect::<Vec<_>>());
        if template.len() != own.len() || own.len() != sent.len() {
            return is_same_path(uri, &sent.join("/"));
        }
        template.iter().zip(own).zip(sent).all(|((template, own), sent)| self.is_segment(template, own, sent))
    }

    /// Whether no value makes a segment of the path empty, `.` or `..`. Clients and servers remove such segments (RFC 3986, 5.2.4).
    pub(crate) fn has_all_segments(&self) -> bool {
        let mut segments = self.template.split('/').zip(self.uri.split('/'));
        segments.all(|(template, own)| !template.contains('{') || !["", ".", ".."].contains(&own))
    }

    /// Whether a segment is the expected one. A list or an object has several spellings; any other segment has its own only.
    fn is_segment(&self, template: &str, own: &str, sent: &str) -> bool {
        let listed = self.sent_in(ParameterLocation::Path).find_map(|parameter| {
            let (before, after) = template.split_once(&format!("{{{}}}", parameter.name))?;
            let is_whole = ![before, after].concat().contains('{');
            let is_listed = is_composite(&parameter.value);
            (is_whole && is_listed).then_some((parameter, before, after))
        });
        match listed {
            Some((parameter, before, after)) => {
                let between = sent.strip_prefix(before).and_then(|sent| sent.strip_suffix(after));
                between.is_some_and(|sent| parameter.is_segment(sent))
            }
            None => is_same_path(own, sent),
        }
    }

    /// Whether a parameter or a header of this name is one of the credentials.
    pub(crate) fn has_credential(&self, name: &str) -> bool {
        self.credentials.iter().any(|credential| credential.name.eq_ignore_ascii_case(name))
    }

    /// The request with these credentials in place of its own.
    pub(super) fn set_credentials(&mut self, credentials: Vec<ExpectedParameter>) {
        for ExpectedParameter { name, sent_in, .. } in std::mem::take(&mut self.credentials) {
            match sent_in {
                ParameterLocation::Header => drop(self.headers.remove(&name.to_lowercase())),
                ParameterLocation::Query => drop(self.require_query_params.remove(&name)),
                _ => self.parameters.retain(|own| own.sent_in != sent_in || own.name != name),
            }
        }
        for credential in &credentials {
            let ExpectedParameter { name, sent_in, value, .. } = credential;
            match sent_in {
                ParameterLocation::Header => drop(self.headers.insert(name.to_lowercase(), text(value))),
                ParameterLocation::Query => {
                    self.require_query_params.insert(name.clone(), vec![text(value)]);
                }
                _ => self.parameters.push(credential.clone()),
            }
        }
        self.credentials = credentials;
    }

    /// This request with the alternative of its credentials that a received request has. Without such an alternative, it is
    /// unchanged.
    pub(crate) fn with_credentials_of(&self, received: &RecordedRequest) -> Cow<'_, Self> {
        let has = |set: &&Vec<ExpectedParameter>| set.iter().all(|credential| received.has(credential));
        let other = if has(&&self.credentials) { None } else { self.other_credentials.iter().find(has) };
        match other {
            Some(other) => {
                let mut request = self.clone();
                request.set_credentials(other.clone());
                request.other_credentials.push(self.credentials.clone());
                Cow::Owned(request)
            }
            None => Cow::Borrowed(self),
        }
    }

    /// Whether a received header, query parameter or cookie belongs to another alternative of the credentials. A client may send
    /// several alternatives at once.
    pub(crate) fn is_other_credential(&self, place: ParameterLocation, name: &str, value: &str) -> bool {
        self.other_credentials.iter().flatten().any(|other| {
            other.sent_in == place
                && other.name.eq_ignore_ascii_case(name)
                && is_same_header(name, &text(&other.value), value)
        })
    }

    /// The header `Authorization` of a received request, if no alternative of the credentials has it.
    pub(crate) fn unknown_authorization<'r>(&self, received: &'r RecordedRequest) -> Option<&'r str> {
        const NAME: &str = "authorization";
        let sent = header(&received.headers, NAME).filter(|_| self.knows_authorization)?;
        let is_judged =
            self.headers.contains_key(NAME) || self.forbid_headers.iter().any(|name| name == NAME);
        (!is_judged && !self.is_other_credential(ParameterLocation::Header, NAME, sent)).then_some(sent)
    }

    /// The documented media type of the body that a received request has.
    pub(crate) fn body_format(&self, received: &RecordedRequest) -> Option<&BodyFormat> {
        match header_values(&received.headers, "content-type").as_slice() {
            [sent] => self.bodies.iter().find(|format| includes(&format.media_type, sent)),
            _ => None,
        }
    }

    /// The format in which the body is sent.
    pub(crate) fn own_body_format(&self) -> Option<&BodyFormat> {
        self.bodies.first()
    }

    /// The documented media types, in words.
    pub(crate) fn media_types(&self) -> String {
        let all: Vec<&str> = self.bodies.iter().map(|format| format.media_type.as_str()).collect();
        all.join(" or ")
    }

    /// The request as a server receives it from a client that sends exactly this.
    pub(crate) fn as_received(&self) -> RecordedRequest {
        let query = self.query();
        let raw_query = query.trim_start_matches('?').to_owned();
        let mut headers = self.sent_headers();
        headers.extend(self.body_media_type.iter().map(|value| ("content-type".to_owned(), value.clone())));
        let content = self.content().unwrap_or_default();
        RecordedRequest {
            method: self.method.clone(),
            path: self.uri.clone(),
            query: form_urlencoded::parse(raw_query.as_bytes()).into_owned().collect(),
            raw_query,
            headers,
            body: String::from_utf8_lossy(&content).into_owned(),
            content,
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
    /// The query as it was sent.
    #[serde(skip)]
    pub raw_query: String,
    /// The headers, in order of name; names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; bytes that are not UTF-8 are replaced.
    pub body: String,
    /// The bytes of the body.
    #[serde(skip)]
    pub content: Vec<u8>,
}

impl RecordedRequest {
    pub(crate) fn new(method: &Method, url: &Url, headers: &HeaderMap, body: &[u8]) -> Self {
        Self {
            method: method.to_string(),
            path: url.path().to_owned(),
            query: url.query_pairs().into_owned().collect(),
            raw_query: url.query().unwrap_or_default().to_owned(),
            headers: sorted_headers(headers),
            body: String::from_utf8_lossy(body).into_owned(),
            content: body.to_vec(),
        }
    }

    /// The cookies.
    pub(crate) fn cookies(&self) -> Vec<RawPair> {
        header_values(&self.headers, "cookie").into_iter().flat_map(RawPair::cookies).collect()
    }

    /// Whether the request has a credential.
    fn has(&self, credential: &ExpectedParameter) -> bool {
        let (name, value) = (&credential.name, text(&credential.value));
        match credential.sent_in {
            ParameterLocation::Header => {
                let found = header_values(&self.headers, &name.to_lowercase());
                matches!(found.as_slice(), [found] if is_same_header(name, &value, found))
            }
            ParameterLocation::Query => {
                self.query.iter().any(|(known, found)| known == name && *found == value)
            }
            ParameterLocation::Cookie => credential.is_pairs(&credential.take(&mut self.cookies())),
            ParameterLocation::Path => false,
        }
    }
}

/// Whether two values of a header are the same. RFC 9110, 11.1 and 11.4: the scheme of `Authorization` is case-insensitive, and
/// one or more spaces follow it.
pub(crate) fn is_same_header(name: &str, one: &str, other: &str) -> bool {
    let credentials = |value: &str| {
        let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
        (scheme.to_ascii_lowercase(), rest.trim_start_matches(' ').to_owned())
    };
    match name.eq_ignore_ascii_case("authorization") {
        true => credentials(one) == credentials(other),
        false => one == other,
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

#[cfg(test)]
mod tests {
    use super::is_same_header;

    #[test]
    fn a_header_value_is_the_same_in_each_lawful_spelling() {
        for (name, one, other) in [
            ("authorization", "Bearer a", "bearer   a"),
            ("Authorization", "Bearer a", "BEARER a"),
            ("x-tenant", "a", "a"),
        ] {
            assert!(is_same_header(name, one, other), "{name}: {other}");
        }
        for (name, one, other) in [
            ("authorization", "Bearer a", "Bearer A"),
            ("authorization", "Bearer a", "Basic a"),
            ("authorization", "Bearer a", "a"),
            ("x-tenant", "a", "A"),
        ] {
            assert!(!is_same_header(name, one, other), "{name}: {other}");
        }
    }
}
