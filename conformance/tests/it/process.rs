//! Drivers in processes of their own, most of them faulty. A fault affects the case in which it occurs and no other case, and no
//! run hangs.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use media_upload_conformance::{
    Driver, DriverError, Options, Patience, Process, Run, Verdict, VerdictKind, providers,
};

use crate::command::{conformance, messages, refused, text};
use crate::documents::our_plan;
use crate::refusing_driver::{info, refusing_driver, shell};

/// The case in which drivers fail. There are cases before it and after it.
const FAULTY_CASE: &str = "pyannote/getMediaUploadURL/argument/url/pattern-broken";

/// Long enough for a shell to answer on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(2);

pub(crate) async fn started(command: &[String]) -> Result<Process, DriverError> {
    let patience = Patience { start: Duration::from_secs(10), end: Duration::from_millis(300) };
    Process::start(command.iter().map(OsString::from).collect(), patience).await
}

/// Runs the cases that a client passes when it refuses the call.
async fn run(command: &[String]) -> Run {
    let mut plan = our_plan();
    plan.cases.retain(|case| case.provider == "pyannote" && case.outcome.is_refusal());
    assert!(plan.cases.len() > 4 && plan.cases.last().unwrap().id != FAULTY_CASE);
    let driver: Arc<dyn Driver> = Arc::new(started(command).await.unwrap());
    let options = Options { timeout: TIMEOUT, ..Options::default() };
    media_upload_conformance::run(&Arc::new(plan), driver, options).await.unwrap()
}

/// Runs a driver that fails at the case [`FAULTY_CASE`], and returns the error. Every other case must pass.
async fn driver_error(command: &[String]) -> DriverError {
    let mut run = run(command).await;
    let at = run.results.iter().position(|result| result.case.id == FAULTY_CASE).unwrap();
    let faulty = run.results.remove(at);
    for other in run.results {
        assert_eq!(other.verdict.kind(), VerdictKind::Pass, "{}: {:?}", other.case.id, other.verdict);
    }
    let Verdict::Error(error) = faulty.verdict else { panic!("{:?}", faulty.verdict) };
    error
}

#[tokio::test]
async fn the_cases_of_a_correct_driver_pass() {
    let run = run(&refusing_driver(1, "nothing", ":")).await;
    assert_eq!(run.count(VerdictKind::Pass), run.results.len());
    assert_eq!(run.client.client.name, "refusing-client");
}

#[tokio::test]
async fn a_line_that_is_not_json_is_an_error_that_shows_the_line_and_the_log() {
    let error =
        driver_error(&refusing_driver(1, FAULTY_CASE, "echo the reason >&2; echo Segmentation fault")).await;
    assert!(error.message.contains("printed a line that is not a valid answer"), "{}", error.message);
    assert!(error.message.contains("Segmentation fault"), "{}", error.message);
    assert_eq!(error.log, "the reason\n");
}

#[tokio::test]
async fn an_invalid_answer_is_an_error() {
    for line in [
        r#"{"result":{}}"#,
        r#"{"case":"'$case'"}"#,
        r#"{"case":"'$case'","result":{},"refused":{"message":"both"}}"#,
        r#"{"case":"'$case'","unsupported":false}"#,
        r#"{"case":"'$case'","error":{"status":"four hundred"}}"#,
        r#"[]"#,
        "",
    ] {
        let error = driver_error(&refusing_driver(1, FAULTY_CASE, &format!("echo '{line}'"))).await;
        assert!(error.message.contains("not a valid answer"), "{line}: {}", error.message);
    }
}

#[tokio::test]
async fn an_exit_during_a_case_is_an_error_with_the_exit_status() {
    let error = driver_error(&refusing_driver(1, FAULTY_CASE, "echo last words >&2; exit 3")).await;
    assert_eq!(error.message, "the driver ended (exit status: 3)");
    assert_eq!(error.log, "last words\n");
}

#[tokio::test]
async fn a_closed_standard_output_is_an_error() {
    let error = driver_error(&refusing_driver(1, FAULTY_CASE, "exec 1>&-; sleep 1000")).await;
    assert_eq!(error.message, "the driver closed its standard output");
}

#[tokio::test]
async fn no_answer_within_the_timeout_is_an_error() {
    let error = driver_error(&refusing_driver(1, FAULTY_CASE, "echo thinking >&2; sleep 1000")).await;
    let expected = "the driver gave no answer within 2 s; --case-timeout SECONDS gives it more time";
    assert_eq!(error.message, expected);
    assert_eq!(error.log, "thinking\n");
}

#[tokio::test]
async fn a_second_answer_is_an_error_of_the_case_answered_twice() {
    let error = driver_error(&refusing_driver(1, FAULTY_CASE, "answer")).await;
    assert_eq!(error.message, "the driver answered the case twice");
}

#[tokio::test]
async fn an_answer_to_a_case_that_the_driver_was_not_given_is_an_error() {
    let other = r#"echo '{"case":"pyannote/upload/small","result":{}}'"#;
    let error = driver_error(&refusing_driver(1, FAULTY_CASE, other)).await;
    assert!(error.message.contains("'pyannote/upload/small', which it was not given"), "{}", error.message);
}

#[tokio::test]
async fn endless_output_is_an_error() {
    let line = driver_error(&refusing_driver(1, FAULTY_CASE, "cat /dev/zero")).await;
    assert_eq!(line.message, "the driver printed a line of more than 64 MiB");
    let lines = driver_error(&refusing_driver(1, FAULTY_CASE, "yes")).await;
    assert!(lines.message.contains("not a valid answer"), "{}", lines.message);
}

#[tokio::test]
async fn answers_can_come_in_any_order_within_the_declared_concurrency() {
    let in_reverse = r#"
        for turn in 1 2 3; do eval "line$turn=\$case"; [ $turn = 3 ] || read -r line
        case=${line#*\"case\":\"}; case=${case%%\"*}; done; case=$line3; answer; case=$line2; answer; case=$line1"#;
    let run = run(&refusing_driver(3, "*/empty", in_reverse)).await;
    for result in &run.results {
        assert_eq!(result.verdict.kind(), VerdictKind::Pass, "{}: {:?}", result.case.id, result.verdict);
    }
}

#[tokio::test]
async fn of_several_cases_in_flight_only_the_one_that_ended_the_driver_is_an_error() {
    let error = driver_error(&refusing_driver(4, FAULTY_CASE, "exit 1")).await;
    assert_eq!(error.message, "the driver ended (exit status: 1)");
}

#[tokio::test]
async fn a_very_long_log_does_not_fail_a_case_and_only_its_end_is_kept() {
    let long_log = "yes '$credential and so on' | head -c 3000000 >&2";
    let run = run(&refusing_driver(1, FAULTY_CASE, long_log)).await;
    assert_eq!(run.count(VerdictKind::Pass), run.results.len());
    let error =
        driver_error(&refusing_driver(1, FAULTY_CASE, &format!("{long_log}; echo the end >&2; exit 1")))
            .await;
    assert!(error.log.starts_with("(only the last 16 KiB are kept)\n$credential"), "{}", error.log);
    assert!(error.log.ends_with("the end\n"));
    assert!(error.log.len() < 17_000);
}

#[tokio::test]
async fn credentials_in_a_log_or_an_unexpected_line_are_redacted() {
    // The credentials of all providers, because cases of several providers can be in flight.
    let samples: Vec<String> = providers()
        .unwrap()
        .iter()
        .flat_map(|provider| provider.credentials())
        .map(|own| own.sample())
        .collect();
    let both = samples.join(" ");
    let error = driver_error(&refusing_driver(
        1,
        FAULTY_CASE,
        &format!(r#"echo "$line" {both} >&2; echo "DEBUG {both} $line""#),
    ))
    .await;
    for text in [&error.log, &error.message] {
        assert!(text.contains("[api_key]") && text.contains("[api_token]"), "{text}");
        assert!(
            !samples.iter().any(|sample| text.contains(&sample[..10])),
            "a part of a credential is not redacted: {text}"
        );
    }
}

#[tokio::test]
async fn a_credential_in_the_log_is_found_at_the_case_in_which_it_was_written() {
    let run = run(&refusing_driver(1, "*/t*", r#"echo "DEBUG $line" >&2"#)).await;
    let told: Vec<bool> = run.results.iter().map(|result| !result.findings.is_empty()).collect();
    let expected: Vec<bool> = run
        .results
        .iter()
        .map(|result| result.case.id.rsplit('/').next().unwrap().starts_with('t'))
        .collect();
    assert!(expected.contains(&true) && expected.contains(&false));
    assert_eq!(told, expected);
    for finding in run.results.iter().flat_map(|result| &result.findings) {
        assert_eq!(finding.rule.id, "secret/credential-told");
        let shown = &finding.actual;
        assert!(shown.starts_with("in the driver's log: DEBUG ") && !shown.contains("5e1f0c7a"), "{shown}");
    }
}

#[tokio::test]
async fn a_driver_that_ignores_the_end_of_its_input_is_killed_with_its_child_processes() {
    let folder = tempfile::tempdir().unwrap();
    let pids = folder.path().join("pids");
    let mut command = refusing_driver(1, "nothing", ":");
    command[2] += &format!("sleep 1000 & echo $! >{0}; echo $$ >>{0}; trap '' TERM; wait", pids.display());
    let run = run(&command).await;
    assert_eq!(run.count(VerdictKind::Pass), run.results.len());
    for pid in std::fs::read_to_string(&pids).unwrap().lines() {
        assert!(has_ended(pid), "process {pid} still runs");
    }
}

/// Whether a process has ended. A zombie has.
pub(crate) fn has_ended(pid: &str) -> bool {
    let state = Command::new("ps").args(["-o", "stat=", "-p", pid]).output().unwrap().stdout;
    state.is_empty() || state.starts_with(b"Z")
}

#[tokio::test]
async fn a_first_message_that_is_missing_or_of_another_version_is_an_error() {
    let version_2 = format!("read -r line; echo '{}'; cat", info(2, 1));
    for (script, message) in [
        (version_2.as_str(), "the driver uses version 2 of the protocol; this suite uses version 1"),
        ("echo loading...; cat", "the driver printed a first line that is not a valid first message"),
        ("echo '{\"protocol\":1}'; cat", "the driver printed a first line that is not a valid first message"),
        ("exit 1", "the driver printed no first message: it ended (exit status: 1)"),
    ] {
        let error = started(&shell(script)).await.unwrap_err();
        assert!(error.message.starts_with(message), "{}", error.message);
    }
}

#[tokio::test]
async fn the_optional_fields_of_the_first_message_have_defaults() {
    let script = r#"echo '{"protocol":1,"client":{"name":"plain"},"operations":[]}'; cat"#;
    let process = started(&shell(script)).await.unwrap();
    let info = process.info();
    assert_eq!((info.client.name.as_str(), info.client.version.as_str(), info.concurrency), ("plain", "", 1));
}

#[test]
fn a_driver_that_cannot_start_ends_the_run_with_3() {
    let line = refused(3, &["--", "no-such-command"]);
    assert!(line.starts_with("error: the driver cannot be started: no-such-command: "), "{line}");
    let output = conformance(&["--", "sh", "-c", "echo Traceback >&2; exit 1"]);
    assert_eq!(output.status.code(), Some(3));
    let printed = messages(&output);
    let expected =
        "Traceback\nerror: the driver printed no first message: it ended (exit status: 1); it must print";
    assert!(printed.starts_with(expected), "{printed}");
}

#[test]
fn a_case_in_error_fails_the_run_and_shows_the_log_of_the_driver() {
    let command = refusing_driver(1, FAULTY_CASE, "echo oops >&2; exit 3");
    let mut arguments = vec!["--filter", "pyannote/*/argument/url/*o*", "--"];
    arguments.extend(command.iter().map(String::as_str));
    let output = conformance(&arguments);
    assert_eq!(output.status.code(), Some(1));
    let report = text(&output.stdout);
    assert!(
        report.contains("the driver ended (exit status: 3)\n  the driver's log:\n    oops\n"),
        "{report}"
    );
}

/// A driver that was written only from `conformance/drivers/README.md`.
const PERL: &str = r#"
use strict; use JSON::PP; use HTTP::Tiny; $| = 1;
<STDIN>;
print encode_json({ protocol => 1, client => { name => "perl", version => "$]", language => "perl" },
    operations => ["getMediaUploadURL"], concurrency => 1 }), "\n";
while (my $line = <STDIN>) {
    my $case = decode_json($line);
    my $response = HTTP::Tiny->new(max_redirect => 0)->post("$case->{base_url}/v1/media/input", {
        headers => { authorization => "Bearer $case->{credentials}{api_key}", "content-type" => "application/json" },
        content => encode_json($case->{arguments}) });
    my $body = eval { decode_json($response->{content}) } // $response->{content};
    my $answer = $response->{status} == 599 ? { error => { status => undef, message => $response->{content} } }
        : $response->{success} ? { result => $body }
        : { error => { status => $response->{status} + 0, body => $body, message => $response->{reason} } };
    print encode_json({ case => $case->{case}, %$answer }), "\n";
}
"#;

#[test]
fn a_driver_written_from_the_description_of_the_protocol_works() {
    let modules = Command::new("perl").args(["-MJSON::PP", "-MHTTP::Tiny", "-e", "1"]).output();
    if !modules.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: install perl with JSON::PP and HTTP::Tiny to run this test");
        return;
    }
    let filter = "pyannote/getMediaUploadURL/[0-9][0-9][0-9]";
    let output = conformance(&["--strict", "--filter", filter, "--", "perl", "-e", PERL]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
}

#[test]
fn the_curl_driver_works() {
    let tools = ["curl", "jq", "bash"].map(|tool| Command::new(tool).arg("--version").output());
    if tools.iter().any(Result::is_err) {
        eprintln!("skipped: install curl, jq and bash to run this test");
        return;
    }
    let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("drivers/curl.sh").display().to_string();
    let filter = "{pyannote/*URL/{201,400},cielo24/*url/{200,400},*/upload/{small,empty}}";
    let output = conformance(&["--strict", "--filter", filter, "--", "bash", &driver]);
    let report = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{report}");
    assert!(report.contains("\n8 cases: 8 passed"), "{report}");
}
