//! Clients of other languages spell the same request in other ways. None of them may give a finding. Each is sent as bytes, because
//! an HTTP library would write it in its own way.

use std::io;
use std::sync::Arc;

use media_upload_conformance::plan::case::Outcome;
use media_upload_conformance::{
    Answer, Calling, Case, ClientName, Driver, DriverInfo, ErrorReport, Options, Plan, Request, run,
};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::documents::our_plan;

/// A request before it is written.
#[derive(Clone)]
struct Raw {
    target: String,
    version: &'static str,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Raw {
    fn add(&mut self, headers: &[(&str, &str)]) {
        self.headers.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    }

    fn set(&mut self, name: &str, value: impl Into<String>) {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.into()));
    }

    fn header(&self, name: &str) -> String {
        self.headers.iter().find(|(known, _)| known == name).unwrap().1.clone()
    }
}

/// How a client spells its requests.
type Spell = fn(&mut Raw);

/// A client that writes its requests to sockets.
struct RawClient {
    info: DriverInfo,
    spell: Spell,
}

impl RawClient {
    fn new(spell: Spell) -> Self {
        let client = ClientName { name: "raw".into(), version: String::new(), language: String::new() };
        let operations = ["getMediaUploadURL", "request_upload_url", "upload"].map(str::to_owned).to_vec();
        Self { info: DriverInfo { protocol: 1, client, operations, concurrency: 1 }, spell }
    }

    async fn outcome(&self, request: &Request) -> io::Result<Answer> {
        let (method, first, field) = match request.provider.as_str() {
            "pyannote" => ("POST", json_request(request), "url"),
            _ => ("GET", query_request(request), "upload_url"),
        };
        let (status, body) = self.send(method, &request.base_url, first).await?;
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        if status >= 300 {
            return Ok(Answer::Error(ErrorReport { status: Some(status), body, ..ErrorReport::default() }));
        }
        let Some(file) = request.arguments.get("file").and_then(Value::as_str) else {
            return Ok(Answer::Result(body));
        };
        let url = body[field].as_str().unwrap();
        let at = url.match_indices('/').nth(2).unwrap().0;
        let put = Raw {
            target: url[at..].to_owned(),
            version: "HTTP/1.1",
            headers: Vec::new(),
            body: std::fs::read(file)?,
        };
        let (status, _) = self.send("PUT", &url[..at], put).await?;
        Ok(match status {
            200..300 => Answer::Result(json!({})),
            _ => Answer::Error(ErrorReport { status: Some(status), ..ErrorReport::default() }),
        })
    }

    async fn send(&self, method: &str, base_url: &str, mut raw: Raw) -> io::Result<(u16, Vec<u8>)> {
        let host = base_url.trim_start_matches("http://");
        raw.set("host", host);
        if method != "GET" {
            raw.set("content-length", raw.body.len().to_string());
        }
        (self.spell)(&mut raw);
        let mut text = format!("{method} {} {}\r\nconnection: close\r\n", raw.target, raw.version);
        for (name, value) in &raw.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        let mut stream = TcpStream::connect(host).await?;
        stream.write_all(&[text.as_bytes(), b"\r\n", &raw.body].concat()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        let interim = b"HTTP/1.1 100 Continue\r\n\r\n";
        let answer = answer.strip_prefix(interim.as_slice()).unwrap_or(&answer);
        let end = answer.windows(4).position(|part| part == b"\r\n\r\n").ok_or(io::ErrorKind::InvalidData)?;
        let status = std::str::from_utf8(&answer[9..12]).ok().and_then(|status| status.parse().ok());
        Ok((status.ok_or(io::ErrorKind::InvalidData)?, answer[end + 4..].to_vec()))
    }
}

impl Driver for RawClient {
    fn info(&self) -> &DriverInfo {
        &self.info
    }

    fn call(&self, request: Request) -> Calling<'_> {
        Box::pin(async move { self.outcome(&request).await.map_err(|error| error.to_string().into()) })
    }
}

fn json_request(request: &Request) -> Raw {
    let authorization = format!("Bearer {}", request.credentials["api_key"].as_str().unwrap());
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    let mut raw = Raw {
        target: "/v1/media/input".to_owned(),
        version: "HTTP/1.1",
        headers: Vec::new(),
        body: json!({ "url": request.arguments["url"] }).to_string().into_bytes(),
    };
    raw.add(&headers);
    raw
}

fn query_request(request: &Request) -> Raw {
    let [token, job] = [&request.credentials["api_token"], &request.arguments["job_id"]];
    let [token, job] = [token, job].map(|value| value.as_str().unwrap());
    Raw {
        target: format!("/api/job/request_upload_url?v=1&api_token={token}&job_id={job}"),
        version: "HTTP/1.1",
        headers: Vec::new(),
        body: Vec::new(),
    }
}

/// The first successful call of each operation, and the smallest upload of each provider.
fn plan() -> Plan {
    let mut plan = our_plan();
    let mut seen: Vec<(String, String)> = Vec::new();
    plan.cases.retain(|case: &Case| {
        let named = (case.provider.clone(), case.operation.clone());
        let wanted = matches!(case.outcome, Outcome::Success(_) | Outcome::Stored) && !seen.contains(&named);
        if wanted {
            seen.push(named);
        }
        wanted
    });
    assert_eq!(plan.cases.len(), 4);
    plan
}

/// The ways in which clients spell requests, each with a name.
const SPELLINGS: &[(&str, Spell)] = &[
    ("plain", |_| {}),
    ("Node, Deno and Bun: fetch", |raw| {
        raw.add(&[
            ("accept", "*/*"),
            ("accept-language", "*"),
            ("sec-fetch-mode", "cors"),
            ("user-agent", "node"),
            ("accept-encoding", "gzip, deflate"),
            ("priority", "u=3"),
            ("cache-control", "no-cache"),
            ("pragma", "no-cache"),
        ]);
    }),
    ("a browser", |raw| {
        raw.add(&[
            ("origin", "http://localhost:3000"),
            ("dnt", "1"),
            ("sec-gpc", "1"),
            ("sec-ch-ua-mobile", "?0"),
            ("sec-fetch-site", "cross-site"),
            ("accept-charset", "utf-8"),
        ]);
    }),
    ("Java: HTTP/2 is asked for", |raw| {
        raw.add(&[
            ("upgrade", "h2c"),
            ("http2-settings", "AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAAAAYABgAA"),
        ]);
    }),
    (".NET: trace context", |raw| {
        raw.add(&[
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            ("tracestate", "a=1"),
            ("baggage", "b=2"),
            ("request-id", "|7e2f.1."),
            ("correlation-context", "c=3"),
        ]);
    }),
    ("Perl and Erlang: te", |raw| raw.add(&[("te", "deflate,gzip;q=0.3"), ("keep-alive", "300")])),
    ("curl: 100-continue", |raw| raw.add(&[("expect", "100-continue"), ("accept", "*/*")])),
    ("Python: urllib", |raw| {
        raw.add(&[("accept-encoding", "identity"), ("user-agent", "Python-urllib/3.13")]);
    }),
    ("a date", |raw| raw.add(&[("date", "Tue, 24 Nov 2026 19:00:00 GMT"), ("via", "1.1 proxy")])),
    ("names of headers in capital letters", |raw| {
        raw.headers.iter_mut().for_each(|(name, _)| name.make_ascii_uppercase());
    }),
    ("white space around the values of headers", |raw| {
        raw.headers.iter_mut().for_each(|(_, value)| *value = format!(" \t{value}\t "));
    }),
    ("the scheme in small letters, and several spaces", |raw| {
        if raw.headers.iter().any(|(name, _)| name == "authorization") {
            raw.set("authorization", raw.header("authorization").replace("Bearer ", "bEARER   "));
        }
    }),
    ("a media type in capital letters, with a parameter", |raw| {
        if raw.headers.iter().any(|(name, _)| name == "content-type") {
            raw.set("content-type", "Application/JSON;CharSet=\"UTF-8\"");
        }
    }),
    ("escapes and white space in JSON", |raw| {
        if raw.body.starts_with(b"{") {
            let text =
                String::from_utf8(raw.body.clone()).unwrap().replace('/', "\\/").replace("url", "\\u0075rl");
            raw.body = format!("\r\n\t {} \n", text.replace(':', " :\t ").replace("media :\t ", "media:"))
                .into_bytes();
            raw.set("content-length", raw.body.len().to_string());
        }
    }),
    ("a chunked body", |raw| {
        if raw.body.starts_with(b"{") {
            raw.headers.retain(|(name, _)| name != "content-length");
            raw.add(&[("transfer-encoding", "chunked")]);
            let (one, two) = raw.body.split_at(3);
            let part = |bytes: &[u8]| [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
            raw.body = [part(one), part(two), b"0\r\n\r\n".to_vec()].concat();
        }
    }),
    ("HTTP/1.0", |raw| raw.version = "HTTP/1.0"),
    ("a question mark without a query", |raw| {
        if !raw.target.contains('?') {
            raw.target.push('?');
        }
    }),
    ("escapes in the path and the query of the API", |raw| {
        raw.target = raw.target.replace("/v1/media", "/%761/m%65dia").replace("/api/job", "/%61pi/j%6fb");
        raw.target = raw.target.replace("?v=1&api_token", "?v=%31&api%5ftoken");
    }),
    ("another order, and empty parameters in the query of the API", |raw| {
        if let Some((before, rest)) = raw.target.clone().split_once("?v=1&api_token") {
            raw.target = format!("{before}?api_token{rest}&&v=1&");
        }
    }),
    ("an empty body and a media type without a body", |raw| {
        if raw.target.starts_with("/api") {
            raw.add(&[("content-length", "0"), ("content-type", "application/json")]);
        }
    }),
    ("a body after its length, and a host that is named twice", |raw| raw.headers.reverse()),
    ("an absolute target", |raw| raw.target = format!("http://{}{}", raw.header("host"), raw.target)),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_lawful_spelling_of_a_request_gives_no_finding() {
    let plan = Arc::new(plan());
    for (name, spell) in SPELLINGS {
        let options = Options { strict: true, ..Options::default() };
        let run = run(&plan, Arc::new(RawClient::new(*spell)), options).await.unwrap();
        for result in run.results {
            let held = format!("{:?}", result.verdict) == "Pass" && result.findings.is_empty();
            assert!(held, "{name}: {}: {:?} {:#?}", result.case.id, result.verdict, result.findings);
        }
    }
}
