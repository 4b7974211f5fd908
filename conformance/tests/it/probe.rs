//! Probing a server under test. A server that conforms to the built-in documents passes. Each server with one defect breaks one
//! rule at exactly the cases that show the defect. A case that no request can produce does not pass.

use std::sync::LazyLock;

use media_upload_conformance::check::rule;
use media_upload_conformance::document::Code;
use media_upload_conformance::plan::case::{Family, Serve};
use media_upload_conformance::probe::ServerUnderTest;
use media_upload_conformance::{
    Blame, Case, CaseResult, Document, DriverError, Options, Plan, Rule, Run, Verdict, VerdictKind,
};
use regex::Regex;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::command::{conformance, refused, text};
use crate::documents::{case, our_plan};

/// A response: the status, the media type, and the body.
type Response = (u16, &'static str, Value);

const KEY: &str = "sk-Conformance-5e1F0c7aD2b94E36";
const TOKEN: &str = "0e1F0c7aD2b94E3680d1A7b3C9e5F260";
const SIGNED: &str = "https://storage.example/media?X-Amz-Signature=5e471e1";

/// The length of the longest URL that the current document allows.
static LONGEST: LazyLock<usize> = LazyLock::new(|| {
    let plan = our_plan();
    let longest = case(&plan, "pyannote/getMediaUploadURL/argument/url/longest");
    longest.params["url"].as_str().unwrap().len()
});

/// The response body of the current document for a URL that is not allowed.
static REFUSAL: LazyLock<Value> = LazyLock::new(|| {
    let plan = our_plan();
    let Some(Serve::Response(refusal)) = case(&plan, "pyannote/getMediaUploadURL/400").serve.first() else {
        panic!("the document has no response 400")
    };
    serde_json::from_str(&refusal.body).unwrap()
});

/// The response of a server that conforms to the documents.
fn conforming(request: &Request) -> Response {
    match request.url.path() {
        "/v1/media/input" => media_input(request),
        "/api/job/request_upload_url" => request_upload_url(request),
        _ => (404, "application/json", json!({})),
    }
}

fn media_input(request: &Request) -> Response {
    let authorization = request.headers.get("authorization");
    if authorization.is_none_or(|value| *value != format!("Bearer {KEY}")) {
        return (401, "application/json", json!({ "message": "no key" }));
    }
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let allowed = Regex::new(r"^media://[a-zA-Z0-9\-_./]+$").unwrap();
    match body["url"].as_str().filter(|url| url.len() <= *LONGEST && allowed.is_match(url)) {
        Some(_) => (201, "application/json", json!({ "url": SIGNED })),
        None => (400, "application/json", REFUSAL.clone()),
    }
}

fn request_upload_url(request: &Request) -> Response {
    let query: Vec<(String, String)> = request.url.query_pairs().into_owned().collect();
    let is_hex = |name: &str| {
        let value = query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        value.is_some_and(|value| !value.is_empty() && value.chars().all(|c| c.is_ascii_hexdigit()))
    };
    let is_known = query.contains(&("api_token".to_owned(), TOKEN.to_owned()));
    match is_known && is_hex("job_id") && query.contains(&("v".to_owned(), "1".to_owned())) {
        true => (200, "application/json", json!({ "upload_url": SIGNED })),
        false => (400, "application/json", json!({ "ErrorType": "INVALID_QUERY", "ErrorComment": "no" })),
    }
}

fn template(response: Response) -> ResponseTemplate {
    let (status, media_type, body) = response;
    let template = ResponseTemplate::new(status).set_body_raw(body.to_string(), media_type);
    match status {
        201 => template.insert_header("location", "https://elsewhere.example/media?sig=77ab3e19"),
        _ => template,
    }
}

async fn start(respond: impl Fn(&Request) -> Response + Send + Sync + 'static) -> MockServer {
    let server = MockServer::builder().start().await;
    Mock::given(any()).respond_with(move |request: &Request| template(respond(request))).mount(&server).await;
    server
}

fn plan() -> Plan {
    let mut plan = our_plan();
    ServerUnderTest::select(&mut plan);
    plan
}

async fn run(respond: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Run {
    let server = start(respond).await;
    ServerUnderTest::new(&server.uri()).unwrap().run(&plan(), Options::default(), &|_| ()).await.unwrap()
}

fn error(result: &CaseResult) -> &DriverError {
    let Verdict::Error(error) = &result.verdict else { panic!("{:?}", result.verdict) };
    error
}

fn ids(run: &Run, verdict: VerdictKind) -> Vec<&str> {
    run.results
        .iter()
        .filter(|result| result.verdict.kind() == verdict)
        .map(|result| &*result.case.id)
        .collect()
}

#[tokio::test]
async fn a_conforming_server_passes_and_a_status_that_no_request_produces_is_unsupported() {
    let run = run(conforming).await;
    assert_eq!(ids(&run, VerdictKind::Fail), [""; 0], "{:#?}", run.results);
    for result in run.results.iter().filter(|result| result.case.provider == "pyannote") {
        let Family::Response(Code::Exact(status @ 400..)) = result.case.family else { continue };
        let is_unreached =
            matches!(&result.verdict, Verdict::Unsupported(reason) if reason.starts_with("not reachable"));
        assert_eq!(is_unreached, status != 400, "{result:#?}");
    }
    for id in ["pyannote/getMediaUploadURL/400", "cielo24/request_upload_url/400"] {
        assert!(ids(&run, VerdictKind::Pass).contains(&id), "a forbidden argument produces {id}");
    }
}

#[tokio::test]
async fn only_a_success_passes_where_the_document_has_a_success_and_a_default_response() {
    let text = "openapi: 3.0.3\ninfo: { title: t, version: '1' }\nservers: [{ url: https://api.test }]\npaths:\n  /jobs:\n    get:\n      \
                operationId: list\n      responses: { '200': { description: d }, default: { description: d } }\n";
    let mut plan = Plan::of(vec![Document::read("failing.yaml", text.as_bytes()).unwrap()], &[]).unwrap();
    ServerUnderTest::select(&mut plan);
    for (status, verdict) in [(200, VerdictKind::Pass), (302, VerdictKind::Fail), (500, VerdictKind::Fail)] {
        let server = start(move |_: &Request| (status, "application/json", json!({}))).await;
        let run = ServerUnderTest::new(&server.uri())
            .unwrap()
            .run(&plan, Options::default(), &|_| ())
            .await
            .unwrap();
        assert!(ids(&run, verdict).contains(&"failing/list/200"), "{status}: {:#?}", run.results);
    }
}

#[tokio::test]
async fn a_value_that_http_changes_is_not_sent() {
    let text = "openapi: 3.0.3\ninfo: { title: t, version: '1' }\nservers: [{ url: https://api.test }]\npaths:\n  /jobs:\n    get:\n      \
                operationId: list\n      parameters: [{ name: X-Tag, in: header, required: true, schema: { type: string, pattern: '^[a-z]+$' } }]\n      \
                responses: { '200': { description: d }, '400': { description: d } }\n";
    let mut plan = Plan::of(vec![Document::read("tagged.yaml", text.as_bytes()).unwrap()], &[]).unwrap();
    ServerUnderTest::select(&mut plan);
    let server = start(|request: &Request| {
        let tag = request.headers.get("x-tag").and_then(|tag| tag.to_str().ok()).unwrap_or_default();
        let is_allowed = Regex::new("^[a-z]+$").unwrap().is_match(tag);
        (if is_allowed { 200 } else { 400 }, "application/json", json!({}))
    })
    .await;
    let run =
        ServerUnderTest::new(&server.uri()).unwrap().run(&plan, Options::default(), &|_| ()).await.unwrap();
    assert_eq!(ids(&run, VerdictKind::Fail), [""; 0], "{:#?}", run.results);
    let unsupported = ids(&run, VerdictKind::Unsupported);
    for name in ["leading-blank", "trailing-newline", "with-accented-letter"] {
        assert!(unsupported.iter().any(|id| id.ends_with(name)), "{name}: {unsupported:?}");
    }
    assert!(ids(&run, VerdictKind::Pass).iter().any(|id| id.ends_with("with-blank")));
}

#[test]
fn an_unusable_server_url_is_an_error_that_does_not_show_the_url() {
    for url in ["secret", "ftp://secret@api.test", "http://secret@api.test", "http://api.test/?token=secret"]
    {
        let error = ServerUnderTest::new(url).unwrap_err();
        assert!(!error.contains("secret"), "{error}");
    }
}

/// A server with one defect.
struct Saboteur {
    /// The rule that the server breaks.
    rule: &'static Rule,
    /// Whether a case shows the defect. The string is the exchange with the conforming server.
    shows: fn(&Case, &str) -> bool,
    /// Alters the response of the conforming server.
    alter: fn(&Request, Response) -> Response,
}

/// The length of the argument `url` of a request.
fn sent_length(request: &Request) -> usize {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    body["url"].as_str().map_or(0, str::len)
}

/// The length of the argument `url` of a case.
fn given_length(case: &Case) -> usize {
    case.params.get("url").and_then(Value::as_str).map_or(0, str::len)
}

const SABOTEURS: &[Saboteur] = &[
    Saboteur {
        rule: &rule::SERVER_STATUS,
        shows: |_, exchange| exchange.contains("\n< 201\n"),
        alter: |_, (status, media_type, body)| match status {
            201 if body["url"] == SIGNED => (202, media_type, body),
            _ => (status, media_type, body),
        },
    },
    Saboteur {
        rule: &rule::SERVER_MEDIA_TYPE,
        shows: |_, exchange| exchange.contains("\"errors\""),
        alter: |_, (status, media_type, body)| {
            let errors = status == 400 && body.get("errors").is_some();
            (status, if errors { "text/html" } else { media_type }, body)
        },
    },
    Saboteur {
        rule: &rule::SERVER_SCHEMA,
        shows: |_, exchange| exchange.contains("\"errors\""),
        alter: |_, (status, media_type, mut body)| {
            if let Some(errors) = body.get_mut("errors") {
                *errors = json!("Invalid URL");
            }
            (status, media_type, body)
        },
    },
    Saboteur {
        rule: &rule::SERVER_ALLOWED,
        shows: |case, _| given_length(case) == *LONGEST,
        alter: |request, response| match sent_length(request) {
            long if long == *LONGEST => (400, "application/json", REFUSAL.clone()),
            _ => response,
        },
    },
    Saboteur {
        rule: &rule::SERVER_LIMIT,
        shows: |case, _| given_length(case) == *LONGEST + 1,
        alter: |request, response| match sent_length(request) {
            long if long == *LONGEST + 1 => (201, "application/json", json!({ "url": SIGNED })),
            _ => response,
        },
    },
    Saboteur {
        rule: &rule::SERVER_CREDENTIAL,
        shows: |_, exchange| exchange.contains("\n< 401\n"),
        alter: |_, response| match response.0 {
            401 => (201, "application/json", json!({ "url": SIGNED })),
            _ => response,
        },
    },
];

#[tokio::test]
async fn a_server_with_one_defect_breaks_one_rule_at_exactly_the_cases_that_show_it() {
    let conforming_run = run(conforming).await;
    for Saboteur { rule, shows, alter } in SABOTEURS {
        let run = run(|request| alter(request, conforming(request))).await;
        let mut findings = run.results.iter().flat_map(|result| &result.findings);
        assert!(findings.all(|finding| *finding.rule == **rule), "{}: {:#?}", rule.id, run.results);
        let expected = conforming_run.results.iter().filter(|result| shows(&result.case, &result.exchange));
        let expected: Vec<_> = expected.map(|result| &*result.case.id).collect();
        assert!(!expected.is_empty(), "{}: no case shows the defect", rule.id);
        assert_eq!(ids(&run, VerdictKind::Fail), expected, "{}", rule.id);
    }
}

#[tokio::test]
async fn no_argument_case_passes_when_the_server_refuses_every_call() {
    let run = run(|_| (400, "application/json", REFUSAL.clone())).await;
    let mut passed = run.results.iter().filter(|result| result.verdict.kind() == VerdictKind::Pass);
    let is_about_argument =
        |case: &Case| matches!(case.family, Family::Argument(_) | Family::MissingArgument(_));
    assert!(passed.all(|result| !is_about_argument(&result.case)), "{:#?}", run.results);
    let success = Family::Response(Code::Exact(201));
    let success = run.results.iter().find(|result| result.case.family == success).unwrap();
    let (blame, location) = (success.findings[0].blame, &success.findings[0].location);
    assert_eq!(blame, Blame::Document, "doctor names a defect of the pattern");
    assert!(location.pointer.ends_with("/pattern"), "{location:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_from_the_environment_is_sent_and_never_shown() {
    let server = start(|request| {
        // The server repeats the credential in its response.
        let sent = request.headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
        match sent.as_deref() {
            Some("Bearer real-key") => {
                let copies = json!([{ "at": "https://elsewhere.example/media?se=2026&sig=9d1f0c77" }]);
                (201, "application/json", json!({ "url": SIGNED, "echo": sent, "copies": copies }))
            }
            _ => conforming(request),
        }
    })
    .await;
    let uri = server.uri();
    let output = tokio::task::spawn_blocking(move || {
        std::process::Command::new(env!("CARGO_BIN_EXE_conformance"))
            .args(["run", "--filter", "pyannote/*", "--json", "-", "--server", &uri])
            .env("CONFORMANCE_API_KEY", "real-key")
            .output()
            .unwrap()
    })
    .await
    .unwrap();
    let shown = text(&output.stdout) + &text(&output.stderr);
    assert!(shown.contains("Bearer [api_key]"), "{shown}");
    assert!(!shown.contains("real-key") && !shown.contains("5e471e1"), "{shown}");
    assert!(shown.contains("elsewhere.example") && !shown.contains("9d1f0c77"), "{shown}");
    assert!(shown.contains("location") && !shown.contains("77ab3e19"), "{shown}");
    assert!(server.received_requests().await.unwrap().len() > 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_about_a_server_shows_the_command_that_runs_a_case_again() {
    let server = start(|_| (418, "application/json", json!({}))).await;
    let uri = server.uri();
    let output = tokio::task::spawn_blocking(move || conformance(&["run", "--server", &uri])).await.unwrap();
    let report = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{report}");
    assert!(report.contains("server/status (must)"), "{report}");
    assert!(report.contains(&format!("--server {}", server.uri())), "{report}");
}

#[test]
fn a_server_on_another_machine_needs_consent_and_an_unusable_url_is_an_error() {
    let line = refused(2, &["run", "--server", "https://api.example.com"]);
    assert!(line.contains("not on this machine") && line.contains("--allow-remote"), "{line}");
    for url in ["", "nonsense", "ftp://127.0.0.1", "http://user:secret@127.0.0.1", "http://127.0.0.1?a=b"] {
        let line = refused(2, &["run", "--server", url]);
        assert!(line.contains("--server: ") && !line.contains("secret"), "{line}");
    }
    let output = conformance(&["run", "--server", "http://127.0.0.1:1", "--", "true"]);
    assert_eq!(output.status.code(), Some(2), "a server and a client together are a usage error");
}

#[test]
fn a_server_that_cannot_be_reached_ends_the_run_with_3() {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    drop(socket);
    let line = refused(3, &["run", "--server", &format!("http://{address}")]);
    assert!(line.contains("cannot be reached"), "{line}");
}

#[tokio::test]
async fn responses_from_before_the_server_stopped_are_reported() {
    let server = start(conforming).await;
    let (plan, uri) = (plan(), server.uri());
    let server = std::sync::Mutex::new(Some(server));
    let stop_after_first = |_: &CaseResult| drop(server.lock().unwrap().take());
    let run =
        ServerUnderTest::new(&uri).unwrap().run(&plan, Options::default(), &stop_after_first).await.unwrap();
    assert_eq!(run.results[0].verdict.kind(), VerdictKind::Pass, "{:?}", run.results[0]);
    let unanswered = run.results.iter().filter(|result| result.verdict.kind() == VerdictKind::Error);
    let mut errors = unanswered.map(error).peekable();
    assert!(errors.peek().is_some());
    assert!(errors.all(|error| error.blame == Blame::Server && !error.message.is_empty()));
}

#[test]
fn no_case_about_how_a_client_handles_a_response_is_sent_to_a_server() {
    for case in plan().cases {
        let is_for_servers = match case.family {
            Family::Response(_) | Family::Argument(_) | Family::MissingArgument(_) => true,
            Family::UndocumentedStatus(status) => status == 401,
            Family::Server(_) => true,
            Family::ResponseVariation(_) | Family::Transport | Family::Upload => false,
        };
        assert!(is_for_servers, "{}", case.id);
    }
}

#[test]
fn an_unusable_credential_is_an_error_that_names_its_variable() {
    for value in ["short", "with a blank", "line\nbreak-and-more"] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_conformance"))
            .args(["run", "--server", "http://127.0.0.1:1"])
            .env("CONFORMANCE_API_KEY", value)
            .output()
            .unwrap();
        let line = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{line}");
        assert!(line.contains("CONFORMANCE_API_KEY") && !line.contains(value), "{line}");
    }
}
