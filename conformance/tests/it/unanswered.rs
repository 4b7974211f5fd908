//! Drivers that do not answer: a silent driver ends the run, and a client that is still retrying does not.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use media_upload_conformance::check::rule;
use media_upload_conformance::{
    Answer, Calling, ClientName, Driver, DriverError, DriverInfo, Failure, KnownFailing, Options, Plan,
    Refusal, Request, Run, Verdict, VerdictKind, run_with_progress,
};
use serde_json::{Value, json};

use crate::command::{conformance, messages, text};
use crate::documents::our_plan;
use crate::process::started;
use crate::refusing_driver::{info, refusing_driver, shell};
use crate::tampering_proxy::http_client;

/// What a driver does in a case.
#[derive(Clone, Copy)]
enum Reaction {
    Refuse,
    /// It gives no answer.
    Fail(Failure),
    /// Its client sends the documented request so many times, and the driver gives no answer.
    Send(usize),
    /// The same with an undocumented path.
    SendElsewhere(usize),
}

/// A driver in process whose reaction depends on the number of the case: first, second, and so on.
struct Reacting {
    info: DriverInfo,
    cases: Vec<String>,
    react: fn(usize) -> Reaction,
}

impl Reacting {
    fn new(plan: &Plan, react: fn(usize) -> Reaction) -> Self {
        let client = ClientName { name: "reacting".into(), version: String::new(), language: String::new() };
        let operations = ["pyannote/getMediaUploadURL", "pyannote/upload"].map(str::to_owned).to_vec();
        let cases = plan.cases.iter().map(|case| case.id.clone()).collect();
        Self { info: DriverInfo { protocol: 1, client, operations, concurrency: 1 }, cases, react }
    }

    async fn answer(&self, request: &Request) -> Result<Answer, DriverError> {
        let number = self.cases.iter().position(|id| *id == request.case).unwrap();
        let (path, times, failure) = match (self.react)(number) {
            Reaction::Refuse => return Ok(Answer::Refused(Refusal { message: "never".to_owned() })),
            Reaction::Fail(failure) => ("", 0, failure),
            Reaction::Send(times) => ("/v1/media/input", times, Failure::Timeout),
            Reaction::SendElsewhere(times) => ("/v2/media", times, Failure::Timeout),
        };
        for _ in 0..times {
            let key = request.credentials["api_key"].as_str().unwrap();
            let call = http_client().post(format!("{}{path}", request.base_url)).bearer_auth(key);
            call.json(&json!({ "url": request.arguments["url"] })).send().await.unwrap();
        }
        Err(DriverError { failure, ..DriverError::from("no answer") })
    }
}

impl Driver for Reacting {
    fn info(&self) -> &DriverInfo {
        &self.info
    }

    fn call(&self, request: Request) -> Calling<'_> {
        Box::pin(async move { self.answer(&request).await })
    }
}

/// The cases that a client passes when it refuses the call.
fn refusals() -> Plan {
    let mut plan = our_plan();
    plan.cases.retain(|case| case.provider == "pyannote" && case.outcome.is_refusal());
    assert!(plan.cases.len() > 12);
    plan
}

async fn run(plan: Plan, known_failing: &str, react: fn(usize) -> Reaction) -> Run {
    let list = KnownFailing::read(known_failing, &plan).unwrap();
    let driver = Arc::new(Reacting::new(&plan, react));
    run_with_progress(&Arc::new(plan), driver, Options::default(), Some(&list), &|_| ()).await.unwrap()
}

fn message(run: &Run, index: usize) -> &str {
    match &run.results[index].verdict {
        Verdict::Error(error) => &error.message,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn five_silent_cases_in_a_row_end_the_run() {
    for react in [
        (|number| if number < 2 { Reaction::Refuse } else { Reaction::Fail(Failure::Timeout) })
            as fn(usize) -> Reaction,
        |number| if number < 2 { Reaction::Refuse } else { Reaction::Fail(Failure::Ended) },
    ] {
        let run = run(refusals(), "", react).await;
        let reason = "the driver neither answered nor sent a request in 5 cases in a row";
        assert_eq!(run.ended_early.as_deref(), Some(reason));
        assert_eq!(run.count(VerdictKind::Pass), 2);
        assert_eq!(run.count(VerdictKind::Error), run.results.len() - 2);
        assert_eq!(message(&run, 6), "no answer");
        for rest in 7..run.results.len() {
            assert_eq!(message(&run, rest), format!("not run: {reason}"));
        }
    }
}

#[tokio::test]
async fn an_answer_or_a_request_between_silent_cases_lets_the_run_go_on() {
    for react in [
        (|number| if number == 4 { Reaction::Refuse } else { Reaction::Fail(Failure::Ended) })
            as fn(usize) -> Reaction,
        |number| if number == 4 { Reaction::Send(1) } else { Reaction::Fail(Failure::Ended) },
        |number| Reaction::Fail(if number == 4 { Failure::Other } else { Failure::Ended }),
    ] {
        let mut plan = refusals();
        plan.cases.retain(|case| case.params.contains_key("url"));
        plan.cases.truncate(9);
        let run = run(plan, "", react).await;
        assert_eq!(run.ended_early, None);
        assert!((0..9).all(|index| index == 4 || message(&run, index) == "no answer"));
    }
}

#[tokio::test]
async fn silent_cases_that_are_known_to_fail_or_that_another_case_caused_do_not_count() {
    let plan = || {
        let mut plan = refusals();
        plan.cases.truncate(9);
        plan
    };
    let list: String = plan().cases[..5].iter().map(|case| format!("{}  # hangs\n", case.id)).collect();
    let silent = |_| Reaction::Fail(Failure::Ended);
    assert_eq!(run(plan(), &list, silent).await.ended_early, None);
    assert!(run(plan(), "", silent).await.ended_early.is_some());
    let uncertain = |number| Reaction::Fail(if number < 5 { Failure::Uncertain } else { Failure::Ended });
    assert_eq!(run(plan(), "", uncertain).await.ended_early, None);
}

#[tokio::test]
async fn the_cases_of_operations_that_the_driver_does_not_have_are_unsupported_after_the_end() {
    let mut plan = our_plan();
    plan.cases.retain(|case| case.outcome.is_refusal());
    let run = run(plan, "", |_| Reaction::Fail(Failure::Ended)).await;
    assert!(run.ended_early.is_some());
    for result in run.results {
        let expected = match result.case.provider.as_str() {
            "pyannote" => VerdictKind::Error,
            _ => VerdictKind::Unsupported,
        };
        assert_eq!(result.verdict.kind(), expected, "{}", result.case.id);
    }
}

#[tokio::test]
async fn a_silent_driver_that_takes_several_cases_at_once_ends_the_run_too() {
    let plan = refusals();
    let timeout = Duration::from_millis(200);
    let driver = started(&refusing_driver(4, "*", "sleep 1000")).await.unwrap();
    let options = Options { timeout, ..Options::default() };
    let run = media_upload_conformance::run(&Arc::new(plan), Arc::new(driver), options).await.unwrap();
    assert!(run.ended_early.is_some());
    assert_eq!(run.count(VerdictKind::Error), run.results.len());
    let timed_out =
        (0..run.results.len()).filter(|index| message(&run, *index).contains("no answer within 0.2 s"));
    assert_eq!(timed_out.count(), 5);
}

#[test]
fn a_silent_driver_ends_the_command_with_3_after_the_reports() {
    let folder = tempfile::tempdir().unwrap();
    let [json, junit, html] = ["a.json", "a.xml", "a.html"].map(|name| folder.path().join(name));
    let [json, junit, html] = [&json, &junit, &html].map(|path| path.to_str().unwrap());
    let script = format!("read -r line; echo '{}'; cat >/dev/null", info(1, 1));
    let mut arguments = vec!["--case-timeout", "0.1", "--json", json, "--junit", junit, "--html", html, "--"];
    let command = shell(&script);
    arguments.extend(command.iter().map(String::as_str));
    let output = conformance(&arguments);
    assert_eq!(output.status.code(), Some(3));
    let expected = "error: the run ended early: the driver neither answered nor sent a request in 5 cases in a row; \
                    the report has its errors and its log; a driver must flush its output after each line\n";
    assert_eq!(messages(&output), expected);
    let report = text(&output.stdout);
    assert!(
        report.contains("gave no answer within 0.1 s") && report.contains(" --case-timeout 0.1 -- sh "),
        "{report}"
    );
    let report: Value = serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap();
    assert_eq!(report["cases"].as_array().unwrap().len(), our_plan().cases.len());
    assert!([junit, html].iter().all(|path| std::fs::metadata(path).unwrap().len() > 1000));
}

/// Runs one case with this reaction.
async fn reacted(id: &str, strict: bool, react: fn(usize) -> Reaction) -> (Verdict, Vec<&'static str>) {
    let mut plan = our_plan();
    plan.cases.retain(|case| case.id == id);
    let driver = Arc::new(Reacting::new(&plan, react));
    let options = Options { strict, ..Options::default() };
    let run = media_upload_conformance::run(&Arc::new(plan), driver, options).await.unwrap();
    let result = run.results.into_iter().next().unwrap();
    (result.verdict, result.findings.iter().map(|finding| finding.rule.id).collect())
}

/// A case that a server answers with a status after which a client may try again.
const RETRIED: &str = "pyannote/getMediaUploadURL/429";

#[tokio::test]
async fn a_client_that_is_still_retrying_is_unsupported_or_has_findings() {
    let (verdict, findings) = reacted(RETRIED, false, |_| Reaction::Send(2)).await;
    let reason = "the client was still retrying after 10 s; --case-timeout SECONDS gives it more time";
    assert!(matches!(&verdict, Verdict::Unsupported(why) if why == reason), "{verdict:?}");
    assert!(findings.is_empty(), "{findings:?}");
    let (verdict, findings) = reacted(RETRIED, false, |_| Reaction::SendElsewhere(2)).await;
    assert_eq!((verdict.kind(), findings), (VerdictKind::Fail, vec![rule::REQUEST_PATH.id]));
    let (verdict, findings) = reacted(RETRIED, true, |_| Reaction::Send(11)).await;
    assert_eq!(verdict.kind(), VerdictKind::Fail);
    assert!(findings.contains(&rule::RETRY_END.id), "{findings:?}");
    assert_eq!(reacted(RETRIED, false, |_| Reaction::Send(11)).await.0.kind(), VerdictKind::Unsupported);
}

#[tokio::test]
async fn a_client_that_is_still_retrying_may_yet_do_the_rest_of_an_upload() {
    let (verdict, findings) = reacted("pyannote/upload/small", false, |_| Reaction::Send(2)).await;
    assert_eq!((verdict.kind(), findings), (VerdictKind::Unsupported, vec![]));
}

#[tokio::test]
async fn a_client_that_sent_one_request_is_not_retrying() {
    let (verdict, _) = reacted(RETRIED, true, |_| Reaction::Send(1)).await;
    assert!(matches!(&verdict, Verdict::Error(error) if error.failure == Failure::Timeout), "{verdict:?}");
}

/// A driver whose client tries a call five times, a tenth of a second apart, and then reports the status.
const PATIENT: &str = r#"read -r line
echo '{"protocol":1,"client":{"name":"patient"},"operations":["pyannote/getMediaUploadURL"]}'
while read -r line; do
  case=${line#*\"case\":\"}; case=${case%%\"*}
  port=${line#*\"base_url\":\"http://127.0.0.1:}; port=${port%%\"*}
  key=${line#*\"api_key\":\"}; key=${key%%\"*}
  body=${line#*\"arguments\":}; body=${body%%\}*}\}
  for try in 1 2 3 4 5; do
    exec 3<>/dev/tcp/127.0.0.1/$port
    printf 'POST /v1/media/input HTTP/1.1\r\nhost: 127.0.0.1:%s\r\nauthorization: Bearer %s\r\n' "$port" "$key" >&3
    printf 'content-type: application/json\r\ncontent-length: %s\r\n\r\n%s' "${#body}" "$body" >&3
    read -r version status rest <&3
    exec 3>&-
    sleep 0.1
  done
  echo "{\"case\":\"$case\",\"error\":{\"status\":$status}}"
done
"#;

#[test]
fn a_patient_client_is_judged_with_a_longer_case_timeout() {
    if !Command::new("bash").arg("--version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: install bash to run this test");
        return;
    }
    let patient = |seconds: &str| {
        let filter = ["--filter", "pyannote/getMediaUploadURL/undocumented/500", "--case-timeout", seconds];
        let output = conformance(&[&filter[..], &["--", "bash", "-c", PATIENT]].concat());
        (output.status.code(), text(&output.stdout))
    };
    let (code, report) = patient("0.3");
    // No case was judged.
    assert_eq!(code, Some(1), "{report}");
    assert!(report.contains("1 unsupported"), "{report}");
    let (code, report) = patient("60");
    assert_eq!(code, Some(0), "{report}");
    assert!(report.contains("\n1 case: 1 passed"), "{report}");
}
