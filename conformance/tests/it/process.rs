//! Drivers in processes, most of them hostile: whatever one does costs its own case, and nothing
//! else; no run hangs.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use media_upload_conformance::plan::case::Outcome;
use media_upload_conformance::provider;
use media_upload_conformance::run::driver::{Driver, Trouble};
use media_upload_conformance::run::process::{Patience, Process};
use media_upload_conformance::run::{self, Options, Run, Verdict};

use crate::command::{conformance, refused, text};
use crate::documents::our_plan;
use crate::refuser::{hello, refuser, shell};

/// The case at which drivers misbehave; there are cases before it and after it.
const CULPRIT: &str = "pyannote/getMediaUploadURL/argument/url/pattern-broken";

/// Time enough for a shell to answer, even on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(2);

async fn started(command: &[String]) -> Result<Process, Trouble> {
    let patience = Patience { start: Duration::from_secs(10), end: Duration::from_millis(300) };
    Process::start(command.iter().map(OsString::from).collect(), patience).await
}

/// Runs the cases that a client passes by refusing.
async fn run(command: &[String]) -> Run {
    let mut plan = our_plan();
    plan.cases.retain(|case| case.provider == "pyannote" && matches!(case.outcome, Outcome::Refused));
    assert!(plan.cases.len() > 4 && plan.cases.last().unwrap().id != CULPRIT);
    let driver: Arc<dyn Driver> = Arc::new(started(command).await.unwrap());
    let options = Options { timeout: TIMEOUT, ..Options::default() };
    run::run(&Arc::new(plan), &driver, options).await.unwrap()
}

/// Runs a driver that misbehaves at the culprit, and gives the trouble: no other case may have any.
async fn trouble(command: &[String]) -> Trouble {
    let mut run = run(command).await;
    let at = run.results.iter().position(|result| result.case.id == CULPRIT).unwrap();
    let culprit = run.results.remove(at);
    for other in run.results {
        assert_eq!(other.verdict, Verdict::Pass, "{}: {:?}", other.case.id, other.trouble);
    }
    assert_eq!(culprit.verdict, Verdict::Error);
    culprit.trouble.unwrap()
}

#[tokio::test]
async fn a_driver_in_order_has_its_cases_judged() {
    let run = run(&refuser(1, "nothing", ":")).await;
    assert_eq!(run.count(Verdict::Pass), run.results.len());
    assert_eq!(run.client.client.name, "refuser");
}

#[tokio::test]
async fn garbage_is_an_error_with_the_line_and_the_log() {
    let trouble = trouble(&refuser(1, CULPRIT, "echo why it did so >&2; echo Segmentation fault")).await;
    assert!(trouble.says.contains("printed a line that is not this protocol"), "{}", trouble.says);
    assert!(trouble.says.contains("Segmentation fault"), "{}", trouble.says);
    assert_eq!(trouble.log, "why it did so\n");
}

#[tokio::test]
async fn an_object_that_is_no_answer_is_an_error() {
    for line in [
        r#"{"result":{}}"#,
        r#"{"case":"'$case'"}"#,
        r#"{"case":"'$case'","result":{},"refused":{"message":"both"}}"#,
        r#"{"case":"'$case'","unsupported":false}"#,
        r#"{"case":"'$case'","error":{"status":"four hundred"}}"#,
        r#"[]"#,
        "",
    ] {
        let trouble = trouble(&refuser(1, CULPRIT, &format!("echo '{line}'"))).await;
        assert!(trouble.says.contains("not this protocol"), "{line}: {}", trouble.says);
    }
}

#[tokio::test]
async fn an_exit_in_the_middle_of_a_case_is_an_error_with_its_status() {
    let trouble = trouble(&refuser(1, CULPRIT, "echo last words >&2; exit 3")).await;
    assert_eq!(trouble.says, "the driver ended (exit status: 3)");
    assert_eq!(trouble.log, "last words\n");
}

#[tokio::test]
async fn a_closed_standard_output_is_an_error() {
    let trouble = trouble(&refuser(1, CULPRIT, "exec 1>&-; sleep 1000")).await;
    assert_eq!(trouble.says, "the driver closed its standard output");
}

#[tokio::test]
async fn silence_is_an_error_once_the_time_is_over() {
    let trouble = trouble(&refuser(1, CULPRIT, "echo thinking >&2; sleep 1000")).await;
    assert_eq!(trouble.says, format!("the driver gave no answer within {TIMEOUT:?}"));
    assert_eq!(trouble.log, "thinking\n");
}

#[tokio::test]
async fn a_second_answer_is_an_error_of_the_case_answered_twice() {
    let trouble = trouble(&refuser(1, CULPRIT, "answer")).await;
    assert_eq!(trouble.says, "the driver answered the case twice");
}

#[tokio::test]
async fn an_answer_to_a_case_that_was_not_asked_is_an_error() {
    let other = r#"echo '{"case":"pyannote/upload/small","result":{}}'"#;
    let trouble = trouble(&refuser(1, CULPRIT, other)).await;
    assert!(trouble.says.contains("'pyannote/upload/small', which it was not asked"), "{}", trouble.says);
}

#[tokio::test]
async fn floods_are_cut_off() {
    let line = trouble(&refuser(1, CULPRIT, "cat /dev/zero")).await;
    assert_eq!(line.says, "the driver printed a line of more than 64 MiB");
    let lines = trouble(&refuser(1, CULPRIT, "yes")).await;
    assert!(lines.says.contains("not this protocol"), "{}", lines.says);
}

#[tokio::test]
async fn answers_come_in_any_order_up_to_the_concurrency_declared() {
    let backwards = r#"
        for turn in 1 2 3; do eval "line$turn=\$case"; [ $turn = 3 ] || read -r line
        case=${line#*\"case\":\"}; case=${case%%\"*}; done; case=$line3; answer; case=$line2; answer; case=$line1"#;
    let run = run(&refuser(3, "*/empty", backwards)).await;
    for result in &run.results {
        assert_eq!(result.verdict, Verdict::Pass, "{}: {:?}", result.case.id, result.trouble);
    }
}

#[tokio::test]
async fn of_several_cases_in_flight_only_the_one_that_broke_the_driver_pays() {
    let trouble = trouble(&refuser(4, CULPRIT, "exit 1")).await;
    assert_eq!(trouble.says, "the driver ended (exit status: 1)");
}

#[tokio::test]
async fn a_log_without_end_harms_nobody_and_only_its_end_is_kept() {
    let much = "yes '$credential and so on' | head -c 3000000 >&2";
    let run = run(&refuser(1, CULPRIT, much)).await;
    assert_eq!(run.count(Verdict::Pass), run.results.len());
    let trouble = trouble(&refuser(1, CULPRIT, &format!("{much}; echo the end >&2; exit 1"))).await;
    assert!(trouble.log.starts_with("(only the last 16 KiB are kept)\n$credential"), "{}", trouble.log);
    assert!(trouble.log.ends_with("the end\n"));
    assert!(trouble.log.len() < 17_000);
}

#[tokio::test]
async fn secrets_in_a_log_or_a_stray_line_are_redacted() {
    let providers = provider::known().unwrap();
    // Those of other cases too: several may be in flight.
    let samples: Vec<String> = providers.iter().map(|provider| provider.credential().sample).collect();
    let both = samples.join(" ");
    let trouble =
        trouble(&refuser(1, CULPRIT, &format!(r#"echo "$line" {both} >&2; echo "DEBUG {both} $line""#)))
            .await;
    for text in [&trouble.log, &trouble.says] {
        assert!(text.contains("[api_key]") && text.contains("[api_token]"), "{text}");
        assert!(!samples.iter().any(|sample| text.contains(&sample[..10])), "half a secret is left: {text}");
    }
}

#[tokio::test]
async fn a_driver_that_ignores_the_end_of_its_input_is_killed_with_all_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let pids = folder.path().join("pids");
    let mut command = refuser(1, "nothing", ":");
    command[2] += &format!("sleep 1000 & echo $! >{0}; echo $$ >>{0}; trap '' TERM; wait", pids.display());
    let run = run(&command).await;
    assert_eq!(run.count(Verdict::Pass), run.results.len());
    for pid in std::fs::read_to_string(&pids).unwrap().lines() {
        assert!(is_gone(pid), "{pid} is still there");
    }
}

/// Whether a process has ended; one that nobody has waited for yet has.
fn is_gone(pid: &str) -> bool {
    let state = Command::new("ps").args(["-o", "stat=", "-p", pid]).output().unwrap().stdout;
    state.is_empty() || state.starts_with(b"Z")
}

#[tokio::test]
async fn a_hello_of_another_protocol_or_none_is_no_start() {
    let second = format!("read -r line; echo '{}'; cat", hello(2, 1));
    for (script, says) in [
        (second.as_str(), "the driver speaks protocol 2, this suite speaks 1"),
        ("echo loading...; cat", "the driver printed a first line that is no hello"),
        ("echo '{\"protocol\":1}'; cat", "the driver printed a first line that is no hello"),
        ("exit 1", "the driver said no hello: it ended (exit status: 1)"),
    ] {
        let trouble = started(&shell(script)).await.unwrap_err();
        assert!(trouble.says.starts_with(says), "{}", trouble.says);
    }
}

#[test]
fn a_driver_that_cannot_start_ends_the_run_with_3_and_one_line() {
    let line = refused(3, &["--", "no-such-command"]);
    assert!(line.starts_with("error: the driver cannot be started: no-such-command: "), "{line}");
    let output = conformance(&["--", "sh", "-c", "echo Traceback >&2; exit 1"]);
    assert_eq!(output.status.code(), Some(3));
    let said = text(&output.stderr);
    assert_eq!(said, "Traceback\nerror: the driver said no hello: it ended (exit status: 1)\n");
}

#[test]
fn cases_in_error_fail_the_run_that_went_on() {
    let command = refuser(1, CULPRIT, "echo oops >&2; exit 3");
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

/// Written from nothing but `conformance/drivers/README.md`.
const PERL: &str = r#"
use strict; use JSON::PP; use HTTP::Tiny; $| = 1;
<STDIN>;
print encode_json({ protocol => 1, client => { name => "perl", version => "$]", language => "perl" },
    operations => ["getMediaUploadURL"], concurrency => 1 }), "\n";
while (my $line = <STDIN>) {
    my $case = decode_json($line);
    my $said = HTTP::Tiny->new(max_redirect => 0)->post("$case->{base_url}/v1/media/input", {
        headers => { authorization => "Bearer $case->{credentials}{api_key}", "content-type" => "application/json" },
        content => encode_json($case->{arguments}) });
    my $body = eval { decode_json($said->{content}) } // $said->{content};
    my $told = $said->{status} == 599 ? { error => { status => undef, message => $said->{content} } }
        : $said->{success} ? { result => $body }
        : { error => { status => $said->{status} + 0, body => $body, message => $said->{reason} } };
    print encode_json({ case => $case->{case}, %$told }), "\n";
}
"#;

#[test]
fn a_driver_written_from_the_text_of_the_protocol_works() {
    let modules = Command::new("perl").args(["-MJSON::PP", "-MHTTP::Tiny", "-e", "1"]).output();
    if !modules.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: perl with JSON::PP and HTTP::Tiny is not here");
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
        eprintln!("skipped: curl, jq or bash is not here");
        return;
    }
    let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("drivers/curl.sh").display().to_string();
    let filter = "{pyannote/*URL/{201,400},cielo24/*url/{200,400},*/upload/{small,empty}}";
    let output = conformance(&["--strict", "--filter", filter, "--", "bash", &driver]);
    let report = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{report}");
    assert!(report.contains("\n8 cases: 8 passed"), "{report}");
}
