//! The smallest right servers of the two APIs, in one: one key, one token, one job, and a storage for the pre-signed URLs.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};

use super::http::{Reply, Request};

pub(super) const KEY: &str = "sk-live-51f0c7ad2b94e368";
pub(super) const TOKEN: &str = "51f0c7ad2b94e3680d1a7b3c9e5f2601";
pub(super) const JOB: &str = "64bea283eff6475ea6596027a6ba0929";
static ALLOWED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^media://[a-zA-Z0-9\-_./]+$").unwrap());
const SIGNATURE: &str = "7f25e63c4a1d08f9";

/// The path and query of the pre-signed URLs.
const STORAGE: &str = "/storage/media?x-id=PutObject&X-Amz-Signature=7f25e63c4a1d08f9";

pub(super) fn json(status: u16, body: &Value) -> Reply {
    bytes(status, "application/json", body.to_string().into_bytes())
}

pub(super) fn bytes(status: u16, media_type: &str, body: Vec<u8>) -> Reply {
    Reply::Response { status, headers: vec![("content-type", media_type.to_owned())], body }
}

/// The reply of the right server at this address.
pub(super) fn reply(request: &Request, address: &str) -> Reply {
    let signed = format!("http://{address}{STORAGE}");
    match (request.method.as_str(), request.url.path()) {
        ("POST", "/v1/media/input") => media_input(request, &signed),
        ("GET", "/api/job/request_upload_url") => request_upload_url(request, &signed),
        ("PUT", "/storage/media") => storage(request),
        _ => json(404, &json!({ "message": "no such path" })),
    }
}

fn media_input(request: &Request, signed: &str) -> Reply {
    if request.headers.get("authorization") != Some(&format!("Bearer {KEY}")) {
        return json(401, &json!({ "message": "wrong key" }));
    }
    match is_allowed(&request.body) {
        true => json(201, &json!({ "url": signed })),
        false => refused(),
    }
}

/// The response to arguments that are not allowed.
pub(super) fn refused() -> Reply {
    let errors = json!([{ "field": "url", "message": "Invalid URL" }]);
    json(400, &json!({ "message": "Invalid request", "errors": errors }))
}

fn is_allowed(body: &[u8]) -> bool {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    body["url"].as_str().is_some_and(|url| url.len() <= 255 && ALLOWED.is_match(url))
}

/// The arguments that the right server knows.
pub(super) const QUERY: [(&str, &str); 3] = [("v", "1"), ("api_token", TOKEN), ("job_id", JOB)];

fn request_upload_url(request: &Request, signed: &str) -> Reply {
    match request.has_query(&QUERY) {
        true => json(200, &json!({ "upload_url": signed })),
        false => json(400, &json!({ "ErrorType": "INVALID_QUERY", "ErrorComment": "no" })),
    }
}

fn storage(request: &Request) -> Reply {
    let is_right = request.query("X-Amz-Signature").as_deref() == Some(SIGNATURE)
        && !request.headers.contains_key("authorization")
        && !request.headers.contains_key("content-type");
    Reply::Response { status: if is_right { 200 } else { 403 }, headers: Vec::new(), body: Vec::new() }
}
