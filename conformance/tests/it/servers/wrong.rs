//! The wrong servers: each alters some replies of the right one.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::http::{Reply, Request};
use super::right::{JOB, KEY, QUERY, TOKEN, bytes, json as reply, refused};

/// What a wrong server does with the reply of the right one.
pub(super) type Alter = Arc<dyn Fn(&Request, Reply) -> Reply + Send + Sync>;

/// A wrong server.
pub(super) struct Wrong {
    pub(super) name: &'static str,
    pub(super) alter: Alter,
    /// The rules that it breaks, and no others.
    pub(super) rules: &'static [&'static str],
    /// Whether it leaves a request without a response.
    pub(super) hangs: bool,
}

fn wrong(
    name: &'static str,
    rules: &'static [&'static str],
    alter: impl Fn(&Request, Reply) -> Reply + Send + Sync + 'static,
) -> Wrong {
    Wrong { name, alter: Arc::new(alter), rules, hangs: false }
}

/// A server whose reply differs where the condition holds.
fn wrong_if(
    name: &'static str,
    rules: &'static [&'static str],
    is_wrong: fn(&Request) -> bool,
    other: fn() -> Reply,
) -> Wrong {
    wrong(name, rules, move |request, right| if is_wrong(request) { other() } else { right })
}

/// A server that does not respond where the condition holds.
fn hanging(name: &'static str, rules: &'static [&'static str], is_wrong: fn(&Request) -> bool) -> Wrong {
    Wrong { hangs: true, ..wrong_if(name, rules, is_wrong, || Reply::Hang) }
}

fn media() -> Reply {
    reply(201, &json!({ "url": "https://storage.example/a?sig=abcd" }))
}

fn upload() -> Reply {
    reply(200, &json!({ "upload_url": "https://storage.example/a?sig=abcd" }))
}

fn is_media(request: &Request) -> bool {
    request.url.path() == "/v1/media/input"
}

fn has_key(request: &Request) -> bool {
    is_media(request) && request.headers.get("authorization") == Some(&format!("Bearer {KEY}"))
}

/// The argument `url` of a request with the right key; empty where it has none.
fn url(request: &Request) -> String {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    body["url"].as_str().filter(|_| has_key(request)).unwrap_or_default().to_owned()
}

/// Whether the request has the right key and a body that is not one JSON value.
fn is_malformed(request: &Request) -> bool {
    has_key(request) && serde_json::from_slice::<Value>(&request.body).is_err()
}

/// Whether the right key comes with the beginning of a body that satisfies the document.
fn begins_well(request: &Request) -> bool {
    is_malformed(request) && request.body.starts_with(b"{\"url\":\"media://")
}

/// The reply with another body, if it has this status.
fn with_body(right: Reply, of_status: u16, body: fn(Value) -> Vec<u8>) -> Reply {
    match right {
        Reply::Response { status, headers, body: sent } if status == of_status => {
            Reply::Response { status, headers, body: body(serde_json::from_slice(&sent).unwrap()) }
        }
        other => other,
    }
}

/// The reply with another status, if it has this one.
fn with_status(right: Reply, from: u16, to: u16) -> Reply {
    match right {
        Reply::Response { status, headers, body } if status == from => {
            Reply::Response { status: to, headers, body }
        }
        other => other,
    }
}

/// A URL in the response to `request_upload_url` with the right arguments.
fn job_url(request: &Request, right: Reply, url: &str) -> Reply {
    match request.has_query(&QUERY) {
        true => reply(200, &json!({ "upload_url": url })),
        false => right,
    }
}

pub(super) fn servers() -> Vec<Wrong> {
    let groups: [fn() -> Vec<Wrong>; 8] =
        [tokens, keys, arguments, bodies, response_bodies, statuses, without_response, uploads];
    groups.iter().flat_map(|group| group()).collect()
}

fn tokens() -> Vec<Wrong> {
    const RULE: &[&str] = &["server/credential"];
    const OTHERS: &[(&str, &str)] = &[("v", "1"), ("job_id", JOB)];
    let is_like_token = |token: String| token.len() == TOKEN.len();
    vec![
        wrong("no token needed", RULE, |it, right| {
            if it.has_query(OTHERS) && it.query("api_token").is_none() { upload() } else { right }
        }),
        wrong("wrong token accepted", RULE, move |it, right| {
            let is_accepted = it.has_query(OTHERS) && it.query("api_token").is_some_and(is_like_token);
            if is_accepted { upload() } else { right }
        }),
    ]
}

fn keys() -> Vec<Wrong> {
    const RULE: &[&str] = &["server/credential"];
    let has_header = |it: &Request| it.headers.contains_key("authorization");
    let cache = Mutex::new(HashSet::new());
    vec![
        wrong(
            "no key needed",
            RULE,
            move |it, right| {
                if is_media(it) && !has_header(it) { media() } else { right }
            },
        ),
        wrong(
            "wrong key accepted",
            RULE,
            move |it, right| {
                if has_header(it) && !has_key(it) { media() } else { right }
            },
        ),
        wrong("success from a cache before the key is checked", RULE, move |request, right| {
            let mut cache = cache.lock().unwrap();
            match right {
                Reply::Response { status: 401, .. } if cache.contains(&request.body) => media(),
                Reply::Response { status: 201, .. } => {
                    cache.insert(request.body.clone());
                    right
                }
                _ => right,
            }
        }),
        wrong(
            "200 with an error body for a wrong key",
            &["server/credential", "server/status"],
            |_, right| with_status(right, 401, 200),
        ),
        wrong("only Basic accepted", &["server/challenge"], |request, right| match is_media(request) {
            true => Reply::Response {
                status: 401,
                headers: vec![("www-authenticate", "Basic realm=\"media\"".to_owned())],
                body: Vec::new(),
            },
            false => right,
        }),
    ]
}

fn arguments() -> Vec<Wrong> {
    const RULE: &[&str] = &["server/limit"];
    const REFUSED: &[&str] = &["server/allowed"];
    let known = [("api_token", TOKEN), ("job_id", JOB)];
    vec![
        wrong("v ignored", RULE, move |it, right| if it.has_query(&known) { upload() } else { right }),
        wrong("v may be missing", RULE, move |it, right| {
            if it.has_query(&known) && it.query("v").is_none() { upload() } else { right }
        }),
        wrong("another v accepted", RULE, move |it, right| {
            if it.has_query(&known) && it.query("v").as_deref() == Some("2") { upload() } else { right }
        }),
        wrong_if("job_id not checked", RULE, |it| it.has_query(&[("v", "1"), ("api_token", TOKEN)]), upload),
        wrong_if(
            "known job refused",
            REFUSED,
            |it| it.query("job_id").is_some(),
            || reply(400, &json!({ "ErrorType": "ITEM_NOT_FOUND", "ErrorComment": "no such job" })),
        ),
        wrong_if("_ refused in a URL", REFUSED, |it| url(it).contains('_'), refused),
        wrong_if(
            "upper case refused in a URL",
            REFUSED,
            |it| url(it).chars().any(char::is_uppercase),
            refused,
        ),
        wrong_if("long URL refused", REFUSED, |it| url(it).len() == 255, refused),
        wrong_if("too long URL accepted", RULE, |it| url(it).len() == 256, media),
        wrong_if("newline accepted after a URL", RULE, |it| url(it).ends_with('\n'), media),
        wrong_if(
            "another scheme accepted",
            RULE,
            |it| !url(it).is_empty() && !url(it).starts_with("media:"),
            media,
        ),
        wrong_if("call without its argument accepted", RULE, |it| has_key(it) && it.body == b"{}", media),
        wrong_if(
            "URL of another type accepted",
            RULE,
            |it| {
                has_key(it)
                    && serde_json::from_slice::<Value>(&it.body).is_ok_and(|body| body["url"].is_object())
            },
            media,
        ),
    ]
}

fn bodies() -> Vec<Wrong> {
    const RULE: &[&str] = &["server/syntax"];
    let server_error = || reply(500, &json!({ "message": "Internal Server Error" }));
    vec![
        wrong_if("500 on malformed JSON", RULE, is_malformed, server_error),
        wrong_if("truncated JSON accepted", RULE, |it| begins_well(it) && it.body.ends_with(b"\""), media),
        wrong_if(
            "two JSON values in one body accepted",
            RULE,
            |it| begins_well(it) && it.body.ends_with(b"}") && std::str::from_utf8(&it.body).is_ok(),
            media,
        ),
        wrong_if(
            "invalid UTF-8 accepted",
            RULE,
            |it| begins_well(it) && std::str::from_utf8(&it.body).is_err(),
            media,
        ),
        hanging("no response to malformed JSON", RULE, |it| begins_well(it) && it.body.ends_with(b"\"")),
    ]
}

fn response_bodies() -> Vec<Wrong> {
    const SCHEMA: &[&str] = &["server/schema"];
    let without_id = |status| move || reply(status, &json!({ "message": "no" }));
    vec![
        wrong(
            "402 without requestId",
            SCHEMA,
            move |it, right| if has_key(it) { without_id(402)() } else { right },
        ),
        wrong("429 without requestId for some URLs", SCHEMA, move |it, right| {
            if url(it).len() == 255 { without_id(429)() } else { right }
        }),
        wrong("400 without errors", SCHEMA, |_, right| {
            with_body(right, 400, |mut body| {
                body.as_object_mut().unwrap().remove("errors");
                body.to_string().into_bytes()
            })
        }),
        wrong("201 without a URL", &["server/schema", "server/upload"], |_, right| {
            with_body(right, 201, |_| b"{}".to_vec())
        }),
        wrong("invalid UTF-8 in a response", SCHEMA, |_, right| {
            with_body(right, 400, |body| {
                let text = body.to_string().into_bytes();
                let end = text.len() - 2;
                [&text[..end], b"\xff", &text[end..]].concat()
            })
        }),
        wrong("two JSON values in a response", SCHEMA, |_, right| {
            with_body(right, 400, |body| format!("{body}{body}").into_bytes())
        }),
        wrong("HTML in place of JSON", &["server/media-type"], |_, right| match right {
            Reply::Response { status: 400, .. } => bytes(400, "text/html", b"<p>no</p>".to_vec()),
            other => other,
        }),
    ]
}

fn statuses() -> Vec<Wrong> {
    const STATUS: &[&str] = &["server/status"];
    vec![
        wrong("200 in place of 201", STATUS, |_, right| with_status(right, 201, 200)),
        wrong_if(
            "500 on a URL that is too long",
            STATUS,
            |it| url(it).len() == 256,
            || reply(500, &json!({})),
        ),
        wrong_if(
            "redirect to another path",
            STATUS,
            |it| url(it).len() == 255,
            || Reply::Response {
                status: 301,
                headers: vec![("location", "/v2/media/input".to_owned())],
                body: Vec::new(),
            },
        ),
        wrong("always 500", STATUS, |_, _| reply(500, &json!({ "message": "no" }))),
        wrong("always 429", &[], |_, _| reply(429, &json!({ "requestId": "1", "message": "no" }))),
        wrong("always 401", &[], |_, _| reply(401, &json!({ "message": "no" }))),
    ]
}

fn without_response() -> Vec<Wrong> {
    const RULE: &[&str] = &["server/answer"];
    vec![
        hanging("no response to a long URL", RULE, |it| url(it).len() == 255),
        wrong_if(
            "connection closed on a URL that is too long",
            RULE,
            |it| url(it).len() == 256,
            || Reply::Close,
        ),
        wrong_if(
            "body shorter than its Content-Length",
            RULE,
            |it| url(it).len() == 256,
            || Reply::Short { status: 400, body: b"{}".to_vec() },
        ),
    ]
}

fn uploads() -> Vec<Wrong> {
    let is_storage = |it: &Request| it.url.path() == "/storage/media";
    let status = |status| move || Reply::Response { status, headers: Vec::new(), body: Vec::new() };
    vec![
        wrong(
            "upload refused",
            &["server/upload"],
            move |it, right| {
                if is_storage(it) { status(403)() } else { right }
            },
        ),
        wrong("no response to an upload", &["server/upload"], move |it, right| {
            if is_storage(it) { Reply::Close } else { right }
        }),
        wrong("altered signature accepted", &["server/upload-signature"], move |it, right| {
            if is_storage(it) { status(200)() } else { right }
        }),
        wrong("upload to another host without encryption", &["server/upload-url"], |it, right| {
            job_url(it, right, "http://storage.example/a?sig=abcd")
        }),
        wrong("no URL in the response", &["server/upload"], |it, right| job_url(it, right, "soon")),
    ]
}
