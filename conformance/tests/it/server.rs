//! Server mode: a server that keeps to both documents holds, one broken in one way is found with just
//! that rule at just the cases that show it, and what cannot be asked from outside is not passed.

use std::sync::{Arc, LazyLock};

use media_upload_conformance::document::Document;
use media_upload_conformance::plan::Plan;
use media_upload_conformance::plan::case::Serve;
use media_upload_conformance::run::check::Blame;
use media_upload_conformance::run::rule::{self, Rule};
use media_upload_conformance::run::server::Server;
use media_upload_conformance::run::{CaseResult, Options, Run, Verdict};
use regex::Regex;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::command::{conformance, refused, text};
use crate::documents::{case, our_plan};

/// An answer: a status, a media type, and a body.
type Answer = (u16, &'static str, Value);

const KEY: &str = "sk-conformance-5e1f0c7ad2b94e36";
const SIGNED: &str = "https://storage.example/media?X-Amz-Signature=5e471e1";

/// How long a URL may be, and how one that may not is refused, as the document has it today.
static LONGEST: LazyLock<usize> = LazyLock::new(|| {
    let plan = our_plan();
    let longest = case(&plan, "pyannote/getMediaUploadURL/argument/url/longest");
    longest.params["url"].as_str().unwrap().len()
});
static REFUSAL: LazyLock<Value> = LazyLock::new(|| {
    let plan = our_plan();
    let Some(Serve::Response(refusal)) = case(&plan, "pyannote/getMediaUploadURL/400").serve.first() else {
        panic!("no refusal is documented")
    };
    serde_json::from_str(&refusal.body).unwrap()
});

/// What a server that keeps to the documents answers.
fn right(request: &Request) -> Answer {
    match request.url.path() {
        "/v1/media/input" => media_input(request),
        "/api/job/request_upload_url" => request_upload_url(request),
        _ => (404, "application/json", json!({})),
    }
}

fn media_input(request: &Request) -> Answer {
    let given = request.headers.get("authorization").is_some_and(|value| *value == format!("Bearer {KEY}"));
    if !given {
        return (401, "application/json", json!({ "message": "no key" }));
    }
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let allowed = Regex::new(r"^media://[a-zA-Z0-9\-_./]+$").unwrap();
    match body["url"].as_str().filter(|url| url.len() <= *LONGEST && allowed.is_match(url)) {
        Some(_) => (201, "application/json", json!({ "url": SIGNED })),
        None => (400, "application/json", REFUSAL.clone()),
    }
}

fn request_upload_url(request: &Request) -> Answer {
    let query: Vec<(String, String)> = request.url.query_pairs().into_owned().collect();
    let is_hex = |name: &str| {
        let value = query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        value.is_some_and(|value| !value.is_empty() && value.chars().all(|c| c.is_ascii_hexdigit()))
    };
    match is_hex("api_token") && is_hex("job_id") && query.contains(&("v".to_owned(), "1".to_owned())) {
        true => (200, "application/json", json!({ "upload_url": SIGNED })),
        false => (400, "application/json", json!({ "ErrorType": "INVALID_QUERY", "ErrorComment": "no" })),
    }
}

fn served(answer: Answer) -> ResponseTemplate {
    let (status, media_type, body) = answer;
    let template = ResponseTemplate::new(status).set_body_raw(body.to_string(), media_type);
    match status {
        201 => template.insert_header("location", "https://elsewhere.example/media?sig=77ab3e19"),
        _ => template,
    }
}

async fn start(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> MockServer {
    let server = MockServer::builder().start().await;
    Mock::given(any()).respond_with(move |request: &Request| served(answer(request))).mount(&server).await;
    server
}

fn plan() -> Plan {
    let mut plan = our_plan();
    Server::select(&mut plan);
    plan
}

async fn run(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Run {
    let server = start(answer).await;
    Server::new(&server.uri()).unwrap().run(&plan(), Options::default(), &|_| ()).await.unwrap()
}

fn ids(run: &Run, verdict: Verdict) -> Vec<&str> {
    run.results.iter().filter(|result| result.verdict == verdict).map(|result| &*result.case.id).collect()
}

#[tokio::test]
async fn a_server_that_keeps_to_the_documents_holds_and_what_cannot_be_provoked_is_not_passed() {
    let run = run(right).await;
    assert_eq!(ids(&run, Verdict::Fail), [""; 0], "{:#?}", run.results);
    let documented = Regex::new("^pyannote/getMediaUploadURL/[45]..$").unwrap();
    for result in run.results.iter().filter(|result| documented.is_match(&result.case.id)) {
        let why = result.unsupported.as_deref();
        let is_unreached = why.is_some_and(|why| why.starts_with("not reachable"));
        assert_eq!(is_unreached, !result.case.id.ends_with("/400"), "{result:#?}");
    }
    for id in ["pyannote/getMediaUploadURL/400", "cielo24/request_upload_url/400"] {
        assert!(ids(&run, Verdict::Pass).contains(&id), "{id} is provoked by a wrong argument");
    }
}

#[tokio::test]
async fn a_documented_failure_is_no_success() {
    let text = "openapi: 3.0.3\ninfo: { title: t, version: '1' }\nservers: [{ url: https://api.test }]\npaths:\n  /jobs:\n    get:\n      \
                operationId: list\n      responses: { '200': { description: d }, default: { description: d } }\n";
    let mut plan = Plan::of(vec![Document::read("failing.yaml", text.as_bytes()).unwrap()], &[]).unwrap();
    Server::select(&mut plan);
    for (status, verdict) in [(200, Verdict::Pass), (302, Verdict::Fail), (500, Verdict::Fail)] {
        let server = start(move |_: &Request| (status, "application/json", json!({}))).await;
        let run = Server::new(&server.uri()).unwrap().run(&plan, Options::default(), &|_| ()).await.unwrap();
        assert!(ids(&run, verdict).contains(&"failing/list/200"), "{status}: {:#?}", run.results);
    }
}

#[test]
fn a_server_that_cannot_be_one_is_refused_without_a_word_of_its_url() {
    for url in ["secret", "ftp://secret@api.test", "http://secret@api.test", "http://api.test/?token=secret"]
    {
        let line = Server::new(url).unwrap_err();
        assert!(!line.contains("secret"), "{line}");
    }
}

/// A broken server, the rule that finds it, and which cases show it: by their ids, and by their
/// exchanges with the right server.
struct Saboteur {
    rule: &'static Rule,
    shown_by: fn(&str, &str) -> bool,
    broken: fn(&Request, Answer) -> Answer,
}

/// The rules proven here; `every_rule_has_a_saboteur` reads them.
pub(crate) static PROVEN: &[&Rule] = &[
    &rule::SERVER_STATUS,
    &rule::SERVER_MEDIA_TYPE,
    &rule::SERVER_SCHEMA,
    &rule::SERVER_ALLOWED,
    &rule::SERVER_LIMIT,
    &rule::SERVER_CREDENTIAL,
];

fn url_length(request: &Request) -> usize {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    body["url"].as_str().map_or(0, str::len)
}

const SABOTEURS: &[Saboteur] = &[
    Saboteur {
        rule: &rule::SERVER_STATUS,
        shown_by: |_, exchange| exchange.contains("\n< 201\n"),
        broken: |_, (status, media_type, body)| match status {
            201 if body["url"] == SIGNED => (202, media_type, body),
            _ => (status, media_type, body),
        },
    },
    Saboteur {
        rule: &rule::SERVER_MEDIA_TYPE,
        shown_by: |_, exchange| exchange.contains("\"errors\""),
        broken: |_, (status, media_type, body)| {
            let errors = status == 400 && body.get("errors").is_some();
            (status, if errors { "text/html" } else { media_type }, body)
        },
    },
    Saboteur {
        rule: &rule::SERVER_SCHEMA,
        shown_by: |_, exchange| exchange.contains("\"errors\""),
        broken: |_, (status, media_type, mut body)| {
            if let Some(errors) = body.get_mut("errors") {
                *errors = json!("Invalid URL");
            }
            (status, media_type, body)
        },
    },
    Saboteur {
        rule: &rule::SERVER_ALLOWED,
        shown_by: |id, _| id.ends_with("/argument/url/longest"),
        broken: |request, answer| match url_length(request) {
            long if long == *LONGEST => (400, "application/json", REFUSAL.clone()),
            _ => answer,
        },
    },
    Saboteur {
        rule: &rule::SERVER_LIMIT,
        shown_by: |id, _| id.ends_with("/argument/url/too-long"),
        broken: |request, answer| match url_length(request) {
            long if long == *LONGEST + 1 => (201, "application/json", json!({ "url": SIGNED })),
            _ => answer,
        },
    },
    Saboteur {
        rule: &rule::SERVER_CREDENTIAL,
        shown_by: |id, _| id == "pyannote/getMediaUploadURL/undocumented/401",
        broken: |_, answer| match answer.0 {
            401 => (201, "application/json", json!({ "url": SIGNED })),
            _ => answer,
        },
    },
];

#[tokio::test]
async fn a_server_broken_in_one_way_is_found_with_that_rule_alone_at_just_the_cases_that_show_it() {
    let held = run(right).await;
    for Saboteur { rule, shown_by, broken } in SABOTEURS {
        let run = run(|request| broken(request, right(request))).await;
        let mut findings = run.results.iter().flat_map(|result| &result.findings);
        assert!(findings.all(|finding| finding.rule == rule.id), "{}: {:#?}", rule.id, run.results);
        let shown = held.results.iter().filter(|result| shown_by(&result.case.id, &result.exchange));
        let shown: Vec<_> = shown.map(|result| &*result.case.id).collect();
        assert!(!shown.is_empty(), "{}: no case shows it", rule.id);
        assert_eq!(ids(&run, Verdict::Fail), shown, "{}", rule.id);
    }
}

#[tokio::test]
async fn what_is_refused_anyway_proves_nothing_about_limits() {
    let run = run(|_| (400, "application/json", REFUSAL.clone())).await;
    let passed = ids(&run, Verdict::Pass);
    assert!(passed.iter().all(|id| !id.contains("/argument/")), "{passed:?}");
    let first = run.results.iter().find(|result| result.case.id.ends_with("/201")).unwrap();
    assert_eq!(first.findings[0].blame, Blame::Document, "the pattern can be read in two ways");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_of_the_environment_is_sent_and_never_shown() {
    let server = start(|request| {
        let answer = right(request);
        // What the server was sent comes back in its answer.
        let sent = request.headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
        match sent.as_deref() {
            Some("Bearer real-key") => {
                let copies = json!([{ "at": "https://elsewhere.example/media?se=2026&sig=9d1f0c77" }]);
                (201, "application/json", json!({ "url": SIGNED, "echo": sent, "copies": copies }))
            }
            _ => answer,
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
async fn the_command_runs_a_server_by_its_url_and_names_it_in_the_line_that_runs_a_case_again() {
    let server = start(|_| (418, "application/json", json!({}))).await;
    let uri = server.uri();
    let output = tokio::task::spawn_blocking(move || conformance(&["run", "--server", &uri])).await.unwrap();
    let report = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{report}");
    assert!(report.contains("server/status (must)"), "{report}");
    assert!(report.contains(&format!("--server {}", server.uri())), "{report}");
}

#[test]
fn a_server_elsewhere_needs_a_yes_and_a_url_that_is_none_is_refused() {
    let line = refused(2, &["run", "--server", "https://api.example.com"]);
    assert!(line.contains("not on this machine") && line.contains("--yes"), "{line}");
    for url in ["", "nonsense", "ftp://127.0.0.1", "http://user:secret@127.0.0.1", "http://127.0.0.1?a=b"] {
        let line = refused(2, &["run", "--server", url]);
        assert!(line.contains("--server: ") && !line.contains("secret"), "{line}");
    }
    let output = conformance(&["run", "--server", "http://127.0.0.1:1", "--", "true"]);
    assert_eq!(output.status.code(), Some(2), "a server and a client at once");
}

#[test]
fn a_server_that_is_not_there_is_the_suites_trouble() {
    // Bound, but nobody listens: nobody else gets the port.
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    drop(socket);
    let line = refused(3, &["run", "--server", &format!("http://{address}")]);
    assert!(line.contains("cannot be reached"), "{line}");
}

#[tokio::test]
async fn what_a_server_answered_before_it_went_away_is_reported() {
    let server = start(right).await;
    let (plan, uri) = (plan(), server.uri());
    let server = std::sync::Mutex::new(Some(server));
    let gone_after_one = |_: &CaseResult| drop(server.lock().unwrap().take());
    let run = Server::new(&uri).unwrap().run(&plan, Options::default(), &gone_after_one).await.unwrap();
    assert_eq!(run.results[0].verdict, Verdict::Pass, "{:?}", run.results[0]);
    let lost = run.results.iter().filter(|result| result.verdict == Verdict::Error);
    let mut troubles = lost.map(|result| result.trouble.as_ref().unwrap()).peekable();
    assert!(troubles.peek().is_some());
    assert!(troubles.all(|trouble| trouble.blame == Blame::Server && !trouble.says.is_empty()));
}

#[test]
fn nothing_is_asked_of_a_server_that_is_about_a_client() {
    let plan = Arc::new(plan());
    for family in ["/upload/", "/transport/", "/not-json", "/unknown-fields", "undocumented/500"] {
        assert!(plan.cases.iter().all(|case| !case.id.contains(family)), "{family}");
    }
}

#[test]
fn a_credential_that_cannot_be_one_is_refused_by_the_name_of_its_variable() {
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
