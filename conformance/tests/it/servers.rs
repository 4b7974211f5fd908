//! Servers that are wrong about one thing. The right server has no finding, and each wrong one breaks the fitting rules. The servers
//! are written by hand from the documents: they share no code with the suite.

mod http;
mod right;
mod wrong;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use futures_util::{StreamExt, future, stream};
use media_upload_conformance::plan::given_sample::GivenSample;
use media_upload_conformance::probe::ServerUnderTest;
use media_upload_conformance::{
    Blame, CaseResult, Document, Options, Plan, Rule, Run, Verdict, VerdictKind, built_in_documents,
    providers,
};
use serde_json::json;

use crate::command::{conformance, refused, text};
use http::{Reply, Server};
use right::{JOB, KEY, TOKEN};
use wrong::{Alter, Wrong};

/// The plan with the job that the servers know, and with uploads. Of the many forbidden characters of a URL, one is enough here.
static PLAN: LazyLock<Plan> = LazyLock::new(|| {
    let mut plan = plan(&[format!("job_id={JOB}").parse().unwrap()]);
    plan.cases.retain(|case| !case.purpose.contains("the character"));
    plan
});

fn plan(samples: &[GivenSample]) -> Plan {
    let mut plan = Plan::with_samples(built_in_documents().unwrap(), &providers().unwrap(), samples).unwrap();
    ServerUnderTest::select(&mut plan);
    ServerUnderTest::select_uploads(&mut plan);
    plan
}

/// Tests a server that alters the reply of the right one.
async fn run(plan: &Plan, limit: Duration, alter: Alter) -> Run {
    let server = Server::start(move |request| {
        let address = &request.headers["host"];
        alter(request, right::reply(request, address))
    })
    .await;
    let mut under_test = ServerUnderTest::new(&format!("http://{}", server.address)).unwrap();
    under_test.use_credential("CONFORMANCE_API_KEY".to_owned(), KEY.to_owned());
    under_test.use_credential("CONFORMANCE_API_TOKEN".to_owned(), TOKEN.to_owned());
    let options = Options { strict: true, timeout: limit, ..Options::default() };
    under_test.run(plan, options, &|_| ()).await.unwrap()
}

fn rules(run: &Run) -> BTreeSet<&str> {
    run.results.iter().flat_map(|result| &result.findings).map(|finding| finding.rule.id).collect()
}

/// Whether a wrong server breaks the rule. The test `every_rule_has_a_saboteur` calls it.
pub(crate) fn is_proven(rule: &Rule) -> bool {
    wrong::servers().iter().any(|server| server.rules.contains(&rule.id))
}

/// A time limit that only a server without a response reaches.
const LIMIT: Duration = Duration::from_secs(10);

/// The time limit for the servers that do not respond.
const SHORT: Duration = Duration::from_secs(1);

#[tokio::test]
async fn the_smallest_right_servers_have_no_finding() {
    let run = run(&PLAN, LIMIT, Arc::new(|_, reply| reply)).await;
    assert_eq!(run.nothing_judged, None);
    for result in &run.results {
        assert!(
            result.findings.is_empty(),
            "{}: {:#?}\n{}",
            result.case.id,
            result.findings,
            result.exchange
        );
        match &result.verdict {
            Verdict::Pass => {}
            // Only the server can know the values of this argument. No request asks for some statuses, or can carry some values.
            Verdict::Unsupported(why) => assert!(
                why.starts_with("not reachable: ") || why.contains("whether this job_id exists"),
                "{}: {why}",
                result.case.id
            ),
            verdict => panic!("{}: {verdict:?}", result.case.id),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_server_breaks_the_fitting_rules() {
    let servers = wrong::servers();
    assert!(servers.len() >= 30);
    let found = stream::iter(servers).map(deviation).buffer_unordered(4);
    let missed: Vec<_> = found.filter_map(future::ready).collect().await;
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// How the result of a wrong server differs from the expected one. It must fail, or nothing may pass.
async fn deviation(Wrong { name, alter, rules: expected, hangs }: Wrong) -> Option<String> {
    let run = run(&PLAN, if hangs { SHORT } else { LIMIT }, alter).await;
    let found: Vec<_> = rules(&run).into_iter().collect();
    let is_failed = run.count(VerdictKind::Fail) > 0 || run.count(VerdictKind::Pass) == 0;
    let is_as_expected = found == expected && is_failed;
    (!is_as_expected).then(|| format!("{name}: expected {expected:?}, found {found:?}, failed: {is_failed}"))
}

fn result<'a>(run: &'a Run, id: &str) -> &'a CaseResult {
    run.results
        .iter()
        .find(|result| result.case.id == id)
        .unwrap_or_else(|| panic!("no case has the id {id}"))
}

fn reason<'a>(run: &'a Run, id: &str) -> &'a str {
    match &result(run, id).verdict {
        Verdict::Unsupported(why) => why,
        verdict => panic!("{id}: {verdict:?}"),
    }
}

#[tokio::test]
async fn without_a_job_that_the_server_knows_the_cases_that_need_one_are_unsupported() {
    let run = run(&plan(&[]), LIMIT, Arc::new(|_, reply| reply)).await;
    assert_eq!(rules(&run), BTreeSet::new());
    for id in ["200", "argument/job_id/absent", "server/v/absent", "server/wrong-credential"] {
        let why = reason(&run, &format!("cielo24/request_upload_url/{id}"));
        assert!(why.contains("--sample job_id=VALUE"), "{id}: {why}");
    }
    let of_other = result(&run, "pyannote/getMediaUploadURL/server/wrong-credential");
    assert_eq!(of_other.verdict.kind(), VerdictKind::Pass);
}

#[tokio::test]
async fn the_same_refusal_of_every_request_is_no_judgement() {
    for status in [401, 403, 404, 429, 500] {
        let run =
            run(&PLAN, LIMIT, Arc::new(move |_, _| right::json(status, &serde_json::Value::Null))).await;
        let why = format!("nothing was judged, because every response was {status}");
        assert_eq!(run.nothing_judged.as_ref(), Some(&why));
        assert_eq!(run.count(VerdictKind::Pass), 0, "{status}");
        // The job of cielo24 is one that the caller says exists.
        let failed = run.results.iter().filter(|result| result.verdict.kind() == VerdictKind::Fail);
        let of_pyannote = failed.filter(|result| &*result.case.provider == "pyannote");
        assert!(status != 404 || of_pyannote.count() == 0);
        assert_eq!(reason(&run, "pyannote/getMediaUploadURL/402"), why);
    }
}

#[tokio::test]
async fn a_finding_blames_the_document_only_where_doctor_names_that_place() {
    let blames = |name: &'static str| async move {
        let wrong = wrong::servers().into_iter().find(|wrong| wrong.name == name).unwrap();
        let run = run(&PLAN, LIMIT, wrong.alter).await;
        let findings = run.results.into_iter().flat_map(|result| result.findings);
        findings.map(|finding| finding.blame).collect::<Vec<_>>()
    };
    let of_pattern = blames("_ refused in a URL").await;
    assert!(of_pattern.iter().all(|blame| *blame == Blame::Document) && !of_pattern.is_empty());
    for name in ["long URL refused", "known job refused", "only Basic accepted", "v ignored"] {
        let blames = blames(name).await;
        assert!(blames.iter().all(|blame| *blame == Blame::Server) && !blames.is_empty(), "{name}");
    }
}

/// An API with things, which can be deleted, and with an optional key.
const SHOP: &str = r#"openapi: 3.0.3
info: { title: Shop, version: "1" }
servers: [{ url: "https://api.shop.test/v2" }]
paths:
  /things/{id}:
    delete:
      operationId: deleteThing
      parameters: [{ $ref: '#/components/parameters/id' }]
      responses: { "204": { description: d }, "404": { description: d } }
    get:
      operationId: getThing
      security: [{ key: [] }, {}]
      parameters:
        - $ref: '#/components/parameters/id'
        - { name: part, in: query, schema: { type: string, enum: [all] } }
      responses: { "200": { description: d }, "400": { description: d }, "404": { description: d } }
components:
  parameters: { id: { name: id, in: path, required: true, schema: { type: integer } } }
  securitySchemes: { key: { type: apiKey, in: header, name: X-Key } }
"#;

async fn run_shop(samples: &[&str], can_delete: bool) -> Run {
    let samples: Vec<GivenSample> = samples.iter().map(|sample| sample.parse().unwrap()).collect();
    let document = Document::read("shop.yaml", SHOP.as_bytes()).unwrap();
    let mut plan = Plan::with_samples(vec![document], &[], &samples).unwrap();
    ServerUnderTest::select(&mut plan);
    let is_deleted = AtomicBool::new(false);
    let server = Server::start(move |request| {
        let is_known = request.url.path() == "/test/v2/things/7" && !is_deleted.load(Ordering::Relaxed);
        let part = request.query("part");
        let status = match (&*request.method, is_known) {
            (_, false) => 404,
            ("DELETE", true) => 204,
            _ if part.is_some_and(|part| part != "all") => 400,
            _ => 200,
        };
        is_deleted.fetch_or(can_delete && status == 204, Ordering::Relaxed);
        Reply::Response { status, headers: Vec::new(), body: Vec::new() }
    })
    .await;
    let under_test = ServerUnderTest::new(&format!("http://{}/test/v2/", server.address)).unwrap();
    let options = Options { strict: true, timeout: LIMIT, ..Options::default() };
    under_test.run(&plan, options, &|_| ()).await.unwrap()
}

#[tokio::test]
async fn the_paths_of_operations_are_appended_to_the_url_of_the_server() {
    let run = run_shop(&["id=7"], false).await;
    assert_eq!(rules(&run), BTreeSet::new());
    for id in ["deleteThing/204", "getThing/200", "getThing/argument/part/enum-all", "getThing/404"] {
        assert_eq!(result(&run, &format!("shop/{id}")).verdict.kind(), VerdictKind::Pass, "{id}");
    }
    assert!(result(&run, "shop/getThing/200").exchange.starts_with("> GET /test/v2/things/7\n"));
    let of_key = run.results.iter().filter(|result| result.case.id.contains("credential"));
    assert_eq!(of_key.count(), 0, "the document does not require the key");
}

#[tokio::test]
async fn what_an_earlier_request_may_have_deleted_is_not_missed() {
    let run = run_shop(&["deleteThing.id=7", "getThing.id=7"], true).await;
    assert_eq!(rules(&run), BTreeSet::new());
    assert!(reason(&run, "shop/getThing/200").contains("may have deleted it"));
    let of_one = run_shop(&["getThing.id=8"], false).await;
    assert_eq!(
        rules(&of_one),
        BTreeSet::from(["server/allowed"]),
        "the server does not know the given thing"
    );
}

#[tokio::test]
async fn a_response_without_a_pre_signed_url_is_one_finding() {
    let without_url = |_: &_, reply| match reply {
        Reply::Response { status: 201, .. } => right::json(201, &json!({ "url": "string" })),
        other => other,
    };
    let run = run(&PLAN, LIMIT, Arc::new(without_url)).await;
    let failed = run.results.iter().filter(|result| !result.findings.is_empty());
    let failed: Vec<_> = failed.map(|result| (&*result.case.id, result.findings[0].rule.id)).collect();
    assert_eq!(failed, [("pyannote/upload/server/small", "server/upload")]);
    let why = reason(&run, "pyannote/upload/server/altered-signature");
    assert_eq!(why, "not reachable: the response has no URL for an upload");
}

#[test]
fn a_sample_that_fits_no_argument_is_one_line() {
    let url = ["run", "--server", "http://127.0.0.1:1", "--sample"];
    for (sample, expected) in [
        ("jobid=1", "--sample: no operation has the argument `jobid`; did you mean `job_id`?"),
        ("request_upload_url.url=1", "--sample: no operation has the argument `request_upload_url.url`"),
        (
            "job_id=xyz",
            "--sample job_id: the value breaks the schema at openapi/cielo24/request_upload_url.rst:34",
        ),
        (
            "api_token=abcd",
            "--sample: `api_token` is a credential; give it in the environment variable CONFORMANCE_API_TOKEN",
        ),
    ] {
        let line = refused(2, &[&url[..], &[sample]].concat());
        assert!(line.contains(expected), "{line}");
    }
    for sample in ["job_id", "=1"] {
        let output = conformance(&[&url[..], &[sample]].concat());
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains("write NAME=VALUE"));
    }
    assert_eq!(conformance(&["run", "--sample", "job_id=1"]).status.code(), Some(2), "it is about a server");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_follows_uploads_and_shows_no_signature() {
    let server = Server::start(|request| right::reply(request, &request.headers["host"])).await;
    let (url, sample) = (format!("http://{}", server.address), format!("job_id={JOB}"));
    let run = move || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_conformance"));
        command.args([
            "run",
            "--strict",
            "--follow-uploads",
            "--filter",
            "*/server/*",
            "--json",
            "-",
            "--yes",
        ]);
        command.args(["--server", &url, "--sample", &sample]);
        command.env("CONFORMANCE_API_KEY", KEY).env("CONFORMANCE_API_TOKEN", TOKEN);
        command.output().unwrap()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    let shown = text(&output.stdout) + &text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{shown}");
    for part in ["pyannote/upload/server/small", "/storage/media?…", "[wrong api_key]"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    // The altered secrets tell the real ones.
    for secret in [KEY, TOKEN, "tl-mjwf", "62a1d8be3ca05f79", "7f25e63c4a1d08f9", "8f25e63c4a1d08f9"] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
}
