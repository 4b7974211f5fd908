//! The request that must go out for a call.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::Params;
use super::call::{Argument, Call, WHOLE_BODY, text};
use super::case::ExpectedRequest;
use crate::document::{Credential, CredentialKind, Place};

/// What a URL must encode to hold it as a plain text: everything but the unreserved characters of RFC 3986.
pub(crate) const UNRESERVED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Call<'_> {
    /// The request that must go out for these arguments, and for another credential than the sample
    /// if one is given.
    pub fn request(&self, params: &Params, credential: Option<&Value>) -> ExpectedRequest {
        let mut request = ExpectedRequest {
            method: self.operation.method.clone(),
            uri: self.path(params),
            query_params: self.query(params),
            ..ExpectedRequest::default()
        };
        self.put_own_parameters(&mut request);
        self.put_headers(params, &mut request);
        self.put_body(params, &mut request);
        self.put_credential(credential, &mut request);
        request
    }

    /// The path of the operation's server, which its requests begin with: `/api`, or nothing.
    pub fn prefix(&self) -> String {
        let servers = self.source.document.servers_of(self.operation);
        let base = servers.first().map_or("", |server| server.url.as_str());
        let after_host = base.split_once("://").map_or("", |(_, rest)| rest).split_once('/');
        match after_host.map_or("", |(_, path)| path.trim_end_matches('/')) {
            "" => String::new(),
            path => format!("/{path}"),
        }
    }

    fn path(&self, params: &Params) -> String {
        let mut path = self.operation.path.clone();
        for argument in self.arguments.iter().filter(|argument| argument.place == Some(Place::Path)) {
            let value = params.get(&argument.name).map(text).unwrap_or_default();
            let segment = utf8_percent_encode(&value, UNRESERVED).to_string();
            path = path.replace(&format!("{{{}}}", argument.name), &segment);
        }
        self.prefix() + &path
    }

    fn query(&self, params: &Params) -> BTreeMap<String, String> {
        self.given(params, Place::Query).map(|(name, value)| (name.to_owned(), text(value))).collect()
    }

    fn given<'p>(&'p self, params: &'p Params, place: Place) -> impl Iterator<Item = (&'p str, &'p Value)> {
        let there = self.arguments.iter().filter(move |argument| argument.place == Some(place));
        there.filter_map(|argument| Some((argument.name.as_str(), params.get(&argument.name)?)))
    }

    fn put_own_parameters(&self, request: &mut ExpectedRequest) {
        for parameter in self.own_parameters().filter(|parameter| parameter.place == Place::Query) {
            let allowed = parameter.schema.value.get("enum").and_then(Value::as_array);
            let allowed = allowed.into_iter().flatten().map(text).collect();
            request.require_query_params.insert(parameter.name.clone(), allowed);
        }
    }

    fn put_headers(&self, params: &Params, request: &mut ExpectedRequest) {
        for (name, value) in self.given(params, Place::Header) {
            request.headers.insert(name.to_lowercase(), text(value));
        }
        let cookies: Vec<_> = self
            .given(params, Place::Cookie)
            .map(|(name, value)| format!("{name}={}", text(value)))
            .collect();
        if !cookies.is_empty() {
            request.headers.insert("cookie".to_owned(), cookies.join("; "));
        }
    }

    fn put_body(&self, params: &Params, request: &mut ExpectedRequest) {
        let Some((content, _)) = self.body() else { return };
        let of_body = |argument: &&Argument| argument.place.is_none();
        let given: Map<String, Value> = self
            .arguments
            .iter()
            .filter(of_body)
            .filter_map(|argument| Some((argument.name.clone(), params.get(&argument.name)?.clone())))
            .collect();
        let whole =
            self.arguments.iter().any(|argument| argument.place.is_none() && argument.name == WHOLE_BODY);
        request.body = if whole { given.get(WHOLE_BODY).cloned() } else { Some(Value::Object(given)) };
        request.body_media_type = Some(content.media_type.clone());
    }

    fn put_credential(&self, given: Option<&Value>, request: &mut ExpectedRequest) {
        let credential = self.credential();
        let secret = given.map_or(credential.sample, text);
        if let Some(parameter) = &credential.parameter {
            request.require_query_params.insert(parameter.clone(), vec![secret.clone()]);
        }
        let wanted = self.operation.credentials();
        for Credential { kind, .. } in wanted {
            match kind {
                kind if kind.is_bearer() => {
                    request.headers.insert("authorization".to_owned(), format!("Bearer {secret}"));
                }
                CredentialKind::Parameter(Place::Query, name) => {
                    request.require_query_params.insert(name.clone(), vec![secret.clone()]);
                }
                CredentialKind::Parameter(Place::Header, name) => {
                    request.headers.insert(name.to_lowercase(), secret.clone());
                }
                _ => {}
            }
        }
        let is_all = wanted.iter().all(|credential| credential.kind.is_known());
        if is_all && !request.headers.contains_key("authorization") {
            request.forbid_headers.push("authorization".to_owned());
        }
    }
}
