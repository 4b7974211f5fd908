//! Clients that upload other bytes than the media, report an upload as a success that was none, or retry wrongly.

use std::sync::Arc;
use std::time::Duration;

use media_upload::Retry;
use media_upload_conformance::check::finding::Level;
use media_upload_conformance::plan::presigned::SIGNATURE;
use media_upload_conformance::{
    Answer, Calling, Driver, DriverError, DriverInfo, Options, OwnClients, Request, Run, VerdictKind, run,
};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::defect::{Defect, Saboteur, first_operation};
use crate::documents::our_plan;
use crate::tampering_proxy::{Alteration, SentRequest};

/// Plays the uploads that the filter selects.
async fn uploads(
    driver: impl FnOnce(Arc<media_upload_conformance::Plan>) -> Arc<dyn Driver>,
    strict: bool,
    id: &str,
) -> Run {
    let mut plan = our_plan();
    plan.cases.retain(|case| case.upload.is_some() && case.id.ends_with(id));
    assert!(!plan.cases.is_empty(), "{id}");
    let plan = Arc::new(plan);
    run(&plan, driver(Arc::clone(&plan)), Options { strict, ..Options::default() }).await.unwrap()
}

async fn with_defect(defect: Defect, strict: bool, id: &str) -> Run {
    let correct: Arc<dyn Driver> = Arc::new(OwnClients::with_retry(Retry::never()));
    uploads(|plan| Arc::new(Saboteur::new(plan, correct, defect)), strict, id).await
}

/// Each case of the run must fail with exactly these rules of this level.
fn assert_fails(run: &Run, rules: &[&str], level: Level) {
    for result in &run.results {
        assert_eq!(result.verdict.kind(), VerdictKind::Fail, "{}: {}", result.case.id, result.exchange);
        let findings = result.findings.iter().filter(|finding| finding.level == level);
        let found: Vec<&str> = findings.map(|finding| finding.rule.id).collect();
        assert_eq!(found, rules, "{}: {}", result.case.id, result.exchange);
    }
}

fn with_windows_line_ends(request: &mut SentRequest) {
    request.body = request
        .body
        .iter()
        .flat_map(|byte| if *byte == b'\n' { vec![b'\r', b'\n'] } else { vec![*byte] })
        .collect();
}

fn with_unix_line_ends(request: &mut SentRequest) {
    let body = std::mem::take(&mut request.body);
    request.body = body
        .iter()
        .enumerate()
        .filter(|(index, byte)| **byte != b'\r' || body.get(index + 1) != Some(&b'\n'))
        .map(|(_, byte)| *byte)
        .collect();
}

/// Makes the body a gzip member with one stored block. Its checksum is zero, because the storage does not check it.
fn compress(request: &mut SentRequest) {
    let length = u16::try_from(request.body.len()).unwrap();
    let mut member = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1];
    member.extend(length.to_le_bytes().into_iter().chain((!length).to_le_bytes()));
    member.append(&mut request.body);
    member.extend([0; 4].into_iter().chain(u32::from(length).to_le_bytes()));
    request.body = member;
}

#[tokio::test]
async fn other_bytes_than_the_media_break_a_must() {
    let alterations: &[fn(&mut SentRequest)] = &[
        |request| request.body.fill(0),
        |request| request.body.clear(),
        |request| request.body.truncate(request.body.len() - 1),
        |request| request.body.push(0),
        |request| request.body.swap(500, 501),
        |request| request.body = String::from_utf8_lossy(&request.body).into_owned().into_bytes(),
        with_windows_line_ends,
        with_unix_line_ends,
        compress,
        |request| {
            compress(request);
            request.set_header("content-encoding", "gzip");
        },
    ];
    for alter in alterations {
        let run = with_defect(Defect::AltersRequests(Alteration::Storage(*alter)), false, "/small").await;
        assert_fails(&run, &["upload/bytes"], Level::Must);
    }
}

#[tokio::test]
async fn a_success_that_the_storage_did_not_report_breaks_a_must() {
    let reports_success = Defect::AltersAnswer(|_, _| Answer::Result(json!({})));
    for id in ["/signature-mismatch", "/early-403", "/unavailable", "/reset", "/no-answer"] {
        assert_fails(&with_defect(reports_success, false, id).await, &["upload/reported"], Level::Must);
    }
    // The API answers 429 and nothing is sent to the storage.
    let run = with_defect(reports_success, false, "/retry-after-seconds").await;
    assert_fails(&run, &["upload/steps", "upload/reported"], Level::Must);
}

/// A client that reports success when it has sent half of the media.
struct HalfUploader(OwnClients);

impl HalfUploader {
    async fn upload(&self, request: Request) -> Result<Answer, DriverError> {
        let operation = first_operation(&request.provider);
        let Answer::Result(result) = self.0.call(Request { operation, ..request }).await? else { panic!() };
        let url = result.get("url").or(result.get("upload_url")).unwrap().as_str().unwrap();
        let (host, target) = url.trim_start_matches("http://").split_once('/').unwrap();
        let mut storage = TcpStream::connect(host).await.unwrap();
        let head = format!("PUT /{target} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 1000\r\n\r\n");
        storage.write_all(&[head.as_bytes(), &[0; 500]].concat()).await.unwrap();
        Ok(Answer::Result(json!({})))
    }
}

impl Driver for HalfUploader {
    fn info(&self) -> &DriverInfo {
        self.0.info()
    }

    fn call(&self, request: Request) -> Calling<'_> {
        Box::pin(self.upload(request))
    }
}

#[tokio::test]
async fn a_success_before_the_answer_of_the_storage_breaks_a_must() {
    let run = uploads(|_| Arc::new(HalfUploader(OwnClients::default())), false, "/small").await;
    for result in &run.results {
        assert_eq!(result.verdict.kind(), VerdictKind::Fail, "{}", result.exchange);
        let reported = result.findings.iter().find(|finding| finding.rule.id == "upload/reported");
        assert_eq!(reported.unwrap().level, Level::Must);
    }
}

#[tokio::test]
async fn a_client_that_keeps_the_first_url_uses_an_expired_one_and_leaves_one_unused() {
    let keeps_first_url = Defect::AltersRequests(Alteration::Storage(|request| {
        let (_, signature) = request.query.iter_mut().find(|(name, _)| name == "X-Amz-Signature").unwrap();
        let first = format!("{SIGNATURE}01");
        request.raw_query = request.raw_query.replace(&*signature, &first);
        *signature = first;
    }));
    for id in ["/expired-s3", "/expired-gcs", "/expired-r2"] {
        let run = with_defect(keeps_first_url, true, id).await;
        let rules = ["upload/stored", "retry/expired-url", "retry/unused-url"];
        assert_fails(&run, &rules, Level::Should);
    }
}

#[tokio::test]
async fn a_hundred_tries_in_a_row_break_a_should() {
    let again = Defect::CallsAgain(|_, answer| matches!(answer, Answer::Error(_)), 99, Duration::ZERO);
    let run = with_defect(again, true, "/unavailable").await;
    assert_fails(&run, &["retry/rate", "retry/rate"], Level::Should);
    assert_eq!(run.results[0].findings[0].actual, "100 requests in one second");
}

#[tokio::test]
async fn a_call_without_an_end_is_unsupported_by_default_and_a_finding_when_strict() {
    let never_ends = Defect::NeverEnds(|_, answer| matches!(answer, Answer::Error(_)));
    let run = with_defect(never_ends, false, "/unavailable").await;
    assert_eq!(run.count(VerdictKind::Unsupported), run.results.len());
    let run = with_defect(never_ends, true, "/unavailable").await;
    assert_fails(&run, &["retry/end", "retry/end"], Level::Should);
    assert!(run.results[0].exchange.ends_with("= the driver gave no answer\n"));
}

#[tokio::test]
async fn the_target_of_a_redirect_is_another_url_when_the_storage_has_not_redirected() {
    let moves = Defect::AltersRequests(Alteration::Storage(|request| {
        request.raw_query.push_str("&x-moved=1");
        request.query.push(("x-moved".to_owned(), "1".to_owned()));
    }));
    assert_fails(&with_defect(moves, false, "/small").await, &["upload/url"], Level::Must);
}

#[tokio::test]
async fn our_clients_conform_with_their_default_retries_too() {
    let driver: Arc<dyn Driver> = Arc::new(OwnClients::with_retry(Retry::default()));
    let run =
        run(&Arc::new(our_plan()), driver, Options { strict: true, ..Options::default() }).await.unwrap();
    for result in &run.results {
        assert_eq!(result.verdict.kind(), VerdictKind::Pass, "{}: {}", result.case.id, result.exchange);
    }
}
